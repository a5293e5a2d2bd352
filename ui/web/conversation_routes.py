"""What the browser asks about conversations that the server keeps: the list, names, deletion."""

import json
import logging
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from index.errors import InputError
from ui.web.conversation_store import ConversationStore, ConversationStoreError
from ui.web.conversations import MAX_CHARACTERS, read_conversation
from ui.web.served import Served

logger = logging.getLogger(__name__)

_MAX_BODY = 4 * MAX_CHARACTERS
"""Bytes: a letter has four at most."""
_NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def build_routes(store: ConversationStore, served: Served) -> list[BaseRoute]:
    """Return the routes; the application that has them tells in ``find_user`` who asks.

    Args:
        store: Where conversations are kept.
        served: Which indexes a user may ask.
    """
    routes = _Routes(store, served)
    return [
        Route("/conversations", _checked(routes.find), methods=["GET"]),
        Route("/conversations/{id}", _checked(routes.take_over), methods=["PUT"]),
        Route("/conversations/{id}", _checked(routes.rename), methods=["PATCH"]),
        Route("/conversations/{id}", _checked(routes.delete), methods=["DELETE"]),
    ]


class _Routes:
    """Each method answers a request of a user, whose name it gets; text is what was sent."""

    def __init__(self, store: ConversationStore, served: Served) -> None:
        self._store = store
        self._served = served

    def find(self, user: str, request: Request, _: str) -> Any:
        """List conversations, the newest first."""
        seen = self._served.seen_by_name(user).names
        found = self._store.find(user, request.query_params.get("words", ""), seen)
        return [one.to_dict() for one in found]

    def take_over(self, user: str, request: Request, text: str) -> None:
        """Take a conversation that the browser kept before the server did."""
        kept = read_conversation(text)
        if kept.id != request.path_params["id"]:
            raise InputError("this conversation has another id than its address")
        renamed = json.loads(text).get("renamed") is True
        self._store.take_over(user, kept, renamed=renamed)

    def rename(self, user: str, request: Request, text: str) -> None:
        """Give a conversation another title."""
        try:
            title = json.loads(text)["title"]
        except (ValueError, TypeError, LookupError):
            title = None
        if not isinstance(title, str) or not title.strip():
            raise InputError('send {"title": "…"}')
        self._store.rename(user, request.path_params["id"], title.strip())

    def delete(self, user: str, request: Request, _: str) -> None:
        """Delete a conversation."""
        self._store.delete(user, request.path_params["id"])


def _checked(answer: Callable[[str, Request, str], Any]) -> Callable[[Request], Any]:
    """Return what answers requests of users alone, off the event loop."""

    async def handle(request: Request) -> Response:
        user = request.app.find_user(request)
        if not user:
            return _tell("sign in first", 401)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MAX_BODY:
                return _tell("this conversation is too long", 413)
        try:
            told = await run_in_threadpool(answer, user, request, body.decode("utf-8", "replace"))
        except InputError as error:
            return _tell(str(error), 400)
        except ConversationStoreError as error:
            logger.warning("conversations cannot be read or kept: %s", error)
            return _tell("conversations cannot be read or kept now", 503)
        return Response(status_code=204) if told is None else JSONResponse(told, headers=_NO_STORE)

    return handle


def _tell(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, _NO_STORE)

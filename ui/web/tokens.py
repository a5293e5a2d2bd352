"""The tokens of programs, checked before anything of a request is read."""

import hashlib
import threading
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.rights import PROGRAM
from ui.web.access import Access, RateLimit
from ui.web.passwords import verify_password
from ui.web.program_errors import refuse

_TRIES = 30
"""Tokens that one address may try in a minute, since each costs 0.1 s. Chosen."""
_MAX_BODY = 4 * 1024 * 1024
"""Bytes of a request; a conversation of hundreds of answers has fewer. Chosen."""
_WANTED = {
    True: "this server wants a token that it knows, sent as 'Authorization: Bearer …'",
    False: "this server knows no tokens of programs; start it with: jawab chat --token NAME:FILE",
}


class Tokens:
    """Who a token belongs to; safe from threads."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = hashes
        self._known: dict[bytes, str] = {}
        self._checking = threading.Lock()

    def recall(self, token: str) -> str | None:
        """Return whose token it is, if that was found out before."""
        return self._known.get(_digest(token))

    def find(self, token: str) -> str | None:
        """Return whose token it is, or None; checking a hash takes 0.1 s and 32 MiB, one by one."""
        with self._checking:
            for name, stored in self._hashes.items():
                if verify_password(token, stored):
                    self._known[_digest(token)] = name
                    return name
        return None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class TokenCheck:
    """ASGI middleware that lets programs with a token through; all where none is needed.

    Whom a trusted proxy names needs none (:mod:`ui.web.proxies`). ``state`` of what passes says who
    asks: ``name`` as for ``Access.may_ask``, ``visitor`` as for ``visitor_of``.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._tokens = Tokens(access.tokens)
        self._tries = RateLimit(_TRIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        address = scope["client"][0] if scope.get("client") else ""
        name: str = scope.get("state", {}).get("user", "")
        if self._access.asks_for_token and not name:
            token = _read_token(Headers(scope=scope))
            program = self._tokens.recall(token)
            if program is None and token and self._access.tokens:
                if not self._tries.allows(address):
                    told = "too many tokens were tried from this address; wait a minute"
                    await refuse(told, 429)(scope, receive, send)
                    return
                program = await run_in_threadpool(self._tokens.find, token)
            if program is None:
                told = _WANTED[bool(self._access.tokens)]
                await refuse(told, 401, code="invalid_api_key")(scope, receive, send)
                return
            name = PROGRAM + program
        known = {"name": name, "visitor": name or address}
        scope = {**scope, "state": {**scope.get("state", {}), **known}}
        await self._app(scope, _limit_body(receive), send)


def _read_token(headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _limit_body(receive: Receive) -> Receive:
    """Return what reads a request that is not longer than it may be."""
    length = 0

    async def limited() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > _MAX_BODY:
            raise HTTPException(413, f"a request may have {_MAX_BODY:,} bytes; send less history")
        return message

    return limited

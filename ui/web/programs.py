"""What programs ask over HTTP: OpenAI's chat completions, plain REST, and whether all is well.

These ways lie outside the page's password; :mod:`ui.web.tokens` stands before them. An error comes
in OpenAI's form, whatever was asked.
"""

import asyncio
import logging
import time
from typing import Annotated

from anyio import to_thread
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from index.errors import JawabError
from rag.answers import passage_to_dict
from rag.assistant import Assistant
from rag.following.feeds import format_news
from rag.following.questions import SavedQuestions
from rag.language.followup import History
from ui.web.access import Access, RateLimit
from ui.web.api import list_articles
from ui.web.completions import Asked, Completion, Json, Question, Turns
from ui.web.following import Answers, Events, follow, take_last, unless_gone
from ui.web.indexes import Indexes
from ui.web.program_errors import HANDLERS
from ui.web.served import Served
from ui.web.talk import Talk
from ui.web.tokens import TokenCheck

logger = logging.getLogger(__name__)

_PLACES = 4
"""Questions of programs that are answered at once, as many as of the page's own endpoints."""


def build_routes(
    indexes: Indexes, access: Access, limit: RateLimit, *, list_sources: bool = False
) -> list[BaseRoute]:
    """Return the routes of programs, for the application that serves the page.

    Args:
        indexes: What answers.
        access: Whether a token is needed, and which; who may ask which index.
        limit: How often a visitor may ask, on the page and here.
        list_sources: Whether chat completions have their sources in the text, where a request does
            not say.
    """
    programs = _Programs(Served(indexes, access), limit, list_sources=list_sources)
    asked = TokenCheck(programs.build(), access)
    checked = Route("/healthz", _Health(indexes).tell, methods=["GET"])
    return [checked, *(Route(f"/{way}/{{rest:path}}", asked) for way in ("v1", "api"))]


class _Health:
    """Whether the indexes can be read."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes

    def tell(self, _: Request) -> Response:
        """Return the generations of the indexes in order, or 503 where one cannot be read."""
        generations = []
        try:
            for name in self._indexes.names:
                with self._indexes[name].index.store.read() as reader:
                    generations.append(reader.generation)
        except JawabError as error:
            logger.warning("an index cannot be read: %s", error)
            return JSONResponse({"status": "error"}, 503)
        return JSONResponse({"status": "ok", "generations": generations})


class _Programs:
    """What is offered; each method is a way of its own."""

    def __init__(self, served: Served, limit: RateLimit, *, list_sources: bool) -> None:
        self._served = served
        self._limit = limit
        self._list_sources = list_sources
        self._places = asyncio.Semaphore(_PLACES)
        self._began = int(time.time())

    def build(self) -> FastAPI:
        """Return the application; its description is at ``/api/openapi.json``."""
        app = FastAPI(
            title="Jawab",
            version="1",
            openapi_url="/api/openapi.json",
            docs_url=None,  # pages of FastAPI's that ask other hosts for their scripts
            redoc_url=None,
            exception_handlers=HANDLERS,
        )
        app.post("/v1/chat/completions", response_model=None)(self.complete)
        app.get("/v1/models")(self.models)
        app.get("/v1/models/{model:path}")(self.model)
        app.post("/api/ask")(self.ask)
        app.post("/api/search")(self.search)
        app.get("/api/articles")(self.articles)
        app.get("/api/news", response_model=None)(self.news)
        return app

    async def ask(self, request: Request, asked: Turns) -> Json:
        """Answer a question from the articles, with the exact words that each sentence rests on."""
        assistant = self._seen(request).find(asked.index)
        answers = self._answer(request, assistant, asked, asked.question, asked.history)
        return (await unless_gone(request, take_last(answers))).to_dict()

    async def search(self, request: Request, asked: Question) -> Json:
        """Find the passages of the articles that are nearest to a question; nothing is written."""
        self._limit.check(request.state.visitor)
        assistant, where = self._seen(request).find(asked.index), asked.filter()
        async with self._places:
            found = await to_thread.run_sync(
                lambda: assistant.search(asked.question, k=asked.k, filter=where)
            )
        passages = [passage_to_dict(passage) for passage in found]
        return {"question": asked.question, "passages": passages}

    def articles(
        self,
        request: Request,
        words: str = "",
        source: str = "",
        order: str = "newest",
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
        size: int = 50,
        index: str = "",
    ) -> Json:
        """List the articles of an index, at most 200 a page.

        `words` are those of a title, in any form; `order` is newest, oldest, title or source.
        """
        return list_articles(self._seen(request), words, source, order, page, size, index)

    def news(
        self,
        request: Request,
        index: str = "",
        kind: Annotated[str, Query(alias="format")] = "json",
    ) -> Response:
        """Return what new articles say to the saved questions of an index, the newest first.

        `format` is json or rss.
        """
        questions = SavedQuestions(self._seen(request).find(index).index.store.place)
        content = format_news(questions.news(), kind, link=str(request.base_url))
        media = "application/json" if kind == "json" else "application/rss+xml"
        return Response(content, media_type=media)

    def models(self, request: Request) -> Json:
        """List the indexes as OpenAI lists models."""
        names = self._seen(request).names
        return {"object": "list", "data": [self._describe(name) for name in names]}

    def model(self, request: Request, model: str) -> Json:
        """Describe an index as OpenAI describes a model."""
        self._seen(request).find(model)
        return self._describe(model)

    def _seen(self, request: Request) -> Indexes:
        """Return the indexes that whoever sent a request may ask."""
        return self._served.seen_by_name(request.state.name)

    def _describe(self, name: str) -> Json:
        return {"id": name, "object": "model", "created": self._began, "owned_by": "jawab"}

    async def complete(self, request: Request, asked: Completion) -> Response:
        """Answer the last message of a conversation, as OpenAI's chat completions do.

        The message's `annotations` say what each mark cites; `jawab` has the sentences and the
        quotes they rest on. `model` is the name of an index.
        """
        seen = self._seen(request)
        assistant = seen.find(asked.model)
        question, history = asked.turns()
        answers = self._answer(request, assistant, asked, question, history)
        talk = Talk(assistant, asked, seen.known(asked.model), self._list_sources)
        if not asked.stream:
            answer = await unless_gone(request, take_last(answers))
            return JSONResponse(await to_thread.run_sync(talk.whole, answer))
        first = await unless_gone(request, anext(answers))  # what is wrong shows in the status
        return Events(talk.events(first, answers), answers)

    def _answer(
        self,
        request: Request,
        assistant: Assistant,
        asked: Asked,
        question: str,
        history: History = (),
    ) -> Answers:
        self._limit.check(request.state.visitor)
        where = asked.filter()
        return follow(
            lambda stop: assistant.stream(
                question, history=history, k=asked.k, filter=where, stop=stop
            ),
            self._places,
        )

"""Answers as they grow, for as long as somebody reads them."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.answers import Answer
from rag.writing.stopping import AnswerStoppedError, Stop

_T = TypeVar("_T")
Answers = AsyncGenerator[Answer, None]
_GONE = 499
"""nginx's status where a client goes away; nobody reads it."""
_THREADS = threading.BoundedSemaphore(16)
"""Threads that work on answers, those included that nobody waits for any longer. Chosen."""


async def follow(ask: Callable[[Stop], Iterator[Answer]], places: asyncio.Semaphore) -> Answers:
    """Yield an answer as it grows.

    Args:
        ask: Begins it.
        places: It takes one, which is free again as soon as nobody reads on. The connection to its
            model is closed then; a search ends by itself.
    """
    gone = Stop()
    async with places:
        answers = ask(gone)

        def advance() -> Answer | None:
            if not _THREADS.acquire(blocking=False):
                raise HTTPException(503, "too many questions are under way; ask again in a moment")
            try:
                with suppress(AnswerStoppedError):
                    return next(answers, None)
                return None
            finally:
                _THREADS.release()

        try:
            while answer := await to_thread.run_sync(advance, abandon_on_cancel=True):
                yield answer
        finally:
            gone.set()


async def take_last(answers: Answers) -> Answer:
    """Return the whole answer."""
    return [answer async for answer in answers][-1]


async def unless_gone(request: Request, work: Awaitable[_T]) -> _T:
    """Return what is worked out; stop where the client goes away."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_wait_until_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise HTTPException(_GONE)
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _wait_until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Events(StreamingResponse):
    """Events of an answer; its place is freed also where the client goes before they begin."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[str], answers: Answers) -> None:
        # nginx passes on at once what says so.
        super().__init__(events, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._answers.aclose()

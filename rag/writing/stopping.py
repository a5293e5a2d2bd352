"""What a model writes, for as long as somebody waits for it.

A thread that waits for a model cannot be woken; a task of an event loop can be cancelled, and what
it has open is closed then. So models are asked on a loop of their own, in a thread that ends with
the process.
"""

import asyncio
import sys
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
)
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeVar

from index.errors import JawabError

_T = TypeVar("_T")
_AGAIN_S = 0.2
"""Seconds after which work that was cancelled and goes on is cancelled again. Chosen."""
_BEGINNING = threading.Lock()
"""Held while the loop is begun, so that there is one."""
_OPENED: ContextVar[list[AsyncGenerator[Any, Any]]] = ContextVar("_OPENED")
"""What was begun for the answer that a task waits for."""


class AnswerStoppedError(JawabError):
    """Nobody waits for the answer any longer."""


class Stop:
    """Whether an answer is still wanted; safe from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: list[Callable[[], object]] = []
        self.is_set = False

    def set(self) -> None:
        """End what is under way for the answer, and what is begun for it later."""
        with self._lock:
            self.is_set = True
            told, self._told = self._told, []
        for tell in told:
            tell()

    def tell(self, ending: Callable[[], object]) -> None:
        """Call something once it is set; at once where it is."""
        with self._lock:
            if not self.is_set:
                self._told.append(ending)
                return
        ending()


def wait_for(ask: Callable[[], Awaitable[_T]], stop: Stop) -> _T:
    """Return what a model says.

    Raises:
        AnswerStoppedError: Nobody waits any longer; the model's connection is closed.
    """

    async def once() -> AsyncIterator[_T]:
        yield await ask()

    (said,) = iterate(once(), stop)
    return said


def iterate(pieces: AsyncIterator[_T], stop: Stop) -> Iterator[_T]:
    """Yield the pieces of what a model writes; whoever closes this closes its connection.

    Raises:
        AnswerStoppedError: Nobody waits any longer; the connection is closed.
    """
    received: SimpleQueue[tuple[_T] | BaseException | None] = SimpleQueue()
    stopped = AnswerStoppedError("the answer was stopped")

    async def receive() -> None:
        opened: list[AsyncGenerator[Any, Any]] = []
        _OPENED.set(opened)
        try:
            async for piece in pieces:
                received.put((piece,))
            received.put(None)
        except Exception as error:  # noqa: BLE001  raised where the pieces are read
            received.put(error)
        finally:
            for generator in reversed(opened):
                with suppress(Exception):  # of what was closed for good
                    await generator.aclose()

    receiving = asyncio.run_coroutine_threadsafe(_until_stopped(receive()), _loop())
    receiving.add_done_callback(lambda _: received.put(stopped))
    stop.tell(receiving.cancel)
    try:
        while (got := received.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]
    finally:
        receiving.cancel()


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work; where that is cancelled, cancel the work until it has ended.

    Once is not enough: before Python 3.12 ``asyncio.wait_for``, through which LangChain reads each
    piece, forgets a cancellation that comes together with a piece (CPython issue 86296).
    """
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({working})
    finally:
        while not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=_AGAIN_S)


def _loop() -> asyncio.AbstractEventLoop:
    with _BEGINNING:
        return _begin_loop()


@cache
def _begin_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.call_soon(_note_opened)
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


def _note_opened() -> None:
    """Note every generator that is begun for an answer, from now on and in this thread.

    LangChain leaves those inside its own to the collector, and with them the connection.
    """
    first = sys.get_asyncgen_hooks().firstiter

    def note(generator: AsyncGenerator[Any, Any]) -> None:
        _OPENED.get([]).append(generator)
        if first:
            first(generator)

    sys.set_asyncgen_hooks(firstiter=note)

"""Work ahead: run an iterator in a thread of its own, or begin what comes next, meanwhile."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
Begun = TypeVar("Begun")


def begin_ahead(
    begin: Callable[[Item], Begun], items: Iterable[Item], *, room: int
) -> Iterator[Begun]:
    """Yield what is begun for each item, in order, up to ``room`` items after it begun too."""
    begun: deque[Begun] = deque()
    for item in items:
        begun.append(begin(item))
        if len(begun) > room:
            yield begun.popleft()
    yield from begun


class Prefetcher(Generic[Item]):
    """Iterates over something in a thread that stays at most a few items ahead.

    An error in the thread is raised where the item would have come. Leaving the context stops the
    thread at its next item.
    """

    def __init__(self, items: Iterable[Item], *, room: int) -> None:
        self._items = items
        self._queue: queue.Queue[tuple[str, Item | BaseException | None]] = queue.Queue(room)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def __enter__(self) -> Iterator[Item]:
        self._thread.start()
        return self._iterate()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put(("item", item)):
                    return
            self._put(("end", None))
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            self._put(("error", error))

    def _put(self, entry: tuple[str, Item | BaseException | None]) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(entry, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def _iterate(self) -> Iterator[Item]:
        while True:
            kind, content = self._queue.get()
            if kind == "end":
                return
            if isinstance(content, BaseException) and kind == "error":
                raise content
            yield content  # type: ignore[misc]  # an entry of kind "item" holds one

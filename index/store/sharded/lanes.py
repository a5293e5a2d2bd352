"""Threads for the shards: what is read of a shard is read by one thread, which is its alone."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from index.store.shard import Shard

Result = TypeVar("Result")


class Lane:
    """A thread a shard, for one reader or one change at a time."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.shards = shards
        self._threads = [
            ThreadPoolExecutor(1, thread_name_prefix=f"shard-{n}") for n in range(len(shards))
        ]

    def run(self, calls: Mapping[int, Callable[[], Result]]) -> dict[int, Result]:
        """Do something in the threads of some shards at once; return what came of it, by shard.

        All have ended when this returns or raises what the first that failed raised.
        """
        futures = {n: self._threads[n].submit(call) for n, call in calls.items()}
        wait(futures.values())
        return {n: future.result() for n, future in futures.items()}

    def ask(self, question: Callable[[Shard], Result]) -> list[Result]:
        """Ask every shard the same; return the answers in the order of the shards."""
        found = self.run({n: _bind(question, shard) for n, shard in enumerate(self.shards)})
        return [found[n] for n in range(len(self.shards))]

    def close(self) -> None:
        """Let go of what the threads hold, and end them."""
        self.ask(lambda shard: shard.close())
        for thread in self._threads:
            thread.shutdown()


def _bind(question: Callable[[Shard], Result], shard: Shard) -> Callable[[], Result]:
    return lambda: question(shard)


class Lanes:
    """As many lanes as are used at once; those that are free are used again."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = shards
        self._lock = threading.Lock()
        self._free: list[Lane] = []

    @contextmanager
    def take(self) -> Iterator[Lane]:
        """Use a lane."""
        with self._lock:
            lane = self._free.pop() if self._free else Lane(self._shards)
        try:
            yield lane
        finally:
            with self._lock:
                self._free.append(lane)

    def close(self) -> None:
        """End the lanes that are free."""
        with self._lock:
            free, self._free = self._free, []
        for lane in free:
            lane.close()

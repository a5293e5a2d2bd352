"""Ask each host for one thing at a time, and leave it alone for a moment after."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from index.articles.fetching import Fetched, FetchError, Validators, fetch

_TURN_SECONDS = 60.0
"""For a host that others ask, so that one slow server does not hold every thread. Chosen: twice
what one request takes at most."""
PAUSE = 1.0
"""Seconds between two requests to one host. Chosen: what a reader who clicks would leave."""


class PoliteFetcher:
    """Fetches addresses, one at a time of each host; safe from threads."""

    def __init__(self, pause: Callable[[float], object], seconds: float = PAUSE) -> None:
        """Take how to wait.

        Args:
            pause: Waits some real seconds.
            seconds: Between two requests to one host.
        """
        self._pause = pause
        self._seconds = seconds
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    def fetch(
        self, url: str, *, allow_private: bool = False, known: Validators | None = None
    ) -> Fetched:
        """Fetch an address when its host may be asked; errors as for ``fetching.fetch``.

        Raises:
            FetchError: Others ask its host for too long.
        """
        return fetch(url, allow_private=allow_private, known=known, turn=self._take_turn)

    @contextmanager
    def _take_turn(self, url: str) -> Iterator[None]:
        with self._lock:
            host = self._hosts.setdefault(urlsplit(url).netloc.lower(), _Host())
        if not host.turn.acquire(timeout=_TURN_SECONDS):
            raise FetchError("others ask its host just now", is_passing=True)
        try:
            wait = host.asked + self._seconds - time.monotonic()
            if wait > 0:
                self._pause(wait)
            try:
                yield
            finally:
                host.asked = time.monotonic()
        finally:
            host.turn.release()


class _Host:
    """When a host was asked last, and whose turn it is."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.asked = float("-inf")

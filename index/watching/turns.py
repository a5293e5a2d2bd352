"""Ask each host for one thing at a time, and leave it alone for a moment after."""

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from index.articles.fetching import Fetched, Validators, fetch

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
        """Fetch an address when its host may be asked; errors as for ``fetching.fetch``."""
        with self._lock:
            host = self._hosts.setdefault(urlsplit(url).netloc.lower(), _Host())
        with host.turn:
            wait = host.asked + self._seconds - time.monotonic()
            if wait > 0:
                self._pause(wait)
            try:
                return fetch(url, allow_private=allow_private, known=known)
            finally:
                host.asked = time.monotonic()


class _Host:
    """When a host was asked last, and whose turn it is."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.asked = float("-inf")

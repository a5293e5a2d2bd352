"""Tell at once what changes in folders."""

import logging
import threading
from collections.abc import Callable, Set
from pathlib import Path

from index.watching.sources import WatchedSource

logger = logging.getLogger(__name__)

Changed = Callable[[WatchedSource, Set[Path]], None]
"""Told which paths below a folder have changed, in a thread of its own."""


class FolderWatch:
    """Watches one folder or file until it is stopped, or gone."""

    def __init__(self, source: WatchedSource, changed: Changed) -> None:
        self._source = source
        self._changed = changed
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folder", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether changes are told."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Tell no more changes."""
        self._stopped.set()

    def _run(self) -> None:
        from watchfiles import watch

        root = Path(self._source.place)
        try:
            for changes in watch(root, watch_filter=None, stop_event=self._stopped):
                self._changed(self._source, {Path(path) for _, path in changes})
        except (OSError, RuntimeError) as error:  # gone, or the system watches no more folders
            logger.warning("%s is only looked through from time to time: %s", root, error)

"""What a process keeps open of an index folder: search files, newer chunks, filters.

All of it is of one database file, and made anew when another state is read.
"""

import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path

from index.store.contract import Filter
from index.store.local.generation import Generation, OpenGeneration, open_generation
from index.store.local.reader import Delta, KeyFilter, load_delta
from index.store.local.rows import get_meta

_MAX_FILTERS = 8
"""Filters whose chunks are remembered; each is 8 bytes and a set entry a chunk. What asking again
saves: ``filtered_again_ms`` of ``python -m benchmarks.scale``."""


class OpenIndex:
    """Shared by the threads of a process; every method is told the state it is asked about."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._files: OpenGeneration | None = None
        self._delta: tuple[tuple[int, str], Delta] | None = None
        self._filters: OrderedDict[tuple[str, Filter], KeyFilter] = OrderedDict()

    def files(self, connection: sqlite3.Connection) -> OpenGeneration | None:
        """Return the open files of the generation the transaction sees.

        None before the first is published: then every chunk is compared one by one.

        Raises:
            GenerationDamagedError: The files cannot be used.
        """
        generation = Generation.from_json(get_meta(connection, "generation"))
        if generation.number == 0:
            return None
        with self._lock:
            if self._files is None or self._files.generation != generation:
                self._files = open_generation(self._folder, generation)
            return self._files

    def delta(self, connection: sqlite3.Connection, files: OpenGeneration | None) -> Delta:
        """Return the chunks that the files do not know, and those they should forget."""
        generation = files.generation if files else Generation()
        version = (generation.number, get_meta(connection, "revision") or "")
        with self._lock:
            if self._delta is None or self._delta[0] != version:
                self._delta = (version, load_delta(connection, generation.max_key))
            return self._delta[1]

    def filter_keys(self, connection: sqlite3.Connection, where: Filter) -> KeyFilter:
        """Return the chunks a filter allows; those of the last few filters are remembered."""
        name = (get_meta(connection, "revision") or "", where)
        with self._lock:
            found = self._filters.pop(name, None) or KeyFilter.of(connection, where)
            self._filters[name] = found
            while len(self._filters) > _MAX_FILTERS:
                self._filters.popitem(last=False)
        return found

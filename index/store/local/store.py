"""The store that ships: SQLite is the truth, FAISS and tantivy files are derived from it.

Every change is one transaction. The derived files are written beside the old ones and take
effect when the database names them, so a process killed at any moment leaves a usable index.
Chunks newer than the files are searched exactly, in memory.
"""

import json
import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path

from filelock import FileLock, Timeout

from index.embedding.embedded import Embedded
from index.errors import IndexLockedError, IndexNotFoundError, IndexWriteError
from index.folder import DATABASE
from index.store.contract import ApplyReport, ArticleChunks, Filter, Move
from index.store.local.catalogue import Catalogue
from index.store.local.connections import (
    checkpoint,
    connected,
    reading_connection,
    reading_reported,
    transaction,
    writing_reported,
)
from index.store.local.generation import (
    Generation,
    GenerationDamagedError,
    OpenGeneration,
    open_generation,
    publish_path,
    remove_stale,
)
from index.store.local.publication import write_generation
from index.store.local.reader import Delta, KeyFilter, SqliteReader, load_delta
from index.store.local.rows import (
    Changes,
    add_meta,
    count_rows,
    forget_file,
    insert_article,
    meta,
    move_article,
    now,
    remember_files,
    remove_article,
    set_meta,
)
from index.store.manifest import Manifest

logger = logging.getLogger(__name__)

_COMPACT_CHUNKS = 2_000
_COMPACT_SHARE = 0.02
_GROWTH = 5_000
"""While a build is under way, search files are made when the index has doubled, this at least."""
_FILTERS_KEPT = 8


class SqliteStore(Catalogue):
    """An index folder. Many processes may read while one writes."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._local = threading.local()
        self._cache_lock = threading.Lock()
        self._open: OpenGeneration | None = None
        self._delta: tuple[tuple[int, str], Delta] | None = None
        self._filters: OrderedDict[tuple[str, Filter], KeyFilter] = OrderedDict()

    # -- opening ---------------------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path) -> "SqliteStore":
        """Open an index folder.

        Raises:
            IndexNotFoundError: It holds no index.
            IndexMismatchError: It has another format.
            IndexDamagedError: Its database cannot be read.
        """
        path = folder / DATABASE
        if not path.is_file():
            raise IndexNotFoundError(
                f"no index in {folder}; build one: jawab index build PATH --index {folder}"
            )
        with reading_reported(folder):
            connection = reading_connection(path)
            try:
                manifest = Manifest.from_json(meta(connection, "manifest") or "{}")
            finally:
                connection.close()
        return cls(folder, manifest)

    @classmethod
    def create(cls, folder: Path, manifest: Manifest) -> "SqliteStore":
        """Make an empty index in a folder; an existing one is opened instead.

        Raises:
            IndexWriteError: The folder cannot be written to.
        """
        path = folder / DATABASE
        if path.is_file():
            return cls.open(folder)
        staged = folder / f"{DATABASE}.tmp"
        schema = resources.files("index.store.local").joinpath("schema.sql")
        with writing_reported(folder):
            folder.mkdir(parents=True, exist_ok=True)
            staged.unlink(missing_ok=True)
            with connected(staged) as connection:
                connection.executescript(schema.read_text(encoding="utf-8"))
                set_meta(connection, "manifest", manifest.to_json())
                connection.execute("PRAGMA journal_mode = WAL")
            publish_path(staged, path)
        return cls(folder, manifest)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; reading goes on meanwhile.

        Raises:
            IndexLockedError: Another process holds it.
            IndexWriteError: The disk is full, or the folder may not be written to.
        """
        lock = FileLock(self.folder / "writer.lock", timeout=0)
        with writing_reported(self.folder):
            try:
                lock.acquire()
            except Timeout:
                raise IndexLockedError(
                    f"another process is writing to {self.folder}; wait until it is done"
                ) from None
            try:
                self._remove_stale()
                yield
                checkpoint(self.folder / DATABASE)
            except BaseException:
                self._remove_stale()
                raise
            finally:
                lock.release()

    def _remove_stale(self) -> None:
        current = self._generation().number
        remove_stale(self.folder, keep={current, current - 1})

    # -- changing --------------------------------------------------------------------------------

    def apply(
        self,
        upserts: Iterable[ArticleChunks],
        deletes: Iterable[str] = (),
        *,
        moves: Iterable[Move] = (),
        files: Mapping[str, str] | None = None,
    ) -> ApplyReport:
        """Change articles in one transaction, as :meth:`index.store.contract.Store.apply` says."""
        report = ApplyReport()
        with transaction(self.folder / DATABASE) as connection:
            changes = Changes()
            for article_id in deletes:
                forget_file(connection, article_id)
                gone = remove_article(connection, article_id, changes)
                report = replace(report, removed=report.removed + gone)
            for move in moves:
                forget_file(connection, move.old_id)
                moved = move_article(connection, move)
                report = replace(report, moved=report.moved + moved)
            for item in upserts:
                gone = remove_article(connection, item.article.id, changes)
                insert_article(connection, item, changes)
                self._remember_dimension(connection, item.embedded)
                report = replace(
                    report,
                    added=report.added + 1 - gone,
                    replaced=report.replaced + gone,
                    chunks=report.chunks + len(item.chunks),
                )
            remember_files(connection, files or {})
            changes.store(connection)
            if report != ApplyReport():
                add_meta(connection, "revision", 1)
                set_meta(connection, "updated", now())
        return report

    def _remember_dimension(
        self, connection: sqlite3.Connection, embedded: Sequence[Embedded]
    ) -> None:
        if self.manifest.dimension == 0 and embedded:
            self.manifest = replace(self.manifest, dimension=len(embedded[0].vector))
            set_meta(connection, "manifest", self.manifest.to_json())

    def compact_if_needed(self, *, growing: bool = False) -> bool:
        """Publish a new generation when much has changed since the last; tell whether it did.

        Args:
            growing: Whether more is about to come, so that only doubling is worth a publication.
        """
        generation, connection = self._generation(), self._reading()
        new = count_rows(
            connection, "SELECT count(*) FROM chunks WHERE key > ?", generation.max_key
        )
        gone = count_rows(connection, "SELECT count(*) FROM removed_chunks")
        small = min(_COMPACT_CHUNKS, _COMPACT_SHARE * generation.chunks)
        if new + gone <= (max(_GROWTH, generation.chunks) if growing else small):
            return False
        self.compact()
        return True

    def compact(self) -> None:
        """Write the derived files over everything stored now and publish them."""
        previous = self._generation()
        with connected(self.folder / DATABASE) as connection:
            connection.execute("BEGIN")
            max_key = count_rows(connection, "SELECT coalesce(max(key), 0) FROM chunks")
            chunks = count_rows(connection, "SELECT count(*) FROM chunks")
            upcoming = write_generation(
                connection,
                self.folder,
                Generation(previous.number + 1, max_key, chunks),
                dimension=self.manifest.dimension,
            )
            connection.execute("ROLLBACK")
        with transaction(self.folder / DATABASE) as connection:
            set_meta(connection, "generation", upcoming.to_json())
            connection.execute("DELETE FROM removed_chunks WHERE key <= ?", (max_key,))
        remove_stale(self.folder, keep={upcoming.number, previous.number})
        logger.info("published generation %d with %d chunks", upcoming.number, chunks)

    # -- reading ---------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[SqliteReader]:
        """Open one consistent state for reading; safe in any thread."""
        connection = self._reading()
        with reading_reported(self.folder):
            connection.execute("BEGIN")
            try:
                self._follow_manifest(connection)
                try:
                    opened = self._generation_of(connection)
                except GenerationDamagedError as error:
                    connection.execute("ROLLBACK")
                    mended = self._mend(error)
                    connection.execute("BEGIN")
                    opened = self._generation_of(connection) if mended else None
                delta = self._delta_of(connection, opened)
                yield SqliteReader(
                    connection,
                    opened,
                    delta,
                    embedder=self.manifest.embedder,
                    key_filter=self._filter_keys,
                )
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _follow_manifest(self, connection: sqlite3.Connection) -> None:
        """Notice that the index was embedded again with another embedder."""
        stored = meta(connection, "manifest") or "{}"
        if json.loads(stored) != json.loads(self.manifest.to_json()):
            self.manifest = Manifest.from_json(stored)

    def _generation_of(self, connection: sqlite3.Connection) -> OpenGeneration | None:
        """Return the open files of the generation the transaction sees.

        None before the first is published: then every chunk is compared one by one.

        Raises:
            GenerationDamagedError: The files cannot be used.
        """
        generation = self.generation_in(connection)
        if generation.number == 0:
            return None
        with self._cache_lock:
            if self._open is None or self._open.generation != generation:
                self._open = open_generation(self.folder, generation)
            return self._open

    def _mend(self, error: Exception) -> bool:
        """Make the derived files again from the database; tell whether that could be done.

        While another process writes, or where nothing can be written, every chunk is compared one
        by one instead.
        """
        logger.warning("rebuilding the search files of %s: %s", self.folder, error)
        try:
            with self.writing():
                self.compact()
        except (IndexLockedError, IndexWriteError) as reason:
            logger.warning("searching %s without its search files: %s", self.folder, reason)
            return False
        return True

    def _delta_of(self, connection: sqlite3.Connection, opened: OpenGeneration | None) -> Delta:
        generation = opened.generation if opened else Generation()
        version = (generation.number, meta(connection, "revision") or "")
        with self._cache_lock:
            if self._delta is None or self._delta[0] != version:
                self._delta = (version, load_delta(connection, generation.max_key))
            return self._delta[1]

    def _filter_keys(self, connection: sqlite3.Connection, where: Filter) -> KeyFilter:
        """Return the chunks a filter allows; those of the last few filters are remembered."""
        name = (meta(connection, "revision") or "", where)
        with self._cache_lock:
            found = self._filters.pop(name, None) or KeyFilter.of(connection, where)
            self._filters[name] = found
            while len(self._filters) > _FILTERS_KEPT:
                self._filters.popitem(last=False)
        return found

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Open one consistent state of the database itself, for checks."""
        connection = self._reading()
        with reading_reported(self.folder):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @staticmethod
    def generation_in(connection: sqlite3.Connection) -> Generation:
        """Return the published generation that a snapshot names."""
        return Generation.from_json(meta(connection, "generation"))

    def _generation(self) -> Generation:
        return self.generation_in(self._reading())

    def _reading(self) -> sqlite3.Connection:
        """Return this thread's connection for reading."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with reading_reported(self.folder):
                connection = reading_connection(self.folder / DATABASE)
            self._local.connection = connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

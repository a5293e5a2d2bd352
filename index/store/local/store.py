"""The store that ships: SQLite is the truth, FAISS and tantivy files are derived from it.

Every change is one transaction. The derived files are written beside the old ones and take
effect when the database names them, so a process killed at any moment leaves a usable index.
Chunks newer than the files are searched exactly, in memory.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from index.errors import IndexLockedError, IndexNotFoundError, IndexWriteError
from index.folder import DATABASE, publish_path
from index.store.changes import ApplyReport, ArticleChunks, Move
from index.store.local.backup import copy_index
from index.store.local.catalogue import Catalogue
from index.store.local.connections import (
    ReadConnection,
    checkpoint,
    connect,
    connect_for_reading,
    report_read_errors,
    report_write_errors,
    transaction,
)
from index.store.local.generation import (
    Generation,
    GenerationDamagedError,
    remove_stale,
)
from index.store.local.opened import OpenIndex
from index.store.local.publication import write_generation
from index.store.local.reader import SqliteReader
from index.store.local.rows import (
    LAST_CHUNK,
    Changes,
    add_meta,
    count_rows,
    forget_file,
    get_meta,
    insert_article,
    insert_files,
    load_manifest,
    make_database,
    move_article,
    now,
    remove_article,
    set_meta,
)
from index.store.local.staging import SqliteStaging
from index.store.local.upgrade import needs_upgrade, upgrade_database
from index.store.local.verification import verify_database
from index.store.manifest import Manifest
from index.store.verification import Verification

logger = logging.getLogger(__name__)

_COMPACT_CHUNKS = 2_000
_COMPACT_SHARE = 0.02
"""New and removed chunks, or share of all, from which on search files are made anew. Chosen, not
measured: until then they are compared one by one, and writing 10,000 takes a second
(``publish_s`` of ``python -m benchmarks.scale``)."""
_MIN_GROWTH = 5_000
"""While a build is under way, search files are made when the index has doubled, this at least."""


class SqliteStore(Catalogue):
    """An index folder. Many processes may read while one writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._local = threading.local()
        self._lock = threading.Lock()
        self._file: tuple[int, ...] = ()
        self._opened = OpenIndex(folder)

    @property
    def place(self) -> str:
        """The folder, as it was named."""
        return str(self.folder)

    @property
    def manifest(self) -> Manifest:
        """What the index was built with, as it is now."""
        with report_read_errors(self.folder):
            return load_manifest(self._reading())

    @classmethod
    def open(cls, folder: Path) -> "SqliteStore":
        """Open an index folder.

        Raises:
            IndexNotFoundError: It holds no index.
            IndexMismatchError: It has another format.
            IndexDamagedError: Its database cannot be read.
        """
        store = cls(folder)
        with report_read_errors(folder):
            load_manifest(store._reading())
        return store

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
        with report_write_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            make_database(staged, manifest)
            publish_path(staged, path)
        return cls(folder)

    @classmethod
    def upgrade(cls, folder: Path) -> bool:
        """Bring an index of the format before to this one; tell whether it was of that.

        Raises:
            IndexNotFoundError: The folder holds no index.
            IndexLockedError: Another process writes to it or reads it.
            IndexWriteError: There is no room.
        """
        path = folder / DATABASE
        if not path.is_file():
            raise _not_found(folder)
        with report_read_errors(folder):
            if not needs_upgrade(path):
                return False
        with hold_writer_lock(folder):
            upgrade_database(folder)
        return True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; reading goes on meanwhile.

        Raises:
            IndexLockedError: Another process holds it.
            IndexWriteError: The disk is full, or the folder may not be written to.
        """
        with hold_writer_lock(self.folder):
            try:
                self._remove_stale()
                yield
                if self._is_there():
                    checkpoint(self.folder / DATABASE)
            except BaseException:
                if self._is_there():
                    self._remove_stale()
                raise

    def _is_there(self) -> bool:
        """Tell whether the database is still there: not when it was just shared out anew."""
        return (self.folder / DATABASE).is_file()

    def _remove_stale(self) -> None:
        current = self._generation().number
        remove_stale(self.folder, keep={current, current - 1})

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
            changes, manifest = Changes(), load_manifest(connection)
            dimension = manifest.dimension
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
                dimension = dimension or (len(item.embedded[0].vector) if item.embedded else 0)
                report = replace(
                    report,
                    added=report.added + 1 - gone,
                    replaced=report.replaced + gone,
                    chunks=report.chunks + len(item.chunks),
                )
            insert_files(connection, files or {})
            changes.store(connection)
            if dimension != manifest.dimension:
                manifest = replace(manifest, dimension=dimension)
                set_meta(connection, "manifest", manifest.to_json())
            if report != ApplyReport():
                add_meta(connection, "revision", 1)
                set_meta(connection, "updated", now())
        return report

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
        if new + gone <= (max(_MIN_GROWTH, generation.chunks) if growing else small):
            return False
        self.compact()
        return True

    def compact(self) -> None:
        """Write the derived files over everything stored now and publish them."""
        previous = self._generation()
        with connect(self.folder / DATABASE) as connection:
            connection.execute("BEGIN")
            # Not the highest key there is: removed ones above it would be remembered for ever.
            max_key = count_rows(connection, LAST_CHUNK)
            chunks = count_rows(connection, "SELECT count(*) FROM chunks")
            upcoming = write_generation(
                connection,
                self.folder,
                Generation(previous.number + 1, max_key, chunks),
                dimension=load_manifest(connection).dimension,
            )
            connection.execute("ROLLBACK")
        with transaction(self.folder / DATABASE) as connection:
            set_meta(connection, "generation", upcoming.to_json())
            connection.execute("DELETE FROM removed_chunks WHERE key <= ?", (max_key,))
        remove_stale(self.folder, keep={upcoming.number, previous.number})
        logger.info("published generation %d with %d chunks", upcoming.number, chunks)

    @contextmanager
    def read(self) -> Iterator[SqliteReader]:
        """Open one consistent state for reading; safe in any thread."""
        (connection, *_), opened = self._thread()
        with report_read_errors(self.folder):
            connection.execute("BEGIN")
            try:
                try:
                    files = opened.files(connection)
                except GenerationDamagedError as error:
                    connection.execute("ROLLBACK")
                    mended = self._rebuild_files(error)
                    connection.execute("BEGIN")
                    files = opened.files(connection) if mended else None
                yield SqliteReader(
                    connection,
                    files,
                    opened.delta(connection, files),
                    manifest=load_manifest(connection),
                    key_filter=opened.filter_keys,
                )
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _rebuild_files(self, error: Exception) -> bool:
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

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Open one consistent state of the database itself, for checks."""
        connection = self._reading()
        with report_read_errors(self.folder):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def _generation(self) -> Generation:
        return Generation.from_json(get_meta(self._reading(), "generation"))

    def stage(self, manifest: Manifest) -> SqliteStaging:
        """Begin a migration, or go on with an interrupted one to the same manifest."""
        return SqliteStaging(self.folder, manifest)

    def verify(self) -> Verification:
        """Check everything that can be checked without the embedder; nothing is mended."""
        with self.snapshot() as connection:
            return verify_database(connection, self.folder)

    def backup(self, copy: str | Path) -> "SqliteStore":
        """Copy the index into another folder, as the contract says."""
        with self.snapshot() as connection:
            copy_index(connection, self.folder, Path(copy))
        return self.open(Path(copy))

    def _reading(self) -> sqlite3.Connection:
        """Return this thread's connection for reading."""
        return self._thread().reading.connection

    def _thread(self) -> "_Thread":
        """Return what this thread reads with; made anew when the index was replaced by another."""
        path = self.folder / DATABASE
        found: _Thread | None = getattr(self._local, "found", None)
        try:
            if found is not None and found.reading.is_current(path):
                return found
            self.close()
            with report_read_errors(self.folder):
                reading = connect_for_reading(path)
        except FileNotFoundError:
            raise _not_found(self.folder) from None
        with self._lock:
            if self._file != reading.file:
                self._file, self._opened = reading.file, OpenIndex(self.folder)
            found = _Thread(reading, self._opened)
        self._local.found = found
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        found: _Thread | None = getattr(self._local, "found", None)
        if found is not None:
            found.reading.connection.close()
            self._local.found = None


@contextmanager
def hold_writer_lock(folder: Path) -> Iterator[None]:
    """Keep other processes from writing to a folder.

    Raises:
        IndexLockedError: Another process writes to it.
        IndexWriteError: There is no room, or writing is not allowed.
    """
    lock = FileLock(folder / "writer.lock", timeout=0)
    with report_write_errors(folder):
        try:
            lock.acquire()
        except Timeout:
            raise IndexLockedError(
                f"another process is writing to {folder}; wait until it is done"
            ) from None
        try:
            yield
        finally:
            lock.release()


class _Thread(NamedTuple):
    """What one thread reads with; threads that read the same file share what is open of it."""

    reading: ReadConnection
    opened: OpenIndex


def _not_found(folder: Path) -> IndexNotFoundError:
    return IndexNotFoundError(
        f"no index in {folder}; build one: jawab index build PATH --index {folder}"
    )

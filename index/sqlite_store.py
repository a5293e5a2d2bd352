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
from importlib import resources
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index.articles import Article
from index.dense import sample_size, write_dense
from index.errors import IndexDamagedError, IndexLockedError, IndexNotFoundError
from index.generation import (
    Generation,
    GenerationDamagedError,
    OpenGeneration,
    open_generation,
    publish_path,
    remove_stale,
)
from index.lexical import write_lexical
from index.manifest import Manifest
from index.sqlite_reader import Delta, SqliteReader, load_delta
from index.sqlite_rows import (
    Changes,
    add_meta,
    count_rows,
    insert_article,
    meta,
    now,
    remove_article,
    set_meta,
)
from index.store import ApplyReport, ArticleChunks, StoreStats
from index.vectors import FloatMatrix, FloatVector

logger = logging.getLogger(__name__)

DATABASE = "store.db"
_COMPACT_CHUNKS = 2_000
_COMPACT_SHARE = 0.02
_BLOCK = 20_000
_BUSY_MS = 30_000


class SqliteStore:
    """An index folder. Many processes may read while one writes."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._local = threading.local()
        self._cache_lock = threading.Lock()
        self._open: OpenGeneration | None = None
        self._delta: tuple[tuple[int, str], Delta] | None = None

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
        with _reported(folder), _connect(path, read_only=True) as connection:
            manifest = Manifest.from_json(meta(connection, "manifest") or "{}")
        return cls(folder, manifest)

    @classmethod
    def create(cls, folder: Path, manifest: Manifest) -> "SqliteStore":
        """Make an empty index in a folder; an existing one is opened instead."""
        path = folder / DATABASE
        if path.is_file():
            return cls.open(folder)
        folder.mkdir(parents=True, exist_ok=True)
        staged = folder / f"{DATABASE}.tmp"
        staged.unlink(missing_ok=True)
        schema = resources.files("index").joinpath("schema.sql").read_text(encoding="utf-8")
        with _connect(staged) as connection:
            connection.executescript(schema)
            set_meta(connection, "manifest", manifest.to_json())
            connection.execute("PRAGMA journal_mode = WAL")
        publish_path(staged, path)
        return cls(folder, manifest)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; reading goes on meanwhile.

        Raises:
            IndexLockedError: Another process holds it.
        """
        lock = FileLock(self.folder / "writer.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexLockedError(
                f"another process is writing to {self.folder}; wait until it is done"
            ) from None
        try:
            current = self._generation().number
            remove_stale(self.folder, keep={current, current - 1})
            yield
        finally:
            lock.release()

    # -- changing --------------------------------------------------------------------------------

    def known(self) -> Mapping[str, str]:
        """Return article id -> content hash."""
        return dict(self._reading().execute("SELECT id, hash FROM articles").fetchall())

    def origins(self) -> Mapping[str, str]:
        """Return article id -> where it was read from."""
        return dict(self._reading().execute("SELECT id, origin FROM articles").fetchall())

    def vectors_of(self, hashes: Iterable[str]) -> dict[str, FloatVector]:
        """Return stored vectors by the hash of the text they embed, for those that are known."""
        wanted = list(set(hashes))
        rows: list[tuple[str, bytes]] = []
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            rows += self._reading().execute(
                f"SELECT hash, vector FROM chunks WHERE hash IN ({marks})",  # noqa: S608
                part,
            )
        return {hash_: np.frombuffer(blob, "<f2").astype(np.float32) for hash_, blob in rows}

    def apply(self, upserts: Iterable[ArticleChunks], deletes: Iterable[str] = ()) -> ApplyReport:
        """Add, replace and remove articles in one transaction; doing it twice changes nothing."""
        report = ApplyReport()
        with self._transaction() as connection:
            changes = Changes()
            for article_id in deletes:
                gone = remove_article(connection, article_id, changes)
                report = replace(report, removed=report.removed + gone)
            for item in upserts:
                gone = remove_article(connection, item.article.id, changes)
                insert_article(connection, item, changes)
                self._remember_dimension(connection, item.vectors)
                report = replace(
                    report,
                    added=report.added + 1 - gone,
                    replaced=report.replaced + gone,
                    chunks=report.chunks + len(item.chunks),
                )
            changes.store(connection)
            add_meta(connection, "revision", 1)
            set_meta(connection, "updated", now())
        return report

    def _remember_dimension(self, connection: sqlite3.Connection, vectors: FloatMatrix) -> None:
        if self.manifest.dimension == 0 and len(vectors):
            self.manifest = replace(self.manifest, dimension=int(vectors.shape[1]))
            set_meta(connection, "manifest", self.manifest.to_json())

    def compact_if_needed(self) -> bool:
        """Publish a new generation when much has changed since the last; tell whether it did."""
        generation, connection = self._generation(), self._reading()
        new = count_rows(
            connection, "SELECT count(*) FROM chunks WHERE key > ?", generation.max_key
        )
        gone = count_rows(connection, "SELECT count(*) FROM removed_chunks")
        if new + gone <= min(_COMPACT_CHUNKS, _COMPACT_SHARE * generation.chunks):
            return False
        self.compact()
        return True

    def compact(self) -> None:
        """Write the derived files over everything stored now and publish them."""
        previous = self._generation()
        with _connect(self.folder / DATABASE) as connection:
            connection.execute("BEGIN")
            max_key = count_rows(connection, "SELECT coalesce(max(key), 0) FROM chunks")
            chunks = count_rows(connection, "SELECT count(*) FROM chunks")
            upcoming = Generation(previous.number + 1, max_key, chunks)
            self._write_files(connection, upcoming)
            connection.execute("ROLLBACK")
        with self._transaction() as connection:
            set_meta(connection, "generation", upcoming.to_json())
            connection.execute("DELETE FROM removed_chunks WHERE key <= ?", (max_key,))
        remove_stale(self.folder, keep={upcoming.number, previous.number})
        logger.info("published generation %d with %d chunks", upcoming.number, chunks)

    def _write_files(self, connection: sqlite3.Connection, generation: Generation) -> None:
        dense = self.folder / f"{generation.dense_name}.tmp"
        dimension = self.manifest.dimension or 1
        write_dense(
            dense,
            _vector_blocks(connection),
            dimension=dimension,
            count=generation.chunks,
            sample=_vector_sample(connection, generation.chunks),
        )
        publish_path(dense, self.folder / generation.dense_name)
        lexical = self.folder / f"{generation.lexical_name}.tmp"
        lexical.mkdir()
        rows = connection.execute(
            "SELECT c.key, a.terms || ' ' || c.terms FROM chunks c"
            " JOIN articles a ON a.key = c.article ORDER BY c.key"
        )
        write_lexical(lexical, rows)
        publish_path(lexical, self.folder / generation.lexical_name)

    # -- reading ---------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[SqliteReader]:
        """Open one consistent state for reading; safe in any thread."""
        connection = self._reading()
        with _reported(self.folder):
            connection.execute("BEGIN")
            try:
                try:
                    opened = self._generation_of(connection)
                except GenerationDamagedError as error:
                    logger.warning("rebuilding the search files of %s: %s", self.folder, error)
                    connection.execute("ROLLBACK")
                    self._mend()
                    connection.execute("BEGIN")
                    opened = self._generation_of(connection)
                yield SqliteReader(connection, opened, self._delta_of(connection, opened))
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

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

    def _mend(self) -> None:
        """Make the derived files again from the database."""
        with self.writing():
            self.compact()

    def _delta_of(self, connection: sqlite3.Connection, opened: OpenGeneration | None) -> Delta:
        generation = opened.generation if opened else Generation()
        version = (generation.number, meta(connection, "revision") or "")
        with self._cache_lock:
            if self._delta is None or self._delta[0] != version:
                self._delta = (version, load_delta(connection, generation.max_key))
            return self._delta[1]

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        rows = self._reading().execute(
            "SELECT id, title, text, source, date, author, url, origin FROM articles"
            " ORDER BY date DESC, key LIMIT ?",
            (count,),
        )
        return [Article(*row) for row in rows]

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        row = self._reading().execute(
            "SELECT id, title, text, source, date, author, url, origin FROM articles WHERE id = ?",
            (article_id,),
        )
        found = row.fetchone()
        return Article(*found) if found else None

    def count_articles(self) -> int:
        """Return how many articles there are."""
        return count_rows(self._reading(), "SELECT count(*) FROM articles")

    def list_articles(self) -> list[dict[str, object]]:
        """Return a row per article, newest first: id, title, source, date, url, chunks."""
        rows = self._reading().execute(
            "SELECT a.id, a.title, a.source, a.date, a.url, count(c.key) FROM articles a"
            " LEFT JOIN chunks c ON c.article = a.key GROUP BY a.key ORDER BY a.date DESC, a.id"
        )
        names = ("id", "title", "source", "date", "url", "chunks")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def stats(self) -> StoreStats:
        """Return counts for people."""
        connection, generation = self._reading(), self._generation()
        first, last, dated = connection.execute(
            "SELECT min(date), max(date), count(*) FROM articles WHERE date <> ''"
        ).fetchone()
        sources = connection.execute(
            "SELECT source, count(*) AS n FROM articles WHERE source <> ''"
            " GROUP BY source ORDER BY n DESC, source"
        ).fetchall()
        newer = "SELECT count(*) FROM chunks WHERE key > ?"
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return StoreStats(
            articles=count_rows(connection, "SELECT count(*) FROM articles"),
            chunks=count_rows(connection, "SELECT count(*) FROM chunks"),
            dated=dated,
            first_date=first or "",
            last_date=last or "",
            sources=dict(sources),
            generation=generation.number,
            unpublished_chunks=count_rows(connection, newer, generation.max_key),
            bytes_on_disk=sum(path.stat().st_size for path in files),
            updated=meta(connection, "updated") or "",
        )

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Open one consistent state of the database itself, for checks."""
        connection = self._reading()
        with _reported(self.folder):
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
            connection = sqlite3.connect(
                f"{(self.folder / DATABASE).resolve().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
            )
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            self._local.connection = connection
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _connect(self.folder / DATABASE) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


@contextmanager
def _connect(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA synchronous = FULL")
        yield connection
    finally:
        connection.close()


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    """Say what to do when the database itself is unreadable."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
        raise IndexDamagedError(
            f"the database of {folder} cannot be read ({error}); restore {DATABASE} from a"
            " backup, or build the articles again: jawab index build PATH --index NEW"
        ) from error


def _vector_blocks(
    connection: sqlite3.Connection,
) -> Iterator[tuple[NDArray[np.int64], FloatMatrix]]:
    cursor = connection.execute("SELECT key, vector FROM chunks ORDER BY key")
    while rows := cursor.fetchmany(_BLOCK):
        keys = np.array([key for key, _ in rows], np.int64)
        yield keys, _matrix(blob for _, blob in rows)


def _vector_sample(connection: sqlite3.Connection, chunks: int) -> FloatMatrix | None:
    """Return vectors spread evenly over the keys, to train an inverted file on."""
    if not chunks:
        return None
    step = max(1, chunks // sample_size(chunks))
    rows = connection.execute("SELECT vector FROM chunks WHERE key % ? = 0", (step,))
    blobs = [blob for (blob,) in rows]
    return _matrix(blobs) if blobs else None


def _matrix(blobs: Iterable[bytes]) -> FloatMatrix:
    return np.stack([np.frombuffer(blob, "<f2") for blob in blobs]).astype(np.float32)

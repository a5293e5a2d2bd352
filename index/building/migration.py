"""Embed an index again, with another embedder or by another version of Jawab.

Articles are cut, analysed and embedded beside what is there, which answers meanwhile; a migration
that was interrupted goes on where it stopped. In the end one transaction puts the new chunks in the
place of the old and names search files that were written before: a reader sees one or the other.
"""

import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from index.articles.article import Article
from index.building.intake import cut_article, texts_of
from index.building.reports import BuildProgress, Progress
from index.embedding.contract import Embedder
from index.embedding.embedded import embed_new
from index.embedding.embedders import embedder_like
from index.folder import DATABASE
from index.store.contract import ArticleChunks
from index.store.local.connections import connected, transaction
from index.store.local.generation import Generation, remove_stale
from index.store.local.publication import ChunkRows, write_generation
from index.store.local.rows import Changes, count_rows, insert_chunks, meta, now, set_meta
from index.store.local.store import SqliteStore
from index.store.manifest import Manifest

logger = logging.getLogger(__name__)

_BATCH_ARTICLES = 64
_LAST_KEY = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'chunks'"
_STAGING = """
CREATE TABLE staged_articles (key INTEGER PRIMARY KEY, terms TEXT NOT NULL);
CREATE TABLE staged_chunks (
    key     INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    start   INTEGER NOT NULL,
    "end"   INTEGER NOT NULL,
    hash    TEXT NOT NULL,
    terms   TEXT NOT NULL,
    vector  BLOB NOT NULL,
    words   BLOB NOT NULL
);
CREATE INDEX staged_chunks_hash ON staged_chunks (hash);
"""


def migrate_index(
    folder: str | Path, *, embedder: Embedder | None = None, progress: Progress | None = None
) -> int:
    """Cut, analyse and embed every article again; return how many chunks there are now.

    Vectors are kept where embedder and text stay the same.

    Args:
        folder: The index folder.
        embedder: The new embedder; None keeps the one the index was built with.
        progress: Called often with how far the migration is.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexLockedError: Another process is writing to it.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    store = SqliteStore.open(Path(folder))
    embedder = embedder or embedder_like(store.manifest.embedder)
    with store.writing():
        return _Migration(store, embedder, progress).run()


class _Migration:
    """One migration under way; the writer's lock is held."""

    def __init__(self, store: SqliteStore, embedder: Embedder, progress: Progress | None) -> None:
        self._store = store
        self._embedder = embedder
        self._progress = progress
        self._path = store.folder / DATABASE
        self._manifest = Manifest(embedder.identity)
        self._same_embedder = embedder.identity == store.manifest.embedder
        self._started = time.perf_counter()
        self._chunks = 0

    def run(self) -> int:
        self._prepare()
        with connected(self._path) as connection:
            total = count_rows(connection, "SELECT count(*) FROM articles")
        for done in self._stage():
            self._tell(done, total)
        return self._swap()

    def _prepare(self) -> None:
        """Make the tables for what is new, or go on with those of an interrupted migration."""
        with transaction(self._path) as connection:
            if meta(connection, "staging") == self._manifest.to_json():
                gone = "NOT IN (SELECT key FROM articles)"
                connection.execute(f"DELETE FROM staged_chunks WHERE article {gone}")  # noqa: S608
                connection.execute(f"DELETE FROM staged_articles WHERE key {gone}")  # noqa: S608
                return
            _drop_staging(connection)
            for statement in _STAGING.split(";"):
                connection.execute(statement)
            set_meta(connection, "staging", self._manifest.to_json())

    def _stage(self) -> Iterator[int]:
        """Stage the articles that are not yet; yield how many are."""
        while True:
            with connected(self._path) as connection:
                rows = connection.execute(
                    "SELECT key, id, title, text FROM articles WHERE key NOT IN"
                    " (SELECT key FROM staged_articles) ORDER BY key LIMIT ?",
                    (_BATCH_ARTICLES,),
                ).fetchall()
                done = count_rows(connection, "SELECT count(*) FROM staged_articles")
            yield done
            if not rows:
                return
            cut = [
                cut_article(Article(*fields), self._embedder.count_tokens) for _, *fields in rows
            ]
            texts = texts_of(cut)
            known = self._store.embedded(texts) if self._same_embedder else {}
            embedded = embed_new(self._embedder, texts, known)
            self._chunks += len(embedded) - len(known)
            with transaction(self._path) as connection:
                for (key, *_), item in zip(rows, cut, strict=True):
                    _insert(connection, key, item.with_embedded(embedded))

    def _swap(self) -> int:
        """Write search files over what was staged, and put it in the place of what was."""
        with connected(self._path) as connection:
            connection.execute("BEGIN")
            base = count_rows(connection, _LAST_KEY)
            chunks = count_rows(connection, "SELECT count(*) FROM staged_chunks")
            top = count_rows(connection, "SELECT coalesce(max(key), 0) FROM staged_chunks")
            previous = SqliteStore.generation_in(connection)
            dimension = _dimension(connection)
            upcoming = write_generation(
                connection,
                self._store.folder,
                Generation(previous.number + 1, base + top, chunks),
                dimension=dimension,
                rows=_rows(base),
            )
            counted = _counted(connection)
            connection.execute("ROLLBACK")
        with transaction(self._path) as connection:
            connection.execute("DELETE FROM chunks")
            connection.execute(
                'INSERT INTO chunks (key, article, start, "end", hash, terms, vector, words)'
                ' SELECT key + ?, article, start, "end", hash, terms, vector, words'
                " FROM staged_chunks ORDER BY key",
                (base,),
            )
            connection.execute(
                "UPDATE articles SET terms = (SELECT s.terms FROM staged_articles s"
                " WHERE s.key = articles.key)"
            )
            for table in ("removed_chunks", "document_frequencies"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            for name in ("chunk_count", "term_count"):
                set_meta(connection, name, "0")
            counted.store(connection)
            set_meta(connection, "generation", upcoming.to_json())
            set_meta(connection, "manifest", replace(self._manifest, dimension=dimension).to_json())
            set_meta(connection, "revision", str(int(meta(connection, "revision") or 0) + 1))
            set_meta(connection, "updated", now())
            _drop_staging(connection)
        remove_stale(self._store.folder, keep={upcoming.number, previous.number})
        logger.info("embedded %d chunks again, generation %d", chunks, upcoming.number)
        return chunks

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(
                BuildProgress(
                    fraction=done / total if total else 1.0,
                    files=0,
                    articles=done,
                    chunks=self._chunks,
                    failures=0,
                    seconds=time.perf_counter() - self._started,
                )
            )


def _insert(connection: sqlite3.Connection, key: int, item: ArticleChunks) -> None:
    terms = " ".join(item.title_terms)
    connection.execute("INSERT INTO staged_articles VALUES (?, ?)", (key, terms))
    insert_chunks(connection, "staged_chunks", key, item)


def _drop_staging(connection: sqlite3.Connection) -> None:
    for table in ("staged_chunks", "staged_articles"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("DELETE FROM meta WHERE key = 'staging'")


def _rows(base: int) -> ChunkRows:
    """Return the statements over what is staged, under the keys it will have."""
    return ChunkRows(
        vectors=f"SELECT key + {base}, vector FROM staged_chunks ORDER BY key",  # noqa: S608
        sample="SELECT vector FROM staged_chunks WHERE key % ? = 0",
        terms=f"SELECT c.key + {base}, a.terms || ' ' || c.terms FROM staged_chunks c"  # noqa: S608
        " JOIN staged_articles a ON a.key = c.article ORDER BY c.key",
    )


def _dimension(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT length(vector) FROM staged_chunks LIMIT 1").fetchone()
    return row[0] // 2 if row else 0


def _counted(connection: sqlite3.Connection) -> Changes:
    """Count the terms of what is staged."""
    counted = Changes()
    for title, terms in connection.execute(
        "SELECT a.terms, c.terms FROM staged_chunks c JOIN staged_articles a ON a.key = c.article"
    ):
        counted.count(title.split(), terms.split(), +1)
    return counted

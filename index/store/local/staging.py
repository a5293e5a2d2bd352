"""A migration of the local store: new chunks in tables of their own, swapped in at once.

In the end one transaction puts the new chunks in the place of the old and names search files that
were written before: a reader sees one or the other.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.articles.article import Article
from index.folder import DATABASE
from index.store.changes import ArticleChunks
from index.store.local.catalogue import COLUMNS, make_article
from index.store.local.connections import connect, transaction
from index.store.local.generation import Generation, remove_stale
from index.store.local.publication import ChunkRows, write_generation
from index.store.local.rows import (
    LAST_CHUNK,
    Changes,
    add_meta,
    count_rows,
    get_meta,
    insert_chunks,
    now,
    set_meta,
)
from index.store.manifest import Manifest

logger = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE staged_articles (key INTEGER PRIMARY KEY, terms TEXT NOT NULL);
CREATE TABLE staged_chunks (
    key     INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    start   INTEGER NOT NULL,
    "end"   INTEGER NOT NULL,
    hash    TEXT NOT NULL,
    terms   BLOB NOT NULL,
    vector  BLOB NOT NULL,
    words   BLOB NOT NULL
)
"""


class SqliteStaging:
    """One migration under way; the writer's lock is held."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder = folder
        self._path = folder / DATABASE
        self._manifest = manifest
        with transaction(self._path) as connection:
            if get_meta(connection, "staging") == manifest.to_json():
                gone = "NOT IN (SELECT key FROM articles)"
                connection.execute(f"DELETE FROM staged_chunks WHERE article {gone}")  # noqa: S608
                connection.execute(f"DELETE FROM staged_articles WHERE key {gone}")  # noqa: S608
                return
            _drop(connection)
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            set_meta(connection, "staging", manifest.to_json())

    def counts(self) -> tuple[int, int]:
        """Return how many articles are staged, and how many there are."""
        with connect(self._path) as connection:
            staged, total = (
                count_rows(connection, f"SELECT count(*) FROM {table}")  # noqa: S608
                for table in ("staged_articles", "articles")
            )
        return staged, total

    def pending(self, count: int) -> list[Article]:
        """Return some of the articles that are not staged yet, ``count`` at most."""
        with connect(self._path) as connection:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM articles WHERE key NOT IN"  # noqa: S608
                " (SELECT key FROM staged_articles) ORDER BY key LIMIT ?",
                (count,),
            ).fetchall()
        return [make_article(row) for row in rows]

    def put(self, items: Sequence[ArticleChunks]) -> None:
        """Stage articles in one transaction."""
        with transaction(self._path) as connection:
            for item in items:
                (key,) = connection.execute(
                    "SELECT key FROM articles WHERE id = ?", (item.article.id,)
                ).fetchone()
                terms = " ".join(item.title_terms)
                connection.execute("INSERT INTO staged_articles VALUES (?, ?)", (key, terms))
                insert_chunks(connection, "staged_chunks", key, item)

    def publish(self) -> int:
        """Write search files over what was staged, and put it in the place of what was."""
        with connect(self._path) as connection:
            connection.execute("BEGIN")
            base = count_rows(connection, LAST_CHUNK)
            chunks = count_rows(connection, "SELECT count(*) FROM staged_chunks")
            top = count_rows(connection, "SELECT coalesce(max(key), 0) FROM staged_chunks")
            previous = Generation.from_json(get_meta(connection, "generation"))
            manifest = replace(self._manifest, dimension=_load_dimension(connection))
            upcoming = write_generation(
                connection,
                self._folder,
                Generation(previous.number + 1, base + top, chunks),
                dimension=manifest.dimension,
                rows=_build_chunk_rows(base),
            )
            counted = _count_terms(connection)
            connection.execute("ROLLBACK")
        with transaction(self._path) as connection:
            _swap(connection, base)
            counted.store(connection)
            set_meta(connection, "generation", upcoming.to_json())
            set_meta(connection, "manifest", manifest.to_json())
            add_meta(connection, "revision", 1)
            set_meta(connection, "updated", now())
            _drop(connection)
        remove_stale(self._folder, keep={upcoming.number, previous.number})
        logger.info("embedded %d chunks again, generation %d", chunks, upcoming.number)
        return chunks


def _swap(connection: sqlite3.Connection, base: int) -> None:
    """Put the staged rows in the place of those that were, under keys after ``base``."""
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


def _drop(connection: sqlite3.Connection) -> None:
    for table in ("staged_chunks", "staged_articles"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("DELETE FROM meta WHERE key = 'staging'")


def _build_chunk_rows(base: int) -> ChunkRows:
    """Return the statements over what is staged, under the keys it will have."""
    return ChunkRows(
        vectors=f"SELECT key + {base}, vector FROM staged_chunks ORDER BY key",  # noqa: S608
        sample="SELECT vector FROM staged_chunks WHERE key % ? = 0",
        terms=f"SELECT c.key + {base}, a.terms || ' ' || inflate(c.terms) FROM staged_chunks c"  # noqa: S608
        " JOIN staged_articles a ON a.key = c.article ORDER BY c.key",
    )


def _load_dimension(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT length(vector) FROM staged_chunks LIMIT 1").fetchone()
    return int(row[0]) if row else 0


def _count_terms(connection: sqlite3.Connection) -> Changes:
    """Count the terms of what is staged."""
    counted = Changes()
    for title, terms in connection.execute(
        "SELECT a.terms, inflate(c.terms) FROM staged_chunks c"
        " JOIN staged_articles a ON a.key = c.article"
    ):
        counted.count(title.split(), terms.split(), +1)
    return counted

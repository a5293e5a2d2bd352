"""Check that an index is whole: its database, its offsets, and the files derived from it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from index.generation import GenerationDamagedError, open_generation
from index.sqlite_store import SqliteStore


@dataclass(frozen=True, slots=True)
class Verification:
    """What was counted and what is wrong.

    Attributes:
        articles: Articles in the database.
        chunks: Chunks in the database.
        published: Chunks in the derived files.
        problems: One sentence each; empty when the index is whole.
    """

    articles: int
    chunks: int
    published: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_index(folder: str | Path) -> Verification:
    """Check everything that can be checked without the embedder.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexDamagedError: Its database cannot be opened.
    """
    store = SqliteStore.open(Path(folder))
    with store.snapshot() as connection:
        problems = [*_database(connection, store.manifest.dimension)]
        keys = {key for (key,) in connection.execute("SELECT key FROM chunks")}
        removed = {key for (key,) in connection.execute("SELECT key FROM removed_chunks")}
        generation = store.generation_in(connection)
    published = 0
    if generation.number:
        expected = {key for key in keys | removed if key <= generation.max_key}
        try:
            opened = open_generation(store.folder, generation)
        except GenerationDamagedError as error:
            problems.append(f"search files: {error}; the next search or build makes them again")
        else:
            published = opened.dense.size
            if set(opened.dense.keys().tolist()) != expected:
                problems.append("search files: the vectors are not those of the database")
    stats = store.stats()
    return Verification(stats.articles, stats.chunks, published, tuple(problems))


def _database(connection: sqlite3.Connection, dimension: int) -> list[str]:
    checks = {
        "chunks without an article": (
            "SELECT count(*) FROM chunks WHERE article NOT IN (SELECT key FROM articles)"
        ),
        "articles without a chunk": (
            "SELECT count(*) FROM articles WHERE key NOT IN (SELECT article FROM chunks)"
        ),
        "chunks whose offsets are outside their article": (
            'SELECT count(*) FROM chunks c JOIN articles a ON a.key = c.article WHERE c."end" >'
            ' length(a.text) OR c.start >= c."end" OR c.start < 0'
        ),
        "chunks with a vector of the wrong length": (
            f"SELECT count(*) FROM chunks WHERE length(vector) <> {2 * dimension}"  # noqa: S608
        ),
        "counts of chunks that are off": (
            "SELECT abs((SELECT count(*) FROM chunks) - coalesce((SELECT CAST(value AS INTEGER)"
            " FROM meta WHERE key = 'chunk_count'), 0))"
        ),
    }
    problems = []
    (integrity,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if integrity != "ok":
        problems.append(f"database: {integrity}")
    for what, sql in checks.items():
        (count,) = connection.execute(sql).fetchone()
        if count:
            problems.append(f"database: {count} {what}")
    return problems

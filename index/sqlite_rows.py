"""Rows of the SQLite store: small statements that a transaction is made of."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from index.arabic import skeleton
from index.generation import Generation
from index.store import ArticleChunks


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a stored fact about the index, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Store a fact about the index."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def add_meta(connection: sqlite3.Connection, key: str, change: int) -> None:
    """Add to a stored number."""
    set_meta(connection, key, str(int(meta(connection, key) or 0) + change))


def count_rows(connection: sqlite3.Connection, sql: str, *values: int) -> int:
    """Return the one number a statement gives."""
    return int(connection.execute(sql, values).fetchone()[0])


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Changes:
    """What a transaction changes in the counts that BM25 needs."""

    frequencies: Counter[str] = field(default_factory=Counter)
    chunks: int = 0
    terms: int = 0

    def count(self, title_terms: Sequence[str], terms: Sequence[str], sign: int) -> None:
        """Count a chunk in (+1) or out (-1)."""
        distinct = {*title_terms, *terms}
        for name in distinct | {"~" + skeleton(term) for term in distinct}:
            self.frequencies[name] += sign
        self.chunks += sign
        self.terms += sign * (len(title_terms) + len(terms))

    def store(self, connection: sqlite3.Connection) -> None:
        """Add the changes to what is stored."""
        connection.executemany(
            "INSERT INTO document_frequencies VALUES (?, ?)"
            " ON CONFLICT (term) DO UPDATE SET count = count + excluded.count",
            ((term, change) for term, change in self.frequencies.items() if change),
        )
        connection.executemany(
            "DELETE FROM document_frequencies WHERE term = ? AND count <= 0",
            ((term,) for term, change in self.frequencies.items() if change < 0),
        )
        add_meta(connection, "chunk_count", self.chunks)
        add_meta(connection, "term_count", self.terms)


def insert_article(connection: sqlite3.Connection, item: ArticleChunks, changes: Changes) -> None:
    """Store an article with its chunks."""
    a = item.article
    values = (a.id, a.content_hash, a.title, a.text, a.source, a.date, a.author, a.url, a.origin)
    cursor = connection.execute(
        "INSERT INTO articles (id, hash, title, text, source, date, author, url, origin, terms,"
        " indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, " ".join(item.title_terms), now()),
    )
    key = cursor.lastrowid
    halves = item.vectors.astype("<f2")
    rows = zip(item.chunks, item.hashes, item.terms, halves, strict=True)
    connection.executemany(
        'INSERT INTO chunks (article, start, "end", hash, terms, vector) VALUES (?, ?, ?, ?, ?, ?)',
        (
            (key, chunk.start, chunk.end, hash_, " ".join(terms), half.tobytes())
            for chunk, hash_, terms, half in rows
        ),
    )
    for terms in item.terms:
        changes.count(item.title_terms, terms, +1)


def remove_article(connection: sqlite3.Connection, article_id: str, changes: Changes) -> int:
    """Remove an article with its chunks; return how many articles went (0 or 1)."""
    row = connection.execute(
        "SELECT key, terms FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return 0
    key, title_terms = row
    for (terms,) in connection.execute("SELECT terms FROM chunks WHERE article = ?", (key,)):
        changes.count(title_terms.split(), terms.split(), -1)
    published = Generation.from_json(meta(connection, "generation")).max_key
    connection.execute(
        "INSERT INTO removed_chunks SELECT key FROM chunks WHERE article = ? AND key <= ?",
        (key, published),
    )
    connection.execute("DELETE FROM chunks WHERE article = ?", (key,))
    connection.execute("DELETE FROM articles WHERE key = ?", (key,))
    return 1

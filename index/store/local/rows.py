"""Rows of the SQLite store: small statements that a transaction is made of."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import numpy as np

from index.arabic.words import skeleton
from index.articles.article import file_of
from index.articles.copies import compute_bands, compute_signature
from index.store.changes import ArticleChunks, Move, Placement
from index.store.local.codes import deflate, encode_vectors
from index.store.local.connections import connect
from index.store.local.generation import Generation
from index.store.manifest import Manifest
from index.store.shard import LastKeys, Relative, Unplaced, take_relatives

LAST_ARTICLE = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'articles'"
"""The highest key an article ever had."""
LAST_CHUNK = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'chunks'"
"""The highest key a chunk ever had; those to come have higher ones, also when it is gone."""


def get_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a stored fact about the index, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Store a fact about the index."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def load_manifest(connection: sqlite3.Connection) -> Manifest:
    """Return what the index was built with.

    Raises:
        IndexMismatchError: It has another format.
    """
    return Manifest.from_json(get_meta(connection, "manifest") or "{}")


def make_database(path: Path, manifest: Manifest) -> None:
    """Write an empty database; one that is there is written over."""
    schema = resources.files("index.store.local").joinpath("schema.sql")
    for ending in ("", "-wal", "-shm"):  # a log left behind would be read into the new file
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with connect(path) as connection:
        connection.executescript(schema.read_text(encoding="utf-8"))
        set_meta(connection, "manifest", manifest.to_json())
        connection.execute("PRAGMA journal_mode = WAL")


def add_meta(connection: sqlite3.Connection, key: str, change: int) -> None:
    """Add to a stored number."""
    set_meta(connection, key, str(int(get_meta(connection, key) or 0) + change))


def count_rows(connection: sqlite3.Connection, sql: str, *values: int | str) -> int:
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
    bands = item.find_bands()
    placed = item.placement or _place(connection, Unplaced(a.text, bands))
    values = (a.id, a.content_hash, a.text_hash, a.title, deflate(a.text))
    more = (a.source, a.date, a.author, a.url, a.origin, " ".join(item.title_terms), now())
    connection.execute(
        "INSERT INTO articles (key, id, hash, text_hash, title, text, source, date, author,"
        " url, origin, terms, indexed, family) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (placed.key, *values, *more, placed.family),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO bands VALUES (?, ?)", ((band, placed.key) for band in bands)
    )
    insert_chunks(connection, "chunks", placed.key, item, first=placed.first_chunk)
    for terms in item.terms:
        changes.count(item.title_terms, terms, +1)


def _place(connection: sqlite3.Connection, unplaced: Unplaced) -> Placement:
    """Choose the keys and the family of a new article."""
    keys = load_last_keys(connection)
    related = find_relatives(connection, unplaced)
    family = related[-1].family if related else None
    return Placement(keys.article + 1, keys.chunk + 1, family or keys.article + 1)


def load_last_keys(connection: sqlite3.Connection) -> LastKeys:
    """Return the highest keys an article and a chunk ever had."""
    return LastKeys(count_rows(connection, LAST_ARTICLE), count_rows(connection, LAST_CHUNK))


def find_relatives(
    connection: sqlite3.Connection, unplaced: Unplaced, gone: Collection[str] = ()
) -> list[Relative]:
    """Return the articles that a text may reprint, as :class:`index.store.shard.Shard` says."""
    marks = ",".join("?" * len(unplaced.bands))
    rows = connection.execute(
        "SELECT b.shared, a.key, a.family, a.id FROM articles a JOIN (SELECT article,"  # noqa: S608
        f" count(*) AS shared FROM bands WHERE band IN ({marks}) GROUP BY article) b"
        " ON a.key = b.article ORDER BY b.shared DESC, a.key",
        tuple(unplaced.bands),
    ).fetchall()
    text_of = "SELECT inflate(text) FROM articles WHERE key = ?"
    return take_relatives(
        unplaced.text,
        (
            (Relative(shared, key, family), connection.execute(text_of, (key,)).fetchone()[0])
            for shared, key, family, id_ in rows
            if id_ not in gone
        ),
    )


def insert_chunks(
    connection: sqlite3.Connection,
    table: str,
    article: int,
    item: ArticleChunks,
    *,
    first: int | None = None,
) -> None:
    """Store the chunks of an article in ``chunks`` or in ``staged_chunks``.

    Args:
        connection: Inside a transaction.
        table: Its name.
        article: Key of the article.
        item: Its chunks.
        first: Key of the first chunk; None for the next one there is.
    """
    if not item.chunks:
        return
    codes = encode_vectors(np.stack([embedded.vector for embedded in item.embedded]))
    rows = zip(item.chunks, item.hashes, item.terms, codes, item.embedded, strict=True)
    connection.executemany(
        f'INSERT INTO {table} (key, article, start, "end", hash, terms, vector, words)'  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                None if first is None else first + number,
                article,
                chunk.start,
                chunk.end,
                hash_,
                deflate(" ".join(terms)),
                row.tobytes(),
                embedded.words,
            )
            for number, (chunk, hash_, terms, row, embedded) in enumerate(rows)
        ),
    )


def remove_article(connection: sqlite3.Connection, article_id: str, changes: Changes) -> int:
    """Remove an article with its chunks; return how many articles went (0 or 1)."""
    row = connection.execute(
        "SELECT key, terms, inflate(text) FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return 0
    key, title_terms, text = row
    for (terms,) in connection.execute(
        "SELECT inflate(terms) FROM chunks WHERE article = ?", (key,)
    ):
        changes.count(title_terms.split(), terms.split(), -1)
    published = Generation.from_json(get_meta(connection, "generation")).max_key
    connection.execute(
        "INSERT INTO removed_chunks SELECT key FROM chunks WHERE article = ? AND key <= ?",
        (key, published),
    )
    connection.execute("DELETE FROM chunks WHERE article = ?", (key,))
    connection.executemany(
        "DELETE FROM bands WHERE band = ? AND article = ?",
        ((band, key) for band in compute_bands(compute_signature(text))),
    )
    connection.execute("DELETE FROM articles WHERE key = ?", (key,))
    return 1


def move_article(connection: sqlite3.Connection, move: Move) -> int:
    """Give a stored article its new id and place; return how many there were (0 or 1)."""
    a = move.article
    cursor = connection.execute(
        "UPDATE articles SET id = ?, hash = ?, source = ?, date = ?, author = ?, url = ?,"
        " origin = ?, indexed = ? WHERE id = ?",
        (a.id, move.content_hash, a.source, a.date, a.author, a.url, a.origin, now(), move.old_id),
    )
    return cursor.rowcount


def insert_files(connection: sqlite3.Connection, files: Mapping[str, str]) -> None:
    """Store which files are stored completely, by digest; "" forgets one."""
    connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", files.items())
    connection.execute("DELETE FROM files WHERE digest = ''")


def forget_file(connection: sqlite3.Connection, article_id: str) -> None:
    """Have the file that an article came from read again by the next build."""
    row = connection.execute("SELECT origin FROM articles WHERE id = ?", (article_id,)).fetchone()
    if row:
        connection.execute("DELETE FROM files WHERE path = ?", (file_of(row[0]),))

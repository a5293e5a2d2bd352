"""What an index holds, for people and for builds: articles, sources, dates, counts."""

import re
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arabic.words import analyse
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.embedding.embedded import Embedded
from index.folder import RESTORED
from index.store.changes import ArticleChunks, KnownArticle, Placement
from index.store.contract import Filter
from index.store.listing import ListedArticle, StoreStats, check_order
from index.store.local.codes import decode_vectors, stack_codes
from index.store.local.connections import report_read_errors
from index.store.local.generation import Generation
from index.store.local.rows import count_rows, find_relatives, get_meta, load_last_keys
from index.store.shard import LastKeys, Relative, Unplaced

_PARAMETERS = 500  # bound variables per statement, well under SQLite's limit
COLUMNS = (
    "id, title, inflate(text), source, date, author, url, origin,"
    " EXISTS (SELECT 1 FROM meta WHERE meta.key = 'ocr:' || articles.key)"
)
"""Of an article, in the order of its fields; see :func:`make_article`."""


def make_article(row: Sequence[Any]) -> Article:
    """Return the article in a row of ``COLUMNS``."""
    fields, ocr = row[:-1], bool(row[-1])
    return replace(Article(*fields), ocr=ocr)


def select_in(
    connection: sqlite3.Connection, sql: str, values: Iterable[int | str]
) -> Iterator[tuple[Any, ...]]:
    """Run a statement with ``IN ({})`` over any number of values."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), _PARAMETERS):
        part = distinct[start : start + _PARAMETERS]
        yield from connection.execute(sql.format(",".join("?" * len(part))), part)


def articles_by_key(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, Article]:
    """Return articles by key."""
    sql = f"SELECT key, {COLUMNS} FROM articles WHERE key IN ({{}})"  # noqa: S608
    return {row[0]: make_article(row[1:]) for row in select_in(connection, sql, keys)}


def filter_conditions(where: Filter) -> tuple[list[str], list[str]]:
    """Return what a filter asks of articles ``a``, and its parameters."""
    conditions: list[str] = []
    values: list[str] = []
    for column, wanted in (("source", where.sources), ("id", where.articles)):
        if wanted:
            conditions.append(f"a.{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    if where.without:
        conditions.append(f"a.id NOT IN ({','.join('?' * len(where.without))})")
        values += where.without
    if where.indexed_since:
        conditions.append("a.indexed >= ?")
        values.append(where.indexed_since)
    for operator, day in ((">=", where.since), ("<=", where.until)):
        if day:
            conditions.append(f"a.date <> '' AND a.date {operator} ?")
            values.append(day)
    return conditions, values


_ORDERED = {
    "newest": "a.date DESC",
    "oldest": "a.date = '', a.date",
    "title": "a.title",
    "source": "a.source, a.date DESC",
}


def _build_conditions(words: str, source: str) -> tuple[str, list[str]]:
    """Return a WHERE clause over articles ``a``, and its parameters."""
    clauses, values = [], []
    terms = analyse(words)
    if terms:
        # Anywhere in a word: the index keeps «لحريق» whole, and who types is not done yet.
        found = " AND ".join("a.terms LIKE ? ESCAPE '\\'" for _ in terms)
        clauses.append(f"(({found}) OR a.id = ?)")
        values += [*(f"%{_escape(term)}%" for term in terms), words.strip()]
    elif words.strip():
        clauses.append("a.id = ?")
        values.append(words.strip())
    if source:
        clauses.append("a.source = ?")
        values.append(source)
    return (f" WHERE {' AND '.join(clauses)}" if clauses else ""), values


def _escape(term: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", term)


class Catalogue:
    """The part of a store that tells what it holds."""

    folder: Path

    def _reading(self) -> sqlite3.Connection:
        """Return this thread's connection for reading."""
        raise NotImplementedError

    def known(self) -> Mapping[str, KnownArticle]:
        """Return article id -> what is known of it."""
        rows = self._reading().execute(
            "SELECT id, hash, text_hash, source, url, origin FROM articles"
        )
        return {
            id_: KnownArticle(
                hash_, text_hash, Article("", "", "", source, url=url).publisher, origin
            )
            for id_, hash_, text_hash, source, url, origin in rows
        }

    def files(self) -> Mapping[str, str]:
        """Return path -> digest of the files that are stored completely."""
        return dict(self._reading().execute("SELECT path, digest FROM files").fetchall())

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """Return what is stored by the hash of the text that was embedded, for those known."""
        sql = "SELECT hash, vector, words FROM chunks WHERE hash IN ({})"
        return {
            hash_: _make_embedded(vector, words)
            for hash_, vector, words in select_in(self._reading(), sql, hashes)
        }

    def last_keys(self) -> LastKeys:
        """Return the highest keys that an article and a chunk ever had."""
        return load_last_keys(self._reading())

    def relatives(
        self, unplaced: Sequence[Unplaced], gone: Mapping[str, int]
    ) -> list[list[Relative]]:
        """Return for each text the articles it may reprint."""
        found = []
        with report_read_errors(self.folder):
            for number, text in enumerate(unplaced):
                passed = {id_ for id_, first in gone.items() if first <= number}
                found.append(find_relatives(self._reading(), text, passed))
        return found

    def origins(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the origins of articles by id; unknown ones are missing."""
        sql = "SELECT id, origin FROM articles WHERE id IN ({})"
        return dict(select_in(self._reading(), sql, ids))

    def article_keys(self) -> dict[str, int]:
        """Return article id -> key."""
        return dict(self._reading().execute("SELECT id, key FROM articles").fetchall())

    def is_restored(self) -> bool:
        """Tell whether it was brought back from an older copy."""
        return self._restored.exists()

    def settle(self) -> None:
        """Note that the other shards have forgotten their files."""
        self._restored.unlink(missing_ok=True)

    @property
    def _restored(self) -> Path:
        return self.folder / RESTORED

    def all_families(self) -> NDArray[np.int64]:
        """Return the families of the articles, each once."""
        rows = self._reading().execute("SELECT DISTINCT family FROM articles")
        return np.array([family for (family,) in rows], np.int64)

    def export(self, ids: Iterable[str]) -> list[ArticleChunks]:
        """Return articles as they are stored, with their placement, by key."""
        sql = f"SELECT {COLUMNS}, key, family, indexed, terms FROM articles WHERE id IN ({{}})"  # noqa: S608
        connection = self._reading()
        with report_read_errors(self.folder):
            return sorted(
                (_make_stored(connection, row) for row in select_in(connection, sql, ids)),
                key=lambda item: item.placement.key if item.placement else 0,
            )

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        with report_read_errors(self.folder):
            rows = self._reading().execute(
                f"SELECT {COLUMNS} FROM articles ORDER BY date DESC, id LIMIT ?",  # noqa: S608
                (count,),
            )
            return [make_article(row) for row in rows]

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        with report_read_errors(self.folder):
            row = self._reading().execute(
                f"SELECT {COLUMNS} FROM articles WHERE id = ?",  # noqa: S608
                (article_id,),
            )
            found = row.fetchone()
        return make_article(found) if found else None

    def count_articles(self, where: Filter | None = None) -> int:
        """Return how many articles there are, or how many a filter allows."""
        conditions, values = filter_conditions(where or Filter())
        chosen = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return count_rows(self._reading(), f"SELECT count(*) FROM articles a{chosen}", *values)  # noqa: S608

    def find_articles(
        self,
        words: str = "",
        *,
        source: str = "",
        order: str = "newest",
        offset: int = 0,
        limit: int | None = 50,
    ) -> tuple[list[ListedArticle], int]:
        """Return one page, as :meth:`index.store.contract.Store.find_articles` says."""
        ordered = _ORDERED[check_order(order)]
        where, values = _build_conditions(words, source)
        connection = self._reading()
        total = count_rows(connection, f"SELECT count(*) FROM articles a{where}", *values)  # noqa: S608
        rows = connection.execute(
            "SELECT id, title, source, date, url,"  # noqa: S608
            " (SELECT count(*) FROM chunks WHERE article = a.key)"
            f" FROM articles a{where} ORDER BY {ordered}, a.id LIMIT ? OFFSET ?",
            (*values, -1 if limit is None else limit, offset),
        )
        return [ListedArticle(*row) for row in rows], total

    def months(self) -> list[tuple[str, str, int]]:
        """Return (month as ``YYYY-MM``, publisher, articles), the oldest month first."""
        return self._count_by_date(len("YYYY-MM"))

    def days(self) -> list[tuple[str, str, int]]:
        """Return (day as ``YYYY-MM-DD``, publisher, articles), the oldest day first."""
        return self._count_by_date(len("YYYY-MM-DD"))

    def _count_by_date(self, length: int) -> list[tuple[str, str, int]]:
        return (
            self._reading()
            .execute(
                "SELECT substr(date, 1, ?) AS period, source, count(*) FROM articles"
                " WHERE date <> '' GROUP BY period, source ORDER BY period, source",
                (length,),
            )
            .fetchall()
        )

    def stats(self) -> StoreStats:
        """Return counts for people."""
        connection = self._reading()
        generation = Generation.from_json(get_meta(connection, "generation"))
        first, last, dated = connection.execute(
            "SELECT min(date), max(date), count(*) FROM articles WHERE date <> ''"
        ).fetchone()
        sources = connection.execute(
            "SELECT source, count(*) AS n FROM articles WHERE source <> ''"
            " GROUP BY source ORDER BY n DESC, source"
        ).fetchall()
        newer = "SELECT count(*) FROM chunks WHERE key > ?"
        families = "SELECT count(*) - count(DISTINCT family) FROM articles"
        return StoreStats(
            articles=count_rows(connection, "SELECT count(*) FROM articles"),
            chunks=count_rows(connection, "SELECT count(*) FROM chunks"),
            dated=dated,
            first_date=first or "",
            last_date=last or "",
            sources=dict(sources),
            reprints=count_rows(connection, families),
            generation=generation.number,
            unpublished_chunks=count_rows(connection, newer, generation.max_key),
            bytes_on_disk=sum(map(_measure_file, self.folder.rglob("*"))),
            updated=get_meta(connection, "updated") or "",
        )


def _make_stored(connection: sqlite3.Connection, row: tuple[Any, ...]) -> ArticleChunks:
    *fields, key, family, indexed, title_terms = row
    article = make_article(fields)
    chunks = connection.execute(
        'SELECT key, start, "end", hash, inflate(terms), vector, words FROM chunks'
        " WHERE article = ?"
        " ORDER BY key",
        (key,),
    ).fetchall()
    return ArticleChunks(
        article=article,
        chunks=[Chunk(article.id, c[1], c[2], article.text[c[1] : c[2]]) for c in chunks],
        hashes=[c[3] for c in chunks],
        terms=[c[4].split() for c in chunks],
        title_terms=title_terms.split(),
        embedded=[_make_embedded(c[5], c[6]) for c in chunks],
        placement=Placement(key, chunks[0][0], family, indexed),
    )


def _make_embedded(vector: bytes, words: bytes) -> Embedded:
    return Embedded(decode_vectors(stack_codes([vector]))[0], words)


def _measure_file(path: Path) -> int:
    """Return the bytes of a file; 0 for a folder, or for what was gone before it was looked at.

    While an index is written to, files come and go under its folder.
    """
    try:
        known = path.stat()
    except FileNotFoundError:
        return 0
    return known.st_size if stat.S_ISREG(known.st_mode) else 0

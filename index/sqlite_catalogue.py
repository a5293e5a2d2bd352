"""What an index holds, for people and for builds: articles, sources, dates, counts."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.articles import Article
from index.embedded import Embedded
from index.generation import Generation
from index.sqlite_rows import count_rows, meta
from index.store import KnownArticle, StoreStats

_PARAMETERS = 500  # bound variables per statement, well under SQLite's limit
_COLUMNS = "id, title, text, source, date, author, url, origin"


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
    sql = f"SELECT key, {_COLUMNS} FROM articles WHERE key IN ({{}})"  # noqa: S608
    return {row[0]: Article(*row[1:]) for row in select_in(connection, sql, keys)}


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
            hash_: Embedded(np.frombuffer(vector, "<f2").astype(np.float32), words)
            for hash_, vector, words in select_in(self._reading(), sql, hashes)
        }

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        rows = self._reading().execute(
            f"SELECT {_COLUMNS} FROM articles ORDER BY date DESC, key LIMIT ?",  # noqa: S608
            (count,),
        )
        return [Article(*row) for row in rows]

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        row = self._reading().execute(
            f"SELECT {_COLUMNS} FROM articles WHERE id = ?",  # noqa: S608
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
        connection = self._reading()
        generation = Generation.from_json(meta(connection, "generation"))
        first, last, dated = connection.execute(
            "SELECT min(date), max(date), count(*) FROM articles WHERE date <> ''"
        ).fetchone()
        sources = connection.execute(
            "SELECT source, count(*) AS n FROM articles WHERE source <> ''"
            " GROUP BY source ORDER BY n DESC, source"
        ).fetchall()
        newer = "SELECT count(*) FROM chunks WHERE key > ?"
        families = "SELECT count(*) - count(DISTINCT family) FROM articles"
        files = [path for path in self.folder.rglob("*") if path.is_file()]
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
            bytes_on_disk=sum(path.stat().st_size for path in files),
            updated=meta(connection, "updated") or "",
        )

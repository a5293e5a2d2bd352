"""One consistent state of the SQLite store: published files plus what is newer, searched as one."""

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arabic.words import skeleton
from index.articles.article import Article
from index.articles.copies import Reprint
from index.embedding.vectors import FloatMatrix, FloatVector
from index.limits import check_k
from index.store.contract import Filter, Hit, StoredChunk, Totals
from index.store.local.catalogue import articles_by_key, filter_conditions, select_in
from index.store.local.codes import decode_vectors, stack_codes
from index.store.local.generation import OpenGeneration
from index.store.manifest import Manifest

_MAX_READ_SINGLY = 2_000
"""Chunks that a filter may leave for them to be read one by one rather than searched. Chosen, not
measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """Chunks newer than the published files, and published ones that are gone.

    Attributes:
        keys: Shape (n,).
        vectors: Shape (n, dimension).
        terms: Terms of each chunk and its title, skeletons included as ``~skeleton``.
        removed: Published keys that are gone.
    """

    keys: NDArray[np.int64]
    vectors: FloatMatrix
    terms: tuple[frozenset[str], ...]
    removed: NDArray[np.int64]


def load_delta(connection: sqlite3.Connection, max_key: int) -> Delta:
    """Read the chunks after ``max_key`` and the removed ones."""
    rows = connection.execute(
        "SELECT c.key, c.vector, a.terms || ' ' || inflate(c.terms) FROM chunks c"
        " JOIN articles a ON a.key = c.article WHERE c.key > ? ORDER BY c.key",
        (max_key,),
    ).fetchall()
    removed = connection.execute("SELECT key FROM removed_chunks").fetchall()
    return Delta(
        keys=np.array([key for key, _, _ in rows], np.int64),
        vectors=decode_vectors(stack_codes(blob for _, blob, _ in rows)),
        terms=tuple(_add_skeletons(terms.split()) for _, _, terms in rows),
        removed=np.array([key for (key,) in removed], np.int64),
    )


def _add_skeletons(terms: Sequence[str]) -> frozenset[str]:
    return frozenset(terms) | {"~" + skeleton(term) for term in terms}


@dataclass(frozen=True, slots=True, eq=False)
class KeyFilter:
    """The chunks that a filter allows.

    Attributes:
        keys: Shape (n,), sorted.
        members: The same, for asking about one.
    """

    keys: NDArray[np.int64]
    members: frozenset[int]

    @classmethod
    def of(cls, connection: sqlite3.Connection, where: Filter) -> "KeyFilter":
        """Look up what a filter allows."""
        conditions, values = filter_conditions(where)
        rows = connection.execute(
            "SELECT c.key FROM chunks c JOIN articles a ON a.key = c.article"  # noqa: S608
            f" WHERE {' AND '.join(conditions)} ORDER BY c.key",
            values,
        )
        keys = [key for (key,) in rows]
        return cls(np.array(keys, np.int64), frozenset(keys))


class SqliteReader:
    """Searches inside one read transaction; made by ``SqliteStore.read``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        opened: OpenGeneration | None,
        delta: Delta,
        *,
        manifest: Manifest,
        key_filter: Callable[[sqlite3.Connection, Filter], KeyFilter],
    ) -> None:
        self._connection = connection
        self._opened = opened
        self._delta = delta
        self._key_filter = key_filter
        self.manifest = manifest
        self.generation = opened.generation.number if opened else 0

    def dense(self, vector: FloatVector, k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks nearest to a vector, best first."""
        check_k(k)
        only = self._load_key_filter(where)
        keys = None if only is None else only.keys
        published = (
            self._opened.dense.search(vector, k, only=keys, without=self._delta.removed)
            if self._opened
            else []
        )
        if not len(self._delta.keys):
            return published
        cosines = self._delta.vectors @ vector
        keep = _make_key_test(only)
        newer = [
            Hit(key, score)
            for key, score in zip(self._delta.keys.tolist(), cosines.tolist(), strict=True)
            if keep(key)
        ]
        return heapq.nlargest(k, [*published, *newer], key=lambda hit: hit.score)

    def lexical(self, terms: Sequence[str], k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks that share most with the terms, best first.

        Newer chunks are all candidates when they share a term: they are few, and ranking scores
        every candidate again.
        """
        check_k(k)
        only = self._load_key_filter(where)
        if only is not None and len(only.keys) <= _MAX_READ_SINGLY:
            return _rank_by_shared_terms(terms, k, self._load_terms(only.keys.tolist()))
        keep = _make_key_test(only)
        removed = set(self._delta.removed.tolist())
        published = (
            self._opened.lexical.search(
                terms,
                k,
                keep=lambda key: key not in removed and keep(key),
                share=1.0 if only is None else len(only.keys) / max(1, self._opened.lexical.size),
            )
            if self._opened
            else []
        )
        newer = zip(self._delta.keys.tolist(), self._delta.terms, strict=True)
        return published + _rank_by_shared_terms(
            terms, k, (pair for pair in newer if keep(pair[0]))
        )

    def _load_terms(self, keys: Sequence[int]) -> Iterator[tuple[int, frozenset[str]]]:
        sql = (
            "SELECT c.key, a.terms || ' ' || inflate(c.terms) FROM chunks c JOIN articles a"
            " ON a.key = c.article WHERE c.key IN ({})"
        )
        for key, terms in select_in(self._connection, sql, keys):
            yield key, _add_skeletons(terms.split())

    def _load_key_filter(self, where: Filter | None) -> KeyFilter | None:
        """Return the chunks a filter allows; None allows all."""
        return self._key_filter(self._connection, where) if where else None

    def fetch(self, chunk_keys: Sequence[int]) -> dict[int, StoredChunk]:
        """Return stored chunks by key; keys that are gone are missing."""
        sql = (
            'SELECT c.key, c.article, a.id, a.family, a.date, c.start, c."end",'
            " inflate(c.terms), a.terms, c.words, c.vector FROM chunks c JOIN articles a"
            " ON a.key = c.article WHERE c.key IN ({})"
        )
        rows = list(select_in(self._connection, sql, chunk_keys))
        vectors = decode_vectors(stack_codes(row[-1] for row in rows))
        return {
            row[0]: _make_chunk(*row[:-1], vector=vector)
            for row, vector in zip(rows, vectors, strict=True)
        }

    def articles(self, article_keys: Sequence[int]) -> dict[int, Article]:
        """Return articles by key."""
        return articles_by_key(self._connection, article_keys)

    def reprints(self, article_keys: Sequence[int]) -> dict[int, tuple[Reprint, ...]]:
        """Return the other articles of each article's family, by date; most have none."""
        sql = (
            "SELECT a.key, b.id, b.title, b.source, b.date, b.url FROM articles a JOIN articles b"
            " ON b.family = a.family AND b.key <> a.key WHERE a.key IN ({}) ORDER BY b.date, b.id"
        )
        found: dict[int, tuple[Reprint, ...]] = {}
        for key, *other in select_in(self._connection, sql, article_keys):
            found[key] = (*found.get(key, ()), Reprint(*other))
        return found

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; skeletons are asked as ``~skeleton``."""
        sql = "SELECT term, count FROM document_frequencies WHERE term IN ({})"
        return dict(select_in(self._connection, sql, terms))

    def totals(self) -> Totals:
        """Return the sizes that BM25 needs."""
        stored = dict(
            self._connection.execute(
                "SELECT key, value FROM meta WHERE key IN ('chunk_count', 'term_count')"
            ).fetchall()
        )
        chunks, terms = int(stored.get("chunk_count", 0)), int(stored.get("term_count", 0))
        return Totals(chunks, terms / chunks if chunks else 0.0)


def _make_chunk(
    key: int, article: int, article_id: str, family: int, date: str, start: int, end: int,
    terms: str, title_terms: str, words: bytes, *, vector: FloatVector,
) -> StoredChunk:  # fmt: skip
    return StoredChunk(
        key, article, article_id, family, date, start, end,
        tuple(terms.split()), tuple(title_terms.split()),
        vector, words,
    )  # fmt: skip


def _rank_by_shared_terms(
    terms: Sequence[str], k: int, chunks: Iterable[tuple[int, frozenset[str]]]
) -> list[Hit]:
    """Return the k chunks that share most terms and skeletons, of those that share any."""
    wanted = _add_skeletons(terms)
    shared = (Hit(key, float(len(wanted & have))) for key, have in chunks)
    return heapq.nlargest(k, (hit for hit in shared if hit.score), key=lambda hit: hit.score)


def _make_key_test(only: KeyFilter | None) -> Callable[[int], bool]:
    return (lambda _key: True) if only is None else only.members.__contains__

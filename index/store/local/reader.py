"""One consistent state of the SQLite store: published files plus what is newer, searched as one."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.articles.copies import Reprint
from index.embedding.vectors import FloatMatrix, FloatVector
from index.limits import check_k
from index.store.bm25 import CountedTerms, Scoring, Statistics, Totals, count_terms, name_terms
from index.store.contract import Filter, Hit, StoredChunk, take_best
from index.store.local.catalogue import articles_by_key, filter_conditions, select_in
from index.store.local.codes import decode_vectors, stack_codes
from index.store.local.generation import Generation, OpenGeneration
from index.store.manifest import Manifest
from index.store.shard import tell_reprints

_MAX_READ_SINGLY = 2_000
"""Chunks that a filter may leave for them to be read one by one rather than searched. Chosen, not
measured."""
_MAX_MATCHES = 20_000
"""Matches looked at where a filter leaves few; chosen, to bound the time of a filtered search
(``filtered_first_ms`` of ``python -m benchmarks.scale``)."""
_MAX_TIED = 1_000
"""Matches looked at where the last of the best are as good as the next; chosen: a question of one
word may match thousands alike, of which then the first are taken."""
_SPARE = 20
"""Matches asked for beyond those wanted, to see that the next are worse; chosen: saves asking
twice."""
_ROUNDING = 1e-5
"""By how much sums of tantivy's 32-bit scores are off; chosen, far above it: forty roundings of
6e-8."""


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """Chunks newer than the published files, and published ones that are gone.

    Attributes:
        keys: Shape (n,).
        vectors: Shape (n, dimension).
        counted: Terms of each chunk and its title.
        removed: Published keys that are gone.
    """

    keys: NDArray[np.int64]
    vectors: FloatMatrix
    counted: tuple[CountedTerms, ...]
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
        counted=tuple(count_terms(terms.split()) for _, _, terms in rows),
        removed=np.array([key for (key,) in removed], np.int64),
    )


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
        self.incomplete = False
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
        return take_best([*published, *newer], k)

    def lexical(
        self,
        terms: Sequence[str],
        k: int,
        where: Filter | None = None,
        *,
        statistics: Statistics | None = None,
    ) -> list[Hit]:
        """Return the k chunks of the highest BM25, best first."""
        check_k(k)
        known = statistics or Statistics(
            self.document_frequencies(name_terms(terms)), self.totals()
        )
        scoring = Scoring.of(terms, known)
        only = self._load_key_filter(where)
        if only is not None and len(only.keys) <= _MAX_READ_SINGLY:
            return take_best(self._score(scoring, only.keys.tolist()), k)
        newer, published = self._score_newer(scoring, only), self._search(scoring, k, only)
        if statistics is None and not newer and len(published) <= k:
            return published  # no other comes near, and nobody compares their scores
        return take_best([*newer, *self._score(scoring, [hit.key for hit in published])], k)

    def _score_newer(self, scoring: Scoring, only: KeyFilter | None) -> list[Hit]:
        """Return the score of each newer chunk that shares a term."""
        keep = _make_key_test(only)
        newer = zip(self._delta.keys.tolist(), self._delta.counted, strict=True)
        hits = (Hit(key, scoring.score(counted)) for key, counted in newer if keep(key))
        return [hit for hit in hits if hit.score]

    def _search(self, scoring: Scoring, k: int, only: KeyFilter | None) -> list[Hit]:
        """Return the published chunks that may be among the k best; all of the k best are."""
        if self._opened is None:
            return []
        keep, removed = _make_key_test(only), set(self._delta.removed.tolist())
        share = 1.0 if only is None else len(only.keys) / max(1, self._opened.lexical.size)
        limit = min(_MAX_MATCHES, max(k + _SPARE, round(k / max(share, 1e-6))))
        while True:
            found = self._opened.lexical.search(scoring.weights, limit)
            kept = [hit for hit in found if hit.key not in removed and keep(hit.key)]
            enough = kept[k - 1].score * self._compute_slack(scoring) if len(kept) >= k else 0.0
            settled = len(found) < limit or found[-1].score < enough
            if settled or limit >= (_MAX_MATCHES if len(kept) < k else _MAX_TIED):
                return [hit for hit in kept if hit.score >= enough]
            limit = min(_MAX_MATCHES, 4 * limit)

    def _compute_slack(self, scoring: Scoring) -> float:
        """Return the factor by which scores of the search files may be off, at most 1.

        They compare lengths with an average of their own; a term's score changes by less than that.
        """
        generation = self._opened.generation if self._opened else Generation()
        own = generation.terms / generation.chunks if generation.terms else scoring.average_length
        ratio = own / scoring.average_length if scoring.average_length and own else 1.0
        return min(ratio, 1 / ratio) * (1 - _ROUNDING)

    def _score(self, scoring: Scoring, keys: Sequence[int]) -> list[Hit]:
        """Return the score of each chunk that shares a term."""
        sql = (
            "SELECT c.key, a.terms || ' ' || inflate(c.terms) FROM chunks c JOIN articles a"
            " ON a.key = c.article WHERE c.key IN ({})"
        )
        rows = select_in(self._connection, sql, keys)
        hits = (Hit(key, scoring.score(count_terms(terms.split()))) for key, terms in rows)
        return [hit for hit in hits if hit.score]

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

    def families(self, article_keys: Sequence[int]) -> dict[int, int]:
        """Return the family of each article, by key."""
        sql = "SELECT key, family FROM articles WHERE key IN ({})"
        return dict(select_in(self._connection, sql, article_keys))

    def members(self, families: Collection[int]) -> dict[int, list[tuple[int, Reprint]]]:
        """Return key and description of the articles of each family that has any here."""
        sql = "SELECT family, key, id, title, source, date, url FROM articles WHERE family IN ({})"
        found: dict[int, list[tuple[int, Reprint]]] = {}
        for family, key, *fields in select_in(self._connection, sql, families):
            found.setdefault(family, []).append((key, Reprint(*fields)))
        return found

    def reprints(self, article_keys: Sequence[int]) -> dict[int, tuple[Reprint, ...]]:
        """Return the other articles of each article's family, by date; most have none."""
        families = self.families(article_keys)
        return tell_reprints(families, self.members(set(families.values())))

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


def _make_key_test(only: KeyFilter | None) -> Callable[[int], bool]:
    return (lambda _key: True) if only is None else only.members.__contains__

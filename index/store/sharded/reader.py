"""One state of each shard, searched as one index.

A key is that of a shard times the number of shards, plus the shard's own number: the shards number
their rows together, so keys are in the order in which one store would have given them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from index.articles.article import Article
from index.articles.copies import Reprint
from index.embedding.vectors import FloatVector
from index.limits import check_k
from index.store.bm25 import Statistics, Totals, name_terms
from index.store.contract import Filter, Hit, StoredChunk, take_best
from index.store.manifest import Manifest
from index.store.shard import ShardReader, tell_reprints
from index.store.sharded.lanes import Lane

Result = TypeVar("Result")


class ShardedReader:
    """Asks all shards and merges; made by ``ShardedStore.read``.

    Args:
        lane: Whose threads opened the readers.
        readers: By number of the shard; one is left out where it does not answer.
        manifest: Of all shards.
    """

    def __init__(
        self, lane: Lane, readers: Mapping[int, ShardReader], *, manifest: Manifest
    ) -> None:
        self._lane = lane
        self._readers = readers
        self._count = len(lane.shards)
        self._frequencies: dict[str, int] = {}
        self.manifest = manifest
        self.incomplete = len(readers) < self._count
        self.generation = max(reader.generation for reader in readers.values())

    def _ask(self, question: Callable[[ShardReader], Result]) -> dict[int, Result]:
        readers = self._readers.items()
        return self._lane.run({n: _bind(question, reader) for n, reader in readers})

    def _ask_about(
        self, keys: Sequence[int], question: Callable[[ShardReader, list[int]], Result]
    ) -> dict[int, Result]:
        """Ask each shard about those keys that are its own."""
        own: dict[int, list[int]] = {}
        for key in keys:
            own.setdefault(key % self._count, []).append(key // self._count)
        return self._lane.run(
            {
                n: _bind_keys(question, self._readers[n], part)
                for n, part in own.items()
                if n in self._readers
            }
        )

    def _widen(self, key: int, shard: int) -> int:
        return key * self._count + shard

    def _merge(self, parts: Mapping[int, Sequence[Hit]], k: int) -> list[Hit]:
        hits = (
            Hit(self._widen(hit.key, n), hit.score) for n, part in parts.items() for hit in part
        )
        return take_best(hits, k)

    def dense(self, vector: FloatVector, k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks nearest to a vector, best first."""
        check_k(k)
        return self._merge(self._ask(lambda reader: reader.dense(vector, k, where)), k)

    def lexical(
        self,
        terms: Sequence[str],
        k: int,
        where: Filter | None = None,
        *,
        statistics: Statistics | None = None,
    ) -> list[Hit]:
        """Return the k chunks of the highest BM25 over all shards, best first."""
        check_k(k)
        known = statistics or Statistics(
            self.document_frequencies(name_terms(terms)), self.totals()
        )
        parts = self._ask(lambda reader: reader.lexical(terms, k, where, statistics=known))
        return self._merge(parts, k)

    def fetch(self, chunk_keys: Sequence[int]) -> dict[int, StoredChunk]:
        """Return stored chunks by key; keys that are gone are missing."""
        parts = self._ask_about(chunk_keys, lambda reader, keys: reader.fetch(keys))
        found = [
            replace(
                chunk,
                key=self._widen(chunk.key, n),
                article_key=self._widen(chunk.article_key, n),
            )
            for n, part in parts.items()
            for chunk in part.values()
        ]
        return {chunk.key: chunk for chunk in found}

    def articles(self, article_keys: Sequence[int]) -> dict[int, Article]:
        """Return articles by key."""
        parts = self._ask_about(article_keys, lambda reader, keys: reader.articles(keys))
        return self._widen_keys(parts)

    def _widen_keys(self, parts: Mapping[int, Mapping[int, Result]]) -> dict[int, Result]:
        return {
            self._widen(key, n): value for n, part in parts.items() for key, value in part.items()
        }

    def families(self, article_keys: Sequence[int]) -> dict[int, int]:
        """Return the family of each article, by key."""
        parts = self._ask_about(article_keys, lambda reader, keys: reader.families(keys))
        return self._widen_keys(parts)

    def reprints(self, article_keys: Sequence[int]) -> dict[int, tuple[Reprint, ...]]:
        """Return the other articles of each article's family, by date; most have none."""
        families = self.families(article_keys)
        wanted = set(families.values())
        members: dict[int, list[tuple[int, Reprint]]] = {}
        for n, part in self._ask(lambda reader: reader.members(wanted)).items():
            for family, found in part.items():
                named = ((self._widen(key, n), reprint) for key, reprint in found)
                members.setdefault(family, []).extend(named)
        return tell_reprints(families, members)

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; skeletons are asked as ``~skeleton``."""
        if unknown := [term for term in terms if term not in self._frequencies]:
            parts = self._ask(lambda reader: reader.document_frequencies(unknown)).values()
            counts = {term: sum(part.get(term, 0) for part in parts) for term in unknown}
            self._frequencies |= counts
        return {term: count for term in terms if (count := self._frequencies[term])}

    def totals(self) -> Totals:
        """Return the sizes that BM25 needs."""
        return _add_totals(self._ask(lambda reader: reader.totals()).values())


def _add_totals(parts: Iterable[Totals]) -> Totals:
    # Terms are whole numbers: rounding takes back what dividing did.
    sizes = [(part.chunks, round(part.average_length * part.chunks)) for part in parts]
    chunks, terms = sum(size[0] for size in sizes), sum(size[1] for size in sizes)
    return Totals(chunks, terms / chunks if chunks else 0.0)


def _bind(question: Callable[[ShardReader], Result], reader: ShardReader) -> Callable[[], Result]:
    return lambda: question(reader)


def _bind_keys(
    question: Callable[[ShardReader, list[int]], Result], reader: ShardReader, keys: list[int]
) -> Callable[[], Result]:
    return lambda: question(reader, keys)

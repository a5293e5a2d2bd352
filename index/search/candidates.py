"""Candidate chunks for a question: found by either side, scored, and chosen from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.articles.copies import is_repeated
from index.search.query import WeightedQuery
from index.search.ranking import Weights, compute_contributions, compute_features
from index.store.contract import Filter, StoredChunk, StoreReader

CANDIDATES = 50
"""Chunks taken from either side before ranking. Chosen, not swept: ``python -m
benchmarks.retrieval`` measures what is found with them, ``benchmarks.scale`` the time."""

PER_ARTICLE = 3
"""Chunks of one article that are found before those of other articles get their turn. Chosen, not
measured: an article of the development sets is one passage."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A chunk that either side found.

    Attributes:
        chunk: The chunk.
        features: What ranking looks at, unweighted.
        dense: Its rank by the vectors alone, from 1; None where they did not find it.
        lexical: Its rank by the words alone, from 1; None where they did not find it.
    """

    chunk: StoredChunk
    features: Mapping[str, float]
    dense: int | None
    lexical: int | None

    def score(self, weights: Weights) -> float:
        """Return the weighted sum of its features."""
        return sum(compute_contributions(self.features, weights).values())


def find_candidates(
    reader: StoreReader, query: WeightedQuery, where: Filter | None = None
) -> list[Candidate]:
    """Return the chunks that either side finds for a query, with every feature, in no order."""
    dense = [hit.key for hit in reader.dense(query.vectors.vector, CANDIDATES, where)]
    lexical = [hit.key for hit in reader.lexical(query.terms, CANDIDATES, where)]
    by_vector = {key: rank for rank, key in enumerate(dense, start=1)}
    by_words = {key: rank for rank, key in enumerate(lexical, start=1)}
    fetched = reader.fetch([*dense, *lexical]).values()
    # In one order, or sums of late interaction would be rounded otherwise.
    chunks = sorted(fetched, key=lambda chunk: chunk.order)
    return [
        Candidate(chunk, values, by_vector.get(chunk.key), by_words.get(chunk.key))
        for chunk, values in zip(chunks, compute_features(query, chunks), strict=True)
    ]


def select_candidates(reader: StoreReader, ranked: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return the k best that add something.

    What a reprint found before them says as well is left out; a paragraph that only the reprint has
    is kept. An article's chunks beyond ``PER_ARTICLE`` come after those of other articles.

    Args:
        reader: Of the index they are from.
        ranked: Best first.
        k: How many; fewer come back when there are fewer.
    """
    found: list[Candidate] = []
    further: list[Candidate] = []
    taken: Counter[int] = Counter()
    for candidate in _drop_repeats(reader, ranked):
        if len(found) == k:
            break
        taken[candidate.chunk.article_key] += 1
        crowded = taken[candidate.chunk.article_key] > PER_ARTICLE
        (further if crowded else found).append(candidate)
    return [*found, *further][:k]


def _drop_repeats(reader: StoreReader, ranked: Sequence[Candidate]) -> Iterator[Candidate]:
    chosen: dict[int, int] = {}
    for candidate in ranked:
        chunk = candidate.chunk
        first = chosen.setdefault(chunk.family, chunk.article_key)
        if first != chunk.article_key:
            texts = reader.articles([first, chunk.article_key])
            part = texts[chunk.article_key].text[chunk.start : chunk.end]
            if is_repeated(part, texts[first].text):
                continue
        yield candidate

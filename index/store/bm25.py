"""BM25 as the word side of every store scores: who is a candidate does not depend on the store.

The search files give nearly this score; it is computed again where the best are told from the rest,
so that an index, its newer chunks and the shards of a large one agree to the last bit. Ranking has
a BM25 of its own (:mod:`index.search.ranking`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from index.arabic.words import skeleton

K1, B = 1.2, 0.75
"""tantivy's own, which cannot be set: with others its candidates would not be those."""
SKELETON_WEIGHT = 0.4
"""Of a skeleton beside its term. Chosen, not measured: it decides who is a candidate, and ranking
has weights of its own."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sizes that BM25 needs: chunks, and their average length in terms (title included)."""

    chunks: int
    average_length: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 needs to know of a whole collection.

    Attributes:
        frequencies: In how many chunks a term or a ``~skeleton`` occurs; a missing one in none.
        totals: Sizes of the collection.
    """

    frequencies: Mapping[str, int]
    totals: Totals


class CountedTerms(NamedTuple):
    """How often a chunk has each term and each ``~skeleton``, and its length in terms."""

    counts: Mapping[str, int]
    length: int


@lru_cache(maxsize=200_000)
def mark_skeleton(term: str) -> str:
    """Return the skeleton of a term as it is stored, ``~skeleton``."""
    return "~" + skeleton(term)


def name_terms(terms: Iterable[str]) -> list[str]:
    """Return the distinct terms, then their distinct skeletons as ``~skeleton``."""
    distinct = dict.fromkeys(terms)
    return [*distinct, *dict.fromkeys(map(mark_skeleton, distinct))]


def count_terms(terms: Sequence[str]) -> CountedTerms:
    """Count the terms and skeletons of a chunk, its title's included."""
    counts: dict[str, int] = {}
    for term in terms:
        counts[term] = counts.get(term, 0) + 1
        bare = mark_skeleton(term)
        counts[bare] = counts.get(bare, 0) + 1
    return CountedTerms(counts, len(terms))


def compute_idf(frequency: int, chunks: int) -> float:
    """Return BM25's inverse document frequency, never negative (Lucene's form)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


def round_length(length: int) -> int:
    """Return a length as tantivy keeps it, in one byte: exact below 40, then three bits of it.

    >>> [round_length(n) for n in (39, 41, 57, 100)]
    [39, 40, 56, 96]
    """
    if length < 40:
        return length
    dropped = (length - 24).bit_length() - 4
    return 24 + ((length - 24) >> dropped << dropped)


@dataclass(frozen=True, slots=True)
class Scoring:
    """BM25 of chunks for some terms.

    Attributes:
        weights: Of each term and ``~skeleton`` that occurs in the collection.
        average_length: Of its chunks, in terms.
    """

    weights: Mapping[str, float]
    average_length: float

    @classmethod
    def of(cls, terms: Iterable[str], statistics: Statistics) -> "Scoring":
        """Weigh terms by their rarity in a collection."""
        weights = {}
        for name in name_terms(terms):
            if frequency := statistics.frequencies.get(name, 0):
                share = SKELETON_WEIGHT if name.startswith("~") else 1.0
                weights[name] = share * compute_idf(frequency, statistics.totals.chunks)
        return cls(weights, statistics.totals.average_length)

    def score(self, chunk: CountedTerms) -> float:
        """Return the score of a chunk; 0 where it shares no term."""
        damping = K1 * (1 - B + B * round_length(chunk.length) / (self.average_length or 1.0))
        found = [name for name in self.weights if name in chunk.counts]
        counts = chunk.counts
        return sum(
            self.weights[name] * counts[name] * (K1 + 1) / (counts[name] + damping)
            for name in found
        )

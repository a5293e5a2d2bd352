"""Score candidate chunks: every candidate gets every feature, whichever side found it.

The score is a weighted sum; adding scores keeps how sure each side is, which adding ranks throws
away (docs/decisions/0004-score-fusion.md). The weights are in ``ranking.json``, with what they were
trained on.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from index.arabic import skeleton
from index.store import Reader, StoredChunk, Totals
from index.vectors import FloatVector

K1, B = 1.2, 0.6
"""BM25's saturation and length normalisation, chosen on the development sets."""

_NEAR = ((1, 1.0), (3, 0.6), (8, 0.3))
"""Words apart, and what two neighbours of the question are worth at that distance in a chunk."""

FEATURES = ("cosine", "bm25", "skeleton", "coverage", "proximity", "numbers")
"""What a score is made of."""

Weights = Mapping[str, float]
"""Of each feature; 1 is the weight of the cosine."""


@cache
def trained_weights() -> Weights:
    """Return the weights that ship."""
    text = resources.files("index").joinpath("ranking.json").read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights


@dataclass(frozen=True, slots=True)
class Question:
    """A question as ranking sees it.

    Attributes:
        vector: Its embedding, shape (dimension,).
        terms: Its distinct analysed terms.
        skeletons: Their distinct skeletons, as ``~skeleton``.
        neighbours: Pairs of terms that follow one another in it.
        idf: Weight of each term and of each ``~skeleton``.
        totals: Sizes of the corpus.
    """

    vector: FloatVector
    terms: tuple[str, ...]
    skeletons: tuple[str, ...]
    neighbours: tuple[tuple[str, str], ...]
    idf: Mapping[str, float]
    totals: Totals


def prepare(reader: Reader, vector: FloatVector, terms: Sequence[str]) -> Question:
    """Look up what the corpus says of the question's terms."""
    distinct = tuple(dict.fromkeys(terms))
    skeletons = tuple(dict.fromkeys("~" + skeleton(term) for term in distinct))
    names = [*distinct, *skeletons]
    frequencies, totals = reader.document_frequencies(names), reader.totals()
    weights = {name: idf(frequencies.get(name, 0), totals.chunks) for name in names}
    neighbours = tuple((one, other) for one, other in pairwise(terms) if one != other)
    return Question(vector, distinct, skeletons, neighbours, weights, totals)


def idf(frequency: int, chunks: int) -> float:
    """Return BM25's inverse document frequency, never negative (Lucene's form)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


def features(question: Question, chunk: StoredChunk) -> dict[str, float]:
    """Return every feature of one candidate, unweighted."""
    counts = Counter((*chunk.title_terms, *chunk.terms))
    return {
        "cosine": float(question.vector @ chunk.vector),
        "bm25": _bm25(question, question.terms, counts, counts.total()),
        "skeleton": _bm25(question, question.skeletons, _skeletons(counts), counts.total()),
        "coverage": coverage(question, counts),
        "proximity": _proximity(question, chunk.terms),
        "numbers": _numbers(question, counts),
    }


def _skeletons(counts: Counter[str]) -> Counter[str]:
    bare: Counter[str] = Counter()
    for term, count in counts.items():
        bare["~" + skeleton(term)] += count
    return bare


def _proximity(question: Question, terms: Sequence[str]) -> float:
    """Return how near neighbours of the question stand to each other, weighed by rarity."""
    places: dict[str, list[int]] = {term: [] for term in question.terms}
    for place, term in enumerate(terms):
        if term in places:
            places[term].append(place)
    near = total = 0.0
    for one, other in question.neighbours:
        weight = question.idf[one] + question.idf[other]
        total += weight
        if places[one] and places[other]:
            apart = min(abs(a - b) for a in places[one] for b in places[other])
            near += weight * next((worth for limit, worth in _NEAR if apart <= limit), 0.0)
    return near / total if total else 0.0


def _numbers(question: Question, counts: Mapping[str, int]) -> float:
    """Return the share of the question's numbers and years that occur."""
    wanted = [term for term in question.terms if term.isdigit()]
    return sum(term in counts for term in wanted) / len(wanted) if wanted else 0.0


def _bm25(
    question: Question, terms: Sequence[str], counts: Mapping[str, int], length: int
) -> float:
    """Return Okapi BM25 of a chunk for some terms (Robertson & Zaragoza 2009)."""
    damping = K1 * (1 - B + B * length / (question.totals.average_length or 1.0))
    return sum(
        question.idf[term] * counts[term] * (K1 + 1) / (counts[term] + damping)
        for term in terms
        if term in counts
    )


def coverage(question: Question, counts: Mapping[str, int]) -> float:
    """Return the share of the question's terms that occur, each weighed by its rarity."""
    total = sum(question.idf[term] for term in question.terms)
    present = sum(question.idf[term] for term in question.terms if term in counts)
    return present / total if total else 0.0


def contributions(values: Mapping[str, float], weights: Weights) -> dict[str, float]:
    """Return what each feature adds to the score."""
    return {name: weights[name] * value for name, value in values.items()}

"""Score candidate chunks: every candidate gets every feature, whichever side found it.

The score is a weighted sum of cosine, BM25 over our terms, BM25 over consonant skeletons, and
the share of the question's rare words that the chunk covers. Adding scores keeps how sure each
side is, which adding ranks throws away; see docs/decisions/0004-score-fusion.md.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.arabic import skeleton
from index.store import Reader, StoredChunk, Totals
from index.vectors import FloatVector

K1, B = 1.2, 0.6
"""BM25's saturation and length normalisation, chosen on the development sets."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the features in a score; 1 is the weight of the cosine."""

    bm25: float = 0.004
    skeleton: float = 0.0027
    coverage: float = 0.02


@dataclass(frozen=True, slots=True)
class Question:
    """A question as ranking sees it.

    Attributes:
        vector: Its embedding, shape (dimension,).
        terms: Its distinct analysed terms.
        idf: Weight of each term and of each ``~skeleton``.
        totals: Sizes of the corpus.
    """

    vector: FloatVector
    terms: tuple[str, ...]
    idf: Mapping[str, float]
    totals: Totals


def prepare(reader: Reader, vector: FloatVector, terms: Sequence[str]) -> Question:
    """Look up what the corpus says of the question's terms."""
    distinct = tuple(dict.fromkeys(terms))
    names = [*distinct, *("~" + skeleton(term) for term in distinct)]
    frequencies, totals = reader.document_frequencies(names), reader.totals()
    weights = {name: idf(frequencies.get(name, 0), totals.chunks) for name in names}
    return Question(vector, distinct, weights, totals)


def idf(frequency: int, chunks: int) -> float:
    """Return BM25's inverse document frequency, never negative (Lucene's form)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


def features(question: Question, chunk: StoredChunk) -> dict[str, float]:
    """Return every feature of one candidate, unweighted."""
    counts = Counter((*chunk.title_terms, *chunk.terms))
    return {
        "cosine": float(question.vector @ chunk.vector),
        "bm25": _bm25(question, question.terms, counts),
        "skeleton": _bm25(
            question,
            tuple(dict.fromkeys("~" + skeleton(term) for term in question.terms)),
            _skeleton_counts(counts),
        ),
        "coverage": coverage(question, counts),
    }


def _skeleton_counts(counts: Counter[str]) -> Counter[str]:
    bare: Counter[str] = Counter()
    for term, count in counts.items():
        bare["~" + skeleton(term)] += count
    return bare


def _bm25(question: Question, terms: Sequence[str], counts: Counter[str]) -> float:
    """Return Okapi BM25 of a chunk for some terms (Robertson & Zaragoza 2009)."""
    length = counts.total() / (question.totals.average_length or 1.0)
    damping = K1 * (1 - B + B * length)
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
    return {
        "cosine": values["cosine"],
        "bm25": weights.bm25 * values["bm25"],
        "skeleton": weights.skeleton * values["skeleton"],
        "coverage": weights.coverage * values["coverage"],
    }

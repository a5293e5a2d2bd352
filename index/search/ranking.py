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
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arabic.words import skeleton
from index.embedding.vectors import FloatMatrix, FloatVector
from index.search.late import late_interaction
from index.store.contract import Reader, StoredChunk, Totals

K1, B = 1.2, 0.6
"""BM25's saturation and length normalisation, chosen on the development sets."""

_NEAR = ((1, 1.0), (3, 0.6), (8, 0.3))
"""Words apart, and what two neighbours of the question are worth at that distance in a chunk."""

FEATURES = ("cosine", "bm25", "skeleton", "coverage", "proximity", "numbers", "date", "late")
"""What is known of every candidate."""

_NO_WORDS = np.zeros((0, 0), np.float32)

Weights = Mapping[str, float]
"""Of each feature; 1 is the weight of the cosine."""


@cache
def trained_weights(*, wordwise: bool) -> Weights:
    """Return the weights that ship.

    Args:
        wordwise: Whether the embedder gives every word a vector. Late interaction then takes the
            place of counting which of the question's words occur.
    """
    text = resources.files("index.search").joinpath("ranking.json").read_text(encoding="utf-8")
    weights: dict[str, Weights] = json.loads(text)["weights"]
    return weights["wordwise" if wordwise else "plain"]


class EncodedQuestion(NamedTuple):
    """A question, embedded and analysed; the same for every index of one embedder.

    Attributes:
        vector: Its embedding, shape (dimension,).
        terms: Its analysed terms, in order.
        words: Vectors of its words as they are compared, shape (n, dimension); n is 0 where the
            embedder gives none.
        word_terms: The analysed terms of each of those words.
        dates: Months and years it names, as ``YYYY-MM`` and ``YYYY``.
    """

    vector: FloatVector
    terms: Sequence[str]
    words: FloatMatrix = _NO_WORDS
    word_terms: Sequence[Sequence[str]] = ()
    dates: Sequence[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question as ranking sees it.

    Attributes:
        vector: Its embedding, shape (dimension,).
        words: Vectors of its words as they are compared, shape (n, dimension); n is 0 where the
            embedder gives none.
        word_weights: Rarity of each of those words, shape (n,), summing to 1.
        word_terms: The analysed terms of each of those words.
        terms: Its distinct analysed terms.
        skeletons: Their distinct skeletons, as ``~skeleton``.
        neighbours: Pairs of terms that follow one another in it.
        dates: Months and years it names, as ``YYYY-MM`` and ``YYYY``.
        idf: Weight of each term and of each ``~skeleton``.
        totals: Sizes of the corpus.
    """

    vector: FloatVector
    words: FloatMatrix
    word_weights: NDArray[np.float32]
    word_terms: tuple[tuple[str, ...], ...]
    terms: tuple[str, ...]
    skeletons: tuple[str, ...]
    neighbours: tuple[tuple[str, str], ...]
    dates: tuple[str, ...]
    idf: Mapping[str, float]
    totals: Totals


def prepare(reader: Reader, encoded: EncodedQuestion) -> Question:
    """Look up what the corpus says of the question's terms."""
    distinct = tuple(dict.fromkeys(encoded.terms))
    skeletons = tuple(dict.fromkeys("~" + skeleton(term) for term in distinct))
    names = [*distinct, *skeletons]
    frequencies, totals = reader.document_frequencies(names), reader.totals()
    rarity = {name: idf(frequencies.get(name, 0), totals.chunks) for name in names}
    return Question(
        vector=encoded.vector,
        words=encoded.words,
        word_weights=_shares(encoded.word_terms, rarity),
        word_terms=tuple(map(tuple, encoded.word_terms)),
        terms=distinct,
        skeletons=skeletons,
        neighbours=tuple((one, other) for one, other in pairwise(encoded.terms) if one != other),
        dates=tuple(encoded.dates),
        idf=rarity,
        totals=totals,
    )


def _shares(words: Sequence[Sequence[str]], idf: Mapping[str, float]) -> NDArray[np.float32]:
    """Return the share of each word in the question, by the rarity of its terms."""
    rarity = [max((idf.get(term, 0.0) for term in terms), default=0.0) for terms in words]
    total = sum(rarity)
    shares = [value / total if total else 1 / len(rarity) for value in rarity]
    return np.array(shares, np.float32)


def idf(frequency: int, chunks: int) -> float:
    """Return BM25's inverse document frequency, never negative (Lucene's form)."""
    return math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5))


def features(question: Question, chunks: Sequence[StoredChunk]) -> list[dict[str, float]]:
    """Return every feature of every candidate, unweighted, in the order of the candidates."""
    late = late_interaction(
        question.words, question.word_weights, [chunk.words for chunk in chunks]
    )
    return [
        {**_features(question, chunk), "late": float(value)}
        for chunk, value in zip(chunks, late, strict=True)
    ]


def _features(question: Question, chunk: StoredChunk) -> dict[str, float]:
    """Return the features that look at one candidate alone."""
    counts = Counter((*chunk.title_terms, *chunk.terms))
    return {
        "cosine": float(question.vector @ chunk.vector),
        "bm25": _bm25(question, question.terms, counts, counts.total()),
        "skeleton": _bm25(
            question, question.skeletons, _skeletons(question, counts), counts.total()
        ),
        "coverage": coverage(question, counts),
        "proximity": _proximity(question, chunk.terms),
        "numbers": _numbers(question, counts),
        "date": max((_date_match(asked, chunk.date) for asked in question.dates), default=0.0),
    }


def _date_match(asked: str, date: str) -> float:
    """Return 1 for an article of the month or year asked for, 0.5 for the right year alone."""
    if date.startswith(asked):
        return 1.0
    return 0.5 if date and date[:4] == asked[:4] else 0.0


def _skeletons(question: Question, counts: Counter[str]) -> Counter[str]:
    """Count the skeletons that the question has too."""
    wanted, bare = set(question.skeletons), Counter[str]()
    for term, count in counts.items():
        if (name := _marked(term)) in wanted:
            bare[name] += count
    return bare


@lru_cache(maxsize=200_000)
def _marked(term: str) -> str:
    return "~" + skeleton(term)


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
    return {name: weight * values[name] for name, weight in weights.items()}

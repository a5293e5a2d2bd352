"""The evidence gate: do the passages hold an answer? Asked before anything is written.

A logistic model over a handful of readable features; its weights are in ``evidence.json`` with
what they were trained on, by ``benchmarks/train_evidence.py``.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from index.arabic.words import skeleton
from index.search.query import WeightedQuery
from index.search.search import Passage
from index.store.bm25 import compute_idf
from rag.language.package_data import read_weights
from rag.language.questions import find_terms, is_arabic
from rag.question import Question
from rag.reading.close_reading import GATE, CloseReading, choose_again, compute_gate
from rag.reading.relevance import ScoredSentence, compute_overlap

FEATURES = {
    "same_language": (
        "cosine",
        "cosine_margin",
        "coverage",
        "best_overlap",
        "sentence_margin",
        "score",
        "score_margin",
    ),
    "across_languages": (
        "cosine",
        "cosine_margin",
        "best_similarity",
        "agreement",
        "score_margin",
        "late",
        "late_margin",
    ),
}
"""What the gate looks at where nothing was read closely. Across languages no words can be
compared."""

READ_FEATURES = ("cosine", "low_cosine", "low_coverage", "sentence_margin", "score", *GATE)
"""What it looks at where the reader has read; fitted by ``benchmarks/train_close_reading.py``, and
chosen from sixty by what folds of those questions foretell of each other
(docs/decisions/0057-what-speaks-against-an-answer.md)."""

_ON_TOPIC = {"cosine": 0.87, "coverage": 0.5}
"""From where on a passage is about the matter, and a higher value says less of whether it answers.
Chosen."""

_LEAST = {"careful": 0.45, "balanced": 0.15, "lenient": 0.1}
"""Probability that an answer needs where nothing was read closely, by level of caution. Chosen for
the gate that ``python -m benchmarks.train_evidence`` fits
(docs/decisions/0018-evidence-gate-again.md); ``python -m benchmarks.answers --caution LEVEL``
measures the answers at each."""

LEAST_TO_ASK = {"careful": 0.0075, "balanced": 0.005, "lenient": 0.001}
"""Probability from which on a model is asked, which can decline by itself; closely read or not. Of
the answerable questions that the gate was fitted on none has less than 0.015; a half of that and
less was chosen, as the gate sees less in others' questions (``python -m benchmarks.model_prompt``,
docs/decisions/0047-what-a-model-is-given.md)."""


class Evidence(NamedTuple):
    """How much speaks for an answer.

    Attributes:
        chance: Probability that the passages hold one, in [0, 1].
        least: What a quote needs of it, by level of caution: حذر، متوازن، متساهل.
    """

    chance: float
    least: Mapping[str, float] = _LEAST

    def suffices(self, caution: str) -> bool:
        """Tell whether it is enough to quote, at a level of caution."""
        return self.chance >= self.least[caution]

    def is_worth_asking(self, caution: str) -> bool:
        """Tell whether it is enough to ask a model, at a level of caution."""
        return self.chance >= LEAST_TO_ASK[caution]


def compute_evidence(
    question: Question,
    query: WeightedQuery,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
) -> Evidence:
    """Return how much speaks for an answer.

    Args:
        question: As it was understood.
        query: The same as ranking saw it.
        passages: Best first.
        sentences: By their words, best first.
        read: What the reader said of them.
    """
    unknown = question.is_completed and _is_mostly_unknown(question, query)
    if not passages or not sentences or unknown:
        return Evidence(0.0)
    features = compute_features(question, query.idf, passages, sentences)
    gate = compute_gate(read, choose_again(sentences, read))
    return judge(question, passages, {**features, **gate})


def judge(question: Question, passages: Sequence[Passage], values: Mapping[str, float]) -> Evidence:
    """Return what the features speak for, the reader's among them where it has read."""
    if values.keys() >= set(GATE):
        fitted = read_weights("reading/close_reading.json")
        return Evidence(_compute_chance(fitted["gate"], values), fitted["least"])
    same = question.is_arabic == is_arabic(passages[0].text)
    weights = read_weights("reading/evidence.json")["same_language" if same else "across_languages"]
    return Evidence(_compute_chance(weights, values))


def _compute_chance(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    logit = sum(weight * values.get(name, 1.0) for name, weight in weights.items())  # bias × 1
    return 1 / (1 + math.exp(-logit))


def _is_mostly_unknown(question: Question, query: WeightedQuery) -> bool:
    """Tell whether half of what a follow-up itself asks about occurs nowhere in the index.

    What history adds to a question is known to be there, so it must not speak for the rest. A
    single word is left to the gate: it may be a verb in a form that no article uses.
    """
    own, idf = question.own_terms, query.idf
    total = sum(idf.get(term, 0.0) for term in own)
    never = compute_idf(0, query.totals.chunks)
    unknown = sum(
        idf.get(term, 0.0)
        for term in own
        if min(idf.get(term, 0.0), idf.get("~" + skeleton(term), 0.0)) >= never
    )
    return len(own) > 1 and total > 0 and unknown >= 0.5 * total


def compute_features(
    question: Question,
    idf: Mapping[str, float],
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
) -> dict[str, float]:
    """Return the features of one question, by name."""
    terms = question.terms
    coverages = [
        compute_overlap(terms, idf, find_terms(f"{p.article.title}\n{p.text}"))
        for p in passages[:5]
    ]
    best = sentences[0]
    by_cosine = max(passages, key=lambda passage: passage.scores["cosine"])
    cosine, cosine_margin = _compute_margin([p.scores["cosine"] for p in passages])
    score, score_margin = _compute_margin([p.score for p in passages])
    late, late_margin = _compute_margin([p.scores.get("late", 0.0) for p in passages])
    similarity = max(s.features.get("similarity", 0.0) for s in sentences)
    coverage = max(coverages)
    return {
        "cosine": cosine,
        "low_cosine": min(0.0, cosine - _ON_TOPIC["cosine"]),
        "low_coverage": min(0.0, coverage - _ON_TOPIC["coverage"]),
        "cosine_margin": cosine_margin,
        "score": score,
        "score_margin": score_margin,
        "late": late,
        "late_margin": late_margin,
        "coverage": coverage,
        "best_overlap": max(sentence.overlap for sentence in sentences[:5]),
        "best_similarity": similarity,
        "sentence_margin": best.score - sentences[min(3, len(sentences) - 1)].score,
        "agreement": float(by_cosine.rank == 1),
    }


def _compute_margin(values: Sequence[float]) -> tuple[float, float]:
    """Return the highest value and how far it is above the mean of the next five."""
    ordered = sorted(values, reverse=True)
    following = ordered[1:6]
    return ordered[0], ordered[0] - sum(following) / len(following) if following else 0.0

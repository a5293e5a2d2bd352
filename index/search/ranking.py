"""Score candidate chunks: every candidate gets every feature, whichever side found it.

The score is a weighted sum; adding scores keeps how sure each side is, which adding ranks throws
away (docs/decisions/0004-score-fusion.md). The weights are in ``ranking.json``, with what they were
trained on.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from index.search.late import compute_late_interaction
from index.search.query import WeightedQuery
from index.store.bm25 import mark_skeleton
from index.store.contract import StoredChunk

K1, B = 1.2, 0.6
"""BM25's saturation and length normalisation, chosen on four development sets when fusions were
compared (docs/decisions/0004-score-fusion.md) by no command that is kept;
``python -m benchmarks.analyser`` and ``benchmarks.retrieval`` measure BM25 with them."""

_PROXIMITY_STEPS = ((1, 1.0), (3, 0.6), (8, 0.3))
"""Words apart, and what two neighbours of the question are worth at that distance in a chunk. The
steps were chosen; what the feature counts for is fitted (``python -m benchmarks.train_ranking``,
which leaves it out in turn with ``--ablate``)."""

FEATURES = ("cosine", "bm25", "skeleton", "coverage", "proximity", "numbers", "date", "late")
"""What is known of every candidate."""

Weights = Mapping[str, float]
"""Of each feature; 1 is the weight of the cosine."""


@cache
def load_weights(*, wordwise: bool) -> Weights:
    """Return the weights that ship.

    Args:
        wordwise: Whether the embedder gives every word a vector. Late interaction then takes the
            place of counting which of the question's words occur.
    """
    text = resources.files("index.search").joinpath("ranking.json").read_text(encoding="utf-8")
    weights: dict[str, Weights] = json.loads(text)["weights"]
    return weights["wordwise" if wordwise else "plain"]


def compute_features(query: WeightedQuery, chunks: Sequence[StoredChunk]) -> list[dict[str, float]]:
    """Return every feature of every candidate, unweighted, in the order of the candidates."""
    late = compute_late_interaction(
        query.vectors.words, query.word_weights, [chunk.words for chunk in chunks]
    )
    return [
        {**_compute_chunk_features(query, chunk), "late": float(value)}
        for chunk, value in zip(chunks, late, strict=True)
    ]


def _compute_chunk_features(query: WeightedQuery, chunk: StoredChunk) -> dict[str, float]:
    """Return the features that look at one candidate alone."""
    counts = Counter((*chunk.title_terms, *chunk.terms))
    return {
        "cosine": float(query.vectors.vector @ chunk.vector),
        "bm25": _compute_bm25(query, query.terms, counts, counts.total()),
        "skeleton": _compute_bm25(
            query, query.skeletons, _count_skeletons(query, counts), counts.total()
        ),
        "coverage": compute_coverage(query, counts),
        "proximity": _compute_proximity(query, chunk.terms),
        "numbers": _compute_number_share(query, counts),
        "date": max(
            (_compute_date_match(asked, chunk.date) for asked in query.query.dates), default=0.0
        ),
    }


def _compute_date_match(asked: str, date: str) -> float:
    """Return 1 for an article of the month or year asked for, 0.5 for the right year alone."""
    if date.startswith(asked):
        return 1.0
    return 0.5 if date and date[:4] == asked[:4] else 0.0


def _count_skeletons(query: WeightedQuery, counts: Counter[str]) -> Counter[str]:
    """Count the skeletons that the question has too."""
    wanted, bare = set(query.skeletons), Counter[str]()
    for term, count in counts.items():
        if (name := mark_skeleton(term)) in wanted:
            bare[name] += count
    return bare


def _compute_proximity(query: WeightedQuery, terms: Sequence[str]) -> float:
    """Return how near neighbours of the question stand to each other, weighed by rarity."""
    places: dict[str, list[int]] = {term: [] for term in query.terms}
    for place, term in enumerate(terms):
        if term in places:
            places[term].append(place)
    near = total = 0.0
    for one, other in query.neighbours:
        weight = query.idf[one] + query.idf[other]
        total += weight
        if places[one] and places[other]:
            apart = min(abs(a - b) for a in places[one] for b in places[other])
            near += weight * next(
                (worth for limit, worth in _PROXIMITY_STEPS if apart <= limit), 0.0
            )
    return near / total if total else 0.0


def _compute_number_share(query: WeightedQuery, counts: Mapping[str, int]) -> float:
    """Return the share of the question's numbers and years that occur."""
    wanted = [term for term in query.terms if term.isdigit()]
    return sum(term in counts for term in wanted) / len(wanted) if wanted else 0.0


def _compute_bm25(
    query: WeightedQuery, terms: Sequence[str], counts: Mapping[str, int], length: int
) -> float:
    """Return Okapi BM25 of a chunk for some terms (Robertson & Zaragoza 2009)."""
    damping = K1 * (1 - B + B * length / (query.totals.average_length or 1.0))
    return sum(
        query.idf[term] * counts[term] * (K1 + 1) / (counts[term] + damping)
        for term in terms
        if term in counts
    )


def compute_coverage(query: WeightedQuery, counts: Mapping[str, int]) -> float:
    """Return the share of the question's terms that occur, each weighed by its rarity."""
    total = sum(query.idf[term] for term in query.terms)
    present = sum(query.idf[term] for term in query.terms if term in counts)
    return present / total if total else 0.0


def compute_contributions(values: Mapping[str, float], weights: Weights) -> dict[str, float]:
    """Return what each feature adds to the score."""
    return {name: weight * values[name] for name, weight in weights.items()}

"""Fit the weights of the ranking on the training halves of ARCD and TyDi, and report the others.

    python -m benchmarks.train_ranking --data ../shared/data [--write] [--ablate]

A conditional logit over the candidates of each question (which of them belongs to the right
article?), as in McFadden, "Conditional logit analysis of qualitative choice behavior" (1974). The
weight of skeletons is tied to half of the words' own: fitted freely it takes over from them, which
costs nothing on these sets, and lets كتاب find كاتب. A weight that would be negative is left out.
The sets have no dates: the weight of ``date`` is set by hand (docs/decisions/0015).
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.corpora import Asked, families, pooled_index, questions
from benchmarks.datasets import DEFAULT
from benchmarks.regression import fit_choice
from index.search import ranking
from index.search.search import SearchIndex

FILE = Path(ranking.__file__).with_name("ranking.json")
_WORDWISE = ("cosine", "words", "coverage", "proximity", "numbers", "late")
_PLAIN = ("cosine", "words", "coverage", "proximity", "numbers")
_SKELETON_SHARE = 0.5
_DATE = 0.05

Candidates = tuple[list[Mapping[str, float]], np.ndarray]
"""Features of each candidate, and which belong to the right article, shape (n,)."""


def main() -> None:
    """Print the weights and what they reach; write them with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--scratch", type=Path, help="where the index is kept")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    parser.add_argument(
        "--ablate", action="store_true", help="also fit without each feature in turn"
    )
    options = parser.parse_args()
    index, asked = pooled_index(options.data, options.scratch), questions(options.data)
    same = families(index)
    found = [(question, _candidates(index, question, same)) for question in asked]
    training = [c for q, c in found if not q.held_out]
    weights = {"wordwise": _fit(training, _WORDWISE), "plain": _fit(training, _PLAIN)}
    content = {
        "trained_on": "the training split of ARCD and half of TyDi QA, pooled, by"
        " benchmarks/train_ranking.py",
        "reached": {name: _report(found, fitted) for name, fitted in weights.items()},
        "weights": weights,
    }
    print(json.dumps(content, indent=2))
    if options.write:
        FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if options.ablate:
        for name in _WORDWISE:
            kept = [feature for feature in _WORDWISE if feature != name]
            print(f"without {name}", json.dumps(_report(found, _fit(training, kept))))


def _candidates(index: SearchIndex, question: Asked, same: Mapping[str, str]) -> Candidates:
    found = index.candidates(question.text)
    right = [same[candidate.chunk.article_id] == same[question.article] for candidate in found]
    return [candidate.features for candidate in found], np.array(right, float)


def _fit(found: Sequence[Candidates], names: Sequence[str]) -> dict[str, float]:
    rows = [
        (np.array([_tied(values, names) for values in candidates]), right)
        for candidates, right in found
        if right.any()
    ]
    fitted = fit_choice(rows, names, ridge=0.002)
    if negative := [name for name in names if fitted[name] < 0]:
        return _fit(found, [name for name in names if name not in negative])
    scale = fitted.get("cosine", 1.0)
    scaled = {name: round(weight / scale, 5) for name, weight in fitted.items()}
    if words := scaled.pop("words", 0.0):
        scaled |= {"bm25": words, "skeleton": round(_SKELETON_SHARE * words, 5)}
    scaled["date"] = _DATE
    return {name: scaled[name] for name in ranking.FEATURES if name in scaled}


def _tied(values: Mapping[str, float], names: Sequence[str]) -> list[float]:
    words = values["bm25"] + _SKELETON_SHARE * values["skeleton"]
    return [words if name == "words" else values[name] for name in names]


def _report(
    found: Sequence[tuple[Asked, Candidates]], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return R@1 on each set, trained on and held out."""
    groups: dict[str, list[float]] = {}
    for question, (candidates, right) in found:
        scores = [
            sum(ranking.compute_contributions(values, weights).values()) for values in candidates
        ]
        name = f"{question.set} {'held out' if question.held_out else 'trained on'}"
        groups.setdefault(name, []).append(right[np.argmax(scores)])
    return {name: round(float(np.mean(hits)), 4) for name, hits in sorted(groups.items())}


if __name__ == "__main__":
    main()

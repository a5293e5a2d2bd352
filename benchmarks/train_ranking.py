"""Fit the weights of the ranking on the training halves of ARCD and TyDi, and report the others.

    python -m benchmarks.train_ranking --data ../shared/data [--write]

A conditional logit over the candidates of each question (which of them belongs to the right
article?), as in McFadden, "Conditional logit analysis of qualitative choice behavior" (1974). The
weight of skeletons is tied to half of the words' own: fitted freely it takes over from them, which
costs nothing on these sets, and lets كتاب find كاتب.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.corpora import Asked, families, pooled_index, questions
from benchmarks.datasets import DEFAULT
from benchmarks.regression import fit_choice
from index import ranking
from index.arabic import analyse, for_embedding
from index.search import CANDIDATES, SearchIndex

FILE = Path(ranking.__file__).with_name("ranking.json")
_TIED = ("cosine", "words", "coverage", "proximity", "numbers")
_SKELETON_SHARE = 0.5

Candidates = tuple[list[dict[str, float]], np.ndarray]
"""Features of each candidate, and which belong to the right article, shape (n,)."""


def main() -> None:
    """Print the weights and what they reach; write them with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--scratch", type=Path, help="where the index is kept")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    index, asked = pooled_index(options.data, options.scratch), questions(options.data)
    same = families(index)
    found = [(question, _candidates(index, question, same)) for question in asked]
    weights = _fit([c for q, c in found if not q.held_out])
    names = sorted({(q.set, q.held_out) for q in asked})
    report = {
        f"{name} {'held out' if held_out else 'trained on'}": {
            "R@1": _first([c for q, c in found if (q.set, q.held_out) == (name, held_out)], weights)
        }
        for name, held_out in names
    }
    content = {
        "trained_on": "the training split of ARCD and half of TyDi QA, pooled, by"
        " benchmarks/train_ranking.py",
        "reached": report,
        "weights": weights,
    }
    print(json.dumps(content, indent=2))
    if options.write:
        FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _candidates(index: SearchIndex, question: Asked, same: Mapping[str, str]) -> Candidates:
    vector = index.embedder.embed_query(for_embedding(question.text))
    with index.store.read() as reader:
        prepared = ranking.prepare(reader, vector, analyse(question.text))
        hits = [
            *reader.dense(vector, CANDIDATES),
            *reader.lexical(prepared.terms, CANDIDATES),
        ]
        chunks = list(reader.fetch([hit.key for hit in hits]).values())
        articles = reader.articles([chunk.article_key for chunk in chunks])
    wanted = same[question.article]
    right = [same[articles[chunk.article_key].id] == wanted for chunk in chunks]
    return [ranking.features(prepared, chunk) for chunk in chunks], np.array(right, float)


def _fit(found: list[Candidates]) -> dict[str, float]:
    rows = [
        (np.array([_tied(values) for values in candidates]), right)
        for candidates, right in found
        if right.any()
    ]
    fitted = fit_choice(rows, _TIED, ridge=0.002)
    scaled = {name: weight / fitted["cosine"] for name, weight in fitted.items()}
    words = scaled.pop("words")
    weights = {**scaled, "bm25": words, "skeleton": _SKELETON_SHARE * words}
    return {name: round(weights[name], 5) for name in ranking.FEATURES}


def _tied(values: dict[str, float]) -> list[float]:
    words = values["bm25"] + _SKELETON_SHARE * values["skeleton"]
    return [words if name == "words" else values[name] for name in _TIED]


def _first(found: list[Candidates], weights: dict[str, float]) -> float:
    """Return the share of questions whose best candidate is of the right article."""
    hits = [
        right[np.argmax([sum(ranking.contributions(v, weights).values()) for v in candidates])]
        for candidates, right in found
    ]
    return round(float(np.mean(hits)), 4)


if __name__ == "__main__":
    main()

"""Fit what is made of the reader's words (``rag/reading/close_reading.json``).

    python -m benchmarks.train_close_reading --data ../shared/data

Three small models: which sentence answers, whether any does, whether the few words found are right.
They are fitted on what the reader was not trained on: the questions of ARCD's train split and of
half of TyDi QA that were kept from it, asked of their passages, of those without the right one, and
of news; and on held-out articles of radio news 915 questions that were written, 315 of them for
more than few words, and some made from their sentences, each also with a name, number or place
exchanged, and for a detail that no article tells. ``python -m benchmarks.reader`` measures them on
the rest.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.close_reading import OTHER_KINDS, Case, make_fitting_cases
from benchmarks.datasets import make_parser
from benchmarks.regression import Matrix, fit_choice, fit_logistic, rounded, scores
from index.arabic.words import fold
from rag.evaluation.metrics import token_f1
from rag.reading.close_reading import (
    CHOICE,
    HEADLINE,
    CloseReading,
    choose_again,
    compute_choice,
    compute_gate,
    compute_headline,
    read_closely,
)
from rag.reading.evidence import READ_FEATURES
from rag.reading.reader import Reader, load_reader

OUTPUT = Path("rag/reading/close_reading.json")
_TRAINED_ON = (
    "questions of ARCD's train split and of half of TyDi QA dev kept from the reader, and questions"
    " written on and made from ANT articles that it never saw, by benchmarks/train_close_reading.py"
)
_MODELS = {
    "choice": ("choice",),
    "gate": ("gate", "least"),
    "headline": ("headline", "headline_shown"),
}
"""What is written of each model."""
_PRECISION = 0.9
"""Of the few words that are shown where one question in five is a near miss."""
_NEAR_MISSES = 0.2
"""Their share of what people ask. Chosen: that of the test questions on the news is .19."""
_REFUSED = {"careful": 0.1, "balanced": 0.0175, "lenient": 0.005}
"""Share that each level of caution refuses of the answerable questions written on the news."""
_RIGHT = 0.6
"""Token F1 with a right answer from which on a span is right, where it does not hold it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case and what the reader said of it."""

    case: Case
    read: CloseReading


def read_cases(reader: Reader, found: Iterable[Case]) -> Iterator[Row]:
    """Read what was found for each question."""
    for number, case in enumerate(found):
        read = read_closely(reader, case.question, case.passages, case.sentences)
        yield Row(case, replace(read, missing=case.missing))
        if number % 200 == 0:
            print(f"{number} questions read", flush=True)


def fit_sentence_choice(rows: Sequence[Row]) -> dict[str, float]:
    """Fit which sentence answers."""
    asked = [row for row in rows if row.case.answerable and mark_right(row.case).any()]
    return fit_choice([(choice_matrix(row), mark_right(row.case)) for row in asked], CHOICE)


def choice_matrix(row: Row) -> Matrix:
    """Return the features of the sentences of a question, shape (sentences, features)."""
    found = [compute_choice(sentence, row.read) for sentence in row.case.sentences]
    return np.array([[values[name] for name in CHOICE] for values in found], float)


def mark_right(case: Case) -> Matrix:
    """Return which sentences hold a right answer and are of an article that answers."""
    golds = list(map(fold, case.wordings))
    return np.array(
        [
            float(s.passage in case.own and any(gold in fold(s.text) for gold in golds))
            for s in case.sentences
        ]
    )


def gate_matrix(
    rows: Sequence[Row], names: Sequence[str], choice: Mapping[str, float] | None = None
) -> tuple[Matrix, Matrix]:
    """Return the features of questions, and whether they are answerable.

    Args:
        rows: Any.
        names: Of the features.
        choice: Weights that order the sentences; None takes those that ship.
    """
    found = [
        {**r.case.features, **compute_gate(r.read, choose_again(r.case.sentences, r.read, choice))}
        for r in rows
    ]
    x = np.array([[values.get(name, 0.0) for name in names] for values in found], float)
    return x, np.array([float(row.case.answerable) for row in rows])


def headline_matrix(
    rows: Sequence[Row], choice: Mapping[str, float] | None = None
) -> tuple[Matrix, Matrix]:
    """Return the features of the best spans, and whether each is right.

    Args:
        rows: Those in which a span was found.
        choice: Weights that order the sentences; None takes those that ship.
    """
    found = [compute_headline(r.read, choose_again(r.case.sentences, r.read, choice)) for r in rows]
    x = np.array([[values[name] for name in HEADLINE] for values in found], float)
    return x, np.array([float(is_right(row)) for row in rows])


def is_right(row: Row) -> bool:
    """Tell whether the best span answers: holds a right answer, or shares most of its words."""
    if not row.case.answerable:
        return False
    text = row.read.spans[0].text
    golds = row.case.wordings
    return any(fold(gold) in fold(text) for gold in golds) or token_f1(text, golds) >= _RIGHT


def find_shown(logits: Matrix, right: Matrix, weights: Matrix) -> float:
    """Return the lowest logit from which on those shown are right often enough.

    Args:
        logits: That the best span is right, one a question.
        right: Whether it is.
        weights: How often each question is asked.
    """
    order = [n for n in np.argsort(-logits) if weights[n]]
    precision = np.cumsum((weights * right)[order]) / np.cumsum(weights[order])
    enough = np.flatnonzero(precision >= _PRECISION)
    return float(logits[order][enough[-1]]) if len(enough) else float("inf")


def fit(rows: Sequence[Row], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Fit the three models; return what is written.

    Args:
        rows: Questions that were read.
        kept: Weights of models that stay as they are.
    """
    read, kept = [row for row in rows if row.read.spans], kept or {}
    choice = kept.get("choice") or rounded(fit_sentence_choice(read))
    x, answerable = gate_matrix(read, READ_FEATURES, choice)
    gate = kept.get("gate") or rounded(fit_logistic(x, answerable, READ_FEATURES))
    chances = 1 / (1 + np.exp(-scores(x, READ_FEATURES, gate)))
    told = np.array([r.case.condition == "written" or is_of_other_kind(r) for r in read])
    least = {
        level: float(np.quantile(chances[told & (answerable == 1)], share))
        for level, share in _REFUSED.items()
    }
    few = np.array([not is_of_other_kind(row) for row in read])
    spans, right = headline_matrix([row for row in read if not is_of_other_kind(row)], choice)
    headline = rounded(fit_logistic(spans, right, HEADLINE))
    asked = weigh_written(read) * (chances >= least["balanced"])
    shown = find_shown(scores(spans, HEADLINE, headline), right, asked[few])
    return {
        "choice": choice,
        "gate": gate,
        "least": rounded(least),
        "headline": headline,
        "headline_shown": round(shown, 4),
        **kept,
    }


def weigh_written(rows: Sequence[Row]) -> Matrix:
    """Return how often each question is asked: those written, a fifth of them near misses."""
    told = np.array([row.case.condition == "written" for row in rows], float)
    near = np.array([row.case.condition.startswith("near miss") for row in rows], float)
    return told + near * _NEAR_MISSES / (1 - _NEAR_MISSES) * told.sum() / max(1.0, near.sum())


def is_of_other_kind(row: Row) -> bool:
    """Tell whether few words do not answer a question."""
    return row.case.condition.startswith(OTHER_KINDS)


def main() -> None:
    """Read the questions, fit the weights, write and report them."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--keep", nargs="*", default=[], choices=_MODELS, help="models that stay as they are"
    )
    options = parser.parse_args()
    before = json.loads(OUTPUT.read_text(encoding="utf-8"))["weights"] if options.keep else {}
    kept = {name: before[name] for model in options.keep for name in _MODELS[model]}
    reader = load_reader()
    if reader is None:
        raise SystemExit("the reader is not there; see the message above")
    rows = list(read_cases(reader, make_fitting_cases(options.data, options.scratch)))
    content = {"trained_on": _TRAINED_ON, "questions": len(rows), "weights": fit(rows, kept)}
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


if __name__ == "__main__":
    main()

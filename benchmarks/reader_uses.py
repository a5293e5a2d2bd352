"""Measure what each thing that is looked at is worth: fitted anew without it, asked of the rest.

    python -m benchmarks.reader_uses --data ../shared/data --out benchmarks/results/reader-uses

Fitted on what ``train_close_reading`` fits on; measured on the 160 questions that were written on
the news (over some of it: the index that the fit makes), and on the held-out questions of ARCD and
TyDi QA. Each row of the three tables lacks one thing; the first lacks none.

- choice: questions whose first sentence answers, of those whose answer is among the sentences; what
  a sentence's words say is taken apart and fitted anew beside what the reader says.
- gate: AUROC of answerable questions against near misses, and against those without their passage.
- headline: AUROC of right few words against wrong ones.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.close_reading import (
    ask_encyclopaedia,
    ask_written,
    make_fitting_cases,
    open_news,
)
from benchmarks.datasets import make_parser, report
from benchmarks.regression import Matrix, auroc, fit_choice, fit_logistic, scores
from benchmarks.train_close_reading import (
    Row,
    gate_matrix,
    headline_matrix,
    is_of_other_kind,
    mark_right,
    read_cases,
)
from rag.reading.close_reading import CHOICE, GATE, HEADLINE, compute_choice
from rag.reading.evidence import READ_FEATURES
from rag.reading.reader import load_reader
from rag.reading.relevance import FEATURES, SENTENCE_FEATURES

_READER = {"margin"}

Table = dict[str, dict[str, float]]


def list_left_out(names: Sequence[str], groups: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return what is looked at in each row of a table: all, all but a group, all but one."""
    kept = {"all": list(names)}
    for group, members in groups.items():
        kept[f"without {group}"] = [name for name in names if name not in members]
    for name in names:
        kept[f"without {name}"] = [other for other in names if other != name]
    return kept


def measure_choice(fitted: Sequence[Row], asked: Sequence[Row]) -> Table:
    """Return the questions whose first sentence answers."""
    names = [*FEATURES["wordwise"], *(name for name in CHOICE if name != "score")]
    groups = {
        "the reader": _READER,
        "the sentence's words": set(FEATURES["wordwise"]),
        "what is not of the words' vectors": set(SENTENCE_FEATURES),
    }

    def matrix(row: Row) -> Matrix:
        found = [
            {**sentence.features, **compute_choice(sentence, row.read)}
            for sentence in row.case.sentences
        ]
        return np.array([[values.get(name, 0.0) for name in names] for values in found], float)

    def prepare(rows: Sequence[Row]) -> list[tuple[str, Matrix, Matrix]]:
        told = [(row, mark_right(row.case)) for row in rows if row.case.answerable]
        return [(row.case.condition, matrix(row), right) for row, right in told if right.any()]

    learnt, held = prepare(fitted), prepare(asked)
    table: Table = {}
    for label, kept in list_left_out(names, groups).items():
        places = [names.index(name) for name in kept]
        weights = fit_choice([(x[:, places], right) for _, x, right in learnt], kept)
        first = [
            (condition, right[int(np.argmax(scores(x[:, places], kept, weights)))])
            for condition, x, right in held
        ]
        table[label] = {
            "news": float(sum(right for condition, right in first if condition != "whole")),
            "encyclopaedia": float(
                sum(right for condition, right in first if condition == "whole")
            ),
        }
    counts = {"news": sum(c != "whole" for c, _, _ in held)}
    table["questions"] = {**counts, "encyclopaedia": float(len(held) - counts["news"])}
    return table


def measure_gate(fitted: Sequence[Row], asked: Sequence[Row]) -> Table:
    """Return how well answerable questions are told apart."""
    groups = {"the reader": set(GATE), "the words and vectors": set(READ_FEATURES) - set(GATE)}
    x, y = gate_matrix(fitted, READ_FEATURES)
    held, _ = gate_matrix(asked, READ_FEATURES)
    news = np.array([row.case.condition.startswith("ANT") for row in asked])
    facts = np.array([row.case.condition == "ANT fact" for row in asked])
    told = np.array([row.case.answerable for row in asked])

    def measure(places: list[int], kept: list[str]) -> dict[str, float]:
        logits = scores(held[:, places], kept, fit_logistic(x[:, places], y, kept))
        near = logits[news & ~told]
        return {
            "news": auroc(logits[news & told], near),
            "news, facts": auroc(logits[facts & told], near),
            "passage removed": auroc(logits[~news & told], logits[~news & ~told]),
        }

    return _measure_each(READ_FEATURES, groups, measure)


def measure_headline(fitted: Sequence[Row], asked: Sequence[Row]) -> Table:
    """Return how well right few words are told from wrong ones."""
    few = [row for row in fitted if not is_of_other_kind(row)]
    x, y = headline_matrix(few)
    facts = [row for row in asked if row.case.condition in {"ANT fact", "ANT unanswerable"}]
    others = [row for row in asked if not row.case.condition.startswith("ANT")]
    sets = {"news": headline_matrix(facts), "encyclopaedia": headline_matrix(others)}

    def measure(places: list[int], kept: list[str]) -> dict[str, float]:
        weights = fit_logistic(x[:, places], y, kept)
        found = {}
        for name, (values, right) in sets.items():
            logits = scores(values[:, places], kept, weights)
            found[name] = auroc(logits[right == 1], logits[right == 0])
        return found

    return _measure_each(HEADLINE, {}, measure)


def _measure_each(
    names: Sequence[str],
    groups: dict[str, set[str]],
    measure: Callable[[list[int], list[str]], dict[str, float]],
) -> Table:
    return {
        label: {
            name: round(value, 3)
            for name, value in measure([names.index(n) for n in kept], kept).items()
        }
        for label, kept in list_left_out(names, groups).items()
    }


def measure(fitted: Sequence[Row], asked: Sequence[Row]) -> dict[str, Table]:
    """Return the three tables.

    Args:
        fitted: What weights are fitted on.
        asked: What they are measured on.
    """
    read = [row for row in fitted if row.read.spans]
    held = [row for row in asked if row.read.spans]
    return {
        "choice": measure_choice(read, held),
        "gate": measure_gate(read, held),
        "headline": measure_headline(read, held),
    }


def main() -> None:
    """Print the tables; write them where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--every", type=int, default=1, help="ask one of so many of ARCD and TyDi")
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    reader = load_reader()
    if reader is None:
        raise SystemExit("the reader is not there; see the message above")
    data, scratch = options.data, options.scratch
    fitted = list(read_cases(reader, make_fitting_cases(data, scratch)))
    news = open_news(data, scratch, some=True)
    cases = [
        *ask_written(data, news),
        *ask_encyclopaedia(data, scratch, fits=False, every=options.every),
    ]
    figures: dict[str, Any] = dict(measure(fitted, list(read_cases(reader, cases))))
    report(figures, options.out)


if __name__ == "__main__":
    main()

"""Measure the reader on what nothing was fitted on, with 95 % intervals.

    python -m benchmarks.reader --data ../shared/data --out benchmarks/results/reader

- Spans, the passage given: ARCD's test split and the half of TyDi QA that is held out.
- The questions that were written on 9,965 radio news, search included: whether a gold fact is
  among the three best spans, how often few words are shown and how many of them are right, and how
  well answerable questions are told from near misses; those in dialects apart.
- Questions whose passage was taken away or that are asked of another corpus, and NoMIRACL's.
- Belebele in standard Arabic and five dialects, the passage given: how much the best span has of
  the right choice.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.close_reading import make_held_out_cases, open_news
from benchmarks.corpora import FOLDERS
from benchmarks.datasets import make_parser, read, report
from benchmarks.reader_data import read_gold
from benchmarks.regression import auroc
from benchmarks.train_close_reading import Row, is_right, read_cases
from index.arabic.words import fold
from rag.evaluation.metrics import exact_match, token_f1
from rag.evaluation.retrieval import estimate_mean
from rag.reading.close_reading import choose_again, compute_gate, find_headline
from rag.reading.evidence import Evidence, judge
from rag.reading.reader import Reader, load_reader
from rag.settings import CAUTION

_RESAMPLES = 1_000
_VARIETIES = {"standard": "", "Egyptian": "arz", "Levantine": "apc", "Moroccan": "ary"}
_VARIETIES |= {"Gulf": "ars", "Iraqi": "acm"}
_BELEBELE = 300
"""Questions of Belebele that are read in each variety."""
_AGAINST = {
    "passage removed": ("whole", "whole removed"),
    "another corpus": ("whole", "another"),
    "NoMIRACL": ("judged", "judged none"),
}

Figure = Sequence[float]


def separation(yes: Sequence[float], no: Sequence[float]) -> Figure:
    """Return the AUROC and its 95 % interval."""
    one, other = np.array(yes), np.array(no)
    chance = np.random.default_rng(11)
    drawn = [
        auroc(chance.choice(one, len(one)), chance.choice(other, len(other)))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [round(float(value), 3) for value in (auroc(one, other), low, high)]


def measure_spans(reader: Reader, data: Path) -> dict[str, Any]:
    """Return exact match and F1 of the best span of each question's own passage."""
    gold = read_gold(data)
    found: dict[str, Any] = {}
    for name in FOLDERS:
        asked = [row for row in gold if row.held_out and row.set == name]
        best = [_best_span(reader, row.question, row.passage.text) for row in asked]
        found[name] = {
            "questions": len(asked),
            "exact": estimate_mean(
                [exact_match(b, r.answers) for b, r in zip(best, asked, strict=True)]
            ),
            "f1": estimate_mean([token_f1(b, r.answers) for b, r in zip(best, asked, strict=True)]),
        }
    return found


def _best_span(reader: Reader, question: str, passage: str) -> str:
    spans = reader.read(question, [passage], count=1)[0].spans
    return passage[spans[0].span.start : spans[0].span.end] if spans else ""


def measure_varieties(reader: Reader, data: Path) -> dict[str, Figure]:
    """Return the token F1 of the best span and the right choice, by variety of Arabic."""
    texts = {row["id"]: row["text"] for row in read(data, "belebele-ar", "passages.jsonl")}
    standard = {row["id"]: row for row in read(data, "belebele-ar", "questions.jsonl")}
    others = {r["id"]: r for r in read(data, "belebele-ar", "questions_other_varieties.jsonl")}
    both = sorted(standard.keys() & others.keys())
    chosen = random.Random(5).sample(both, min(_BELEBELE, len(both)))
    found = {}
    for name, code in _VARIETIES.items():
        values = []
        for key in chosen:
            row = standard[key]
            question = others[key][f"question_{code}"] if code else row["question"]
            best = _best_span(reader, question, texts[row["passage_id"]])
            values.append(token_f1(best, row["answers"][:1]))
        found[name] = estimate_mean(values)
    return found


def measure_written(rows: Sequence[Row]) -> dict[str, Any]:
    """Return how the questions on the news are read."""
    near = [row for row in rows if row.case.condition == "ANT unanswerable"]
    told = [row for row in rows if row.case.answerable]
    facts = [row for row in told if row.case.condition == "ANT fact"]
    return {
        "facts": _measure_facts(facts),
        "facts in a dialect": _measure_facts([row for row in facts if row.case.dialect]),
        "gate": {
            "answerable": len(told),
            "near misses": len(near),
            "auroc": separation(_chances(told), _chances(near)),
            "auroc, facts alone": separation(_chances(facts), _chances(near)),
            "refused": {level: _measure_refused(told, near, level) for level in CAUTION},
        },
    }


def _measure_refused(told: Sequence[Row], near: Sequence[Row], level: str) -> dict[str, Any]:
    dialect = [row for row in told if row.case.dialect]
    return {
        "near misses": sum(not judge_row(row).suffices(level) for row in near),
        "answerable": estimate_mean([not judge_row(row).suffices(level) for row in told]),
        "answerable, in a dialect": estimate_mean(
            [not judge_row(row).suffices(level) for row in dialect]
        ),
    }


def _chances(rows: Sequence[Row]) -> list[float]:
    return [judge_row(row).chance for row in rows]


def _measure_facts(rows: Sequence[Row]) -> dict[str, Any]:
    shown = {number: _find_shown(row) for number, row in enumerate(rows)}
    given = [row for number, row in enumerate(rows) if shown[number]]
    return {
        "questions": len(rows),
        "a fact among the three best spans": estimate_mean([_is_among(row, 3) for row in rows]),
        "the best span is right": estimate_mean([is_right(row) for row in rows]),
        "few words shown": estimate_mean([bool(text) for text in shown.values()]),
        "of them right": estimate_mean([is_right(row) for row in given]) if given else None,
    }


def _is_among(row: Row, count: int) -> bool:
    golds = list(map(fold, row.case.wordings))
    spans = [fold(span.text) for span in row.read.spans[:count]]
    return any(gold in span for gold in golds for span in spans)


def _find_shown(row: Row) -> str | None:
    if not judge_row(row).suffices("balanced"):
        return None
    case = row.case
    sentences = choose_again(case.sentences, row.read)
    return find_headline(case.question, case.passages, sentences, row.read)


def judge_row(row: Row) -> Evidence:
    """Return the evidence for a question."""
    case = row.case
    sentences = choose_again(case.sentences, row.read)
    values = {**case.features, **compute_gate(row.read, sentences)}
    return judge(case.question, case.passages, values)


def measure_refusals(rows: Sequence[Row]) -> dict[str, Any]:
    """Return how well questions are told apart whose passage is and is not there."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row.case.condition].append(row)
    return {
        name: {
            "answerable": len(held[yes]),
            "unanswerable": len(held[no]),
            "auroc": separation(_chances(held[yes]), _chances(held[no])),
        }
        for name, (yes, no) in _AGAINST.items()
    }


def main() -> None:
    """Print the report; write it where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--some", action="store_true", help="ask 2,837 of the news articles")
    parser.add_argument("--every", type=int, default=1, help="ask one of so many of ARCD and TyDi")
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    reader = load_reader()
    if reader is None:
        raise SystemExit("the reader cannot be loaded")
    data, scratch = options.data, options.scratch
    news = open_news(data, scratch, some=options.some)
    rows = list(read_cases(reader, make_held_out_cases(data, scratch, news, every=options.every)))
    written = [row for row in rows if row.case.condition.startswith("ANT")]
    figures = {
        "passage given": measure_spans(reader, data),
        "news": measure_written(written),
        "answerable or not": measure_refusals(rows),
        "Belebele, the right choice's words in the best span": measure_varieties(reader, data),
    }
    report(figures, options.out)


if __name__ == "__main__":
    main()

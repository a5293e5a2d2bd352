"""Train the evidence gate (``rag/reading/evidence.json``) on development questions, with a report.

    python -m benchmarks.train_evidence --data ../shared/data

Every question of ARCD and TyDi QA is asked of the whole corpus and of a random 25 or 100 of its
articles, there also with its own passage and every other one that holds its answer taken away; and
of another corpus, ten thousand articles of radio news. NoMIRACL's questions are asked of its own
passages, where people judged which questions are answered. Belebele's English questions about its
Arabic passages train what is looked at across languages; its Arabic ones are left out, since many
ask which statement is not in the passage.

One half of the questions trains, the other reports: ARCD by its own splits, the other sets by a
hash of the question. A question whose passage is not among those found is in neither half.
"""

import argparse
import hashlib
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import make_index, pooled_index, questions
from benchmarks.datasets import DEFAULT, read
from benchmarks.regression import Matrix, auroc, fit_logistic, rounded, scores
from index import SearchIndex
from index.arabic.words import fold
from index.search.search import SearchResult
from index.store.contract import Filter
from rag.question import understand
from rag.reading.evidence import FEATURES, compute_features
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import score_sentences

OUTPUT = Path("rag/reading/evidence.json")
RESULTS = Path("benchmarks/results")
_K = 8
_RESAMPLES = 1_000
_STRICT = 0.05

CONTRASTS = {
    "another corpus": ("whole", "another"),
    "passage removed": ("whole", "removed"),
    "passage removed, 25 or 100 articles": ("few", "few removed"),
    "NoMIRACL, all its passages": ("judged", "judged none"),
    "NoMIRACL, the ten of each question": ("ten judged", "ten judged none"),
    "NoMIRACL, asked of another corpus": ("judged", "judged another"),
}
"""What is reported: answerable and unanswerable questions, by how they were asked."""

ACROSS = {
    "another corpus": ("english", "english another"),
    "passage removed": ("english", "english removed"),
}

Row = dict[str, Any]


def main() -> None:
    """Collect features, fit the models, write the weights and print how well they do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument(
        "--scratch", type=Path, default=Path(tempfile.gettempdir(), "jawab-benchmarks")
    )
    parser.add_argument(
        "--features", type=Path, help="keep the features here; read them where they are there"
    )
    arguments = parser.parse_args()
    rows = _collected(arguments)
    weights: dict[str, Any] = {}
    report: dict[str, Any] = {}
    for model, features in FEATURES.items():
        contrasts = ACROSS if model == "across_languages" else CONTRASTS
        used = {condition for pair in contrasts.values() for condition in pair}
        own = [row for row in rows if row["condition"] in used]
        train = [row for row in own if row["train"]]
        weights[model] = rounded(fit_logistic(*_split(train, features), features))
        held = [row for row in own if not row["train"]]
        report[model] = {
            name: _report(held, pair, features, weights[model]) for name, pair in contrasts.items()
        }
        if model == "same_language":
            _draw_calibration(held, features, weights[model])
    trained_on = (
        "ARCD train split, half of TyDi QA dev, of NoMIRACL and of Belebele in English, by"
        " benchmarks/train_evidence.py"
    )
    content = {"trained_on": trained_on, "held_out": report, "weights": weights}
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


def _collected(arguments: argparse.Namespace) -> list[Row]:
    kept: Path | None = arguments.features
    if kept and kept.is_file():
        rows: list[Row] = json.loads(kept.read_text(encoding="utf-8"))
        return rows
    rows = list(_rows(arguments.data, arguments.scratch))
    if kept:
        kept.write_text(json.dumps(rows), encoding="utf-8")
    return rows


def _rows(data: Path, scratch: Path) -> Iterator[Row]:
    random.seed(7)
    news = make_index(scratch / "ant", data / "antcorpus" / "articles.jsonl")
    yield from _encyclopaedia(data, pooled_index(data, scratch), news)
    judged = make_index(scratch / "nomiracl", data / "nomiracl-ar" / "passages.jsonl")
    yield from _judged(data, judged, news)
    english = make_index(scratch / "belebele", data / "belebele-ar" / "passages.jsonl")
    yield from _english(data, english, news)


def _encyclopaedia(data: Path, index: SearchIndex, news: SearchIndex) -> Iterator[Row]:
    ids = sorted(index.store.known())
    for number, question in enumerate(questions(data)):
        answers = [fold(answer) for answer in question.answers]
        gold, text, train = question.article, question.text, not question.held_out
        few = Filter(articles=tuple({*random.sample(ids, random.choice((25, 100))), gold}))
        for condition, where in (("whole", None), ("few", few)):
            yield from _row(condition, index, text, train, where=where, right={gold})
            yield from _row(
                f"{condition.replace('whole', '')} removed".strip(),
                index,
                text,
                train,
                where=where,
                without=lambda passage, gold=gold, answers=answers: (
                    passage.article.id == gold
                    or any(answer in fold(passage.text) for answer in answers)
                ),
            )
        yield from _row("another", news, text, train)
        if number % 100 == 0:
            print(number, flush=True)


def _judged(data: Path, index: SearchIndex, news: SearchIndex) -> Iterator[Row]:
    for question in read(data, "nomiracl-ar", "questions.jsonl"):
        text, own = question["question"], tuple(question["passage_ids"])
        train = not _even(question["id"])
        suffix = "" if question["answerable"] else " none"
        right = set(own) if question["answerable"] else None
        yield from _row(f"judged{suffix}", index, text, train, right=right)
        ten = Filter(articles=own)
        yield from _row(f"ten judged{suffix}", index, text, train, where=ten, right=right)
        yield from _row("judged another", news, text, train)


def _english(data: Path, index: SearchIndex, news: SearchIndex) -> Iterator[Row]:
    """Ask Belebele's English questions about its Arabic passages."""
    records = list(read(data, "belebele-ar", "questions_other_varieties.jsonl"))
    for record in random.sample(records, 400):
        text, gold = record["question_en"], record["passage_id"]
        train = not _even(text)
        yield from _row("english", index, text, train, right={gold})
        yield from _row(
            "english removed",
            index,
            text,
            train,
            without=lambda passage, gold=gold: passage.article.id == gold,
        )
        yield from _row("english another", news, text, train)


def _even(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def _row(
    condition: str,
    index: SearchIndex,
    text: str,
    train: bool,
    *,
    where: Filter | None = None,
    right: set[str] | None = None,
    without: Any = None,
) -> Iterator[Row]:
    """Ask a question; yield nothing where an answerable one's passage was not found.

    Args:
        condition: How it is asked.
        index: What it is asked of.
        text: The question.
        train: Which half it is of.
        where: Which articles may be found.
        right: Articles that answer it; None where none does.
        without: Tells which passages are taken away.
    """
    result = index.find(text, k=3 * _K if without else _K, where=where)
    found = [p for p in result.passages if not (without and without(p))][:_K]
    if not found or (right and not right & {passage.article.id for passage in found}):
        return
    values = _features(text, result, found, index)
    if values is not None:
        yield {
            "condition": condition,
            "train": train,
            "label": int(right is not None),
            "question": text,
            "features": values,
        }


def _features(
    text: str, result: SearchResult, found: Sequence[Any], index: SearchIndex
) -> dict[str, float] | None:
    passages = merge_neighbours(found)
    asked = understand(text)
    sentences = score_sentences(asked, result.query, passages, index.embedder)
    if not sentences:
        return None
    return compute_features(asked, result.query.idf, passages, sentences)


def _split(rows: Sequence[Row], features: Sequence[str]) -> tuple[Matrix, Matrix]:
    x = np.array([[row["features"][name] for name in features] for row in rows])
    return x, np.array([row["label"] for row in rows], float)


def _report(
    rows: Sequence[Row],
    pair: tuple[str, str],
    features: Sequence[str],
    weights: dict[str, float],
) -> dict[str, Any]:
    """Return figures with their 95 % intervals, by bootstrap over questions."""
    yes, no = (
        scores(_split([r for r in rows if r["condition"] == name], features)[0], features, weights)
        for name in pair
    )
    chance = np.random.default_rng(11)
    drawn = [
        _figures(chance.choice(yes, len(yes)), chance.choice(no, len(no)))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    names = ("auroc", "answered_at_5%_refused", "refused_at_0.5", "answered_at_0.5")
    figures = {
        name: [round(float(part), 3) for part in parts]
        for name, *parts in zip(names, _figures(yes, no), low, high, strict=True)
    }
    return {"answerable": len(yes), "unanswerable": len(no), **figures}


def _figures(yes: Matrix, no: Matrix) -> tuple[float, ...]:
    strict = np.quantile(yes, _STRICT)
    rates = ((no >= strict).mean(), (yes < 0).mean(), (no >= 0).mean())
    return (auroc(yes, no), *map(float, rates))


def _draw_calibration(
    rows: Sequence[Row], features: Sequence[str], weights: dict[str, float]
) -> None:
    """Draw how often questions given each probability were answerable."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "jawab", "font.size": 9})
    x, y = _split(rows, features)
    given = 1 / (1 + np.exp(-scores(x, features, weights)))
    bins = np.minimum((given * 10).astype(int), 9)
    filled = [n for n in range(10) if (bins == n).sum() >= 10]
    means = [given[bins == n].mean() for n in filled]
    rates = [y[bins == n].mean() for n in filled]
    errors = [
        1.96 * np.sqrt(max(r * (1 - r), 0.01) / (bins == n).sum())
        for n, r in zip(filled, rates, strict=True)
    ]
    figure, axis = plt.subplots(figsize=(4.2, 4), layout="constrained")
    axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axis.errorbar(means, rates, yerr=errors, fmt="o-", markersize=4, capsize=2)
    axis.set(xlabel="probability given", ylabel="share answerable", xlim=(0, 1), ylim=(0, 1))
    axis.set_title(f"evidence gate, {len(rows):,} held-out cases")
    figure.savefig(RESULTS / "evidence-calibration.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()

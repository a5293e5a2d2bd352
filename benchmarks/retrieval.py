"""Compare ways to rank, on public questions whose article is known: one run, one table.

    pip install --group benchmark
    python -m benchmarks.retrieval --data ../shared/data --out benchmarks/results/retrieval

ARCD's test split and TyDi QA are asked against their 1,302 passages as one corpus; 1,000 headlines
against 9,965 news articles indexed without them; Belebele's questions in standard Arabic, five
dialects and English against its 488 passages. Intervals are 95 % by bootstrap over questions. «held
out» is the half of TyDi that no weight was fitted on. The first run builds three indexes and takes
ten minutes more. ``--reranker ID`` adds a row with a cross-encoder.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.baselines import bm25, snowball
from benchmarks.corpora import FOLDERS, families, make_index, pooled_index, questions
from benchmarks.datasets import DEFAULT, read
from index import build_index, open_index
from index.search.ranking import load_weights
from index.search.reranking import CrossEncoderReranker
from index.search.search import SearchIndex
from rag.evaluation.retrieval import (
    DEPTH,
    METRICS,
    OTHER_RANKINGS,
    Estimate,
    Ranked,
    compute_fingerprint,
    compute_metrics,
    rank_candidates,
)

_PER_VARIETY = 300
_VARIETIES = {
    "en": "English", "arz": "Egyptian", "apc": "Levantine", "ary": "Moroccan", "ars": "Gulf",
    "acm": "Iraqi",
}  # fmt: skip
_ROWS = {"words alone": "our words alone", "score fusion": "first fusion"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """An index and the questions asked against it.

    Attributes:
        index: Over the passages.
        texts: Passage id -> what BM25 in memory is given.
        asked: (names of the sets it counts in, question, id of the right passage).
        untitled: The same passages indexed without their titles, as the first fusion had them.
    """

    index: SearchIndex
    texts: Mapping[str, str]
    asked: Sequence[tuple[tuple[str, ...], str, str]]
    untitled: SearchIndex | None = None


def main() -> None:
    """Print the table; write it with a chart where ``--out`` says."""
    options = _options()
    rows: list[dict[str, Any]] = []
    prints = {}
    for name, corpus in _corpora(options):
        rows += _measured(corpus, options.reranker)
        prints[name] = compute_fingerprint(corpus.index)
        print(_table(rows), flush=True)
    if options.out:
        content = {"settings": prints, "depth": DEPTH, "rows": rows}
        options.out.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        _draw(rows, options.out.with_suffix(".svg"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--scratch", type=Path, help="where the indexes are kept")
    parser.add_argument("--out", type=Path, help="write NAME.json and NAME.svg")
    parser.add_argument("--reranker", help="a CrossEncoder id or folder, for a row of its own")
    parser.add_argument(
        "--only", choices=("encyclopaedia", "headlines", "varieties"), help="one of the corpora"
    )
    return parser.parse_args()


def _corpora(options: argparse.Namespace) -> Iterator[tuple[str, Corpus]]:
    made = {"encyclopaedia": _encyclopaedia, "headlines": _headlines, "varieties": _varieties}
    scratch = options.scratch or Path(tempfile.gettempdir(), "jawab-benchmarks")
    scratch.mkdir(parents=True, exist_ok=True)
    for name, make in made.items():
        if options.only in {None, name}:
            yield name, make(options.data, scratch)


def _encyclopaedia(data: Path, scratch: Path) -> Corpus:
    asked = []
    for question in questions(data):
        if question.set == "ARCD" and question.held_out:
            asked.append((("ARCD test", "pooled"), question.text, question.article))
        elif question.set == "TyDi":
            held = ("TyDi held out",) if question.held_out else ()
            asked.append((("TyDi", *held, "pooled"), question.text, question.article))
    rows = [row for folder in FOLDERS.values() for row in read(data, folder, "passages.jsonl")]
    texts = {row["id"]: f"{row['title']}\n{row['text']}" for row in rows}
    untitled = _untitled(rows, scratch / "untitled")
    return Corpus(pooled_index(data, scratch), texts, asked, untitled)


def _untitled(rows: Iterable[Mapping[str, Any]], folder: Path) -> SearchIndex:
    """Return an index of the texts alone, built where it is missing."""
    path = folder.with_suffix(".jsonl")
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            untitled = {name: value for name, value in row.items() if name != "title"}
            file.write(json.dumps(untitled, ensure_ascii=False) + "\n")
    return make_index(folder, path)


def _headlines(data: Path, scratch: Path) -> Corpus:
    texts = {row["id"]: row["text"] for row in read(data, "antcorpus", "articles.jsonl")}
    index = _untitled(read(data, "antcorpus", "articles.jsonl"), scratch / "headlines")
    queries = read(data, "antcorpus", "headline_queries.jsonl")
    asked = [(("headlines",), row["question"], row["article_id"]) for row in queries]
    return Corpus(index, texts, asked)


def _varieties(data: Path, scratch: Path) -> Corpus:
    passages = data / "belebele-ar" / "passages.jsonl"
    build_index([passages], scratch / "belebele")
    standard = list(read(data, "belebele-ar", "questions.jsonl"))[:_PER_VARIETY]
    others = list(read(data, "belebele-ar", "questions_other_varieties.jsonl"))[:_PER_VARIETY]
    asked = [(("standard Arabic",), row["question"], row["passage_id"]) for row in standard] + [
        ((name,), row[f"question_{short}"], row["passage_id"])
        for short, name in _VARIETIES.items()
        for row in others
    ]
    texts = {row["id"]: f"{row['title']}\n{row['text']}" for row in read(passages)}
    return Corpus(open_index(scratch / "belebele"), texts, asked)


def _measured(corpus: Corpus, reranker: str | None) -> list[dict[str, Any]]:
    same = families(corpus.index)
    times: dict[str, list[float]] = {}
    runs = {
        name: [list(dict.fromkeys(same[article] for article in run)) for run in found]
        for name, found in _runs(corpus, reranker, times).items()
    }
    sets = list(dict.fromkeys(name for names, _, _ in corpus.asked for name in names))
    rows = []
    for name in sets:
        members = [n for n, (names, _, _) in enumerate(corpus.asked) if name in names]
        right = [frozenset({same[corpus.asked[n][2]]}) for n in members]
        for row, found in runs.items():
            measured = compute_metrics([found[n] for n in members], right)
            spent = statistics.median(times[row][n] for n in members) if row in times else None
            rows.append(
                {"set": name, "row": row, "questions": len(members), "ms p50": spent, **measured}
            )
    return rows


def _runs(
    corpus: Corpus, reranker: str | None, times: dict[str, list[float]]
) -> dict[str, list[Ranked]]:
    asked, index = [text for _, text, _ in corpus.asked], corpus.index
    plain = load_weights(wordwise=False)
    runs: dict[str, list[Ranked]] = {
        "BM25, split at spaces": bm25(corpus.texts, asked, str.split),
        "BM25, folded + Snowball": bm25(corpus.texts, asked, snowball()),
    }
    if corpus.untitled:
        runs["first fusion, text without titles"] = [
            rank_candidates(corpus.untitled.candidates(text), OTHER_RANKINGS["score fusion"])
            for text in asked
        ]
    for text in asked:
        found = index.candidates(text)
        for name, score in OTHER_RANKINGS.items():
            runs.setdefault(_ROWS.get(name, name), []).append(rank_candidates(found, score))
        without = rank_candidates(found, lambda _: lambda c: c.score(plain))
        runs.setdefault("Jawab without late interaction", []).append(without)
    searches = {"Jawab": index}
    if reranker:
        reading = CrossEncoderReranker(reranker)
        searches[f"Jawab + {reranker}"] = SearchIndex(index.store, index.embedder, reranker=reading)
    for name, search in searches.items():
        search.search(asked[0])
        runs[name], times[name] = [], []
        for text in asked:
            started = time.perf_counter()
            passages = search.search(text, k=3 * DEPTH)
            times[name].append((time.perf_counter() - started) * 1000)
            runs[name].append([passage.article.id for passage in passages])
    return runs


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"| set | | {' | '.join(METRICS)} | ms p50 |", "|" + "---|" * (3 + len(METRICS))]
    for row in rows:
        cells = [_cell(row[name]) for name in METRICS]
        spent = "" if row["ms p50"] is None else f"{row['ms p50']:.0f}"
        lines.append(f"| {row['set']} | {row['row']} | {' | '.join(cells)} | {spent} |")
    return "\n".join(lines)


def _cell(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ±{(estimate.high - estimate.low) / 2:.3f}"


def _draw(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "jawab", "font.size": 9})
    sets = list(dict.fromkeys(row["set"] for row in rows))
    columns = min(4, len(sets))
    height = -(-len(sets) // columns)
    figure, axes = plt.subplots(
        height, columns, figsize=(14, 3 * height), sharex=True, layout="constrained", squeeze=False
    )
    for place, axis in enumerate(axes.flat):
        if place >= len(sets):
            axis.set_axis_off()
            continue
        chosen = [row for row in rows if row["set"] == sets[place]][::-1]
        values = np.array([row["R@1"] for row in chosen], float)
        spread = np.abs(values[:, 1:] - values[:, :1]).T
        axis.barh([str(row["row"]) for row in chosen], values[:, 0], xerr=spread, color="#5b8")
        axis.set_title(f"{sets[place]}, R@1")
        axis.set_xlim(0, 1)
        if place % columns:
            axis.set_yticklabels([])
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()

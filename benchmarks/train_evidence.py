"""Train the evidence gate (``rag/evidence.json``) on development questions.

    python -m benchmarks.train_evidence --data ../shared/data --questions 350

Every question is asked twice: with its passage in reach, and with its passage and every other
one that holds its answer taken away. Half of the questions search the whole corpus, half a
random hundred of its articles. Trained on the train split of ARCD, on TyDi and, across
languages, on Belebele's English questions; the rest of them is used to report. Belebele's Arabic
questions are left out: many ask which statement is not in the passage.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import DEFAULT, read
from benchmarks.regression import Matrix, auroc, fit_logistic, rounded, scores
from index import SearchIndex, build_index, open_index
from index.arabic import fold
from index.embedding import WordwiseEmbedder
from index.store import Filter
from index.vectors import FloatMatrix, FloatVector
from rag.evidence import ACROSS_LANGUAGES, FEATURES, evidence_features
from rag.passages import merge_neighbours
from rag.relevance import score_sentences

SETS = ("arcd", "tydiqa-goldp-ar-dev", "belebele-ar")
OUTPUT = Path("rag/evidence.json")


def main() -> None:
    """Collect features, fit both models, write the weights and print how well they do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--questions", type=int, default=350, help="per set")
    parser.add_argument(
        "--features", type=Path, help="keep the features here; read them where they are there"
    )
    arguments = parser.parse_args()
    rows = _collected(arguments)
    weights: dict[str, Any] = {}
    report: dict[str, Any] = {}
    for name, features in (("same_language", FEATURES), ("across_languages", ACROSS_LANGUAGES)):
        own = [row for row in rows if row["model"] == name]
        train = [row for row in own if row["train"]]
        weights[name] = rounded(fit_logistic(*_split(train, features), features))
        report[name] = {"trained_on_questions": len(train)}
        for kind, few in (("whole_corpus", False), ("hundred_articles", True)):
            held = [row for row in own if not row["train"] and row["few"] is few]
            report[name][kind] = _report(held, features, weights[name])
    trained_on = "ARCD train split, part of TyDi QA dev, part of Belebele in English"
    content = {"trained_on": trained_on, "held_out": report, "weights": weights}
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


def _collected(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    kept: Path | None = arguments.features
    if kept and kept.is_file():
        rows: list[dict[str, Any]] = json.loads(kept.read_text(encoding="utf-8"))
        return rows
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder:
        index = _index_over(arguments.data, Path(folder))
        ids = sorted(index.store.known())
        rows = list(_rows(arguments.data, index, ids, arguments.questions))
    if kept:
        kept.write_text(json.dumps(rows), encoding="utf-8")
    return rows


def _index_over(data: Path, folder: Path) -> SearchIndex:
    paths = []
    for name in SETS:
        path = folder / f"{name}.jsonl"
        path.write_bytes((data / name / "passages.jsonl").read_bytes())
        paths.append(path)
    build_index(paths, folder / "index")
    index = open_index(folder / "index")
    assert isinstance(index.embedder, WordwiseEmbedder)  # noqa: S101
    return SearchIndex(index.store, _Remembering(index.embedder))


def _questions(data: Path, name: str, count: int) -> list[dict[str, Any]]:
    """Return the questions of a set, marked with the model they train and on which side."""
    if name == "belebele-ar":
        return _english(data, name, count)
    questions = list(read(data, name, "questions.jsonl"))
    random.shuffle(questions)
    if name == "arcd":
        train = [q for q in questions if q["split"] == "train"][:count]
        held = [q for q in questions if q["split"] != "train"][: count // 2]
    else:
        train, held = questions[:count], questions[count : count + count // 2]
    marked = [{**q, "train": True} for q in train] + [{**q, "train": False} for q in held]
    return [{**q, "model": "same_language"} for q in marked]


def _english(data: Path, name: str, count: int) -> list[dict[str, Any]]:
    """Return Belebele's English questions about its Arabic passages."""
    records = list(read(data, name, "questions_other_varieties.jsonl"))
    random.shuffle(records)
    return [
        {
            **record,
            "question": record["question_en"],
            "answers": [],
            "model": "across_languages",
            "train": number % 3 < 2,
        }
        for number, record in enumerate(records[:count])
    ]


def _rows(
    data: Path, index: SearchIndex, ids: Sequence[str], count: int
) -> Iterator[dict[str, Any]]:
    for name in SETS:
        for number, question in enumerate(_questions(data, name, count)):
            few = random.sample(ids, 100) if number // 2 % 2 else None
            for answerable in (True, False):
                values = _features(index, question, few, answerable=answerable)
                if values is not None:
                    yield {
                        "set": name,
                        "model": question["model"],
                        "train": question["train"],
                        "label": int(answerable),
                        "features": values,
                        "few": few is not None,
                    }
            if number % 50 == 0:
                print(name, number, flush=True)


def _features(
    index: SearchIndex, question: dict[str, Any], few: list[str] | None, *, answerable: bool
) -> dict[str, float] | None:
    gold = question["passage_id"]
    where = None if few is None else Filter(articles=tuple({*few, gold}))
    text = question["question"]
    result = index.find(text, k=24, where=where)
    answers = [fold(answer) for answer in question["answers"]]
    passages = [
        passage
        for passage in result.passages
        if answerable
        or (
            passage.article.id != gold
            and not any(answer in fold(passage.text) for answer in answers)
        )
    ][:8]
    if not passages or (answerable and gold not in {p.article.id for p in passages}):
        return None
    passages = merge_neighbours(passages)
    sentences = score_sentences(text, result.vector, result.idf, passages, index.embedder)
    if not sentences:
        return None
    return evidence_features(text, result.idf, passages, sentences)


def _split(rows: Sequence[dict[str, Any]], features: Sequence[str]) -> tuple[Matrix, Matrix]:
    x = np.array([[row["features"][name] for name in features] for row in rows])
    return x, np.array([row["label"] for row in rows], float)


def _report(
    rows: Sequence[dict[str, Any]], features: Sequence[str], weights: dict[str, float]
) -> dict[str, float]:
    x, y = _split(rows, features)
    logits = scores(x, features, weights)
    yes, no = logits[y == 1], logits[y == 0]
    strict = np.quantile(yes, 0.05)
    return {
        "questions": len(rows),
        "auroc": round(auroc(yes, no), 3),
        "answerable_refused_at_0.5": round(float((yes < 0).mean()), 3),
        "unanswerable_answered_at_0.5": round(float((no >= 0).mean()), 3),
        "unanswerable_answered_at_5%_refused": round(float((no >= strict).mean()), 3),
    }


class _Remembering:
    """An embedder that embeds every text once; questions share most sentences."""

    def __init__(self, embedder: WordwiseEmbedder) -> None:
        self.identity = embedder.identity
        self.count_tokens = embedder.count_tokens
        self.embed_query = embedder.embed_query
        self.embed_query_wordwise = embedder.embed_query_wordwise
        self.embed_passages_wordwise = embedder.embed_passages_wordwise
        self._embedder = embedder
        self._known: dict[str, FloatVector] = {}

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed_passages(new), strict=True))
        return np.stack([self._known[text] for text in texts])


if __name__ == "__main__":
    main()

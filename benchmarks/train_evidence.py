"""Train the evidence gate (``rag/evidence.json``) on development questions.

    python -m benchmarks.train_evidence --data ../shared/data --questions 350

Every question is asked twice: with its passage in reach, and with its passage and every other
one that holds its answer taken away. Half of the questions search the whole corpus, half a
random hundred of its articles. Trained on the train split of ARCD, on TyDi (every second
question) and, across languages, on Belebele's English questions; the rest is used to report.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.datasets import DEFAULT, read
from index import SearchIndex, build_index, open_index
from index.arabic import fold
from index.store import Filter
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
    arguments = parser.parse_args()
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder:
        index = _index_over(arguments.data, Path(folder))
        ids = sorted(index.store.known())
        rows = list(_rows(arguments.data, index, ids, arguments.questions))
    weights, report = {}, {}
    for name, features in (("same_language", FEATURES), ("across_languages", ACROSS_LANGUAGES)):
        train = [row for row in rows if row["model"] == name and row["train"]]
        held = [row for row in rows if row["model"] == name and not row["train"]]
        weights[name] = fit(train, features)
        report[name] = {
            "questions": len(train),
            "auroc_train": round(auroc(train, weights[name]), 3),
            "auroc_held_out": round(auroc(held, weights[name]), 3),
            "answerable_refused_at_0.5": round(_share_below(held, weights[name], 1, 0.5), 3),
            "unanswerable_answered_at_0.5": round(1 - _share_below(held, weights[name], 0, 0.5), 3),
        }
    trained_on = "ARCD train split, TyDi QA dev (even half), Belebele English questions (even half)"
    content = {"trained_on": trained_on, "report": report, "weights": weights}
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))
    Path("/tmp/evidence_rows.json").write_text(json.dumps(rows), encoding="utf-8")  # noqa: S108


def _index_over(data: Path, folder: Path) -> SearchIndex:
    paths = []
    for name in SETS:
        path = folder / f"{name}.jsonl"
        path.write_bytes((data / name / "passages.jsonl").read_bytes())
        paths.append(path)
    build_index(paths, folder / "index", progress=lambda p: print(f"\r{p.chunks}", end=""))
    return open_index(folder / "index")


def _questions(data: Path, name: str, count: int) -> list[dict[str, Any]]:
    if name != "belebele-ar":
        questions = list(read(data, name, "questions.jsonl"))
        if name == "arcd":
            train = [q for q in questions if q["split"] == "train"]
            test = [q for q in questions if q["split"] != "train"]
            return random.sample(train, count) + random.sample(test, count // 2)
        return random.sample(questions, int(count * 1.5))
    varieties = read(data, name, "questions_other_varieties.jsonl")
    return [
        {**q, "question": q["question_en"], "answers": []}
        for q in random.sample(list(varieties), count)
        if q.get("question_en")
    ]


def _rows(
    data: Path, index: SearchIndex, ids: Sequence[str], count: int
) -> Iterator[dict[str, Any]]:
    for name in SETS:
        for number, question in enumerate(_questions(data, name, count)):
            train = number < count if name == "arcd" else number % 2 == 0
            model = "across_languages" if name == "belebele-ar" else "same_language"
            few = random.sample(ids, 100) if number % 2 else None
            for answerable in (True, False):
                values = _features(index, question, few, answerable=answerable)
                if values is not None:
                    yield {
                        "set": name, "model": model, "train": train,
                        "label": int(answerable), "features": values,
                        "question": question["question"], "few": few is not None,
                    }  # fmt: skip
            if number % 50 == 0:
                print(f"\r{name} {number}", end="", flush=True)


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


def _matrix(
    rows: Sequence[dict[str, Any]], features: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.array([[row["features"][name] for name in features] for row in rows])
    return x, np.array([row["label"] for row in rows], float)


def fit(rows: Sequence[dict[str, Any]], features: Sequence[str]) -> dict[str, float]:
    """Fit logistic regression by Newton's method with a small ridge penalty."""
    x, y = _matrix(rows, features)
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / deviation])
    w = np.zeros(z.shape[1])
    ridge = np.eye(len(w)) * 1.0
    ridge[0, 0] = 0
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ w))
        hessian = z.T @ (z * (p * (1 - p))[:, None]) + ridge
        w -= np.linalg.solve(hessian, z.T @ (p - y) + ridge @ w)
    slopes = w[1:] / deviation
    bias = w[0] - float(slopes @ mean)
    return {"bias": round(bias, 4)} | {
        name: round(float(slope), 4) for name, slope in zip(features, slopes, strict=True)
    }


def _probabilities(
    rows: Sequence[dict[str, Any]], weights: dict[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    names = [name for name in weights if name != "bias"]
    x, y = _matrix(rows, names)
    logit = weights["bias"] + x @ np.array([weights[name] for name in names])
    return 1 / (1 + np.exp(-logit)), y


def auroc(rows: Sequence[dict[str, Any]], weights: dict[str, float]) -> float:
    """Return the chance that an answerable question scores above an unanswerable one."""
    p, y = _probabilities(rows, weights)
    return float((p[y == 1][:, None] > p[y == 0][None, :]).mean())


def _share_below(
    rows: Sequence[dict[str, Any]], weights: dict[str, float], label: int, threshold: float
) -> float:
    p, y = _probabilities(rows, weights)
    return float((p[y == label] < threshold).mean())


if __name__ == "__main__":
    main()

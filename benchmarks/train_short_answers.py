"""Train which words of a sentence are the short answer (``rag/reading/short_answers.json``).

    python -m benchmarks.train_short_answers --data ../shared/data

Trained on the sentences of ARCD's train split and half of TyDi QA that hold a gold answer; reported
on the rest, on the sentence that is found first: exact match and token F1 (SQuAD's, the article
«ال» aside) of the words found, and of those shown, since the others are not clear.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Asked, pooled_index, questions
from benchmarks.datasets import DEFAULT
from index.arabic.sentences import Span
from rag.evaluation.metrics import exact_match, token_f1
from rag.question import Question, understand
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import ScoredSentence, match_words, score_sentences
from rag.reading.short_answers import (
    FEATURES,
    MODELS,
    compute_word_features,
    find_best_words,
    find_short_answer,
    find_word_spans,
)
from rag.reading.word_matches import WordMatches

OUTPUT = Path("rag/reading/short_answers.json")
Held = tuple[Asked, Question, str, ScoredSentence, WordMatches]
_RIDGE = 30.0
_SHIFT = 1.0
"""Added to the bias: a run of words that is too long costs less than one too short."""


def main() -> None:
    """Collect words, fit the weights, write and report them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    train: dict[str, list[tuple[Any, Any]]] = {name: [] for name in MODELS.values()}
    held: list[Held] = []
    index = pooled_index(data)
    for asked in questions(data):
        question = understand(asked.text)
        if question.kind not in MODELS:
            continue
        result = index.find(question.query, k=8)
        passages = merge_neighbours(result.passages)
        sentences = score_sentences(question, result.query, passages, index.embedder)
        matches = match_words(question, result.query, passages)
        if not sentences or not matches:
            continue
        if asked.held_out:
            best = sentences[0]
            article = passages[best.passage].article
            held.append((asked, question, article.text, best, matches[best.passage]))
            continue
        for sentence in sentences:
            article = passages[sentence.passage].article
            if article.id == asked.article and any(a in sentence.text for a in asked.answers):
                given = (article.text, sentence.span, matches[sentence.passage])
                train[MODELS[question.kind]].append(_labelled(asked, question, *given))
                break
    weights = {name: _fitted(rows) for name, rows in train.items()}
    content = {
        "trained_on": "ARCD train split, half of TyDi QA dev, by benchmarks/train_short_answers.py",
        "questions": {name: len(rows) for name, rows in train.items()},
        "held_out": {},
        "weights": weights,
    }
    _write(content)
    content["held_out"] = _report(held)
    _write(content)
    print(json.dumps({**content, "weights": None}, indent=2, ensure_ascii=False))


def _write(content: dict[str, Any]) -> None:
    OUTPUT.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _labelled(
    asked: Asked, question: Question, text: str, span: Span, matches: Any
) -> tuple[Any, Any]:
    """Return the features of the words of a sentence, and which are the shortest gold answer."""
    words = find_word_spans(text, span, matches.words)
    golds = []
    for answer in asked.answers:
        at = text.find(answer, span.start, span.end)
        if at >= 0:
            golds.append([w.start < at + len(answer) and w.end > at for w in words])
    return compute_word_features(question, text, span, matches), min(golds, key=sum)


def _fitted(rows: Sequence[tuple[Any, Any]]) -> list[float]:
    """Fit logistic regression over words, the same ridge on everything known of one."""
    known = len(FEATURES)
    x = np.concatenate([x for x, _ in rows]).astype(np.float64)
    y = np.concatenate([y for _, y in rows]).astype(np.float64)
    scale = np.ones(x.shape[1])
    scale[known:] = np.sqrt(x.shape[1] - known) / 3
    z = x * scale
    w = np.zeros(z.shape[1])
    ridge = _RIDGE * np.eye(len(w))
    for _ in range(20):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        hessian = z.T @ (z * (p * (1 - p))[:, None]) + ridge
        w -= np.linalg.solve(hessian, z.T @ (p - y) + ridge @ w)
    w[known - 1] += _SHIFT
    return [round(float(value), 3) for value in w * scale]


def _report(held: Sequence[Held]) -> dict[str, Any]:
    rows = []
    for asked, question, article, best, matches in held:
        found = find_best_words(question, article, best.span, matches)
        shown = find_short_answer(question, article, best, matches)
        text = found.text if found else ""
        rows.append(
            {
                "set": asked.set,
                "kind": question.kind.value,
                "shown": float(shown is not None),
                "exact_match": exact_match(text, asked.answers),
                "f1": token_f1(text, asked.answers),
            }
        )
    report: dict[str, Any] = {}
    for key in ("set", "kind"):
        for name in Counter(row[key] for row in rows):
            own = [row for row in rows if row[key] == name]
            shown = [row for row in own if row["shown"]]
            report[str(name)] = {
                "questions": len(own),
                **{
                    m: round(float(np.mean([r[m] for r in own])), 3)
                    for m in ("exact_match", "f1", "shown")
                },
                "shown_exact_match": round(float(np.mean([r["exact_match"] for r in shown])), 3),
                "shown_f1": round(float(np.mean([r["f1"] for r in shown])), 3),
            }
    return report


if __name__ == "__main__":
    main()

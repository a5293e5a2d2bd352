"""Train which sentence answers a question (``rag/reading/relevance.json``).

    python -m benchmarks.train_relevance --data ../shared/data

Every question is asked of all articles of ARCD and TyDi QA together; among the sentences of the
passages found, right are those of its own article that hold a gold answer. Trained on the train
split of ARCD and half of TyDi QA. Reported on the rest: how often the first sentence, or one of the
first two, holds a gold answer, of all passages found and of its own passage alone.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.corpora import FOLDERS, Asked, pooled_index, questions
from benchmarks.datasets import DEFAULT
from benchmarks.regression import Matrix, fit_choice, rounded, scores
from index.arabic.words import fold, normalize_for_embedding
from index.search.search import SearchIndex
from rag.question import understand
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import FEATURES, ScoredSentence, list_sentences, match_words

OUTPUT = Path("rag/reading/relevance.json")
_K = 8


class Read(NamedTuple):
    """A question with the sentences that were found for it.

    Attributes:
        asked: The question.
        sentences: With every feature.
        holds: Which hold a gold answer, shape (sentences,).
        own: Which are of the passage that answers, shape (sentences,).
    """

    asked: Asked
    sentences: Sequence[ScoredSentence]
    holds: Matrix
    own: Matrix


def main() -> None:
    """Read the questions, fit the weights, write and report them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    rows = list(_read(pooled_index(data), questions(data)))
    train = [row for row in rows if not row.asked.held_out and (row.holds * row.own).any()]
    held = {name: [r for r in rows if r.asked.held_out and r.asked.set == name] for name in FOLDERS}
    weights = {}
    report: dict[str, Any] = {}
    for kind, names in FEATURES.items():
        fitted = fit_choice([(_matrix(row, names), row.holds * row.own) for row in train], names)
        weights[kind] = rounded(fitted)
        report[kind] = {name: _hits(held[name], names, weights[kind]) for name in FOLDERS}
    content = {
        "trained_on": "ARCD train split, half of TyDi QA dev, by benchmarks/train_relevance.py",
        "questions": len(train),
        "held_out": report,
        "weights": weights,
    }
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


def _read(index: SearchIndex, rows: Iterable[Asked]) -> Iterable[Read]:
    known: dict[str, Any] = {}
    for number, question in enumerate(rows):
        result = index.find(question.text, k=_K)
        passages = merge_neighbours(result.passages)
        asked = understand(question.text)
        terms = {*result.query.idf, *asked.terms}
        idf = {term: result.query.idf.get(term, 1.0) for term in terms}
        found = list_sentences(asked, idf, passages)
        matches = match_words(asked, result.query, passages)
        if not found or not matches:
            continue
        texts = [normalize_for_embedding(sentence.text) for sentence in found]
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, index.embedder.embed_passages(new), strict=True))
        for text, sentence in zip(texts, found, strict=True):
            sentence.features.update(
                matches[sentence.passage].features(sentence.span),
                similarity=float(known[text] @ result.query.vectors.vector),
            )
        answers = [fold(answer) for answer in question.answers]
        holds = [any(answer in fold(s.text) for answer in answers) for s in found]
        own = [passages[s.passage].article.id == question.article for s in found]
        yield Read(question, found, np.array(holds, float), np.array(own, float))
        if number % 200 == 0:
            print(number, flush=True)


def _matrix(row: Read, names: Sequence[str]) -> Matrix:
    return np.array([[s.features[name] for name in names] for s in row.sentences], float)


def _hits(
    rows: Sequence[Read], names: Sequence[str], weights: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    everywhere, own = [], []
    for row in rows:
        order = np.argsort(-scores(_matrix(row, names), names, weights))
        everywhere.append(row.holds[order])
        mine = row.holds[order][row.own[order] > 0]
        if mine.any():
            own.append(mine)
    return {"all_passages": _first(everywhere), "own_passage": _first(own)}


def _first(holding: Sequence[Matrix]) -> dict[str, float]:
    return {
        "questions": len(holding),
        "hit@1": round(float(np.mean([row[0] for row in holding])), 3),
        "hit@2": round(float(np.mean([row[:2].max() for row in holding])), 3),
    }


if __name__ == "__main__":
    main()

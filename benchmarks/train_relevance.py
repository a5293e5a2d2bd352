"""Train which sentence of a passage answers (``rag/relevance.json``).

    python -m benchmarks.train_relevance --data ../shared/data

Each question with its own passage; right are the sentences that hold a gold answer. Trained on the
train split of ARCD and the even half of TyDi QA, reported on the rest: hit@1 and hit@2.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import DEFAULT, read
from benchmarks.regression import Matrix, fit_choice, rounded, scores
from index.arabic import for_embedding
from index.articles import Article
from index.chunking import Chunk
from index.embedders import load_embedder
from index.search import Passage
from rag.questions import content_terms
from rag.relevance import FEATURES, candidate_sentences, terms_within

SETS = ("arcd", "tydiqa-goldp-ar-dev")
OUTPUT = Path("rag/relevance.json")


def main() -> None:
    """Read the questions, fit the weights, write and report them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    train, held = [], {name: [] for name in SETS}
    for name in SETS:
        for number, (x, y, split) in enumerate(_questions(data, name)):
            is_train = split == "train" if name == "arcd" else number % 2 == 0
            (train if is_train else held[name]).append((x, y))
    weights = fit_choice(train, FEATURES)
    report = {name: _hits(held[name], weights) for name in SETS}
    content = {
        "trained_on": "ARCD train split, TyDi QA dev (even half)",
        "questions": len(train),
        "held_out": report,
        "weights": rounded(weights),
    }
    OUTPUT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(content, indent=2))


def _questions(data: Path, name: str) -> list[tuple[Matrix, Matrix, str]]:
    passages = {p["id"]: _passage(p) for p in read(data, name, "passages.jsonl")}
    questions = list(read(data, name, "questions.jsonl"))
    idf = _idf(list(passages.values()))
    read_sentences = [
        (
            q,
            candidate_sentences(
                q["question"], _idf_of(q["question"], idf), [passages[q["passage_id"]]]
            ),
        )
        for q in questions
    ]
    embedder = load_embedder()
    texts = sorted({for_embedding(s.text) for _, found in read_sentences for s in found}, key=len)
    vectors = {}
    for start in range(0, len(texts), 64):
        part = texts[start : start + 64]
        vectors.update(zip(part, embedder.embed_passages(part), strict=True))
    rows = []
    for question, found in read_sentences:
        right = [any(a in s.text for a in question["answers"]) for s in found]
        if any(right):
            vector = embedder.embed_query(for_embedding(question["question"]))
            near = [float(vectors[for_embedding(s.text)] @ vector) for s in found]
            rows.append((_matrix(found, near), np.array(right, float), question["split"]))
    return rows


def _passage(record: Mapping[str, Any]) -> Passage:
    article = Article(record["id"], record["title"], record["text"])
    chunk = Chunk(article.id, 0, len(article.text), article.text)
    return Passage(chunk, article, 1.0, 1)


def _idf(passages: Sequence[Passage]) -> Mapping[str, float]:
    counts = Counter(term for passage in passages for term in terms_within(passage.text))
    total = len(passages)
    return {
        term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counts.items()
    }


def _idf_of(question: str, idf: Mapping[str, float]) -> dict[str, float]:
    rarest = max(idf.values())
    return {term: idf.get(term, rarest) for term in content_terms(question)}


def _matrix(found: Sequence[Any], similarities: Sequence[float]) -> Matrix:
    rows = [
        [similarity if name == "similarity" else sentence.features[name] for name in FEATURES]
        for sentence, similarity in zip(found, similarities, strict=True)
    ]
    return np.array(rows, float)


def _hits(rows: Sequence[tuple[Matrix, Matrix]], weights: Mapping[str, float]) -> dict[str, float]:
    first, second = [], []
    for x, y in rows:
        order = np.argsort(-scores(x, FEATURES, weights))
        first.append(y[order[0]])
        second.append(y[order[:2]].max())
    return {
        "questions": len(rows),
        "hit@1": round(float(np.mean(first)), 3),
        "hit@2": round(float(np.mean(second)), 3),
    }


if __name__ == "__main__":
    main()

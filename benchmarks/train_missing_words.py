"""Learn which words of a question its article must have (``rag/reading/missing_words.json``).

    python -m benchmarks.train_missing_words --data ../shared/data

Ten thousand questions were written on articles of radio news, three in five of them near misses
(``benchmarks/news_questions``). An article answers if none of the words that it lacks had to be
there; each word's chance is a logistic function of its vector inside the question or, where an
index holds no vectors of words, of its rarity. What is maximised is the likelihood of all
questions (a noisy-or over words: Maron and Lozano-Pérez, "A framework for multiple-instance
learning", 1998). Reported is the AUROC on the questions written on held-out articles, by kind of
near miss.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.datasets import DEFAULT, read
from benchmarks.reader_data import WRITTEN, Written, read_written
from benchmarks.regression import Matrix, auroc
from index.arabic.words import analyse
from index.embedding.contract import WordwiseEmbedder
from index.embedding.embedders import load_embedder
from index.embedding.word_vectors import rotate
from index.search.query import Query, QueryVectors, WeightedQuery
from index.store.bm25 import Totals, compute_idf
from rag.question import understand
from rag.reading.missing_words import (
    OF_A_WORD,
    compute_surprises,
    describe_words,
    is_missing,
    list_terms,
)

OUTPUT = Path("rag/reading/missing_words.json")
_PENALTY = 0.5
"""Of the squared weights of the vectors; of 0.1 to 30 it does as well as any on held-out
articles."""


class Row(NamedTuple):
    """A question and the words that its own article lacks.

    Attributes:
        miss: Why the article does not answer; "" where it does.
        vectors: Of those words inside the question, shape (words, dimension).
        known: What is known of them without, shape (words, 3).
    """

    miss: str
    vectors: Matrix
    known: Matrix


class News:
    """The articles, and how rare their terms are."""

    def __init__(self, articles: Iterable[Mapping[str, str]]) -> None:
        """Count the terms."""
        self.texts = {row["id"]: f"{row['title']}\n{row['text']}" for row in articles}
        self.counts = Counter(t for text in self.texts.values() for t in set(analyse(text)))
        self._terms: dict[str, frozenset[str]] = {}

    def list_terms(self, article: str) -> frozenset[str]:
        """Return the terms of an article."""
        if article not in self._terms:
            self._terms[article] = list_terms(self.texts[article])
        return self._terms[article]

    def weigh(self, query: Query, vectors: QueryVectors) -> WeightedQuery:
        """Return a query as ranking would see it."""
        size = len(self.texts)
        idf = {term: compute_idf(self.counts[term], size) for term in query.terms}
        return WeightedQuery(query, vectors, idf, Totals(size, 0.0))


def make_rows(asked: Sequence[Written], news: News) -> Iterator[Row]:
    """Yield what the articles of some questions lack."""
    questions = [understand(row.question) for row in asked]
    vectors = embed_queries([question.query for question in questions])
    for row, question, found in zip(asked, questions, vectors, strict=True):
        query, terms = news.weigh(question.query, found), news.list_terms(row.article)
        lacks = [bool(forms) and is_missing(forms, terms) for forms in question.forms]
        yield Row(row.miss, found.words[lacks], describe_words(query)[lacks])


def embed_queries(queries: Sequence[Query]) -> list[QueryVectors]:
    """Embed as ``embed_query`` does, many at a time."""
    prefix = load_embedder().identity.query_prefix
    embedder = load_embedder(passage_prefix=prefix)
    if not isinstance(embedder, WordwiseEmbedder):
        raise SystemExit("the bundled embedder is not there")
    found = embedder.embed_passages_wordwise([query.embedded for query in queries])
    return [QueryVectors(vector, rotate(words)) for vector, words in found]


def fit(rows: Sequence[Row], *, by_vector: bool) -> dict[str, Any]:
    """Return the weights of a missing word.

    Args:
        rows: Of answerable questions and of near misses.
        by_vector: Whether its vector is looked at, or its rarity.
    """
    x = np.concatenate([_join(row, by_vector) for row in rows]).astype(np.float32)
    owner = np.repeat(np.arange(len(rows)), [len(row.known) for row in rows])
    missed = np.array([float(bool(row.miss)) for row in rows])
    penalty = np.full(x.shape[1] + 1, _PENALTY)
    penalty[-2:] = 0  # neither the bias of a word nor that of a question

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        logits = x @ weights[:-1]
        surprise = np.bincount(owner, np.logaddexp(0, logits), len(rows))
        surprise = np.maximum(surprise + np.logaddexp(0, weights[-1]), 1e-6)
        answered, missing = np.exp(-surprise), -np.expm1(-surprise)
        likelihood = missed * np.log(missing) - (1 - missed) * surprise
        slope = (1 - missed) - missed * answered / missing
        gradient = x.T @ (slope[owner] / (1 + np.exp(-logits)))
        of_any = slope.sum() / (1 + np.exp(-weights[-1]))
        return (
            -likelihood.sum() + float(penalty @ weights**2) / 2,
            np.append(gradient, of_any) + penalty * weights,
        )

    start = np.zeros(x.shape[1] + 1)
    start[-1] = -2.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x[:-1]
    told = [round(float(weight), 4) for weight in found]
    if by_vector:
        return {"vector": told[:-1], "bias": told[-1]}
    return dict(zip(OF_A_WORD, told, strict=True))


def _join(row: Row, by_vector: bool) -> Matrix:
    """Return what its words are judged by; the last column is 1."""
    return np.hstack([row.vectors, row.known[:, -1:]]) if by_vector else row.known


def compute_surprise(row: Row, weights: Mapping[str, Any]) -> float:
    """Return how much the missing words of a question speak against an answer."""
    return float(compute_surprises(row.vectors, row.known, weights).sum())


def measure(rows: Sequence[Row], weights: Mapping[str, Any]) -> dict[str, float]:
    """Return the AUROC of answerable questions against each kind of near miss."""
    told: dict[str, list[float]] = {}
    for row in rows:
        told.setdefault(row.miss, []).append(-compute_surprise(row, weights))
    yes = np.array(told.pop(""))
    return {name: round(auroc(yes, np.array(no)), 3) for name, no in sorted(told.items())}


def main() -> None:
    """Embed the questions, fit, write the weights and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    options = parser.parse_args()
    news = News(read(options.data, "antcorpus", "articles.jsonl"))
    train = list(make_rows(read_written(WRITTEN / "train.jsonl"), news))
    held = list(make_rows(read_written(WRITTEN / "held_out.jsonl"), news))
    weights = {
        name: fit(train, by_vector=name == "by_vector") for name in ("by_vector", "by_rarity")
    }
    content = {
        "trained_on": "questions written on ANT articles, by benchmarks/train_missing_words.py",
        "questions": len(train),
        "held_out": {name: measure(held, found) for name, found in weights.items()},
        "weights": weights,
    }
    OUTPUT.write_text(json.dumps(content) + "\n", encoding="utf-8")
    print(json.dumps(content["held_out"], indent=2))


if __name__ == "__main__":
    main()

"""Fit which articles tell the story of the best one (``rag/reading/story.json``).

    python -m benchmarks.train_story --data ../shared/data --out benchmarks/results/story

Questions that were written on articles of radio news are asked of all news. Where the best sentence
is of the right article, every other one that was read is taken for one of the same story if it
holds the answer too. Reported is how well that tells which articles answer the questions of
``benchmarks.news_questions``, on which nothing is fitted: AUROC by kind, and what the bound
(``least``) keeps. The bound itself was chosen as that of ``rag/reading/selection.py`` were, on the
questions of ``other_kinds.jsonl`` with even numbers and the development questions: lower ones keep
what is of other stories, higher ones lose facts of stories that several articles tell.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.close_reading import Case, ask, ask_written, open_news
from benchmarks.datasets import make_parser, report
from benchmarks.reader_data import WRITTEN, read_written
from benchmarks.regression import Matrix, auroc, fit_logistic, rounded, scores
from index.arabic.words import fold
from index.search.search import Passage, SearchIndex
from rag.reading.close_reading import choose_again, read_closely
from rag.reading.reader import Reader, load_reader
from rag.reading.story import STORY, compare_articles

OUTPUT = Path("rag/reading/story.json")
_ARTICLES = 1_000
"""Whose questions are asked, one of each."""
_LEAST = 0.5
"""Of score and share, weighed."""


class Pair(NamedTuple):
    """The article of the best sentence and another one that was read.

    Attributes:
        kind: Of the question.
        values: See ``STORY``.
        is_story: Whether the other one answers too.
    """

    kind: str
    values: Mapping[str, float]
    is_story: bool


def list_pairs(reader: Reader, cases: Iterable[Case]) -> Iterator[Pair]:
    """Yield the articles beside the best one, of questions whose best sentence is of a right one.

    Args:
        reader: Orders the sentences.
        cases: Their ``own`` passages are those that answer.
    """
    for case in cases:
        read = read_closely(reader, case.question, case.passages, case.sentences)
        sentences = choose_again(case.sentences, replace(read, missing=case.missing))
        if sentences[0].passage not in case.own:
            continue
        right = {case.passages[n].article.id for n in case.own}
        best = case.passages[sentences[0].passage].article.id
        for article, values in compare_articles(case.passages, sentences).items():
            if article != best:
                yield Pair(case.condition, values, article in right)


def ask_training(index: SearchIndex) -> Iterator[Case]:
    """Ask one answerable question of each article; right is what holds the answer."""
    chance = random.Random(3)
    asked = defaultdict(list)
    for row in read_written(WRITTEN / "train.jsonl"):
        if row.answers:
            asked[row.article].append(row)
    for article in chance.sample(sorted(asked), _ARTICLES):
        row = chance.choice(asked[article])

        def answers(
            passage: Passage,
            own: str = article,
            golds: tuple[str, ...] = tuple(map(fold, row.answers)),
        ) -> bool:
            return passage.article.id == own or any(gold in fold(passage.text) for gold in golds)

        case = ask("train", index, row.question, fits=True, answers=[row.answers], right=answers)
        if case:
            yield case


def make_matrix(pairs: Iterable[Pair]) -> Matrix:
    """Return the features of pairs, shape (pairs, features)."""
    return np.array([[pair.values[name] for name in STORY] for pair in pairs], float)


def measure(pairs: list[Pair], weights: Mapping[str, float]) -> dict[str, Any]:
    """Return how well weights tell the articles of a story from others."""
    found = scores(make_matrix(pairs), STORY, weights)
    right = np.array([pair.is_story for pair in pairs])
    return {
        "articles": len(pairs),
        "of the story": int(right.sum()),
        "auroc": round(auroc(found[right], found[~right]), 3),
        "kept of the story": round(float((found[right] >= _LEAST).mean()), 3),
        "kept of others": round(float((found[~right] >= _LEAST).mean()), 3),
    }


def main() -> None:
    """Fit, write the weights, and report on the questions that are held out."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    news = open_news(options.data, options.scratch, some=False)
    reader = load_reader()
    if reader is None:
        raise SystemExit("the bundled reader is not there")
    pairs = list(list_pairs(reader, ask_training(news)))
    right = np.array([float(pair.is_story) for pair in pairs])
    fitted = fit_logistic(make_matrix(pairs), right, STORY)
    weights = rounded({name: fitted[name] for name in STORY})
    content = {
        "trained_on": "questions written on ANT articles (benchmarks/news_questions/train.jsonl),"
        " asked of all of them, by benchmarks/train_story.py",
        "articles": len(pairs),
        "weights": {**weights, "least": _LEAST},
    }
    OUTPUT.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    held_out = list(list_pairs(reader, ask_written(options.data, news)))
    by_kind = defaultdict(list)
    for pair in held_out:
        by_kind[pair.kind].append(pair)
    figures = {
        "weights": weights,
        "fitted": measure(pairs, weights),
        "held out": measure(held_out, weights),
        **{
            kind: measure(found, weights)
            for kind, found in by_kind.items()
            if 0 < sum(pair.is_story for pair in found) < len(found)
        },
    }
    report(figures, options.out)


if __name__ == "__main__":
    main()

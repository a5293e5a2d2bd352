"""Measure retrieval on questions whose article is known."""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import InputError
from index.search import SearchIndex
from rag.followup import stand_alone

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a data set.

    Attributes:
        text: The question.
        articles: Ids of the articles that answer it; empty when none does.
        history: Questions asked before it in the same conversation.
    """

    text: str
    articles: frozenset[str]
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """How well articles were found.

    Attributes:
        questions: How many had an article and were asked.
        skipped: How many had none.
        recall_1: Share whose article came first.
        recall_5: Share whose article was among the first five.
        recall_10: Share whose article was among the first ten.
        mrr_10: Mean of 1/rank of the article, 0 beyond rank ten.
        median_ms: Median time of a search in milliseconds, embedding included.
    """

    questions: int
    skipped: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr_10: float
    median_ms: float

    def metrics(self) -> dict[str, float]:
        """Return the metrics by their usual names."""
        return {
            "R@1": self.recall_1,
            "R@5": self.recall_5,
            "R@10": self.recall_10,
            "MRR@10": self.mrr_10,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report by field name."""
        return asdict(self)


def load_questions(path: Path) -> list[Question]:
    """Read a data set: JSON lines with ``question`` and ``article`` (an id or a list of ids).

    ``passage_id``, ``passage_ids`` and ``article_id`` are understood too.

    Raises:
        InputError: The file is missing or a line is not such a record.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    return [_question(path, n, line) for n, line in enumerate(lines, 1) if line.strip()]


def _question(path: Path, number: int, line: str) -> Question:
    try:
        record = json.loads(line)
        text = record["question"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise InputError(f"{path}, line {number}: not a JSON object with a `question`") from None
    names = ("article", "article_id", "passage_id", "passage_ids")
    given: Any = next((record[name] for name in names if record.get(name)), [])
    articles: list[str] = [given] if isinstance(given, str) else given
    if record.get("answerable") is False:
        articles = []
    return Question(text, frozenset(articles), tuple(record.get("history", ())))


def evaluate_retrieval(index: SearchIndex, questions: Sequence[Question]) -> RetrievalReport:
    """Search every question that has an article and report at which rank it was found.

    Raises:
        InputError: No question has an article.
    """
    asked = [question for question in questions if question.articles]
    if not asked:
        raise InputError("no question names the article that answers it; nothing can be measured")
    ranks, times = [], []
    for question in asked:
        text = stand_alone(question.text, [(before, "") for before in question.history])
        started = time.perf_counter()
        passages = index.search(text, k=3 * _DEPTH)
        times.append((time.perf_counter() - started) * 1000)
        found = list(dict.fromkeys(passage.article.id for passage in passages))[:_DEPTH]
        ranks.append(next((n for n, i in enumerate(found, 1) if i in question.articles), None))
    return RetrievalReport(
        questions=len(asked),
        skipped=len(questions) - len(asked),
        recall_1=_recall(ranks, 1),
        recall_5=_recall(ranks, 5),
        recall_10=_recall(ranks, 10),
        mrr_10=sum(1 / rank for rank in ranks if rank) / len(ranks),
        median_ms=statistics.median(times),
    )


def _recall(ranks: Sequence[int | None], k: int) -> float:
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)

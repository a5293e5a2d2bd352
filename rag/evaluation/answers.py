"""Measure whole answers: are they right, refused where they should be, and truly quoted?"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from index.arabic.words import fold
from rag.answers import Answer
from rag.assistant import Assistant
from rag.evaluation.metrics import exact_match, token_f1
from rag.evaluation.retrieval import Estimate, GoldQuestion, estimate_mean, group_by_set

METRICS = (
    "hit",
    "short answers given",
    "short exact match",
    "short F1",
    "refused though answerable",
    "answered though unanswerable",
    "citation precision",
    "citation recall",
    "quotes exact",
    "words",
)
"""What is counted of answers, each over the questions that it can be told of.

``hit``: the answer's text holds a right answer. ``short …``: of the few words given as the answer,
where some are. ``citation precision``: share of an answer's citations that are of a right article.
``citation recall``: whether one of them is. ``quotes exact``: whether every quote is, character
for character, where the citation says.
"""


class _Measured(NamedTuple):
    """A question, its answer, and how long its first words and all of it took, in ms."""

    question: GoldQuestion
    answer: Answer
    first_ms: float | None
    total_ms: float
    exact: bool


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """How good the answers to one set of questions are.

    Attributes:
        set: Name of the data set, or ``pooled``.
        questions: How many were asked.
        unanswerable: How many of them no article answers.
        metrics: By name, as in ``METRICS``; those that no question can tell are missing.
        median_ms: Median time of a whole answer in milliseconds.
        p95_ms: 95 of 100 answers took less.
        first_words_ms: Median time to the first words; None where nothing was answered.
    """

    set: str
    questions: int
    unanswerable: int
    metrics: Mapping[str, Estimate]
    median_ms: float
    p95_ms: float
    first_words_ms: float | None


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What was measured of answers.

    Attributes:
        rows: One for each set.
        model: What wrote the answers.
        caution: The level of caution.
        wrong: Questions that were answered wrongly, refused wrongly or answered though they have
            no answer, with what was said.
    """

    rows: Sequence[AnswerRow]
    model: str
    caution: str
    wrong: Sequence[Mapping[str, str]]

    def to_dict(self) -> dict[str, Any]:
        """Return the report by field name; estimates as ``[value, low, high]``."""
        return asdict(self)


def evaluate_answers(
    assistant: Assistant,
    questions: Sequence[GoldQuestion],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> AnswerReport:
    """Ask every question and report how good the answers are.

    Args:
        assistant: As it would answer users.
        questions: Of any number of sets, at least one.
        progress: Called with how many questions are done, and how many there are.
    """
    measured = []
    for number, question in enumerate(questions, start=1):
        measured.append(_measure(assistant, question))
        progress(number, len(questions))
    rows = [
        _make_row(name, [measured[n] for n in members])
        for name, members in group_by_set([question.set for question in questions]).items()
    ]
    wrong = [told for one in measured if (told := _describe_mistake(one))]
    return AnswerReport(rows, assistant.model_name, assistant.settings.caution, wrong)


def _measure(assistant: Assistant, question: GoldQuestion) -> _Measured:
    history = [(before, "") for before in question.history]
    started = time.perf_counter()
    first, answer = None, None
    for answer in assistant.stream(question.text, history=history):
        if first is None and answer.found and answer.text:
            first = (time.perf_counter() - started) * 1000
    total = (time.perf_counter() - started) * 1000
    assert answer is not None  # noqa: S101  a stream has at least one answer
    return _Measured(question, answer, first, total, _has_exact_quotes(assistant, answer))


def _has_exact_quotes(assistant: Assistant, answer: Answer) -> bool:
    for citation in answer.citations:
        article = assistant.index.store.get_article(citation.article_id)
        if article is None or article.text[citation.start : citation.end] != citation.quote:
            return False
    return True


def _make_row(name: str, measured: Sequence[_Measured]) -> AnswerRow:
    values = {metric: _collect_values(metric, measured) for metric in METRICS}
    firsts = [one.first_ms for one in measured if one.first_ms is not None]
    totals = [one.total_ms for one in measured]
    return AnswerRow(
        set=name,
        questions=len(measured),
        unanswerable=sum(not one.question.answerable for one in measured),
        metrics={metric: estimate_mean(found) for metric, found in values.items() if found},
        median_ms=float(np.median(totals)),
        p95_ms=float(np.quantile(totals, 0.95)),
        first_words_ms=float(np.median(firsts)) if firsts else None,
    )


def _collect_values(metric: str, measured: Sequence[_Measured]) -> list[float]:
    """Return a value for each question of which the metric can be told."""
    tell = _METRIC_FUNCTIONS[metric]
    return [float(value) for one in measured if (value := tell(one)) is not None]


def _is_hit(one: _Measured) -> bool | None:
    if not one.question.answers:
        return None
    # Without marks: «… نسمة [1].» holds «نسمة.» all the same.
    said = fold(" ".join(sentence.text for sentence in one.answer.sentences))
    return any(fold(answer) in said for answer in one.question.answers)


def _score_short_answer(
    one: _Measured, score: Callable[[str, Sequence[str]], float]
) -> float | None:
    short, answers = one.answer.short, one.question.answers
    return score(short, answers) if short and answers else None


def _check_citations(one: _Measured) -> list[bool] | None:
    """Tell of each citation whether it is of a right article."""
    if not (one.answer.found and one.question.articles):
        return None
    right = one.question.articles
    return [
        c.article_id in right or any(r.article_id in right for r in c.reprints)
        for c in one.answer.citations
    ]


def _compute_precision(one: _Measured) -> float | None:
    cited = _check_citations(one)
    return sum(cited) / len(cited) if cited else None


_METRIC_FUNCTIONS: Mapping[str, Callable[[_Measured], float | None]] = {
    "hit": _is_hit,
    "short answers given": lambda one: (
        one.answer.short is not None if one.question.answers and one.answer.found else None
    ),
    "short exact match": lambda one: _score_short_answer(one, exact_match),
    "short F1": lambda one: _score_short_answer(one, token_f1),
    "refused though answerable": lambda one: (
        not one.answer.found if one.question.answerable else None
    ),
    "answered though unanswerable": lambda one: (
        None if one.question.answerable else one.answer.found
    ),
    "citation precision": _compute_precision,
    "citation recall": lambda one: None if (cited := _check_citations(one)) is None else any(cited),
    "quotes exact": lambda one: one.exact if one.answer.citations else None,
    "words": lambda one: len(one.answer.text.split()) if one.answer.found else None,
}


def _describe_mistake(one: _Measured) -> dict[str, str] | None:
    question, answer = one.question, one.answer
    if answer.found and not question.answerable:
        kind = "answered though unanswerable"
    elif question.answerable and not answer.found:
        kind = "refused though answerable"
    elif _is_hit(one) is False:
        kind = "without a right answer"
    else:
        return None
    return {"set": question.set, "mistake": kind, "question": question.text, "said": answer.text}

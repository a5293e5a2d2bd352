"""All sample questions, with the reader and without: the score reached is held."""

import json
from collections import Counter

import pytest
from checks import check_citations
from conftest import ROOT

QUESTIONS = [
    json.loads(line)
    for line in (ROOT / "ui" / "samples" / "questions.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
# Reached: 62 of 66 as it ships and 64 without the reader, 13 and 14 of 16; one may turn on the
# processor's floating-point precision.
ANSWERED_AT_LEAST = 61
REFUSED_AT_LEAST = {"reading_assistant": 12, "assistant": 14}


def is_right(question, answer):
    if question.get("answerable", True) is False:
        return not answer.found
    articles = question["article"]
    articles = [articles] if isinstance(articles, str) else articles
    return (
        answer.found
        and any(words in answer.text for words in question["words"])
        and any(citation.article_id in articles for citation in answer.citations)
    )


def ask_all(assistant, index):
    found = []
    for question in QUESTIONS:
        history = []
        for earlier in question.get("history", []):
            history.append((earlier, assistant.answer(earlier, history=history).text))
        answer = assistant.answer(question["question"], history=history)
        check_citations(answer, index)
        found.append((question, is_right(question, answer)))
    return found


def test_there_are_enough_questions():
    unanswerable = [q for q in QUESTIONS if q.get("answerable", True) is False]
    assert len(QUESTIONS) >= 60
    assert len(unanswerable) >= 15


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED_AT_LEAST)
def test_the_score_reached_is_held(name, request, sample_index):
    right, asked = Counter(), Counter()
    outcomes = ask_all(request.getfixturevalue(name), sample_index)
    for question, ok in outcomes:
        group = "answered" if question.get("answerable", True) else "refused"
        asked[group] += 1
        right[group] += ok
    wrong = [question["question"] for question, ok in outcomes if not ok]
    print(f"samples, {name}: {dict(right)} of {dict(asked)}; wrong: {wrong}")
    assert right["answered"] >= ANSWERED_AT_LEAST, wrong
    assert right["refused"] >= REFUSED_AT_LEAST[name], wrong


def test_reports_that_disagree_are_quoted_with_their_dates(assistant):
    answer = assistant.answer("كم عدد المصابين في حريق مصنع الرمال؟")
    assert len({citation.date for citation in answer.citations}) >= 2

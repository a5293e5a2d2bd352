"""Answers to the parts of a question become one answer, over the samples."""

import pytest
from checks import check_citations

pytestmark = pytest.mark.slow

TWO = "كم تلميذًا سيحصل على وجبات ساخنة مجانية، وأين عُرضت القطع الأثرية في الموصل؟"


def test_each_part_is_answered_from_its_own_article(assistant, sample_index):
    answer = assistant.answer(TWO)
    assert answer.found
    assert "84 ألف تلميذ" in answer.text
    assert "قاعة الآشوريين" in answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    check_citations(answer, sample_index)


def test_what_answers_two_parts_is_quoted_once(assistant):
    answer = assistant.answer("من أخرج فيلم آخر الصيادين وما الجائزة التي نالها؟")
    texts = [sentence.text for sentence in answer.sentences]
    assert len(texts) == len(set(texts))


def test_a_part_that_no_article_answers_is_told(assistant):
    answer = assistant.answer("متى بني سد الوادي الأخضر، ومتى تأسست جامعة طوكيو في اليابان؟")
    assert answer.found
    assert "1987" in answer.text
    assert "متى تأسست جامعة طوكيو" in answer.notice


def test_nothing_found_for_any_part_is_a_refusal(assistant):
    answer = assistant.answer("متى تأسست جامعة طوكيو في اليابان، وكم عدد سكان جزيرة غرينلاند؟")
    assert not answer.found
    assert answer.refusal == "no_evidence"
    assert answer.citations == ()


def test_the_answer_grows_and_its_first_state_has_no_text(assistant):
    states = list(assistant.stream(TWO))
    assert states[0].text == ""
    assert states[0].passages
    assert states[-1].found
    assert {state.question for state in states} == {TWO}
    assert states[-1].timings["total"] >= states[-1].timings["search"]

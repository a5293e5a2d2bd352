"""What is offered after an answer was tried before, and is answered from its articles."""

import pytest

from rag import Assistant

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assistant(sample_index):
    return Assistant.open(sample_index)


@pytest.mark.parametrize("question", ["متى يُفتتح المتحف؟", "كم عدد المصابين في حريق مصنع الرمال؟"])
def test_every_question_that_is_offered_is_answered_with_something_new(assistant, question):
    answer = assistant.answer(question)
    offered = assistant.suggest(answer)
    assert offered
    for asked in offered:
        found = assistant.answer(asked, history=[(question, answer.text)])
        assert found.citations[0].article_id in {c.article_id for c in answer.citations}
        assert found.citations[0].quote not in {c.quote for c in answer.citations}


def test_nothing_is_offered_after_a_refusal(assistant):
    answer = assistant.answer("من هو ملك الدنمارك؟")
    assert not answer.found
    assert assistant.suggest(answer) == []

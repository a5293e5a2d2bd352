"""The few words that answer, over the samples with the model that ships."""

import pytest


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("متى بني سد الوادي الأخضر؟", "عام 1987"),
        ("كم قطعة أثرية عرضت في قاعة الآشوريين بمتحف الموصل؟", "92 قطعة"),
        ("كم تلميذًا سيحصل على وجبات ساخنة مجانية؟", "84 ألف تلميذ"),
    ],
)
def test_a_clear_date_or_number_is_given_in_few_words(assistant, question, short):
    answer = assistant.answer(question)
    assert answer.short == short
    assert any(answer.short in citation.quote for citation in answer.citations)
    assert answer.to_dict()["short"] == answer.short


@pytest.mark.parametrize("question", ["لماذا اندلع حريق مصنع الدهانات؟", "هل في السد تشققات؟"])
def test_a_question_that_few_words_cannot_answer_gets_none(assistant, question):
    assert assistant.answer(question).short is None


def test_a_refusal_has_no_short_answer(assistant):
    assert assistant.answer("متى تأسست جامعة طوكيو؟").short is None

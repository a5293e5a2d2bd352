"""A question is read once, in `understand`; the steps after it get what was made of it."""

import sys
from collections import Counter

import pytest

from index.errors import InputError
from rag.question import MAX_QUESTION, understand

READERS = {
    "fold", "split_words", "analyse", "normalize_for_embedding", "fold_names", "sentence_spans",
    "content_words", "content_terms", "normalize_dialect", "read_statement", "detect_kind", "is_arabic",
}  # fmt: skip
"""Functions that fold, split or read a text."""


def count_readings(run, question):
    """Return which functions were given the question's text outside of ``understand``."""
    text = question.strip()
    counts, inside = Counter(), []

    def profile(frame, event, _argument):
        name = frame.f_code.co_name
        if name == "understand" and event in {"call", "return"}:
            inside.append(frame) if event == "call" else inside.pop()
        elif event == "call" and name in READERS and not inside:
            given = (value for value in frame.f_locals.values() if isinstance(value, str))
            counts[name] += any(text in value for value in given)

    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(None)
    return +counts


@pytest.mark.parametrize(
    "question",
    [
        "كم ثمن تذكرة الحافلة الكهربائية؟",
        "كم عدد المصابين في حريق مصنع الرمال؟",
        "متى بني سد الوادي الأخضر؟",
        "من كتب رواية موسم الهجرة إلى الشمال؟",
    ],
)
def test_no_step_below_understand_reads_the_question_again(assistant, question):
    assert count_readings(lambda: assistant.answer(question), question) == {}


def test_the_counter_would_notice_a_second_reading(assistant):
    question = "متى بني سد الوادي الأخضر؟"
    assert count_readings(lambda: assistant.index.search(question), question)


def test_a_question_knows_what_it_was_and_what_it_became():
    question = understand(" وكم عمرها؟ ", [("من هي سارة حداد؟", "طبيبة.")])
    assert question.asked == "وكم عمرها؟"
    assert question.standalone == question.text == "كم عمرها؟ (سارة حداد)"
    assert question.is_completed
    assert set(question.own_terms) < set(question.terms)


def test_a_dialect_is_searched_in_the_standard_language():
    question = understand("شحال كلفة الجسر؟")
    assert question.text == "كم كلفة الجسر؟"
    assert question.kind is understand("كم كلفة الجسر؟").kind


@pytest.mark.parametrize("question", ["", " \n ", "س" * (MAX_QUESTION + 1)])
def test_an_unusable_question_is_refused(question):
    with pytest.raises(InputError, match="question"):
        understand(question)

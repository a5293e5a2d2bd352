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


HISTORY = [("أين تقع مدينة نابلس؟", "في الضفة الغربية.")]


@pytest.mark.parametrize(
    ("asked", "rewritten"),
    [
        ("كم عدد سكان نابلس ومتى تأسست؟", "كم عدد سكان نابلس؟"),
        ("كم عدد سكان نابلس ومتى تأسست؟", "متى تأسست نابلس؟"),
        ("من كتب رواية موسم الهجرة إلى الشمال؟", "من كتب رواية رجال في الشمس؟"),
        ("كم عدد سكان مدينة جنين الفلسطينية؟", "السؤال مستقلًا: كم عدد سكان مدينة جنين الفلسطينية؟"),
        ("كم عدد سكان مدينة جنين الفلسطينية؟", "عذرًا، لا أستطيع إعادة كتابة السؤال."),
        ("وكم بلغ عددهم بعد 12 يومًا؟", "كم بلغ عدد سكان نابلس؟"),
        ("ومن أخرج «بيت في آخر الشارع»؟", "من أخرج فيلم آخر الصيادين؟"),
        ("ومن افتتحها ومتى؟", "من افتتح نابلس؟"),
        ("ومتى تأسست؟", "عذرًا، لا أستطيع إعادة كتابة السؤال."),
        ("ومتى تأسست؟", "السؤال مستقلًا: متى تأسست نابلس؟"),
    ],
)
def test_a_rewriting_that_asks_less_or_something_else_is_not_taken(asked, rewritten):
    by_rules = understand(asked, HISTORY)
    assert understand(asked, HISTORY, rewrite=lambda *_: rewritten) == by_rules


@pytest.mark.parametrize(
    ("asked", "rewritten"),
    [
        ("ومتى تأسست؟", "متى تأسست مدينة نابلس؟"),
        ("وكم عدد سكانها عام 2023؟", "كم بلغ عدد سكان نابلس في عام 2023؟"),
        ("وكم عدد سكانها ومتى تأسست؟", "كم عدد سكان نابلس ومتى تأسست نابلس؟"),
        ("ليش سموها هيك؟", "لماذا سميت مدينة نابلس بهذا الاسم؟"),
    ],
)
def test_a_rewriting_that_keeps_what_was_typed_is_taken(asked, rewritten):
    question = understand(asked, HISTORY, rewrite=lambda *_: rewritten)
    assert question.standalone == rewritten

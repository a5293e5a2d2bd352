"""A question that asks several things is taken apart; one that asks one thing is not."""

import pytest

from rag.language.parts import MAX_PARTS, split_question
from rag.question import understand


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("كم كلفة الجسر ومتى افتتح؟", ["كم كلفة الجسر؟", "متى افتتح؟ (كم كلفة الجسر؟)"]),
        ("من سجل الهدف ومتى؟", ["من سجل الهدف؟", "متى سجل الهدف؟"]),
        ("متى وأين وقع الزلزال؟", ["متى وقع الزلزال؟", "أين وقع الزلزال؟"]),
        ("كم كلفة الجسر؟ وهل افتتح؟", ["كم كلفة الجسر؟", "هل افتتح؟ (كم كلفة الجسر؟)"]),
        (
            "من هي مخرجة الفيلم، وما عنوانه؟",
            ["من هي مخرجة الفيلم؟", "ما عنوانه؟ (مخرجة الفيلم)"],
        ),
        (
            "وين صار الحادث وقديش عدد الضحايا؟",
            ["أين صار الحادث؟", "كم عدد الضحايا؟ (أين صار الحادث؟)"],
        ),
        (
            "كم عدد سكان تونس وكم عدد حسابات فيسبوك في المغرب؟",
            ["كم عدد سكان تونس؟", "كم عدد حسابات فيسبوك في المغرب؟"],
        ),
        ("منو المدير، وش اسم الشركة؟", ["من المدير؟", "ما اسم الشركة؟ (من المدير؟)"]),
    ],
)
def test_each_part_stands_alone(question, parts):
    assert [part.text for part in understand(question).parts] == parts


@pytest.mark.parametrize(
    "question",
    [
        "من افتتح الجسر ومن حضر معه من الوزراء؟",
        "ما زال الجسر مغلقا؟",
        "ما الفرق بين النظام القديم وما قبله؟",
        "ما عدد القتلى والجرحى؟",
        "كم قيمة صفقة دايملر وبوش لتطوير السيارات؟",
        "هل وصلت الطائرة وعلى متنها كم راكب؟",
        "هل انخفضت الأسعار ولم تعد إلى ما كانت عليه؟",
        "لخص لي ما حدث: كم ضحية ومن المسؤول وما تلاه؟",
        "التوائم الأربعة، كم عددهم؟",
        "What is the price and when is it paid?",
        "متى؟",
    ],
)
def test_what_asks_one_thing_is_not_taken_apart(question):
    assert split_question(question) == ()
    assert understand(question).parts == ()


def test_what_names_the_matter_stays_with_what_asks_of_it():
    first, second = split_question("الجسر الجديد في طبرق، كم كلف ومتى افتتح؟")
    assert first == "الجسر الجديد في طبرق، كم كلف؟"
    assert second == "ومتى افتتح؟"


def test_there_are_only_so_many_parts():
    parts = split_question("كم كلف الجسر ومتى بدأ وأين يقع وكيف بني ولماذا أغلق وهل يفتح؟")
    assert len(parts) == MAX_PARTS
    assert "وهل يفتح" in parts[-1].replace("، هل", "، وهل")


def test_a_part_leans_on_what_was_asked_before_it_and_not_on_the_conversation():
    question = understand("ومتى بني وكم كلف؟", [("أين يقع سد الوادي؟", "في الجنوب.")])
    first, second = question.parts
    assert "سد الوادي" in first.text
    assert "سد الوادي" in second.text
    assert first.kind is not second.kind

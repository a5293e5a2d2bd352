"""A question that asks several things is taken apart; one that asks one thing is not."""

import pytest

from rag.language.parts import MAX_PARTS, split_question
from rag.language.questions import Kind
from rag.question import understand


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("كم كلفة الجسر ومتى افتتح؟", ["كم كلفة الجسر؟", "متى افتتح؟ (كم كلفة الجسر؟)"]),
        ("من سجل الهدف ومتى؟", ["من سجل الهدف؟", "متى سجل الهدف؟"]),
        (
            "ماذا قال الوزير وماذا قالت النقابة عن الأجور؟",
            ["ماذا قال الوزير عن الأجور؟", "ماذا قالت النقابة عن الأجور؟"],
        ),
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
        (
            "متى وقع الحريق ومن قُتل فيه؟",
            ["متى وقع الحريق؟", "من قُتل فيه؟ (متى وقع الحريق؟)"],
        ),
        (
            "من افتتح الجسر ومن حضر معه من الوزراء؟",
            ["من افتتح الجسر؟", "من حضر معه من الوزراء؟ (من افتتح الجسر؟)"],
        ),
        (
            "كم دفع من رشوة في المرة الأولى ومن تسلّمها منه؟",
            ["كم دفع من رشوة في المرة الأولى؟", "من تسلّمها منه؟ (كم دفع من رشوة في المرة الأولى؟)"],
        ),
    ],
)
def test_each_part_stands_alone(question, parts):
    assert [part.text for part in understand(question).parts] == parts


@pytest.mark.parametrize(
    "question",
    [
        "لماذا استقال الوزير ومن معه من أعضاء المجلس؟",
        "كم سائحا جاء من تونس ومن سوريا؟",
        "متى استقال الوزير ومن المتوقع أن يخلفه أحد؟",
        "كم عدد الضحايا ومن بينهم الأطفال؟",
        "كيف ارتفعت الأسعار ومن ثم تراجعت؟",
        "متى أغلق المعبر ومن يومها لم يفتح؟",
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
        "؟؟",
        "متى افتتح الجسر؟!",
        "متى افتتح الجسر؟ ...",
        "متى افتتح الجسر؟ شكرا",
        "متى افتتح؟ (جسر طبرق)",
        "كم كلف الجسر؟ كم كلف الجسر؟",
        "من قال «لماذا نحن؟ ومتى ننتهي؟» في خطابه؟",
        "كم هي حصة الفرق بين السعرين ومتى صرفت؟",
    ],
)
def test_what_asks_one_thing_is_not_taken_apart(question):
    assert split_question(question) == ()
    assert understand(question).parts == ()


@pytest.mark.parametrize(
    "question",
    [
        "كم عدد أحكام الإعدام ومتى نفذت؟",
        "ما رتبة الضابط ومتى عين؟",
        "كم عدد الفرق ومتى تبدأ البطولة؟",
        "انقطعت الكهرباء عن حلب؟ ما السبب؟",
        "من كتب مقال «لماذا نحن؟» ومتى نشر؟",
    ],
)
def test_words_like_those_that_ask_for_a_whole_hide_no_part(question):
    assert len(split_question(question)) == 2


def test_bare_question_words_are_about_what_was_spoken_of():
    question = understand("متى وأين؟", [("من افتتح جسر طبرق؟", "الوزير.")])
    assert [part.kind for part in question.parts] == [Kind.WHEN, Kind.WHERE]
    assert all("جسر طبرق" in part.text for part in question.parts)


def test_what_names_the_matter_stays_with_what_asks_of_it():
    first, second = split_question("الجسر الجديد في طبرق، كم كلف ومتى افتتح؟")
    assert first == "الجسر الجديد في طبرق، كم كلف؟"
    assert second == "ومتى افتتح؟"


def test_there_are_only_so_many_parts():
    parts = split_question("كم كلف الجسر ومتى بدأ وأين يقع وكيف بني ولماذا أغلق وهل يفتح؟")
    assert len(parts) == MAX_PARTS
    assert all(asked in parts[-1] for asked in ("كيف بني", "لماذا أغلق", "هل يفتح"))


def test_a_part_leans_on_what_was_asked_before_it_and_not_on_the_conversation():
    question = understand("ومتى بني وكم كلف؟", [("أين يقع سد الوادي؟", "في الجنوب.")])
    first, second = question.parts
    assert "سد الوادي" in first.text
    assert "سد الوادي" in second.text
    assert first.kind is not second.kind

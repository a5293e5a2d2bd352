import pytest

from rag.language.followup import complete_follow_up
from rag.language.questions import Kind, content_terms, find_what_is_asked, is_arabic
from rag.question import understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("من وقّع الإعلان؟", Kind.WHO),
        ("مين كسب الكأس؟", Kind.WHO),
        ("ومتى بدأ الهجوم؟", Kind.WHEN),
        ("في أي عام بُني السد؟", Kind.WHEN),
        ("إمتى يرجع الماء؟", Kind.WHEN),
        ("أين عُقدت القمة؟", Kind.WHERE),
        ("كم دولة شاركت؟", Kind.HOW_MANY),
        ("ما عدد المصابين؟", Kind.HOW_MANY),
        ("لماذا غضب الوزير؟", Kind.WHY),
        ("ليش صار الحريق؟", Kind.WHY),
        ("هل استقال الوزير؟", Kind.YES_NO),
        ("ما الخبر؟", Kind.OTHER),
        ("Who won?", Kind.WHO),
        ("How many people came?", Kind.HOW_MANY),
    ],
)
def test_a_question_says_what_it_asks_for(question, kind):
    assert understand(question).kind is kind


def test_function_words_carry_no_content():
    assert content_terms("ما هو الذي في هذا؟") == ()
    assert content_terms("من هو الأمين العام؟") == content_terms("الأمين العام")


def test_language_is_that_of_most_letters():
    assert is_arabic("ما هو NATO؟")
    assert not is_arabic("Who is ترامب exactly?")


HISTORY = [("من سجل هدف الفوز في نهائي كأس الاتحاد؟", "كريم العياري.")]


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("ومتى؟", ["متى", "هدف", "كأس", "الاتحاد"]),
        ("وكم عمره؟", ["عمره", "هدف"]),
        ("أين جرى ذلك؟", ["أين", "نهائي"]),
        ("ولماذا؟", ["لماذا", "هدف"]),
    ],
)
def test_a_follow_up_takes_along_what_it_leaves_unsaid(question, needed):
    rewritten = complete_follow_up(question, HISTORY)
    assert all(word in rewritten for word in needed), rewritten


@pytest.mark.parametrize(
    "question",
    ["ما عاصمة اليابان؟", "كم ثمن تذكرة الحافلة الكهربائية؟", "من فاز بماراثون الواحات؟"],
)
def test_a_question_that_stands_alone_stays_as_it_is(question):
    assert complete_follow_up(question, HISTORY) == question


def test_without_history_nothing_is_added():
    assert complete_follow_up("ومتى؟", []) == "ومتى؟"


def test_follow_ups_chain():
    history = [*HISTORY, ("ومتى؟", "في الدقيقة 113.")]
    assert "الاتحاد" in complete_follow_up("وأين؟", history)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("كم شخصًا أوقفت الشرطة؟", "كم شخصًا أوقفت الشرطة"),
        ("متى وُلد الشاعر سامي الرافعي", "متى وُلد الشاعر سامي الرافعي"),
        ("بكم بيعت اللوحة الأخيرة؟", "بكم بيعت اللوحة الأخيرة"),
        ("ما هو سعر التذكرة؟", "سعر التذكرة"),
        ("ما عدد ركاب الحافلة؟", "عدد ركاب الحافلة"),
        ("ما حدث في المدينة أمس؟", "ما حدث في المدينة أمس"),
    ],
)
def test_what_was_asked_can_be_said_inside_a_sentence(question, told):
    assert find_what_is_asked(question) == told


@pytest.mark.parametrize(
    "question",
    [
        "هل استقال الوزير أمس؟",
        "قداش شهرية المدرب؟",
        "من فاز بالكأس وكم هدفًا سجل؟",
        "قرأت الخبر. من كتب المقال؟",
        "من كتب ما في [1] عن السد؟",
        "أخبرني عن الانتخابات البلدية",
        "متى؟",
        "Who won the cup?",
    ],
)
def test_a_question_that_would_sound_wrong_there_is_not_repeated(question):
    assert find_what_is_asked(question) == ""

import pytest

from rag.question import understand
from rag.reading.disagreement import is_disagreement

HOW_MANY = "كم عدد المصابين في الحريق؟"


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (HOW_MANY, "أصيب 12 عاملًا في حريق المصنع.", "أصيب سبعة عشر عاملًا في حريق المصنع."),
        (HOW_MANY, "بلغ عدد المصابين في الحريق 12.", "ارتفع عدد المصابين في الحريق إلى 19 شخصًا."),
        (
            "متى يفتتح الجسر الجديد؟",
            "يفتتح الوزير الجسر الجديد في 3 مايو.",
            "يفتتح الوزير الجسر الجديد في 9 حزيران.",
        ),
        (
            "هل خفض البنك الفائدة؟",
            "خفض البنك المركزي سعر الفائدة.",
            "لم يخفض البنك المركزي سعر الفائدة.",
        ),
    ],
)
def test_other_figures_days_and_denials_differ(question, one, other):
    asked = understand(question)
    assert is_disagreement(asked, one, other)
    assert is_disagreement(asked, other, one)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (HOW_MANY, "أصيب 12 عاملًا في حريق المصنع.", "أصيب اثنا عشر عاملًا في الحريق."),
        (
            "كم بلغت كلفة الجسر؟",
            "بلغت كلفة الجسر الجديد 3.5 ملايين دينار.",
            "قالت البلدية إن كلفة الجسر بلغت ثلاثة ملايين ونصف المليون دينار.",
        ),
        (
            "كم نسبة من صوتوا للقانون؟",
            "صوتوا للقانون 75 في المئة من النواب.",
            "صوتوا للقانون ثلاثة أرباع النواب.",
        ),
        (HOW_MANY, "أصيب 12 عاملًا في حريق المصنع.", "شاركت 14 سيارة إطفاء في العملية."),
        ("من افتتح الجسر؟", "افتتح الوزير الجسر في 3 مايو.", "افتتح الوزير الجسر في مايو."),
    ],
)
def test_the_same_told_otherwise_does_not_differ(question, one, other):
    assert not is_disagreement(understand(question), one, other)


def test_every_version_is_told_with_its_date_the_newest_first(assistant):
    answer = assistant.answer("كم عدد المصابين في حريق مصنع الرمال؟")
    assert answer.differs
    assert answer.text.startswith("تغيّر هذا مع الوقت، والأحدث أولًا:")
    dates = [answer.citations[s.citations[0] - 1].date for s in answer.sentences]
    assert len(set(dates)) >= 2
    assert dates == sorted(dates, reverse=True)
    labels = [sentence.label for sentence in answer.sentences]
    assert labels[0] != "حصيلة سابقة"
    assert "حصيلة سابقة" in labels[1:]
    assert "10 أبريل/نيسان 2025" in answer.text
    assert answer.short is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أصيب نحو 300 عامل في حريق المصنع.", "أصيب 298 عاملًا في حريق المصنع."),
        ("أصيب أكثر من مئة عامل في حريق المصنع.", "أصيب 103 عمال في حريق المصنع."),
        ("أصيب 63 عاملًا في حريق المصنع.", "أصيب في حريق المصنع 25 عاملًا، بينهم 3 نساء."),
        ("أصيب 63 عاملًا في حريق المصنع.", "أصيب 25 عاملًا في حريق المصنع في اليوم الأول."),
    ],
)
def test_round_figures_and_parts_of_a_whole_do_not_differ(one, other):
    assert not is_disagreement(understand(HOW_MANY), one, other)
    assert not is_disagreement(understand(HOW_MANY), other, one)


def test_articles_that_agree_are_not_said_to_differ(assistant):
    assert not assistant.answer("من أخرج فيلم آخر الصيادين؟").differs

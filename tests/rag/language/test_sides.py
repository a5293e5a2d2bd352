import pytest

from rag.language.sides import split_sides
from rag.question import understand


@pytest.mark.parametrize(
    ("question", "names", "asked"),
    [
        (
            "قارن بين إنتاج القمح في تونس وإنتاج القمح في الجزائر",
            ("إنتاج القمح في تونس", "إنتاج القمح في الجزائر"),
            ("تونس", "الجزائر"),
        ),
        (
            "قارن بين مدة الصيام في الجزائر والصومال",
            ("مدة الصيام في الجزائر", "الصومال"),
            ("مدة الصيام في الجزائر؟", "مدة الصيام في الصومال؟"),
        ),
        (
            "ما الفرق بين سعر النفط في ميزانية تونس وفي ميزانية مالطا؟",
            ("سعر النفط في ميزانية تونس", "في ميزانية مالطا"),
            ("سعر النفط", "سعر النفط في ميزانية مالطا؟"),
        ),
        (
            "قارن بين موقف تونس وموقف مصر من الاتفاق",
            ("موقف تونس", "موقف مصر"),
            ("موقف تونس من الاتفاق؟", "موقف مصر من الاتفاق؟"),
        ),
        ("أيهما أكثر سكانا، تونس أم ليبيا؟", ("تونس", "ليبيا"), ("سكانا تونس؟", "سكانا ليبيا؟")),
        ("بماذا يختلف رأي سالم عن رأي علي؟", ("رأي سالم", "رأي علي"), ("سالم", "علي")),
    ],
)
def test_each_side_is_asked_by_itself(question, names, asked):
    sides = split_sides(question)
    assert tuple(name for name, _ in sides) == names
    for (_, alone), words in zip(sides, asked, strict=True):
        assert words in alone


def test_a_year_behind_the_second_side_goes_for_both():
    sides = split_sides("قارن بين مدة الصيام في الجزائر والصومال سنة 2017")
    assert all("2017" in question for _, question in sides)


@pytest.mark.parametrize(
    "question",
    ["ما الفرق بين النظام القديم وما قبله؟", "قارن عدد الحوادث", "كم الفرق بين السعرين ومتى صرفت؟"],
)
def test_where_sides_are_not_plain_nothing_is_taken_apart(question):
    assert split_sides(question) == ()


def test_only_a_comparison_has_sides():
    assert [part.side for part in understand("قارن بين سعر القمح وسعر الشعير").parts] == [
        "سعر القمح",
        "سعر الشعير",
    ]
    assert understand("كم الوقت بين الرحلة الأولى والثانية؟").parts == ()

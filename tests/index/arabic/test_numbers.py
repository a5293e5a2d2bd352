import pytest

from index.arabic.numbers import numbers, values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("٢٥٠٬٠٠٠", "250000"),
        ("250,000", "250000"),
        ("12,5", "12.5"),
        ("ثلاثة وعشرون", "23"),
        ("مئتان وخمسون ألفًا", "250000"),
        ("ألف وتسعمئة وتسعون", "1990"),
        ("ثلاث مئة", "300"),
        ("أحد عشر", "11"),
        ("اثنا عشر", "12"),
        ("مليونان ونصف", "2500000"),
        ("3.5 ملايين", "3500000"),
        ("تسعة آلاف ومئتان وسبعة", "9207"),
        ("مليون و80 ألفًا", "1080000"),
        ("لعشرين", "20"),
        ("بثلاثة", "3"),
        ("١.٠٠٢.٠٠٠", "1002000"),
    ],
)
def test_a_number_has_one_value_however_it_is_written(text, value):
    assert [number.value for number in numbers(f"بلغ العدد {text} في المدينة")] == [value]


@pytest.mark.parametrize("text", ["50%", "٥٠٪", "50 في المئة", "خمسون بالمئة", "خمسين في المائة"])
def test_a_percentage_is_known_in_every_form(text):
    assert values(text) == {("50", True)}


def test_both_ends_of_a_range_are_percentages():
    assert values("بين 20 و30 في المئة") == {("20", True), ("30", True)}


@pytest.mark.parametrize("text", ["يوم الاثنين", "أحد المسؤولين", "المرة الثانية", "بلا أرقام"])
def test_days_ordinals_and_pronouns_are_no_numbers(text):
    assert numbers(text) == []

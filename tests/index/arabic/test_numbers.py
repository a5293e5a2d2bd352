import random
import re

import pytest
from conftest import SHARED, tsv_rows
from num2words import num2words

from index.arabic.numbers import find_number_values, find_numbers, is_number_word


def read(text):
    return [n.value + ("%" if n.percent else "") for n in find_numbers(text)]


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
    assert [number.value for number in find_numbers(f"بلغ العدد {text} في المدينة")] == [value]


@pytest.mark.parametrize("text", ["50%", "٥٠٪", "50 في المئة", "خمسون بالمئة", "خمسين في المائة"])
def test_a_percentage_is_known_in_every_form(text):
    assert find_number_values(text) == {("50", True)}


def test_both_ends_of_a_range_are_percentages():
    assert find_number_values("بين 20 و30 في المئة") == {("20", True), ("30", True)}


@pytest.mark.parametrize("text", ["يوم الاثنين", "أحد المسؤولين", "المرة الثانية", "بلا أرقام"])
def test_days_ordinals_and_pronouns_are_no_numbers(text):
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("مليون وثلاثة أرباع المليون", "1750000"),
        ("مليار وربع المليار", "1250000000"),
        ("ثلاثة ملايين وربع", "3250000"),
        ("ثلاثة ونصف مليون", "3500000"),
        ("ثلث مليون دولار", "333333.333333"),
        ("ربع مليار دولار", "250000000"),
        ("خمسة آلاف ونصف الألف", "5500"),
        ("مليون ونصف مليون برميل", "1500000"),
        ("ثلثا الأصوات", "0.666667"),
        ("ثلاثة أخماس الناخبين", "0.6"),
        ("٣ أرباع السكان", "0.75"),
        ("¾ مليون", "750000"),
        ("1½ مليون", "1500000"),
        ("نصف بالمئة", "0.5%"),
        ("واحد ونصف في المئة", "1.5%"),
    ],
)
def test_halves_and_quarters_are_of_the_number_they_stand_beside(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("خُمس الميزانية", "0.2"),
        ("خمس الميزانية", "0.2"),
        ("بخُمْس الدخل", "0.2"),
        ("خُمس سكان العالم", "0.2"),
        ("عُشر السكان", "0.1"),
        ("عشر الدخل", "0.1"),
        ("ثُمن الإنتاج", "0.125"),
        ("خمسا الميزانية", "0.4"),
        ("خُمسَي المبلغ", "0.4"),
        ("مليون وخُمس المليون", "1200000"),
        ("خمس دول", "5"),
        ("خمس الدول", "5"),
        ("خمس السنوات الماضية", "5"),
        ("خَمس سنوات", "5"),
        ("عشر الأوائل", "10"),
        ("خمس عشرة دولة", "15"),
    ],
)
def test_a_fifth_is_told_from_five_by_its_sign_or_by_the_whole_behind_it(text, value):
    assert read(text) == [value]


def test_signs_are_found_behind_what_folding_shortens():
    text = "دُفِعَ ٢٬٥٠٠ دينار، ثُمَّ خُمس المبلغ، ثم خمس دفعات، ثم عُشر الباقي"
    assert read(text) == ["2500", "0.2", "5", "0.1"]


@pytest.mark.parametrize("text", ["ثمن الخبز", "القرن الثالث عشر الميلادي", "دفع ثمنًا باهظًا"])
def test_a_price_and_a_century_are_no_fraction(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("مليون إلا ربعًا", ["750000"]),
        ("خمسة إلا ربع", ["4.75"]),
        ("ثلاثة آلاف إلا ثلثًا", ["2666.666667"]),
        ("سبع سنوات إلا ربعًا", ["6.75"]),
        ("لم يحضر من 10 إلا 3", ["10", "3"]),
        ("ليبلغ 62ر31 دولارًا", ["31.62"]),
        ("5ر3 مليون", ["3500000"]),
        ("بنسبة 5ر0 في المئة", ["0.5%"]),
        ("بـ000ر4 د", ["4"]),
        ("بين 3 و5 آلاف", ["3000", "5000"]),
        ("من 3 إلى 5 ملايين", ["3000000", "5000000"]),
        ("ثلاثة أو أربعة آلاف", ["3000", "4000"]),
        ("بين 10 و15 ألفًا", ["10000", "15000"]),
        ("بين 900 و5 آلاف", ["900", "5000"]),
        ("3 نواب و5 آلاف ناخب", ["3", "5000"]),
        ("عام 2020 أو 5 آلاف", ["2020", "5000"]),
        ("المادتين 12،134", ["12", "134"]),
        ("12،134 نسمة", ["12134"]),
        ("3٫000٫000", ["3000000"]),
        ("3٫5", ["3.5"]),
    ],
)
def test_exceptions_ranges_and_marks_of_agencies_are_read(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ألفا وحدة سكنية", "2000"),
        ("مليونا برميل", "2000000"),
        ("مليوني برميل يوميًا", "2000000"),
        ("ملياري دولار", "2000000000"),
        ("مليونين ومئتي ألف", "2200000"),
        ("ألفين وخمسة وعشرين", "2025"),
        ("مليارا ومئتي مليون", "1200000000"),
        ("خمسة وعشرون ألفًا في المدينة", "25000"),
        ("مئة ألف", "100000"),
        ("ألف مليون دينار", "1000000000"),
    ],
)
def test_a_dual_is_two_unless_it_counts_what_stands_before_it(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("مئة وأحد عشر قتيلًا", "111"),
        ("مائتين وإحدى عشرة طالبة", "211"),
        ("مئة وأحد وعشرين", "121"),
        ("إحدى وثلاثين دولة", "31"),
        ("خمسًا وثلاثين سنة", "35"),
        ("ثمانٍ وأربعين ساعة", "48"),
        ("اثنتي عشرة سنة", "12"),
        ("ثماني عشرة دولة", "18"),
        ("ألف و مئتان و أربعة و ثلاثون", "1234"),
        ("3 ملايين و 200 ألف", "3200000"),
        ("ثلاثة آلاف و500 شخص", "3500"),
        ("مليون و250 ألفا و300", "1250300"),
        ("الأربعة والعشرين ساعة", "24"),
        ("بمئة وخمسين ألفا", "150000"),
        ("سالب خمس درجات", "-5"),
        ("إلى -12 درجة", "-12"),
        ("هدف مقابل صفر", "0"),
        ("سبعة فاصلة خمسة", "7.5"),
        ("ثلاثة فاصلة خمسة وعشرين مليون", "3250000"),
    ],
)
def test_words_and_digits_join_to_one_number(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ثلاث سنوات ونصف السنة", "3.5"),
        ("5 أشهر ونصف الشهر", "5.5"),
        ("عشرة أطنان ونصف الطن", "10.5"),
        ("سبع ساعات وربع", "7.25"),
        ("2 مليار دينار ونصف", "2500000000"),
        ("ثلاثة فاصلة صفر خمسة", "3.05"),
        ("ثلاثة فاصلة واحد أربعة", "3.14"),
        ("واحدًا وعشرين يومًا", "21"),
        ("ثنتين وعشرين", "22"),
        ("ألف وخمسمئة مليون جنيه", "1500000000"),
        ("خمسون فالمئة", "50%"),
    ],
)
def test_halves_decimals_and_rarer_forms_are_read(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("حداشر", "11"),
        ("اتناشر", "12"),
        ("خمسطعش", "15"),
        ("تلاتة وتلاتين", "33"),
        ("اتنين وتمانين", "82"),
        ("مية وحداشر", "111"),
        ("ألف ومية", "1100"),
        ("ميتين وخمسين", "250"),
        ("خمسين ألف وميتين", "50200"),
        ("تلتمية", "300"),
        ("خمسميت ألف", "500000"),
        ("تلت تلاف", "3000"),
        ("نص مليون", "500000"),
        ("أربعة مليون ونص", "4500000"),
        ("خمسين بالمية", "50%"),
    ],
)
def test_numbers_are_read_in_dialects(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["مية الشرب", "عثر عليهما ميتين في شقتهما", "تمن الخبز", "نص القانون", "يوم الاتنين"],
)
def test_words_that_are_numbers_in_a_dialect_only_beside_one_are_none_alone(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ثلاثة لاعبين ونصف الفريق", ["3", "0.5"]),
        ("بيعت خمسة بألف دينار", ["5", "1000"]),
        ("بين 50 و20", ["50", "20"]),
        ("بين خمسين وعشرين", ["50", "20"]),
        ("ثلاثة وأربعة وخمسة", ["3", "4", "5"]),
        ("عدلت ألف ونص القرار على ذلك", ["1000"]),
        ("بنتيجة 2-1", ["2", "1"]),
        ("مليون وثلاثة ملايين", ["1000000", "3000000"]),
        ("بين ألف وألفي شخص", ["1000", "2000"]),
        ("بين 10 و15 شخصًا", ["10", "15"]),
        ("10–15 شخصًا", ["10", "15"]),
        ("5 و 10 أشخاص", ["5", "10"]),
        ("عام 2023 و500 شخص", ["2023", "500"]),
        ("خمسمئة ألف ونصف مليون", ["500000", "500000"]),
        ("من 5 إلى 10 بالمئة", ["5%", "10%"]),
        ("ما بين خمسة آلاف وسبعة آلاف", ["5000", "7000"]),
        ("12.5.2024", ["12", "5", "2024"]),
        ("2024-05-12", ["2024", "5", "12"]),
        ("هاتف: 71 234 567", ["71", "234", "567"]),
        ("+216 71 234 567", ["216", "71", "234", "567"]),
    ],
)
def test_two_numbers_stay_two(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "عشرات الآلاف من الناس",
        "مئات الملايين من الدولارات",
        "آلاف المتظاهرين",
        "بضعة آلاف شخص",
        "بضعة عشر قتيلًا",
        "بضع وعشرون سنة",
        "الثالثة والعشرون من عمره",
        "القرن الحادي والعشرين",
        "القرنين التاسع عشر والعشرين",
        "الثالث عشر من الشهر",
        "الربع الأول من العام",
        "نصف نهائي كأس العالم",
        "الربع الخالي",
        "بندقية نصف آلية",
        "حشد مليوني في الساحة",
        "إحدى المدن",
        "لست متأكدًا",
        "نقطة الصفر",
        "شهر صفر",
    ],
)
def test_what_counts_nothing_exactly_is_no_number(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1\u202f200\u202f000 نسمة", "1200000"),
        ("1\u00a0200 نسمة", "1200"),
        ("1 200 000 نسمة", "1200000"),
        ("٢٬٥٠٠", "2500"),
        ("2،500 نسمة", "2500"),
        ("12,345.67 دولار", "12345.67"),
        ("1.234.567,89 يورو", "1234567.89"),
        ("254.000 نسمة", "254000"),
        ("2.277 دينار", "2.277"),
        ("1.338 مليار نسمة", "1338000000"),
        ("28،081 مليون دينار", "28081000"),
        ("لـ1,5 مليون", "1500000"),
        ("%4,75", "4.75%"),
        ("52بالمائة", "52%"),
    ],
)
def test_marks_between_digits_part_thousands_or_decimals(text, found):
    assert read(text) == [found]


def test_three_quarters_are_compared_as_75_percent():
    assert find_numbers("ثلاثة أرباع النواب")[0].key == find_numbers("75 في المئة")[0].key
    assert find_numbers("3 نواب")[0].key != find_numbers("ثلاثة أرباع النواب")[0].key


def test_a_word_is_known_as_part_of_a_number():
    assert all(map(is_number_word, ("٥", "5.5", "آلاف", "ونصف", "المليون", "عشر")))
    assert not any(map(is_number_word, ("دينار", "و", "عشرات", "الخميس")))


def written(value, chance):
    """Spell a number as num2words does, and then as others would."""
    text = num2words(value, lang="ar")
    yield text
    short = chance.random() < 0.5
    text = text.replace("مائة", "مئة") if short else text.replace("مئت", "مائت")
    if chance.random() < 0.5:
        text = re.sub(r"\b(عشر|ثلاث|أربع|خمس|ست|سبع|ثمان|تسع)ون\b", r"\1ين", text)
    if chance.random() < 0.5:
        text = re.sub(r"\b(مئت|مائت|ألف|مليون|مليار|اثن)ان\b", r"\1ين", text)
        text = text.replace("اثنا عشر", "اثني عشر")
    if chance.random() < 0.5:
        text = text.replace(" و ", " و")
    if chance.random() < 0.5:
        text = text.translate(str.maketrans("أآ", "اا"))
    yield text


@pytest.mark.slow
def test_numbers_that_num2words_spells_are_read_back():
    chance = random.Random(7)
    sample = [*range(1, 10_001, 9), *(int(10 ** chance.uniform(4, 9)) for _ in range(700))]
    texts = [(value, text) for value in sample for text in written(value, chance)]
    wrong = [(value, text) for value, text in texts if read(text) != [str(value)]]
    assert len(wrong) <= 0.01 * len(texts), wrong[:10]


@pytest.mark.slow
def test_all_numbers_to_ten_thousand_and_a_sample_to_a_milliard_are_read_back():
    chance = random.Random(8)
    sample = [*range(1, 10_001), *(chance.randint(1, 10**9) for _ in range(20_000))]
    texts = [(value, text) for value in sample for text in written(value, chance)]
    wrong = [(value, text) for value, text in texts if read(text) != [str(value)]]
    assert len(wrong) <= 0.01 * len(texts), wrong[:10]


def test_the_shared_cases_are_read():
    rows = tsv_rows(SHARED / "cases" / "18-numbers-in-words" / "numbers.tsv")
    assert [(text, read(text)) for text, _ in rows] == [(text, [value]) for text, value in rows]


@pytest.mark.parametrize("chain", ["7" * 41, "٣" * 5_000, "1." * 3_000 + "5", "0," + "9" * 4_400])
def test_a_chain_of_digits_that_counts_nothing_is_no_number(chain):
    assert [n.value for n in find_numbers(f"الرمز {chain} في 3 كتب")] == ["3"]

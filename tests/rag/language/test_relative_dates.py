"""What «أمس» and «الثلاثاء» mean is told from the article's day; 2025-09-04 is a Thursday."""

import pytest

from rag.language.relative_dates import find_relative_dates


def explained(quote, published="2025-09-04"):
    return dict(find_relative_dates(quote, published))


@pytest.mark.parametrize(
    ("quote", "words", "date"),
    [
        ("اجتمع الوزراء الثلاثاء في باريس.", "الثلاثاء", "2025-09-02"),
        ("قال الوزير الخميس إن الخطة نهائية.", "الخميس", "2025-09-04"),
        ("وقع الحادث يوم الجمعة الماضي.", "الجمعة الماضي", "2025-08-29"),
        ("وقع الحادث الخميس الماضي.", "الخميس الماضي", "2025-08-28"),
        ("سيجتمع المجلس الثلاثاء.", "الثلاثاء", "2025-09-09"),
        ("ويجتمع المجلس الأحد المقبل.", "الأحد المقبل", "2025-09-07"),
        ("هطلت الأمطار فجر الاثنين.", "الاثنين", "2025-09-01"),
        ("التقى الرئيسان أمس الأربعاء.", "أمس", "2025-09-03"),
        ("التقى الرئيسان أول أمس.", "أول أمس", "2025-09-02"),
        ("أعلن البنك اليوم رفع الفائدة.", "اليوم", "2025-09-04"),
        ("تبدأ المباراة غدًا.", "غدًا", "2025-09-05"),
        ("بدأت بالأمس.", "الأمس", "2025-09-03"),
        ("ارتفعت الأسعار الشهر الماضي.", "الشهر الماضي", "2025-08"),
        ("ينتهي العمل العام المقبل.", "العام المقبل", "2026"),
        ("زادت منذ بداية العام الجاري.", "العام الجاري", "2025"),
    ],
)
def test_words_for_days_months_and_years(quote, words, date):
    assert explained(quote)[words] == date


@pytest.mark.parametrize(
    "quote",
    [
        "افتُتح الجسر الثلاثاء 2 سبتمبر 2025.",
        "افتُتح الجسر يوم الأحد (4/3/2025).",
        "افتُتح الجسر الأربعاء، ٢ أبريل ٢٠٢٥.",
        "قالت صحيفة المصري اليوم إن الجسر افتُتح.",
        "الجسر يخدم ألف سيارة في اليوم.",
        "في هذا اليوم من كل عام.",
        "حضر أحد النواب، والجمعية العامة، وسبت الجزر.",
        "بلغت الكلفة 12 مليون دينار.",
    ],
)
def test_what_is_named_or_means_something_else_is_left_alone(quote):
    assert explained(quote) == {}


def test_months_turn_the_year():
    assert explained("الشهر الماضي", "2025-01-10") == {"الشهر الماضي": "2024-12"}
    assert explained("الشهر المقبل", "2025-12-10") == {"الشهر المقبل": "2026-01"}


def test_a_weekday_beside_tomorrow_is_no_other_day():
    assert explained("يجتمعون غدًا الجمعة.", "2025-09-04") == {"غدًا": "2025-09-05"}
    assert explained("اجتمعوا أمس الأربعاء.", "2025-09-04") == {"أمس": "2025-09-03"}


def test_days_are_known_in_other_spellings():
    assert explained("اجتمعوا الإثنين الماضي.", "2025-09-04") == {"الإثنين الماضي": "2025-09-01"}
    assert explained("اجتمعوا قبل أمس.", "2025-09-04") == {"قبل أمس": "2025-09-02"}


def test_each_sentence_has_its_own_tense():
    found = explained("اجتمعوا الثلاثاء. وسيجتمعون الاثنين.")
    assert found == {"الثلاثاء": "2025-09-02", "الاثنين": "2025-09-08"}


@pytest.mark.parametrize("published", ["", "2025", "قريبًا"])
def test_without_a_day_nothing_is_explained(published):
    assert explained("أمس", published) == {}


@pytest.mark.parametrize("published", ["0001-01-01", "9999-12-31", "0002-06-05"])
@pytest.mark.parametrize("words", ["أمس", "غدًا", "الثلاثاء", "الشهر الماضي", "العام المقبل"])
def test_a_day_that_older_indexes_hold_for_no_date_explains_nothing(published, words):
    assert explained(words, published) == {}

"""Letters of neighbouring keyboards, and numbers written with other marks, are one word to readers."""

import pytest
from conftest import SHARED, tsv_rows

from index.arabic.words import analyse, fold, normalize_for_embedding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("جامعۃ", "جامعة"),
        ("قاهرۃ", "القاهرة"),
        ("شارە", "شاره"),
        ("ناوچە", "ناوجه"),
        ("پاریس", "باريس"),
        ("پولندا", "بولندا"),
        ("اسپانيا", "إسبانيا"),
        ("سيدني", "سیدنی"),
        ("اسرائیل", "إسرائيل"),
        ("ایران", "إيران"),
        ("پاکستان", "باكستان"),
        ("ڤيتامين", "فيتامين"),
        ("ڤيديو", "فيديو"),
        ("ڤنزويلا", "فنزويلا"),
        ("الڤاتيكان", "الفاتيكان"),
        ("ليڤربول", "ليفربول"),
        ("گوگل", "غوغل"),
        ("گاندي", "غاندي"),
        ("شيكاگو", "شيكاغو"),
        ("لوكسمبورگ", "لوكسمبورغ"),
        ("إنگليزي", "إنجليزي"),
        ("چورچ", "جورج"),
        ("الچلبي", "الجلبي"),
        ("ڨفصة", "قفصة"),
        ("ڨابس", "قابس"),
        ("حکومة", "حكومة"),
        ("مكتبه", "مکتبۃ"),
        ("کردستان", "كردستان"),
        ("عربیة", "عربية"),
        ("هونگ", "هونغ"),
        ("ھیئة", "هيئة"),
        ("ېمن", "يمن"),
        ("١٬٢٥٠٬٠٠٠", "1250000"),
        ("1 250 000", "1250000"),
        ("1 250", "1250"),
        ("۱۲٬۵۰۰", "12500"),
        ("12،500", "12500"),
        ("1.250.000", "1250000"),
        ("٣٫٥", "3.5"),
        ("ثلاثمائة", "ثلاثمئة"),
        ("مائتان", "مئتان"),
        ("المائة", "المئة"),
        ("بمائة", "بمئة"),
        ("أݣادير", "أكادير"),
        ("لاہور", "لاهور"),
    ],
)
def test_two_ways_to_type_a_word_are_one_term(one, other):
    assert analyse(one) == analyse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مئة", "مايو"),
        ("مائة", "ماء"),
        ("مائية", "مائة"),
        ("2,500", "25"),
        ("12.5", "125"),
        ("غرب", "عرب"),
        ("گلف", "كلف"),
        ("3.5", "35"),
        ("علماؤه", "مئة"),
    ],
)
def test_other_words_and_numbers_stay_apart(one, other):
    assert analyse(one) != analyse(other)


def test_the_shared_pairs_meet():
    rows = tsv_rows(SHARED / "cases" / "23-letters-of-neighbouring-keyboards" / "pairs.tsv")
    assert [row for row in rows if analyse(row[0]) != analyse(row[1])] == []


@pytest.mark.parametrize(
    "text", ["2½ و½1 و⅓", "1 200 000 و2٬500", "هاتف 71 234 567", "74،0 بالمائة", "ثلاثمائة وماؤه"]
)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_the_embedder_sees_the_letters_of_arabic():
    assert normalize_for_embedding("پوتين في ڤيينا ومدرسۃ") == "بوتين في فيينا ومدرسة"

"""The few words that are shown can stand alone."""

import pytest

from index.arabic.sentences import Span
from rag.language.questions import Kind
from rag.reading.whole_phrases import widen


def widened(text, words, kind=Kind.HOW_MANY):
    start = text.index(words)
    span = widen(text, Span(start, start + len(words)), kind)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("بلغت الكلفة 200 مليون دينار هذا العام.", "200", "200 مليون دينار"),
        ("وظفت الشركة خمسة آلاف عامل.", "خمسة", "خمسة آلاف عامل"),
        ("ارتفعت بنسبة 5 بالمائة في سنة.", "5", "5 بالمائة"),
        ("ارتفعت بنسبة 5.5% في سنة.", "5", "5.5%"),
        ("بلغت قوتها 4،7 درجات.", "4", "4،7 درجات"),
        ("حضر 12 شخصا من المدينة.", "12 شخصا", "12 شخصا"),
        ("شارك 30 في السباق.", "30", "30"),
        ("العدد 12\nعنوان آخر", "12", "12"),
        ("جمع 40، وخسر 3.", "40", "40"),
        ("المادتان 12،134 من القانون", "12", "12"),
        ("بيعت لسامي أمس.", "سامي", "سامي"),
        ("حضر 200 ـ 300 شخص.", "200", "200"),
        ("التشكيلة: أشرف كرير .", "شرف كرير", "أشرف كرير"),
        ("ولد بتونس سنة 1990.", "تونس", "تونس"),
        ("من الأندية الكبرى", "أندي", "الأندية"),
        ("وصل للمدينة أمس.", "مدينة", "مدينة"),
        ("حضر مُحَمَّد علي.", "حَمَّد علي", "مُحَمَّد علي"),
        ("في غضون سنة 2018.", "غضون سنة 2018.", "غضون سنة 2018"),
        ("حضر 200 ــ كما قيل", "200", "200"),
    ],
)
def test_a_number_is_shown_whole_with_what_it_counts(text, words, whole):
    assert widened(text, words) == whole


def test_only_what_is_counted_gets_its_unit():
    assert widened("وُلد عام 1950 شاعرا", "1950", Kind.WHEN) == "1950"

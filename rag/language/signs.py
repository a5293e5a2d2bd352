"""Signs that a text holds the kind of thing asked for: a number, a time, a reason, a place."""

import re

from index.arabic.dates import MONTH_NAME
from index.arabic.words import fold
from rag.language.questions import Kind

_NUMBER = re.compile(
    r"\d|\b(?:واحد|اثن|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع|عشر|مئ|مائ|الف|الاف|مليون|مليار|نصف|ثلث|ربع|ضعف)"
)
_TIME = re.compile(
    rf"\d{{4}}|\b(?:{MONTH_NAME}|السبت|الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|امس|اليوم|غدا"
    r"|صباح|مساء|عام|سنه|منذ|الماضي|المقبل|القادم)\b"
)
_REASON = re.compile(r"بسبب|نتيجه|لان|جراء|نظرا|بهدف|من اجل|يعود|ادي|ادت|سبب|ارجع|عز[ات]|كي\b")
_PLACE = re.compile(r"\bفي \w|\bب(?:مدينه|العاصمه|محافظه|ولايه|قريه)|\bمن \w|\bقرب |\bالي ")
_PATTERNS = {
    Kind.HOW_MANY: _NUMBER,
    Kind.WHEN: _TIME,
    Kind.WHY: _REASON,
    Kind.WHERE: _PLACE,
}


def detect_sign(kind: Kind, text: str) -> bool | None:
    """Tell whether a text holds the kind of thing asked for; None when no sign is known.

    >>> detect_sign(Kind.WHEN, "بدأ في ٢٤ شباط"), detect_sign(Kind.WHEN, "بدأ")
    (True, False)
    >>> detect_sign(Kind.WHO, "بدأ") is None
    True
    """
    pattern = _PATTERNS.get(kind)
    return bool(pattern.search(fold(text))) if pattern else None

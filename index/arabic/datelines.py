"""Find the day of publication on a line of its own near the top of a text."""

import re
from collections.abc import Sequence

from index.arabic.dates import WEEKDAYS, WrittenDate, choose_date, find_dates, fold_line
from index.arabic.words import fold

_LINES, _LENGTH = 4, 200
_PLACE = r"(?:ابو )?\w+(?: المكرمه)?"
# «توقيت المباراة» is no time zone: without «ب» it stands behind the time, or in brackets.
_ZONE = rf"(?:(?:حسب|وفق) )?(?:ال)?توقيت {_PLACE}"
_TIME = re.compile(
    r"(?:"
    r"\bt?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:z| ?[+-]\d{2}(?::?\d{2})?)?"
    r"|الساعه \d{1,2}(?:[:.]\d{2})?(?!\d)"
    rf")(?: ?(?:صباحا|مساء|ظهرا|عصرا|فجرا|ليلا|[صم]\b))?(?: {_ZONE}| ت ?\.? ?غ\b)?"
    r"|\b\d{1,2} ?(?:صباحا|مساء|ظهرا|عصرا|فجرا|ليلا|[صم]|am|pm)\b"
    r"|(?:بعد|قبل) (?:الظهر|منتصف الليل)|(?:gmt|utc) ?[+-] ?\d{1,2}"
    rf"|(?:بتوقيت|بالتوقيت) {_PLACE}|\( ?(?:{_ZONE}(?: \w+)?|ت ?\.? ?غ) ?\.?\)"
)
# What may stand beside the date: labels, the calendar, the day of the week, the time of day.
_WORDS = """
    آخر تحديث التحديث تعديل حدث حدثت عدل عدلت تم نشر نشرت النشر منشور تاريخ التاريخ بتاريخ الإضافة
    أضيف أضيفت صدر صدرت في على يوم اليوم عند الساعة ه هـ م ميلادي ميلادية هجري هجرية هجريا للهجرة
    الموافق موافق ل لـ ص صباحا مساء ظهرا عصرا فجرا ليلا الصباح gmt utc am pm published updated
    modified posted edited date last update on at publication monday tuesday wednesday thursday
    friday saturday sunday mon tue wed thu fri sat sun
"""
_BESIDE = frozenset(fold(" ".join((_WORDS, *WEEKDAYS))).split())


def dateline(text: str) -> str:
    r"""Return the day on a line of its own among the first lines of a text, or "".

    What a document's file properties say is the day it was saved, which is no day of publication.

    >>> dateline("افتتاح الجسر\nالأحد، ١٤ مارس ٢٠٢٥ - ١٠:٣٠ ص\nافتتح الوزير الجسر.")
    '2025-03-14'
    """
    lines = [line for line in text.split("\n", _LINES * 10) if line.strip()]
    updated = ""
    for line in map(fold_line, (line for line in lines[:_LINES] if len(line) <= _LENGTH)):
        found = find_dates(line)
        day = choose_date(found)
        if day is None or not _is_alone(line, found):
            continue
        if not all(one.is_update for one in found):
            return day.isoformat()
        updated = updated or day.isoformat()
    return updated


def _is_alone(line: str, found: Sequence[WrittenDate]) -> bool:
    """Tell whether a line has nothing but dates and what may stand beside them."""
    for one in reversed(found):
        line = f"{line[: one.start]} {line[one.end :]}"
    return all(word in _BESIDE for word in re.findall(r"\w+", _TIME.sub(" ", line)))

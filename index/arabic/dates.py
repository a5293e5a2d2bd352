"""Read the many ways a publication date is written into ``YYYY-MM-DD``."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from index.arabic.words import fold

# Egyptian, Levantine/Iraqi and Maghrebi names, as they look after folding.
_MONTHS = {
    1: "يناير|كانون الثاني|جانفي|january|jan",
    2: "فبراير|شباط|فيفري|february|feb",
    3: "مارس|اذار|march|mar",
    4: "ابريل|نيسان|افريل|april|apr",
    5: "مايو|ايار|ماي|may",
    6: "يونيو|حزيران|جوان|june|jun",
    7: "يوليو|تموز|جويليه|يوليوز|july|jul",
    8: "اغسطس|اب|اوت|غشت|august|aug",
    9: "سبتمبر|ايلول|شتنبر|september|sep",
    10: "اكتوبر|تشرين الاول|october|oct",
    11: "نوفمبر|تشرين الثاني|نونبر|november|nov",
    12: "ديسمبر|كانون الاول|دجنبر|december|dec",
}
MONTHS = (
    "يناير/كانون الثاني", "فبراير/شباط", "مارس/آذار", "أبريل/نيسان", "مايو/أيار", "يونيو/حزيران",
    "يوليو/تموز", "أغسطس/آب", "سبتمبر/أيلول", "أكتوبر/تشرين الأول", "نوفمبر/تشرين الثاني",
    "ديسمبر/كانون الأول",
)  # fmt: skip
"""Both names of each month, as news write them for all Arab readers."""

WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
"""Days of the week, in the order of ``datetime.date.weekday``."""

_NUMBER_OF = {fold(name): n for n, names in _MONTHS.items() for name in names.split("|")}
MONTH_NAME = "|".join(sorted(_NUMBER_OF, key=len, reverse=True))
"""Alternatives of a regular expression: every month name, folded, longest first."""

_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:$|[t\s])")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:$|[t\s,])")
_WRITTEN = re.compile(rf"(\d{{1,2}})\s+({MONTH_NAME})(?:\s*/\s*(?:{MONTH_NAME}))?,?\s+(\d{{4}})")
_MONTH_FIRST = re.compile(rf"({MONTH_NAME})\s+(\d{{1,2}}),?\s+(\d{{4}})")
_MONTH_OF_YEAR = re.compile(
    rf"\b[وفبلك]?({MONTH_NAME})(?:\s*/\s*(?:{MONTH_NAME}))?,?\s+(?:عام\s+|سنه\s+)?((?:19|20)\d\d)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LONE_DATE = re.compile(
    r"(?:(?:نشر(?: في)?|تاريخ(?: النشر)?|التاريخ|بتاريخ)\s*:?\s*)?"
    rf"(?:(?:{'|'.join(map(fold, WEEKDAYS))})\s*[،,/-]?\s*)?"
    rf"(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|{_WRITTEN.pattern})"
    r"(?:\s*(?:م|ميلادي))?"
)
_DATELINES = 4


def parse_date(value: object) -> str:
    """Return the day as ``YYYY-MM-DD``, or "" when it cannot be told for certain.

    Slashed dates are read day first, as Arabic newspapers write them.

    >>> parse_date("٢٤ شباط/فبراير ٢٠٢٢"), parse_date("2024-05-01T10:00:00Z"), parse_date("قريبا")
    ('2022-02-24', '2024-05-01', '')
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 10**8:
        return datetime.fromtimestamp(value, tz=UTC).date().isoformat()
    text = fold(str(value or "")).strip()
    return _from_numbers(text) or _from_words(text) or _from_mail(str(value or ""))


def written_date(iso: str) -> str:
    """Return a day with both names of its month; "" for anything else.

    >>> written_date("2025-02-15")
    '15 فبراير/شباط 2025'
    """
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return ""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def months_in(text: str) -> list[str]:
    """Return the months and years a question names, as ``YYYY-MM`` and ``YYYY``.

    >>> months_in("ماذا قرر المجلس في جانفي ٢٠١٧؟"), months_in("من فاز عام 2016؟")
    (['2017-01'], ['2016'])
    """
    folded = fold(text)
    named = [f"{year}-{_NUMBER_OF[month]:02}" for month, year in _MONTH_OF_YEAR.findall(folded)]
    return named or _YEAR.findall(folded)


def dateline(text: str) -> str:
    r"""Return the day on a line of its own among the first lines of a text, or "".

    What a document's file properties say is the day it was saved, which is no day of publication.

    >>> dateline("افتتاح الجسر\nالأحد، ١٤ مارس ٢٠٢٥\nافتتح الوزير الجسر.")
    '2025-03-14'
    """
    for line in text.strip().split("\n")[:_DATELINES]:
        folded = fold(line).strip(" .-–|")
        found = _LONE_DATE.fullmatch(folded)
        if found and (day := parse_date(found[1])):
            return day
    return ""


def _from_numbers(text: str) -> str:
    if match := _ISO.match(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.match(text):
        return _day(match[3], match[2], match[1])
    return ""


def _from_words(text: str) -> str:
    if match := _WRITTEN.search(text):
        return _day(match[3], str(_NUMBER_OF[match[2]]), match[1])
    if match := _MONTH_FIRST.search(text):
        return _day(match[3], str(_NUMBER_OF[match[1]]), match[2])
    return ""


def _from_mail(text: str) -> str:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError):
        return ""


def _day(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""

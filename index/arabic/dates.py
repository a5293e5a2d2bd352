"""Read the many ways a publication date is written into ``YYYY-MM-DD``."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from index.arabic.hijri import HIJRI_MONTH, hijri_day, hijri_month
from index.arabic.words import fold

# Egyptian, Levantine/Iraqi and Maghrebi names, then those of pages in English and French.
_MONTHS = {
    1: "يناير|كانون الثاني|كانون ثاني|كانون ثان|جانفي|january|jan|janvier",
    2: "فبراير|شباط|فيفري|february|feb|février|fevrier",
    3: "مارس|آذار|march|mar|mars",
    4: "أبريل|نيسان|أفريل|april|apr|avril",
    5: "مايو|أيار|ماي|مايس|may|mai",
    6: "يونيو|يونيه|حزيران|جوان|june|jun|juin",
    7: "يوليو|يوليه|تموز|جويلية|يوليوز|july|jul|juillet",
    8: "أغسطس|اوغسطس|آب|أوت|غشت|august|aug|août|aout",
    9: "سبتمبر|أيلول|شتنبر|september|sept|sep|septembre",
    10: "أكتوبر|اوكتوبر|تشرين الأول|تشرين أول|october|oct|octobre",
    11: "نوفمبر|تشرين الثاني|تشرين ثاني|تشرين ثان|نونبر|november|nov|novembre",
    12: "ديسمبر|كانون الأول|كانون أول|دجنبر|december|dec|décembre|decembre",
}
_NUMBERED = {"كانون1": 12, "كانون2": 1, "تشرين1": 10, "تشرين2": 11} | {
    "ك1": 12, "ك2": 1, "ت1": 10, "ت2": 11,
}  # fmt: skip
MONTHS = (
    "يناير/كانون الثاني", "فبراير/شباط", "مارس/آذار", "أبريل/نيسان", "مايو/أيار", "يونيو/حزيران",
    "يوليو/تموز", "أغسطس/آب", "سبتمبر/أيلول", "أكتوبر/تشرين الأول", "نوفمبر/تشرين الثاني",
    "ديسمبر/كانون الأول",
)  # fmt: skip
"""Both names of each month, as news write them for all Arab readers."""

WEEKDAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
"""Days of the week, in the order of ``datetime.date.weekday``."""

_WEEKDAYS = tuple(map(fold, WEEKDAYS))

_NUMBER_OF = {fold(name): n for n, names in _MONTHS.items() for name in names.split("|")}
MONTH_NAME = "|".join(sorted(_NUMBER_OF, key=len, reverse=True))
"""Alternatives of a regular expression: every month name, folded, longest first."""

_UNITS = ["اول", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع"]
_ORDINALS = {
    **{f"ال{unit}": n for n, unit in enumerate(_UNITS, start=1)},
    **{f"ال{unit} عشر": n for n, unit in enumerate(["حادي", *_UNITS[1:]], start=11)},
    **{f"ال{unit} والعشر{end}": n for end in ("ين", "ون")
       for n, unit in enumerate(["حادي", *_UNITS[1:]], start=21)},
    **{f"{word}{end}": n for end in ("ين", "ون")
       for word, n in (("العشر", 20), ("الثلاث", 30), ("الحادي والثلاث", 31))},
    "العاشر": 10, "الفاتح": 1, "فاتح": 1, "غره": 1,
}  # fmt: skip

# All patterns are for folded text with single spaces.
_OF = r"(?:\s|[-–—/.،,؍]|من|شهر|لعام|للعام|العام|عام|لسنه|سنه)*"
_DIGITS = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_WORDS = "|".join(sorted(_ORDINALS, key=len, reverse=True))
# «تشرين الأول أكتوبر 2021» is a month, not its first day.
_NO_MONTH = "".join(f"(?<!{name} )" for name in ("كانون", "تشرين", "ربيع", "جمادي", "جماد"))
_DAY_OF = rf"(?:{_DIGITS}{_OF}|{_NO_MONTH}(?<!\w)(?P<word>{_WORDS})(?: من)?(?: شهر)? )"
_ONE_MONTH = (
    rf"(?:(?:كانون|تشرين) ?\(?[12]\)?(?!\d)|[كت] ?[12](?!\d)|(?:{MONTH_NAME})(?![^\W\d])\.?)"
)
_MONTH = rf"(?P<month>{_ONE_MONTH})(?:(?: ?[-–/(،] ?| )(?P<also>{_ONE_MONTH})(?: ?\))?)?"
_YEAR = r"(?P<year>(?:1[5-9]|2[01])\d\d)(?!\d)"
_NUMBERS = (
    r"(?<![\d/.\\-])(?P<{0}>\d{{{1}}}) ?(?P<sep>[-/.؍\\]) ?(?P<number>\d{{1,2}}) ?(?P=sep) ?"
    r"(?P<{2}>\d{{{3}}})(?!\d|[-/.\\]\d)"
)
_PATTERNS = tuple(
    map(
        re.compile,
        (
            rf"{_DAY_OF}{_MONTH}{_OF}{_YEAR}",
            rf"(?<!\w){_MONTH} ?{_DIGITS}[ ,،]+{_YEAR}",
            rf"(?<!\d){_YEAR}{_OF}{_MONTH}{_OF}{_DIGITS}(?![\d:])",
            rf"{_DAY_OF}(?P<hijri>{HIJRI_MONTH})(?!\w){_OF}(?P<year>1[34]\d\d)(?!\d)",
            _NUMBERS.format("year", "4", "day", "1,2"),
            _NUMBERS.format("day", "1,2", "year", "4"),
        ),
    )
)
YEARS = range(1800, 2201)
"""Years in which articles appear. Chosen: other ones stand for no date in exports (0001, 9999) or
are misprints."""

_LENGTH = 500
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:t?\d{4,6}(?:z|[+-]\d{4})?)?")
_SECONDS = re.compile(r"\d{10}(?:\d{3})?")
_HIJRI_YEARS = range(1343, 1501)
_WEEKDAY = re.compile(rf"(?<!\w)(?:{'|'.join(map(fold, WEEKDAYS))})(?!\w)")
_UPDATED = re.compile(r"تحديث|تعديل|\b(?:حدث|عدل)ت?\b|updated|modified|edited")

_MONTH_OF_YEAR = re.compile(
    rf"\b[وفبلك]?({MONTH_NAME})(?:\s*[/(-]\s*(?:{MONTH_NAME})\)?)?,?\s+(?:من\s+)?"
    r"(?:(?:ال)?عام\s+|(?:ال)?سنه\s+)?((?:19|20)\d\d)\b"
)
_ANY_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class WrittenDate(NamedTuple):
    """A date in a folded text.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        day: Which day that is; None when there is no such day or it is not certain.
        is_hijri: Whether it is of the Islamic calendar.
        is_update: Whether the text says that it is the day of a change.
    """

    start: int
    end: int
    day: date | None
    is_hijri: bool
    is_update: bool


def parse_date(value: object) -> str:
    """Return the day as ``YYYY-MM-DD``, or "" when it cannot be told for certain.

    Slashed dates are read day first, as Arabic newspapers write them. Of both calendars the
    Gregorian day is taken; of publication and change, publication. A year out of :data:`YEARS` is
    none.

    >>> parse_date("٢٤ شباط/فبراير ٢٠٢٢"), parse_date("2024-05-01T10:00:00Z"), parse_date("قريبا")
    ('2022-02-24', '2024-05-01', '')
    """
    if isinstance(value, datetime):
        return iso_day(value.date())
    if isinstance(value, date):
        return iso_day(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 10**8:
        return _from_seconds(value)
    text = fold_line(str(value or "")[:_LENGTH])
    if found := find_dates(text):
        return iso_day(choose_date(found))
    if compact := _COMPACT.fullmatch(text):
        return iso_day(_gregorian(int(compact[1]), int(compact[2]), int(compact[3])))
    return _from_seconds(int(text)) if _SECONDS.fullmatch(text) else _from_mail(text)


def iso_day(day: date | None) -> str:
    """Return a day as ``YYYY-MM-DD``; "" for none, and for one out of :data:`YEARS`."""
    return day.isoformat() if day and day.year in YEARS else ""


def fold_line(text: str) -> str:
    """Return a text folded, its white space single."""
    return " ".join(fold(text).split())


def find_dates(text: str) -> list[WrittenDate]:
    """Return the dates in a text that :func:`fold_line` has folded, in its order."""
    matches = [match for pattern in _PATTERNS for match in pattern.finditer(text)]
    found: list[WrittenDate] = []
    end = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end:
            is_update = _UPDATED.search(text, end, match.start()) is not None
            found.append(_parse_match(match, text, is_update=is_update))
            end = match.end()
    return found


def choose_date(found: Sequence[WrittenDate]) -> date | None:
    """Return the day of publication among the dates of a line, or None when it is not certain."""
    found = [one for one in found if not one.is_hijri] or found
    found = [one for one in found if not one.is_update] or found
    days = {one.day for one in found}
    return days.pop() if len(days) == 1 else None


def _parse_match(match: re.Match[str], text: str, *, is_update: bool) -> WrittenDate:
    parts = match.groupdict()
    year = int(parts["year"])
    number = int(parts["day"]) if parts.get("day") else _ORDINALS[parts["word"]]
    is_christian = text[match.end() :].lstrip().startswith("م")
    is_hijri = bool(parts.get("hijri")) or (year in _HIJRI_YEARS and not is_christian)
    month = _month(parts)
    if is_hijri:
        weekdays = set(_WEEKDAY.findall(text))
        weekday = _WEEKDAYS.index(weekdays.pop()) if len(weekdays) == 1 else None
        day = hijri_day(year, month, number, weekday=weekday)
    else:
        day = _gregorian(year, month, number)
    return WrittenDate(match.start(), match.end(), day, is_hijri, is_update)


def _month(parts: dict[str, str]) -> int:
    """Return the number of the month, or 0 when its two names are of different months."""
    if parts.get("number"):
        return int(parts["number"])
    if parts.get("hijri"):
        return hijri_month(parts["hijri"])
    names = [parts[name] for name in ("month", "also") if parts.get(name)]
    numbers = {_number_of(name.rstrip(".")) for name in names}
    return numbers.pop() if len(numbers) == 1 else 0


def _number_of(month: str) -> int:
    return _NUMBER_OF.get(month) or _NUMBERED[re.sub("[ ()]", "", month)]


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
    return named or _ANY_YEAR.findall(folded)


def _from_seconds(value: float) -> str:
    """Return the day of a time in seconds or milliseconds since 1970."""
    try:
        seconds = value / (1_000 if value > 10**11 else 1)
        return iso_day(datetime.fromtimestamp(seconds, tz=UTC).date())
    except (ValueError, OverflowError, OSError):
        return ""


def _from_mail(text: str) -> str:
    try:
        return iso_day(parsedate_to_datetime(text).date())
    except (ValueError, TypeError):
        return ""


def _gregorian(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None

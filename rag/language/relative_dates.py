"""Say which day «أمس» or «الثلاثاء» of an article was, from the day the article appeared.

The explanation stands beside a quote, never inside it. A weekday is the last one up to the day of
publication, as news are written, unless its sentence speaks of what is to come.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from index.arabic.dates import MONTH_NAME, MONTHS, WEEKDAYS, YEARS
from index.arabic.sentences import sentence_spans
from index.arabic.words import fold

_SHIFTS = {
    "أول من أمس": -2, "أول أمس": -2, "أمس الأول": -2, "قبل أمس": -2,
    "أمس": -1, "الأمس": -1, "البارحة": -1,
    "اليوم": 0, "بعد غد": 2, "غدًا": 1, "غدا": 1, "غداً": 1, "الغد": 1,
}  # fmt: skip
_ALEF = str.maketrans({"أ": "[أا]", "إ": "[إا]", "ا": "[اإ]", "ة": "[ةه]"})
_DAY = "|".join(name.translate(_ALEF) for name in (*_SHIFTS, *WEEKDAYS))
_PAST, _NEXT, _THIS = "ال(?:ماضي|فائت|منصرم)ة?", "ال(?:مقبل|قادم|آتي)ة?", "ال(?:جاري|حالي)ة?"
_PHRASE = re.compile(
    rf"\b(?P<clitic>[وفبلك]?)(?:(?P<day>{_DAY})(?:\s+(?P<which>{_PAST}|{_NEXT}|{_THIS}))?"
    rf"|(?P<unit>الشهر|العام|السنة)\s+(?P<turn>{_PAST}|{_NEXT}|{_THIS}))(?!\w)"
)
_NOT_TODAY = re.compile(r"(?:\b(?:المصري|في|هذا|ذلك|نفس|طوال|خلال|منذ|من|ب|حتى)\s+)$")
_NAMED_AFTER = re.compile(
    rf"^(?:\s+ال\w+)?[\s،,(]*\d{{1,2}}\s*(?:[-/.]\s*\d|(?:من\s+)?(?:{MONTH_NAME}))"
)
_BESIDE_SHIFT = re.compile(rf"\b(?:{'|'.join(name.translate(_ALEF) for name in _SHIFTS)})،?\s+$")
_NO_FUTURE = (
    "سيار|سياس|سياد|سياق|سياح|سيد|سينما|سينار|سيناء|سيطر|سيول|ستار|ستون|ستين|ستة|ستمئة|سند|سنو"
)
_TO_COME = re.compile(
    rf"\b[وف]?(?!{_NO_FUTURE})(?:س[يتنأ]\w{{3,}}|سوف|يعتزم|تعتزم|من المقرر|من المنتظر|المزمع)\b"
)


class RelativeDate(NamedTuple):
    """Words of a quote that depend on the day it was written.

    Attributes:
        words: As they stand in the quote.
        date: What they mean: ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``.
    """

    words: str
    date: str


def find_relative_dates(quote: str, published: str) -> tuple[RelativeDate, ...]:
    """Return what the words for days, months and years in a quote mean, each once.

    Args:
        quote: An article's own words.
        published: Day the article appeared, ``YYYY-MM-DD``; "" explains nothing, nor does a day
            of a year that no article is of, which older indexes hold.

    >>> find_relative_dates("اجتمع الوزراء الثلاثاء.", "2025-09-04")
    (RelativeDate(words='الثلاثاء', date='2025-09-02'),)
    >>> find_relative_dates("يجتمعون الخميس المقبل.", "2025-09-04")
    (RelativeDate(words='الخميس المقبل', date='2025-09-11'),)
    """
    try:
        day = dt.date.fromisoformat(published)
    except ValueError:
        return ()
    if day.year not in YEARS:
        return ()
    found: dict[str, RelativeDate] = {}
    for start, end in sentence_spans(quote):
        for explained in _find_in_sentence(quote[start:end], day):
            found.setdefault(explained.words, explained)
    return tuple(found.values())


def spell_date(date: str) -> str:
    """Return a day, month or year with everything a text may call it by.

    >>> spell_date("2025-09-02")
    'الثلاثاء 2 سبتمبر 2025'
    """
    year, month, day = (*date.split("-"), "", "")[:3]
    words = [MONTHS[int(month) - 1].split("/")[0]] if month else []
    if day:
        weekday = WEEKDAYS[dt.date.fromisoformat(date).weekday()]
        words = [weekday, str(int(day)), *words]
    return " ".join([*words, year])


def _find_in_sentence(sentence: str, published: dt.date) -> Iterator[RelativeDate]:
    ahead = bool(_TO_COME.search(sentence))
    for match in _PHRASE.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        words = match[0][len(match["clitic"]) :]
        if match["unit"]:
            yield RelativeDate(
                words, _resolve_month_or_year(match["unit"], match["turn"], published)
            )
        elif _BESIDE_SHIFT.search(before) and _normalize_day(match["day"]) in WEEKDAYS:
            continue  # «غدًا الجمعة» is one day
        elif not _NAMED_AFTER.match(fold(after)) and not _is_any_day(match, before):
            yield RelativeDate(words, _resolve_day(match, published, ahead=ahead).isoformat())


def _is_any_day(match: re.Match[str], before: str) -> bool:
    """Tell whether «اليوم» is any day («مرتين في اليوم») rather than today."""
    return match["day"] == "اليوم" and bool(match["clitic"] or _NOT_TODAY.search(before))


def _resolve_day(match: re.Match[str], published: dt.date, *, ahead: bool) -> dt.date:
    name = _normalize_day(match["day"])
    if name in _SHIFTS:
        return published + dt.timedelta(days=_SHIFTS[name])
    since = (published.weekday() - WEEKDAYS.index(name)) % 7
    which = match["which"] or ""
    if re.fullmatch(_PAST, which):
        return published - dt.timedelta(days=since or 7)
    if re.fullmatch(_NEXT, which) or (ahead and since):
        return published + dt.timedelta(days=7 - since)
    return published - dt.timedelta(days=since)


def _normalize_day(name: str) -> str:
    """Return the spelling of a day's name that the tables have."""
    return next(
        known for known in (*_SHIFTS, *WEEKDAYS) if re.fullmatch(known.translate(_ALEF), name)
    )


def _resolve_month_or_year(unit: str, turn: str, published: dt.date) -> str:
    step = -1 if re.fullmatch(_PAST, turn) else 1 if re.fullmatch(_NEXT, turn) else 0
    if unit != "الشهر":
        return str(published.year + step)
    months = 12 * published.year + published.month - 1 + step
    return f"{months // 12:04}-{months % 12 + 1:02}"

"""Read the days of the Islamic calendar that newspapers print, by the Umm al-Qura calendar."""

import re
from datetime import date, timedelta

from index.arabic.words import fold

_MONTHS = {
    1: "محرم|المحرم|محرم الحرام",
    2: "صفر|صفر الخير|صفر المظفر",
    3: "ربيع الأول|ربيع أول|ربيع 1|ربيع الأنور",
    4: "ربيع الآخر|ربيع الثاني|ربيع آخر|ربيع ثاني|ربيع ثان|ربيع 2",
    5: "جمادى الأولى|جمادى الأول|جماد الأول|جماد أول|جمادى أولى|جمادى 1",
    6: "جمادى الآخرة|جمادى الآخر|جماد الآخر|جمادى الثانية|جمادى الثاني|جماد الثاني|جماد ثاني"
    "|جمادى 2",
    7: "رجب|رجب الفرد|رجب المرجب|رجب الحرام|رجب الأصب",
    8: "شعبان|شعبان المعظم|شعبان الكريم",
    9: "رمضان|رمضان المبارك|رمضان المعظم|رمضان الكريم",
    10: "شوال|شوال المكرم",
    11: "ذو القعدة|ذي القعدة|ذوالقعدة|ذيالقعدة|ذو القعدة الحرام|ذي القعدة الحرام",
    12: "ذو الحجة|ذي الحجة|ذوالحجة|ذيالحجة|ذو الحجة الحرام|ذي الحجة الحرام",
}
_NUMBER_OF = {fold(name): n for n, names in _MONTHS.items() for name in names.split("|")}
HIJRI_MONTH = "|".join(map(re.escape, sorted(_NUMBER_OF, key=len, reverse=True)))
"""Alternatives of a regular expression: every month of the year, folded, longest first."""


def hijri_month(name: str) -> int:
    """Return the number of a month by its folded name."""
    return _NUMBER_OF[name]


def hijri_day(year: int, month: int, day: int, *, weekday: int | None = None) -> date | None:
    """Return the day of a date of the Islamic calendar, or None when it is not certain.

    Where the new moon is looked for, a month may begin a day before or after the calendar; the day
    of the week that is printed with the date tells.

    Args:
        year: From 1343 to 1500, which the calendar covers.
        month: From 1.
        day: From 1.
        weekday: The day of the week printed with it, from 0 for Monday.

    >>> hijri_day(1446, 9, 14), hijri_day(1446, 9, 14, weekday=5), hijri_day(1446, 9, 31)
    (datetime.date(2025, 3, 14), datetime.date(2025, 3, 15), None)
    """
    from hijridate import Hijri

    try:
        found = Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None
    near = (date(found.year, found.month, found.day) + timedelta(days=n) for n in (0, -1, 1))
    return next((day for day in near if weekday in {None, day.weekday()}), None)

"""Arabic counted nouns and dates, as they are written in news."""

import re

from index.arabic.dates import MONTHS, written_date

_FEW = ["الثلاثة", "الأربعة", "الخمسة", "الستة", "السبعة", "الثمانية", "التسعة", "العشرة"]
NO_DATE = "بلا تاريخ"


def format_count(number: int, one: str, two: str, few: str, many: str, hundreds: str) -> str:
    """Return a number with its noun in the right form.

    Args:
        number: How many.
        one: The whole phrase for one («مقال واحد»).
        two: The whole phrase for two («مقالين»; ours all follow a verb or preposition).
        few: The noun after 3-10, and after a number that ends so («مقالات»).
        many: The noun after 11-99 («مقالًا»).
        hundreds: The noun after a full hundred, or one that ends in 01 or 02 («مقال»).
    """
    if number in {1, 2}:
        return one if number == 1 else two
    rest = number % 100
    if 3 <= rest <= 10 or number == 0:
        return f"{number:,} {few}"
    return f"{number:,} {many if rest > 10 else hundreds}"


def articles(number: int) -> str:
    """Return «3 مقالات»."""
    return format_count(number, "مقال واحد", "مقالين", "مقالات", "مقالًا", "مقال")


def passages(number: int) -> str:
    """Return «3 مقاطع»."""
    return format_count(number, "مقطعًا واحدًا", "مقطعين", "مقاطع", "مقطعًا", "مقطع")


def all_sources(number: int) -> str:
    """Return «المصادر الثلاثة», as all that there are.

    >>> all_sources(1), all_sources(2), all_sources(3), all_sources(12)
    ('المصدر', 'المصدرين', 'المصادر الثلاثة', 'المصادر الـ12')
    """
    if number in {1, 2}:
        return "المصدر" if number == 1 else "المصدرين"
    return f"المصادر {_FEW[number - 3] if number <= 10 else f'الـ{number}'}"


def agreeing(number: int) -> str:
    """Return «تتفق عليه 3 مصادر».

    >>> agreeing(2), agreeing(3)
    ('يتفق عليه مصدران', 'تتفق عليه 3 مصادر')
    """
    verb = "تتفق" if 3 <= number <= 10 else "يتفق"
    counted = format_count(number, "مصدر واحد", "مصدران", "مصادر", "مصدرًا", "مصدر")
    return f"{verb} عليه {counted}"


def files(number: int) -> str:
    """Return «3 ملفات»."""
    return format_count(number, "ملف واحد", "ملفين", "ملفات", "ملفًا", "ملف")


def minutes(number: int) -> str:
    """Return «5 دقائق»."""
    return format_count(number, "دقيقة", "دقيقتين", "دقائق", "دقيقة", "دقيقة")


def hours(number: int) -> str:
    """Return «3 ساعات»."""
    return format_count(number, "ساعة", "ساعتين", "ساعات", "ساعة", "ساعة")


def days(number: int) -> str:
    """Return «3 أيام»."""
    return format_count(number, "يوم", "يومين", "أيام", "يومًا", "يوم")


def sources(number: int) -> str:
    """Return «3 مصادر»."""
    return format_count(number, "مصدر واحد", "مصدران", "مصادر", "مصدرًا", "مصدر")


def period(iso: str) -> str:
    """Return a day, a month or a year in words.

    >>> period("2025-02-15"), period("2025-02"), period("2025")
    ('15 فبراير/شباط 2025', 'فبراير/شباط 2025', '2025')
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})", iso)
    if match:
        return f"{MONTHS[int(match[2]) - 1]} {match[1]}"
    return iso if re.fullmatch(r"\d{4}", iso) else date(iso)


def date(iso: str) -> str:
    """Return a day with both month names, or «بلا تاريخ».

    >>> date("2025-02-15")
    '15 فبراير/شباط 2025'
    """
    return written_date(iso) or NO_DATE


def span(first: str, last: str) -> str:
    """Return a period from one day to another, what both share once.

    >>> span("2015-08-04", "2015-08-06"), span("2015-08-04", "2015-08-04")
    ('4–6 أغسطس/آب 2015', '4 أغسطس/آب 2015')
    >>> span("2014-12-31", "2015-01-01")
    '31 ديسمبر/كانون الأول 2014 – 1 يناير/كانون الثاني 2015'
    """
    if first == last:
        return date(first)
    if first[:7] == last[:7]:
        return f"{int(first[8:])}–{date(last)}"
    return f"{date(first)} – {date(last)}"


def megabytes(size: int) -> str:
    """Return a size in bytes in megabytes.

    >>> megabytes(179 * 2**20), megabytes(300_000)
    ('179 ميغابايت', '0.3 ميغابايت')
    """
    number = size / 2**20
    return f"{number:,.0f} ميغابايت" if number >= 10 else f"{number:.1f} ميغابايت"

"""Lengths of time as people write them: ``30m``, ``2h``, ``90d``."""

import re

from index.errors import InputError

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_LONGEST = 36_500 * DAY
_LENGTH = re.compile(r"(\d{1,6})\s*([mhdw])")


def parse_duration(text: object) -> float:
    """Return the seconds of a length of time: a whole number with m, h, d or w behind it.

    At most a hundred years, which calendars can count.

    >>> parse_duration("30m"), parse_duration("2d")
    (1800.0, 172800.0)

    Raises:
        InputError: It is none, 0 or longer.
    """
    found = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or not int(found[1]):
        raise InputError(
            f'must be a length of time such as "30m", "2h", "90d" or "4w", not {text!r}'
        )
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise InputError(f"must be a hundred years at most (36500d), not {text!r}")
    return seconds


def format_duration(seconds: float) -> str:
    """Return a length of time in the largest unit that gives a whole number.

    >>> format_duration(7200.0), format_duration(5400.0)
    ('2h', '90m')
    """
    for unit in "wdhm":
        if seconds >= _UNITS[unit] and not seconds % _UNITS[unit]:
            return f"{round(seconds / _UNITS[unit])}{unit}"
    return f"{round(seconds / MINUTE)}m"

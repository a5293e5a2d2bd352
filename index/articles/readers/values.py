"""Turn the value of a field into what an article has: lines of text, a name, a day, an address.

A value is a cell of a table, or whatever JSON holds: a text, markup, a list of paragraphs, an
object that has the text under some name.
"""

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from index.arabic.dates import iso_day, parse_date
from index.articles.readers.blocks import INNER, inner, lines_of
from index.articles.readers.field_markup import line_of_field, text_of_field

_NAME_OF = ("name", "display_name", "displayName", "full_name", "title", *INNER)
_ADDRESS_OF = ("@id", "url", "href", "link", "canonical", *INNER)
_DAY_OF = ("$date", "$numberLong", "date", "iso", "raw", *INNER)

_EMPTY = frozenset({"null", "none", "nan", r"\n", "n/a", "#n/a"})
"""What tools write into a table where there is nothing."""
_EPOCH = re.compile(r"(?:/Date\()?(\d{9,19})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?\d{4,6}Z?)?")
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


def clean(value: Any) -> str:
    r"""Return a value as text: line ends are ``\n``, lone surrogates and NULs dropped.

    >>> clean("\n نص \r\n"), clean(["أ", "ب"]), clean(None)
    ('نص', 'أ، ب', '')
    """
    if isinstance(value, list | tuple):
        return "، ".join(filter(None, map(clean, value)))
    if isinstance(value, dict):
        return clean(value.get("name", ""))
    if value is None:
        return ""
    return _UNUSABLE.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()


def to_text(value: Any) -> str:
    r"""Return a value as lines of text without markup.

    >>> to_text(["افتُتح السوق.", {"rendered": "<p>ويضم <b>42</b> متجرًا.</p>"}])
    'افتُتح السوق.\nويضم 42 متجرًا.'
    """
    return _read(value, text_of_field)


def to_line(value: Any) -> str:
    """Return a value on one line."""
    return " ".join(_read(value, line_of_field).split())


def _read(value: Any, plain: Callable[[str], str]) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, (_read(part, plain) for part in value)))
    if isinstance(value, dict):
        return lines_of(value, lambda part: _read(part, plain))
    if is_empty(value):
        return ""
    text = clean(value)
    return _read_json(text, plain) or plain(text)


def _read_json(text: str, plain: Callable[[str], str]) -> str:
    """Return the text of blocks or paragraphs that are kept as JSON in a text, or ""."""
    if (text[:1], text[-1:]) not in {("{", "}"), ("[", "]")}:
        return ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    is_blocks = isinstance(value, dict) or all(isinstance(part, dict | str) for part in value)
    return _read(value, plain) if is_blocks else ""


def to_name(value: Any) -> str:
    """Return the name of a person or publisher, several apart by a comma; a number is no name."""
    if isinstance(value, list | tuple):
        return "، ".join(dict.fromkeys(filter(None, map(to_name, value))))
    if isinstance(value, dict):
        return next(filter(None, map(to_name, inner(value, _NAME_OF))), "")
    return to_line(value) if isinstance(value, str) else ""


def to_address(value: Any) -> str:
    """Return a value as an address, or "" when it is none."""
    if isinstance(value, list | tuple):
        return next(filter(None, map(to_address, value)), "")
    if isinstance(value, dict):
        return next(filter(None, map(to_address, inner(value, _ADDRESS_OF))), "")
    return html.unescape(clean(value)) if isinstance(value, str) else ""


def to_day(value: Any) -> str:
    """Return the day of a date in any form, or "" when it cannot be told for certain.

    Seconds, milliseconds and smaller units since 1970 are told apart by their number of digits,
    and count in UTC.

    >>> to_day(1749340800000), to_day({"$date": "2025-06-08T09:30:00Z"}), to_day("20250608")
    ('2025-06-08', '2025-06-08', '2025-06-08')
    """
    if isinstance(value, list | tuple):
        return next(filter(None, map(to_day, value)), "")
    if isinstance(value, dict):
        return next(filter(None, map(to_day, inner(value, _DAY_OF))), "")
    if isinstance(value, bool) or is_empty(value):
        return ""
    text = str(value).strip()
    if found := _COMPACT.fullmatch(text):
        return parse_date("-".join(found.groups()))
    if found := _EPOCH.fullmatch(text):
        return _since_1970(found[1])
    return "" if isinstance(value, int | float) else parse_date(value)


def _since_1970(digits: str) -> str:
    seconds = int(digits) / 10 ** max(0, 3 * ((len(digits) - 8) // 3))
    return iso_day(datetime.fromtimestamp(seconds, tz=UTC).date())


def is_empty(value: Any) -> bool:
    """Tell whether a value says that there is none."""
    if isinstance(value, str | float):  # NaN, where a table became JSON
        text = str(value).strip().lower()
        return text in _EMPTY or not text
    return value is None or isinstance(value, bool) or value in ([], {})

"""Turn the value of a field into what an article has: lines of text, a name, a day, an address.

A value is a cell of a table, or whatever JSON holds: a text, markup, a list of paragraphs, an
object that has the text under some name.
"""

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from index.arabic.dates import parse_date
from index.articles.readers.markup import headed_lines

_INNER = (
    "rendered", "processed", "value", "text", "content", "html", "body", "plain", "ar", "name",
    "basic", "main", "original",
    "#text", "_", "$t", "__cdata", "@value", "$oid", "root", "children", "blocks", "data",
    "items",
)  # fmt: skip
"""Names under which an object holds its text: of WordPress, Drupal, Editor.js, XML made JSON, …"""
_NAME_OF = ("name", "display_name", "displayName", "full_name", "title", *_INNER)
_ADDRESS_OF = ("@id", "url", "href", "link", "canonical", *_INNER)
_DAY_OF = ("$date", "$numberLong", "date", "iso", "raw", *_INNER)

_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|aside|b|blockquote|br|cite|code|dd|div|dl|dt|em|figcaption|figure"
    r"|font|h[1-6]|hr|i|iframe|img|li|ol|p|picture|pre|q|s|script|section|small|span|strong|style"
    r"|sub|sup|table|tbody|td|th|thead|time|tr|u|ul|video)(?:\s[^<>]*)?/?>)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
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
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(to_text, value)))
    if isinstance(value, dict):
        return _spans(value) or next(filter(None, map(to_text, _inner(value, _INNER))), "")
    return "" if is_empty(value) else _without_markup(clean(value))


def _spans(block: dict[str, Any]) -> str:
    """Return the text of a paragraph that an editor keeps as spans of one look each."""
    for spans in _inner(block, ("children", "content")):
        if isinstance(spans, list) and spans and all(map(_is_span, spans)):
            return "".join(span["text"] for span in spans).strip()
    return ""


def _is_span(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return False
    return value.get("type", value.get("_type", "text")) in {"text", "span"}


def to_line(value: Any) -> str:
    """Return a value on one line."""
    return " ".join(to_text(value).split())


def to_name(value: Any) -> str:
    """Return the name of a person or publisher, several apart by a comma; a number is no name."""
    if isinstance(value, list | tuple):
        return "، ".join(dict.fromkeys(filter(None, map(to_name, value))))
    if isinstance(value, dict):
        return next(filter(None, map(to_name, _inner(value, _NAME_OF))), "")
    return to_line(value) if isinstance(value, str) else ""


def to_address(value: Any) -> str:
    """Return a value as an address, or "" when it is none."""
    if isinstance(value, list | tuple):
        return next(filter(None, map(to_address, value)), "")
    if isinstance(value, dict):
        return next(filter(None, map(to_address, _inner(value, _ADDRESS_OF))), "")
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
        return next(filter(None, map(to_day, _inner(value, _DAY_OF))), "")
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
    return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()


def is_empty(value: Any) -> bool:
    """Tell whether a value says that there is none."""
    if isinstance(value, str):
        return value.strip().lower() in _EMPTY or not value.strip()
    return value is None or isinstance(value, bool) or value in ([], {})


def _inner(value: dict[str, Any], names: Iterable[str]) -> Iterable[Any]:
    return (value[name] for name in names if name in value)


def _without_markup(text: str) -> str:
    """Take markup off and put letters for entities, also where both were escaped once more."""
    for _ in range(3):
        if _TAG.search(text):
            heading, lines = headed_lines(text)
            text = "\n".join(filter(None, (heading, *lines)))
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)
        if plain == text:
            break
        text = plain
    return text

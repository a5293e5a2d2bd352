"""Read JSON and JSON lines: an article per record, wherever in the JSON the records are."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from index.articles.readers.base import Read, ReadFailure
from index.articles.readers.damage import decode_records, describe_damage
from index.articles.readers.fields import article_from, describe_missing_text
from index.articles.readers.headings import names_of
from index.articles.readers.nested_records import find_records
from index.articles.readers.values import to_address, to_line, to_text
from index.articles.readers.wordpress import unread_record
from index.errors import InputError

Columns = Mapping[str, str]

_GAP = re.compile(r"[\s,;]*")
_LIST = re.compile(r"\s*\[(?=\s*\{)")
_LIST_END = re.compile(r"\s*\]\s*\Z")
_NEXT = re.compile(r"[,}\n]\s*(?=\{)")
"""Where the next record of a list may begin after one that is no JSON."""
_DECODER = json.JSONDecoder(strict=False)
"""Takes line ends inside of texts, which many programs forget to escape."""
_MORE_VALUES = "Extra data"
"""What the decoder says where one value stands after the other, as in JSON lines."""
_JSON_FEED = "jsonfeed.org"


@dataclass(frozen=True, slots=True)
class _Site:
    """Whose feed the records are in, as far as it says: as in RSS, that is their publisher."""

    publisher: str = ""
    address: str = ""

    @classmethod
    def of(cls, content: Any) -> "_Site":
        """Return the site of a JSON Feed; of anything else nothing is known."""
        if not isinstance(content, dict) or _JSON_FEED not in str(content.get("version")):
            return cls()
        names = ("home_page_url", "feed_url")
        address = next(filter(None, (to_address(content.get(name)) for name in names)), "")
        return cls(to_line(content.get("title")), address)


def read_json(data: bytes, columns: Columns) -> Iterator[Read]:
    """Read the articles of JSON: a record, a list of them, or either inside something else.

    Raises:
        InputError: It is not JSON, or holds no articles.
    """
    text = decode_records(data)
    try:
        content = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if error.msg == _MORE_VALUES:
            yield from _read_found(_values(text), columns)
            return
        if start := _LIST.match(text):
            yield from _read_found(_values_of_damaged(text, start.end(), columns), columns)
            return
        raise InputError(f"is not valid JSON: {error.msg}, line {error.lineno}") from None
    yield from _read_content(content, columns, damaged=bool(describe_damage(text)))


def _read_content(content: Any, columns: Columns, *, damaged: bool = False) -> Iterator[Read]:
    if not isinstance(content, list | dict):
        raise InputError("holds neither an object nor a list of objects")
    records = find_records(content, columns)
    if content and not records:
        raise InputError(_no_text(content, columns))
    site = _Site.of(content)
    for record in records:
        damage = describe_damage(json.dumps(record, ensure_ascii=False)) if damaged else ""
        yield ReadFailure("", damage) if damage else _article(record, columns, site=site)


def read_json_lines(data: bytes, columns: Columns) -> Iterator[Read]:
    """Read JSON lines, a record or a list of them on each; a bad line costs that line.

    Raises:
        InputError: No line has a field that holds a text.
    """
    text = decode_records(data)
    lines = text.split("\n")
    first = next(filter(str.strip, lines), "")
    if isinstance(_parse(first), ReadFailure):
        # One value over many lines is JSON under a name of JSON lines.
        with suppress(json.JSONDecodeError, RecursionError):
            yield from _read_content(_DECODER.decode(text), columns)
            return
    found = ((number, _parse(line)) for number, line in enumerate(lines, start=1) if line.strip())
    yield from _read_found(found, columns)


def _parse(line: str) -> Any:
    """Return the value on a line, or why it cannot be read."""
    if damage := describe_damage(line):
        return ReadFailure("", damage)
    try:
        return _DECODER.decode(line.rstrip().removesuffix(","))
    except json.JSONDecodeError as error:
        reason = f"is not valid JSON: {error.msg}, column {error.colno}"
    except RecursionError:
        reason = "is nested too deeply"
    return ReadFailure("", reason)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Yield JSON values that follow one another; after a bad one the next line is tried."""
    at, number = 0, 1
    while gap := _GAP.match(text, at):
        number += text.count("\n", at, gap.end())
        at = gap.end()
        if at == len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            value = ReadFailure("", f"is not valid JSON: {error.msg}")
            end = text.find("\n", at) if "\n" in text[at:] else len(text)
        yield number, value
        number += text.count("\n", at, end)
        at = end


def _values_of_damaged(text: str, start: int, columns: Columns) -> Iterator[tuple[int, Any]]:
    """Yield the records of a list in which something is no JSON; all up to the next one is lost."""
    at: int | None = start
    counted, number = 0, 1
    while at is not None:
        at = (gap := _GAP.match(text, at)) and gap.end()
        if at is None or at == len(text) or _LIST_END.match(text, at):
            return
        number += text.count("\n", counted, at)
        counted = at
        try:
            value, at = _DECODER.raw_decode(text, at)
            yield number, value
        except json.JSONDecodeError as error:
            yield error.lineno, ReadFailure("", f"is not valid JSON: {error.msg}")
            at = next(_records_after(text, counted, columns), None)


def _records_after(text: str, at: int, columns: Columns) -> Iterator[int]:
    """Yield the places after a damaged one where a record with a text begins."""
    for found in _NEXT.finditer(text, at):
        with suppress(json.JSONDecodeError):
            if find_records(_DECODER.raw_decode(text, found.end())[0], columns):
                yield found.end()


def _read_found(found: Iterable[tuple[int, Any]], columns: Columns) -> Iterator[Read]:
    """Read the records of values; where none of them has a text, say so once.

    Args:
        found: The number of a line, and the value on it.
        columns: What fields are called.
    """
    held: list[ReadFailure] = []
    holding = True
    for number, value in found:
        place = f"line {number}: "
        if isinstance(value, ReadFailure):
            yield replace(value, reason=place + value.reason)
        elif records := find_records(value, columns):
            yield from held
            held, holding = [], False
            for record in records:
                yield _article(record, columns, place)
        elif holding:
            held.append(ReadFailure("", place + _no_text(value, columns)))
        else:
            yield ReadFailure("", place + _no_text(value, columns))
    yield from held[:1]


def _article(record: Any, columns: Columns, place: str = "", *, site: _Site | None = None) -> Read:
    if not isinstance(record, dict):
        return ReadFailure("", f"{place}is no object")
    site = site or _Site()
    article = article_from(record, columns, address=site.address)
    if unread := unread_record(record):
        return replace(unread, origin=article.id)
    if article.text:
        return replace(article, source=article.source or site.publisher)
    return ReadFailure(article.id, place + _no_text(record, columns))


def _no_text(value: Any, columns: Columns) -> str:
    """Say why there is no article in a value, and which option would help."""
    record = next((part for part in _objects(value)), None)
    if record is None:
        return "is no object"
    names = names_of(record, columns)["text"]
    if not names:
        return describe_missing_text(record, columns, "field")
    held = (name for name in names if isinstance(record[name], list | dict))
    unread = next((name for name in held if not _is_blank(record[name])), None)
    return "has no text" if unread is None else f"has no text in a known form under {unread!r}"


def _is_blank(value: Any) -> bool:
    """Tell whether nothing is in a value that could be a text."""
    if isinstance(value, list | dict):
        return all(map(_is_blank, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, str) or not to_text(value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the innermost objects that look like records: those in lists first."""
    if isinstance(value, list):
        for part in value:
            yield from _objects(part)
    elif isinstance(value, dict):
        for part in value.values():
            if isinstance(part, list) and any(isinstance(one, dict) for one in part):
                yield from _objects(part)
        yield value

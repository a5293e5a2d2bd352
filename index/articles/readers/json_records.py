"""Read JSON and JSON lines: an article per record, wherever in the JSON the records are."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from index.articles.article import Article
from index.articles.encoding import bad_byte, decode_lines
from index.articles.readers.base import ReadFailure
from index.articles.readers.fields import article_from, describe_missing_text
from index.articles.readers.headings import names_of
from index.articles.readers.values import is_empty, to_text
from index.errors import InputError

Columns = Mapping[str, str]

_LISTS = (
    "articles", "items", "data", "results", "documents", "posts", "entries", "records", "stories",
    "hits", "docs", "response", "rows", "nodes", "edges", "@graph",
)  # fmt: skip
"""Names under which wrappers hold their records, also when they have a text of their own."""
_ENVELOPES = ("_source", "attributes", "fields", "node", "doc")
"""Names under which a record stands in an object that has its id."""
_ARTICLE_TYPE = re.compile("Article|Posting|Report|Review|Story", re.IGNORECASE)
_GAP = re.compile(r"[\s,;]*")


def read_json(data: bytes, columns: Columns) -> Iterator[Article | ReadFailure]:
    """Read the articles of JSON: a record, a list of them, or either inside something else.

    Raises:
        InputError: It is not JSON, or holds no articles.
    """
    text = decode_lines(data)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # one value after the other, as in JSON lines
            yield from _read_values(text, columns)
            return
        raise InputError(f"is not valid JSON: {error.msg}, line {error.lineno}") from None
    yield from _read_content(content, columns, damaged=bool(bad_byte(text)))


def _read_content(
    content: Any, columns: Columns, *, damaged: bool = False
) -> Iterator[Article | ReadFailure]:
    if not isinstance(content, list | dict):
        raise InputError("holds neither an object nor a list of objects")
    records = find_records(content, columns)
    if content and not records:
        raise InputError(_no_text(content, columns))
    for record in records:
        byte = bad_byte(json.dumps(record, ensure_ascii=False)) if damaged else ""
        yield ReadFailure("", _not_utf8(byte)) if byte else _article(record, columns)


def read_json_lines(data: bytes, columns: Columns) -> Iterator[Article | ReadFailure]:
    """Read JSON lines, a record or a list of them on each; a bad line costs that line.

    Raises:
        InputError: No line has a field that holds a text.
    """
    text = decode_lines(data)
    lines = text.split("\n")
    first = next(filter(str.strip, lines), "")
    if isinstance(_parse(first), ReadFailure):
        # One value over many lines is JSON under a name of JSON lines.
        with suppress(json.JSONDecodeError, RecursionError):
            yield from _read_content(json.loads(text), columns)
            return
    found = ((number, _parse(line)) for number, line in enumerate(lines, start=1) if line.strip())
    yield from _read_found(found, columns)


def _parse(line: str) -> Any:
    """Return the value on a line, or why it cannot be read."""
    if byte := bad_byte(line):
        return ReadFailure("", _not_utf8(byte))
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        reason = f"is not valid JSON: {error.msg}, column {error.colno}"
    except RecursionError:
        reason = "is nested too deeply"
    return ReadFailure("", reason)


def _not_utf8(byte: str) -> str:
    return f"the byte {byte} is no UTF-8; save it as UTF-8"


def _read_values(text: str, columns: Columns) -> Iterator[Article | ReadFailure]:
    """Read JSON values that follow one another; after a bad one the next line is tried."""
    yield from _read_found(_values(text), columns)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    decoder, at, number = json.JSONDecoder(), 0, 1
    while gap := _GAP.match(text, at):
        number += text.count("\n", at, gap.end())
        at = gap.end()
        if at == len(text):
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            value = ReadFailure("", f"is not valid JSON: {error.msg}")
            end = text.find("\n", at) if "\n" in text[at:] else len(text)
        yield number, value
        number += text.count("\n", at, end)
        at = end


def _read_found(
    found: Iterable[tuple[int, Any]], columns: Columns
) -> Iterator[Article | ReadFailure]:
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


def _article(record: Any, columns: Columns, place: str = "") -> Article | ReadFailure:
    if not isinstance(record, dict):
        return ReadFailure("", f"{place}is no object")
    article = article_from(record, columns)
    if article.text:
        return article
    return ReadFailure(article.id, place + _no_text(record, columns))


def find_records(value: Any, columns: Columns) -> list[Any]:
    """Return the records that are articles, wherever they are in a JSON value.

    Among the records of a list those that are none are returned too, to be told of.
    """
    if isinstance(value, list):
        return _records_of(value, columns)
    if not isinstance(value, dict):
        return []
    names = names_of(value, columns)
    own = [value] if any(_is_text(value[name]) for name in names["text"]) else []
    for name in _LISTS:
        if isinstance(value.get(name), list | dict) and (
            found := find_records(_linked(name, value[name]), columns)
        ):
            return (own if names["title"] else []) + found
    if own:
        return own
    inner = [_with_id(value, name) for name in value if isinstance(value[name], list | dict)]
    found = [record for part in inner for record in find_records(part, columns)]
    if names["title"] or names["text"]:  # of what belongs to a record, comments are no articles
        found = [record for record in found if names_of(record, columns)["title"]]
    return found or ([value] if names["text"] else [])


def _records_of(values: list[Any], columns: Columns) -> list[Any]:
    found = [find_records(value, columns) for value in values]
    if not any(found):
        return []
    return [
        record
        for value, records in zip(values, found, strict=True)
        for record in records or ([] if _is_something_else(value) else [value])
    ]


def _is_something_else(value: Any) -> bool:
    """Tell a node that says it is no article: a site, a person, a picture."""
    kind = value.get("@type") if isinstance(value, dict) else None
    return kind is not None and not _ARTICLE_TYPE.search(str(kind))


def _is_text(value: Any) -> bool:
    """Tell a text, also one in paragraphs or an object, from records under the name of one."""
    if isinstance(value, list):
        return bool(value) and all(map(_is_text, value))
    if isinstance(value, dict):
        return not names_of(value)["title"] and bool(to_text(value))
    return isinstance(value, str) and not is_empty(value)


def _with_id(parent: dict[str, Any], name: str) -> Any:
    """Return what stands under a name; a record in an envelope gets the id on the envelope."""
    value = parent[name]
    if name not in _ENVELOPES or not isinstance(value, dict):
        return value
    return {key: parent[key] for key in ("_id", "id") if key in parent} | value


def _linked(name: str, value: Any) -> Any:
    """Put authors and publishers of a schema.org graph in the place of their references."""
    if name != "@graph" or not isinstance(value, list):
        return value
    nodes = {node["@id"]: node for node in value if isinstance(node, dict) and "@id" in node}

    def resolve(value: Any) -> Any:
        if isinstance(value, list):
            return [resolve(part) for part in value]
        return nodes.get(value["@id"], value) if _is_reference(value) else value

    return [
        {key: resolve(part) for key, part in node.items()} if isinstance(node, dict) else node
        for node in value
    ]


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["@id"] and isinstance(value["@id"], str)


def _no_text(value: Any, columns: Columns) -> str:
    """Say why there is no article in a value, and which option would help."""
    record = next((part for part in _objects(value)), None)
    if record is None:
        return "is no object"
    names = names_of(record, columns)["text"]
    return "has no text" if names else describe_missing_text(record, columns, "field")


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

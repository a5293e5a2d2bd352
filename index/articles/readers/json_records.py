"""Read JSON and JSON lines: an article per record."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from index.articles.article import Article
from index.articles.encoding import decode
from index.articles.readers.fields import article_from
from index.errors import InputError

_LIST_NAMES = ("articles", "items", "data", "results", "documents")


def read_json_lines(data: bytes, columns: Mapping[str, str]) -> Iterator[Article]:
    """Read one JSON object per line; a line that is none counts as a record without text."""
    for line in decode(data).split("\n"):
        if line.strip():
            yield _article(_object_in(line), columns)


def _object_in(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def read_json(data: bytes, columns: Mapping[str, str]) -> Iterator[Article]:
    """Read an array of objects, one object, or an object with a list such as ``articles``.

    Raises:
        InputError: It is not JSON, or holds no objects.
    """
    try:
        content = json.loads(decode(data))
    except json.JSONDecodeError as error:
        raise InputError(f"is not valid JSON: {error.msg}, line {error.lineno}") from None
    if isinstance(content, dict):
        lists = (content[name] for name in _LIST_NAMES if isinstance(content.get(name), list))
        content = next(lists, [content])
    if not isinstance(content, list):
        raise InputError("holds neither an object nor a list of objects")
    for record in content:
        yield _article(record, columns)


def _article(record: Any, columns: Mapping[str, str]) -> Article:
    """Return the record's article; one that is no object has no text and is reported so."""
    if not isinstance(record, dict):
        return Article(id="", title="", text="")
    return article_from(record, columns)

"""Find the records of articles in a JSON value, wherever in it they are."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.arabic.words import fold
from index.articles.readers.blocks import numbered_parts
from index.articles.readers.headings import SURE_NAMES, names_of
from index.articles.readers.values import is_empty, to_text

_LISTS = (
    "articles", "items", "data", "results", "documents", "posts", "entries", "records", "stories",
    "hits", "docs", "response", "rows", "nodes", "edges", "@graph",
)  # fmt: skip
"""Names under which wrappers hold their records, also when they have a text of their own."""
_ENVELOPES = ("_source", "attributes", "fields", "node", "doc")
"""Names under which a record stands in an object that has its id, and perhaps its date."""
_PARTS = frozenset(map(fold, (
    "contents", "sections", "parts", "chapters", "segments", "محتويات", "المحتويات", "أقسام",
    "الأقسام", "أجزاء", "الأجزاء", "فصول", "الفصول", "محاور", "المحاور",
)))  # fmt: skip
"""Names under which an article holds its text in parts, where nothing in it is called a text."""
_ARTICLE_TYPE = re.compile("Article|Posting|Report|Review|Story", re.IGNORECASE)


def find_records(value: Any, columns: Mapping[str, str]) -> list[Any]:
    """Return the records that are articles, wherever they are in a JSON value.

    Among the records of a list those that are none are returned too, to be told of.
    """
    if isinstance(value, list):
        return _records_of(value, columns)
    if not isinstance(value, dict):
        return []
    value = _with_text(value, columns)
    names = names_of(value, columns)
    is_article = any(_is_text(value[name]) or _is_sections(value, name) for name in names["text"])
    listed = [record for name in _LISTS for record in _records_under(value, name, columns)]
    if is_article:
        return [value, *listed] if names["title"] else listed or [value]
    others = [
        record
        for name in value
        if name not in _LISTS
        for record in _records_under(value, name, columns)
        # What is in a record without a text, its comments for one, is no article.
        if not (names["title"] or names["text"]) or _has_title(record, columns)
    ]
    return listed + others or ([value] if names["text"] else [])


def _records_under(parent: dict[str, Any], name: str, columns: Mapping[str, str]) -> list[Any]:
    if not isinstance(parent.get(name), list | dict):
        return []
    value = _resolve_references(parent[name]) if name == "@graph" else _open_envelope(parent, name)
    return find_records(value, columns)


def _has_title(record: Any, columns: Mapping[str, str]) -> bool:
    return isinstance(record, dict) and bool(names_of(record, columns)["title"])


def _records_of(values: list[Any], columns: Mapping[str, str]) -> list[Any]:
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


def _is_sections(record: dict[str, Any], name: str) -> bool:
    """Tell the titled parts of a text from articles: they have no date or address of their own."""
    parts = record[name]
    if name.lower() not in SURE_NAMES or not isinstance(parts, list) or not to_text(parts):
        return False
    is_owned = _have(parts, ("id", "date", "author", "url", "source"))
    return bool(names_of(record)["title"]) and not is_owned


def _have(parts: Iterable[Any], fields: Sequence[str]) -> bool:
    known = (names_of(part) for part in parts if isinstance(part, dict))
    return any(names[field] for names in known for field in fields)


def _with_text(record: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a record that has a title and the parts of a text with these under the name of one."""
    names = names_of(record, columns)
    if "text" in columns or not names["title"] or any(to_text(record[n]) for n in names["text"]):
        return record
    name = next((name for name in record if _is_in_parts(name, record[name])), None)
    if name is None:
        return record
    left = {key: part for key, part in record.items() if key not in {name, *names["text"]}}
    return left | {"text": record[name]}


def _is_in_parts(name: str, value: Any) -> bool:
    """Tell the parts of a text from a list of articles and from names of rubrics."""
    if fold(name) not in _PARTS or not isinstance(value, list | dict):
        return False
    parts = value if isinstance(value, list) else numbered_parts(value)
    is_told = any(isinstance(part, dict) for part in parts)
    return is_told and not _have(parts, ("title",)) and bool(to_text(value))


def _open_envelope(parent: dict[str, Any], name: str) -> Any:
    """Return what stands under a name; a record in an envelope gets what is written on it."""
    value = parent[name]
    if name not in _ENVELOPES or not isinstance(value, dict):
        return value
    return {key: part for key, part in parent.items() if not isinstance(part, list | dict)} | value


def _resolve_references(value: Any) -> Any:
    """Put authors and publishers of a schema.org graph in the place of their references."""
    if not isinstance(value, list):
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

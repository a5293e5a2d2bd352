"""Find the records of articles in a JSON value, wherever in it they are."""

import re
from collections.abc import Mapping
from typing import Any

from index.articles.readers.headings import names_of
from index.articles.readers.values import is_empty, to_text

_LISTS = (
    "articles", "items", "data", "results", "documents", "posts", "entries", "records", "stories",
    "hits", "docs", "response", "rows", "nodes", "edges", "@graph",
)  # fmt: skip
"""Names under which wrappers hold their records, also when they have a text of their own."""
_ENVELOPES = ("_source", "attributes", "fields", "node", "doc")
"""Names under which a record stands in an object that has its id."""
_ARTICLE_TYPE = re.compile("Article|Posting|Report|Review|Story", re.IGNORECASE)


def find_records(value: Any, columns: Mapping[str, str]) -> list[Any]:
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

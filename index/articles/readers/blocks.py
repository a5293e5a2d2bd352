"""Read the text of blocks: what Editor.js, ProseMirror, Slate and their like keep of a page.

A block holds its text itself, or blocks in it, or spans of one look each that make a line.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from index.articles.readers.rows import Cell, spread, table_lines

INNER = (
    "rendered", "processed", "value", "text", "content", "html", "body", "plain", "ar", "name",
    "basic", "main", "original",
    "#text", "_", "$t", "__cdata", "@value", "$oid", "root", "children", "blocks", "data",
    "items", "innerHTML", "sections", "contents", "paragraphs", "parts", "chapters",
)  # fmt: skip
"""Names under which an object holds its text: of WordPress, Drupal, Editor.js, XML made JSON, …"""
_HEADINGS = ("heading", "subheading", "subtitle", "title")
_ARABIC_TEXTS = ("النص", "نص", "المحتوى", "محتوى", "المتن", "متن", "التفاصيل", "تفاصيل")
_ARABIC_TITLES = ("العنوان", "عنوان")
_BELOW = ("items", "innerBlocks", "sections")
"""Names under which a block that has a text of its own holds those below it."""
_NUMBERED = re.compile(r"(\D{0,20}?)(\d{1,6})")
"""A name of one of the parts of a text that stand in an object: «0», «p1», «فقرة_2»."""
_ROOTS = frozenset({"doc", "document", "root"})
_ROWS = frozenset({"tablerow", "tr"})
_BREAKS = frozenset({"hardbreak", "linebreak", "softbreak", "break", "br"})


def lines_of(block: dict[str, Any], read: Callable[[Any], str]) -> str:
    """Return the text of an object.

    Args:
        block: The object.
        read: Returns the text of any value in it.
    """
    if (line := _line(block)) is not None:
        return line.strip()
    if (rows := _rows(block)) is not None:
        above: dict[int, Cell[str]] = {}
        table = [list(spread([_cell(cell, read) for cell in row], above)) for row in rows]
        return "\n".join(line for row in table_lines(table) for line in row)
    if parts := numbered_parts(block):
        return "\n".join(filter(None, map(read, parts)))
    named = ((name, read(block[name])) for name in (*INNER, *_ARABIC_TEXTS) if name in block)
    own, text = next(((name, text) for name, text in named if text), ("", ""))
    headings = (read(block[name]) for name in (*_HEADINGS, *_ARABIC_TITLES) if block.get(name))
    heading = next(headings, "") if text else ""
    below = [read(block[name]) for name in _BELOW if name != own and name in block]
    return "\n".join(filter(None, (heading, text, *below)))


def numbered_parts(value: dict[str, Any]) -> list[Any]:
    """Return what an object holds under numbers, in their order; [] when it has other names."""
    found = {name: _NUMBERED.fullmatch(str(name)) for name in value}
    numbers = {name: int(match[2]) for name, match in found.items() if match}
    words = {match[1] for match in found.values() if match}
    if len(numbers) < len(value) or len(words) != 1:
        return []
    return [value[name] for name in sorted(value, key=lambda name: numbers[name])]


def inner(value: dict[str, Any], names: Iterable[str]) -> Iterator[Any]:
    """Yield what an object holds under some names."""
    return (value[name] for name in names if name in value)


def _kind(block: dict[str, Any]) -> str:
    kind = next((kind for kind in inner(block, ("type", "nodeType", "_type", "object"))), "")
    return str(kind).lower().replace("_", "").replace("-", "").replace(" ", "")


def _line(block: dict[str, Any]) -> str | None:
    """Return the line that the spans in a block make, or None where there are none."""
    if isinstance(changes := block.get("ops"), list):
        return _inline([change.get("insert") for change in changes if isinstance(change, dict)])
    for name in ("children", "content"):
        spans = block.get(name)
        is_line = isinstance(spans, list) and any(map(_is_span, spans))
        # Without a kind «content» is a list of paragraphs.
        if is_line and (name == "children" or _kind(block) not in {"", *_ROOTS}):
            return _inline(spans)
    return None


def _is_span(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    text = value.get("text", value.get("value") if _kind(value) == "text" else None)
    return isinstance(text, str) and _kind(value) in {"", "text", "span"}


def _inline(value: Any) -> str:
    """Return a part of a line: a span, a link around spans, a name that is mentioned, a break."""
    if isinstance(value, list):
        return "".join(map(_inline, value))
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    if _is_span(value):
        return str(value.get("text", value.get("value")))
    if _kind(value) in _BREAKS:
        return "\n"
    attributes = value.get("attrs")
    parts = [*inner(value, ("children", "content", "text"))]
    if not any(parts) and isinstance(attributes, dict):
        parts = [*inner(attributes, ("text", "label"))]
    return _inline(parts[0]) if parts else ""


def _rows(block: dict[str, Any]) -> list[list[Any]] | None:
    """Return the cells of a table or of one row of it; None for other blocks."""
    kind, content = _kind(block), next(inner(block, ("content", "children")), None)
    if kind in _ROWS and isinstance(content, list):
        return [content]
    if kind == "table" and isinstance(content, list) and all(map(_is_row, content)):
        return [next(inner(row, ("content", "children")), []) or [] for row in content]
    data = block.get("data") if kind == "table" else None
    rows = data.get("content") if isinstance(data, dict) else None
    is_table = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    return rows if is_table else None


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and _kind(value) in _ROWS


def _cell(value: Any, read: Callable[[Any], str]) -> Cell[str]:
    attributes = value.get("attrs") if isinstance(value, dict) else None
    spans = attributes if isinstance(attributes, dict) else {}
    width, height = (spans.get(name) for name in ("colspan", "rowspan"))
    return Cell(
        read(value).splitlines(),
        width if isinstance(width, int) and width > 0 else 1,
        height if isinstance(height, int) and height > 0 else 1,
    )

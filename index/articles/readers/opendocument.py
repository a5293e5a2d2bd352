"""Read OpenDocument files: the text of .odt, and the sheets of .ods as they are shown.

What is deleted, hidden, struck out, or a remark to an author is left out. Elements are known by
their local names (OASIS OpenDocument 1.3).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.articles.article import Article
from index.articles.readers.markup import raise_digits
from index.articles.readers.office import HEADING, TITLE, office_article
from index.articles.readers.packages import Package, attribute, find_elements, local_name
from index.articles.readers.rows import Cell, spread, table_lines
from index.articles.readers.values import clean
from index.articles.readers.word_text import Line
from index.errors import InputError

_UNSEEN = frozenset({
    "annotation", "annotation-end", "tracked-changes", "hidden-text", "hidden-paragraph",
    "note-citation", "sequence-decls", "variable-decls", "user-field-decls", "forms", "scripts",
    "title", "desc", "event-listeners", "shapes", "toc-mark", "bibliography-mark", "index-title",
    "table-of-content-source", "alphabetical-index-source", "glue-point", "object", "image",
})  # fmt: skip
_BOXES = frozenset({"frame", "custom-shape", "rect", "text-box", "g", "ellipse"})
_SIGNS = {"s": " ", "tab": "\t", "line-break": "\n"}
_SPACES = re.compile("[ \\t\\r\\n]+")
_MAX_SPACES = 1_000
_MAX_PARENTS = 10
"""Spaces in a row, and styles above one another; no honest file has more."""
_MAX_CELLS = 5_000_000
"""Cells of a sheet; a repeated one counts each time. Chosen, not measured."""


def read_odt(data: bytes) -> Iterator[Article]:
    """Read the text of an OpenDocument text, its notes at the end.

    Raises:
        InputError: It is none, is locked, or unpacks to too much.
    """
    package = Package(data, ".odt")
    text = _Text(_content(package), _styles(package))
    yield office_article(text.lines(), properties_of(package))


def properties_of(package: Package) -> dict[str, str]:
    """Return title and first author as the file's properties have them."""
    if "meta.xml" not in package:
        return {}
    found = package.parse("meta.xml")
    texts = {local_name(item): clean(item.text or "") for item in found.iter()}
    author = texts.get("initial-creator") or texts.get("creator", "")
    return {"title": texts.get("title", ""), "creator": author}


def read_sheets(package: Package) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the name and the rows of every sheet that is shown.

    Raises:
        InputError: It is no spreadsheet, is locked, or has too many cells.
    """
    content = _content(package)
    text = _Text(content, _styles(package))
    for table in content.iterfind(".//{*}spreadsheet/{*}table"):
        if attribute(table, "style-name") not in text.hidden:
            yield attribute(table, "name"), text.sheet(table)


def _content(package: Package) -> Any:
    if "META-INF/manifest.xml" in package and find_elements(
        package.parse("META-INF/manifest.xml"), "encryption-data"
    ):
        raise InputError("is locked with a password; save it without one")
    return package.parse("content.xml")


def _styles(package: Package) -> list[Any]:
    parts = ("styles.xml", "content.xml")
    return [
        style
        for part in parts
        if part in package
        for style in find_elements(package.parse(part), "style")
    ]


def _hides(style: Any) -> bool:
    """Tell whether what has a style is not shown, or struck out."""
    return any(
        attribute(properties, "display") in {"none", "false"}
        or attribute(properties, "text-line-through-style") not in {"", "none"}
        or attribute(properties, "text-line-through-type") not in {"", "none"}
        for properties in style
    )


def _raises(style: Any) -> bool:
    """Tell whether what has a style stands above the line."""
    places = (attribute(properties, "text-position").split(" ")[0] for properties in style)
    return any(place == "super" or place.strip("0%").isdecimal() for place in places)


class _Text:
    """Takes the lines out of a document.

    Attributes:
        hidden: Styles of what is not shown.
    """

    def __init__(self, content: Any, styles: Sequence[Any]) -> None:
        self._body = content.find(".//{*}body")
        self.hidden = {attribute(style, "name") for style in styles if _hides(style)}
        self._raised = {attribute(style, "name") for style in styles if _raises(style)}
        self._parents = {
            attribute(style, "name"): attribute(style, "parent-style-name") for style in styles
        }
        self._notes: list[Any] = []

    def lines(self) -> list[Line]:
        """Return the lines of the body and, after them, those of its notes."""
        found = [] if self._body is None else list(self._blocks(self._body))
        while self._notes:
            notes, self._notes = self._notes, []
            found += [line for note in notes for line in self._blocks(note)]
        return found

    def sheet(self, table: Any) -> list[list[str]]:
        """Return the rows of a sheet; what spans cells stands in each of them."""
        rows: list[list[str]] = []
        above: dict[int, Cell[str]] = {}
        left = _MAX_CELLS
        for row in self._nearest(table, "table-row"):
            cells = spread(self._cells(row, "\n"), above)
            texts = [text for cell in cells for text in ["\n".join(cell.lines)] * int(cell.width)]
            while texts and not texts[-1]:
                texts.pop()
            repeated = _count(row, "number-rows-repeated") if texts else 1
            left -= len(texts) * repeated
            if left < 0:
                raise InputError(f"has over {_MAX_CELLS:,} cells in one sheet; split it")
            rows += [texts] * repeated
        return rows

    def _cells(self, row: Any, joint: str = "") -> list[Cell[str]]:
        """Return the cells that begin in a row.

        Args:
            row: The row.
            joint: What makes one line of the lines of a cell, if they shall be one.
        """
        found: list[Cell[str]] = []
        for cell in self._nearest(row, "table-cell"):
            lines = [line.text for line in self._blocks(cell)]
            lines = [joint.join(lines)] if joint and lines else lines
            width, height = (_count(cell, f"number-{kind}-spanned") for kind in ("columns", "rows"))
            repeated = _count(cell, "number-columns-repeated")
            if lines:
                found += [Cell(lines, width, height)] * repeated
            else:
                found.append(Cell([], width * repeated, height))
        return found

    def _blocks(self, element: Any) -> Iterator[Line]:
        """Yield the lines of paragraphs and tables inside an element, from top to bottom."""
        for block in self._nearest(element, "p", "h", "table"):
            if local_name(block) == "table":
                above: dict[int, Cell[str]] = {}
                rows = [
                    list(spread(self._cells(row), above))
                    for row in self._nearest(block, "table-row")
                ]
                yield from (Line("", line) for lines in table_lines(rows) for line in lines)
                continue
            boxes: list[Any] = []
            text = self._paragraph(block, boxes)
            style = self._style(block)
            yield from (Line(style, line.strip()) for line in text.split("\n") if line.strip())
            for box in boxes:
                yield from self._blocks(box)

    def _nearest(self, element: Any, *names: str) -> Iterator[Any]:
        """Yield the nearest shown elements of some names, whatever they are wrapped in."""
        for child in element:
            name = local_name(child)
            if name in names:
                if not self._is_hidden(child):
                    yield child
            elif name and name not in _UNSEEN and not self._is_hidden(child):
                yield from self._nearest(child, *names)

    def _is_hidden(self, element: Any) -> bool:
        if local_name(element) == "section" and attribute(element, "display") == "none":
            return True
        return attribute(element, "style-name") in self.hidden

    def _style(self, paragraph: Any) -> str:
        """Return the style of a title or first heading, or ""."""
        if attribute(paragraph, "outline-level") == "1":
            return HEADING
        style = attribute(paragraph, "style-name")
        for _ in range(_MAX_PARENTS):
            if style == "Title":
                return TITLE
            style = self._parents.get(style, "")
        return ""

    def _paragraph(self, element: Any, boxes: list[Any]) -> str:
        """Return the text inside an element; boxes anchored in it are added to ``boxes``."""
        text = _spaced(element.text)
        for child in element:
            name = local_name(child)
            if name in _SIGNS:
                text += _SIGNS[name] * min(_count(child, "c"), _MAX_SPACES)
            elif name == "note":
                self._notes += find_elements(child, "note-body")
            elif name in _BOXES:
                boxes.append(child)
            elif name and name not in _UNSEEN and not self._is_hidden(child):
                inner = self._paragraph(child, boxes)
                is_raised = attribute(child, "style-name") in self._raised
                text += raise_digits(text, inner) if is_raised else inner
            text += _spaced(child.tail)
        return text


def _spaced(text: str | None) -> str:
    return _SPACES.sub(" ", text or "")


def _count(element: Any, name: str) -> int:
    value = attribute(element, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < 8 else 1

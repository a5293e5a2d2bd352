"""Read OpenDocument files: the text of .odt, and the sheets of .ods as they are shown.

What is deleted, hidden, struck out, or a remark to an author is left out. Elements are known by
their local names (OASIS OpenDocument 1.3).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.articles.article import Article
from index.articles.readers.markup import raise_digits
from index.articles.readers.office import HEADING, TITLE, article_apart, found_in
from index.articles.readers.opendocument_styles import Styles
from index.articles.readers.packages import Package, attribute, find_elements, local_name
from index.articles.readers.rows import Cell, spread, table_lines
from index.articles.readers.sheet_rows import Sheet
from index.articles.readers.sheet_values import MAX_CELLS, MAX_COLUMNS, write_number
from index.articles.readers.values import clean
from index.articles.readers.word_text import Line
from index.errors import InputError

_UNSEEN = frozenset({
    "annotation", "annotation-end", "tracked-changes", "hidden-text", "hidden-paragraph",
    "note-citation", "sequence-decls", "variable-decls", "user-field-decls", "forms", "scripts",
    "event-listeners", "shapes", "toc-mark", "bibliography-mark", "index-title",
    "table-of-content-source", "alphabetical-index-source", "glue-point", "object", "image",
})  # fmt: skip
_ABOUT_SHAPES = frozenset({"title", "desc"})
"""What tells a shape to those who cannot see it; a field of the same name is shown."""
_BOXES = frozenset({"frame", "custom-shape", "rect", "text-box", "g", "ellipse"})
_SIGNS = {"s": " ", "tab": "\t", "line-break": "\n"}
_SPACES = re.compile("[ \\t\\r\\n]+")
_HIDDEN = frozenset({"collapse", "filter"})
"""Of rows and columns: those that are closed, and those that a filter leaves out."""
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")
_MAX_SPACES = 1_000
"""Spaces in a row; no honest file has more."""


def read_odt(data: bytes) -> Iterator[Article]:
    """Read the text of an OpenDocument text, its notes at the end.

    Raises:
        InputError: It is none, is locked, or takes too much time or memory.
    """
    yield article_apart(__name__, data)


def read_directly(data: bytes) -> dict[str, Any]:
    """Return the lines and properties of an OpenDocument text, read without limits.

    Raises:
        InputError: It is none, is locked, or unpacks to too much.
    """
    package = Package(data, ".odt")
    text = _Text(_content(package), Styles(package))
    return found_in(text.lines(), properties_of(package))


def properties_of(package: Package) -> dict[str, str]:
    """Return title and first author as the file's properties have them."""
    if "meta.xml" not in package:
        return {}
    found = package.parse("meta.xml")
    texts = {local_name(item): clean(item.text or "") for item in found.iter()}
    author = texts.get("initial-creator") or texts.get("creator", "")
    return {"title": texts.get("title", ""), "creator": author}


def read_sheets(package: Package) -> Iterator[Sheet]:
    """Yield every sheet that is shown.

    Raises:
        InputError: It is no spreadsheet, is locked, or has too many cells.
    """
    content = _content(package)
    text = _Text(content, Styles(package))
    for table in content.iterfind(".//{*}spreadsheet/{*}table"):
        if not text.is_hidden(table):
            yield text.sheet(table)


def _content(package: Package) -> Any:
    if "META-INF/manifest.xml" in package and find_elements(
        package.parse("META-INF/manifest.xml"), "encryption-data"
    ):
        raise InputError("is locked with a password; save it without one")
    return package.parse("content.xml")


class _Text:
    """Takes the lines out of a document."""

    def __init__(self, content: Any, styles: Styles) -> None:
        self._body = content.find(".//{*}body")
        self._styles = styles
        self._notes: list[Any] = []
        self._cells_left = MAX_CELLS

    def lines(self) -> list[Line]:
        """Return the lines of the body and, after them, those of its notes."""
        found = [] if self._body is None else list(self._blocks(self._body))
        while self._notes:
            notes, self._notes = self._notes, []
            found += [line for note in notes for line in self._blocks(note)]
        return found

    def sheet(self, table: Any) -> Sheet:
        """Return the rows of a sheet that are shown; what spans cells stands in each of them."""
        hidden = _hidden_columns(table)
        rows: list[list[str]] = []
        spanned: list[int] = []
        for row, repeated in self._rows(table, "\n"):
            texts: list[str] = []
            for cell in row:
                text = "\n".join(cell.lines)
                texts += [text] * (min(int(cell.end), MAX_COLUMNS) - len(texts))
            if hidden:
                texts = [text for column, text in enumerate(texts) if column not in hidden]
            while texts and not texts[-1]:
                texts.pop()
            filled = [cell for cell in row if cell.lines and cell.width > 1]
            if len(filled) == 1 == sum(bool(cell.lines) for cell in row):
                if filled[0].is_from_above:
                    continue  # it has nothing of its own
                self._spend(repeated)
                spanned += range(len(rows), len(rows) + repeated)
            self._spend(len(texts) * repeated)
            rows += [texts] * (repeated if texts else 0)
        return Sheet(attribute(table, "name"), rows, spanned)

    def _rows(self, table: Any, joint: str = "") -> Iterator[tuple[list[Cell[str]], int]]:
        """Yield the rows of a table that are shown, and how often each is repeated.

        Args:
            table: The table.
            joint: What makes one line of the lines of a cell, if they shall be one.
        """
        above: dict[int, Cell[str]] = {}
        for row in self._nearest(table, "table-row"):
            repeated = _count(row, "number-rows-repeated")
            cells = list(spread(self._cells(row, joint), above))
            for column, cell in list(above.items()):
                if cell.height < repeated:
                    del above[column]
                elif repeated > 1:
                    above[column] = replace(cell, height=cell.height - repeated + 1)
            if attribute(row, "visibility") in _HIDDEN:
                continue
            yield cells, repeated

    def _spend(self, cells: int) -> None:
        """Count cells of tables.

        Raises:
            InputError: There are too many.
        """
        self._cells_left -= cells
        if self._cells_left < 0:
            raise InputError(f"has over {MAX_CELLS:,} cells; split it")

    def _cells(self, row: Any, joint: str) -> list[Cell[str]]:
        """Return the cells that begin in a row."""
        found: list[Cell[str]] = []
        columns = 0
        for cell in self._children(row, "table-cell"):
            lines = [] if self.is_hidden(cell) else [line.text for line in self._blocks(cell)]
            if not lines and cell.find("{*}p") is None and (value := _value(cell)):
                lines = [value]
            lines = [joint.join(lines)] if joint and lines else lines
            width, height = (_count(cell, f"number-{kind}-spanned") for kind in ("columns", "rows"))
            repeated = _count(cell, "number-columns-repeated")
            columns += width * repeated
            if not lines:
                found.append(Cell([], width * repeated, height))
            elif columns > MAX_COLUMNS:
                raise InputError(f"has over {MAX_COLUMNS:,} columns; split it")
            else:
                found += [Cell(lines, width, height)] * repeated
        return found

    def _blocks(self, element: Any) -> Iterator[Line]:
        """Yield the lines of paragraphs and tables inside an element, from top to bottom."""
        for block in self._nearest(element, "p", "h", "table"):
            if local_name(block) == "table":
                rows: list[list[Cell[str]]] = []
                for row, repeated in self._rows(block):
                    self._spend(max(len(row), 1) * repeated)
                    rows += [row] * repeated
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
        return (found for found in self._children(element, *names) if not self.is_hidden(found))

    def _children(self, element: Any, *names: str) -> Iterator[Any]:
        """Yield the nearest elements of some names in what is shown."""
        for child in element:
            name = local_name(child)
            if name in names:
                yield child
            elif _is_seen(child) and not self.is_hidden(child):
                yield from self._children(child, *names)

    def is_hidden(self, element: Any) -> bool:
        """Tell whether an element is not shown, or struck out."""
        if local_name(element) == "section" and attribute(element, "display") == "none":
            return True
        return self._styles.hides(element)

    def _style(self, paragraph: Any) -> str:
        """Return the style of a title or first heading, or ""."""
        if attribute(paragraph, "outline-level") == "1":
            return HEADING
        return TITLE if "Title" in self._styles.names(paragraph) else ""

    def _paragraph(self, element: Any, boxes: list[Any]) -> str:
        """Return the text inside an element; boxes anchored in it are added to ``boxes``."""
        parts = [_spaced(element.text)]
        for child in element:
            name = local_name(child)
            if name in _SIGNS:
                parts.append(_SIGNS[name] * min(_count(child, "c"), _MAX_SPACES))
            elif name == "note":
                self._notes += find_elements(child, "note-body")
            elif name in _BOXES:
                boxes.append(child)
            elif _is_seen(child) and not self.is_hidden(child):
                inner = self._paragraph(child, boxes)
                before = next((part for part in reversed(parts) if part), "")
                parts.append(raise_digits(before, inner) if self._styles.raises(child) else inner)
            parts.append(_spaced(child.tail))
        return "".join(parts)


def _is_seen(element: Any) -> bool:
    name = local_name(element)
    if name in _ABOUT_SHAPES:
        return "svg" not in element.tag.partition("}")[0]
    return bool(name) and name not in _UNSEEN


def _hidden_columns(table: Any) -> set[int]:
    """Return the numbers of the columns of a table that are not shown."""
    hidden: set[int] = set()
    column = 0
    for found in table.iterfind(".//{*}table-column"):
        end = column + _count(found, "number-columns-repeated")
        if attribute(found, "visibility") in _HIDDEN:
            hidden.update(range(column, min(end, MAX_COLUMNS)))
        column = end
    return hidden


def _value(cell: Any) -> str:
    """Return the value of a cell that says nothing of how it is shown."""
    kind = attribute(cell, "value-type")
    if kind in {"string", "date", "time", "boolean"}:
        value = attribute(cell, f"{kind}-value")
        time = _TIME.fullmatch(value)
        marks = {"true": "✓", "false": "✗"} if kind == "boolean" else {}
        day = value.removesuffix("T00:00:00").replace("T", " ") if kind == "date" else value
        return ":".join(time.groups()) if time else marks.get(value, day)
    value = attribute(cell, "value")
    try:
        number = float(value)
    except ValueError:
        return value
    if kind == "percentage":
        return f"{write_number(number * 100)}%"
    return f"{write_number(number)} {attribute(cell, 'currency')}".strip()


def _spaced(text: str | None) -> str:
    return _SPACES.sub(" ", text or "")


def _count(element: Any, name: str) -> int:
    value = attribute(element, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < 8 else 1

"""Take the lines out of a Word document: its paragraphs, text boxes, tables and notes, in order.

A text box stands after the paragraph it is anchored in, once, though Word stores it once for every
generation of itself; a table's row is a line.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from index.articles.readers.packages import attribute, local_name
from index.articles.readers.rows import Cell, cells_of, join_cells, read_cell
from index.articles.readers.word_paragraphs import nearest, paragraph_text


class Line(NamedTuple):
    """A line of text, and the style of its paragraph, or ""."""

    style: str
    text: str


Related = Callable[[str], Sequence[Line]]
"""Id of another part of the document -> the lines in it."""


def document_lines(tree: Any, related: Related) -> list[Line]:
    """Return the lines of a document, a note or a diagram, from top to bottom.

    Args:
        tree: An element that holds paragraphs and tables.
        related: Finds the lines of parts that the text refers to.
    """
    found: list[Line] = []
    carried = ""
    for block in nearest(tree, "p", "tbl", "altChunk"):
        if local_name(block) == "p":
            text, boxes = paragraph_text(block)
            text = carried + text
            carried = text if _is_joined_to_next(block) else ""
            found += _split(_style(block), "" if carried else text)
            for box in boxes:
                found += _box_lines(box, related)
            continue
        found += _split("", carried)
        carried = ""
        is_table = local_name(block) == "tbl"
        found += _rows(block, related) if is_table else related(attribute(block, "id"))
    found += _split("", carried)
    return found


def note_lines(notes: Any, text: Any, kind: str) -> list[Line]:
    """Return the lines of the notes that a text refers to, in its order.

    Args:
        notes: The part that holds them.
        text: The document.
        kind: ``footnote`` or ``endnote``.
    """
    by_id = {attribute(note, "id"): note for note in nearest(notes, kind)}
    references = (attribute(mark, "id") for mark in nearest(text, f"{kind}Reference"))
    return [
        line
        for reference in dict.fromkeys(references)
        if reference in by_id
        for line in document_lines(by_id[reference], lambda _: [])
    ]


def _split(style: str, text: str) -> list[Line]:
    return [Line(style, line.strip()) for line in text.split("\n") if line.strip()]


def _mark_property(paragraph: Any, name: str) -> bool:
    return paragraph.find(f"{{*}}pPr/{{*}}rPr/{{*}}{name}") is not None


def _is_joined_to_next(paragraph: Any) -> bool:
    """Tell whether the end of a paragraph is deleted, so that the next one goes on in its line."""
    return _mark_property(paragraph, "del") or _mark_property(paragraph, "moveFrom")


def _style(paragraph: Any) -> str:
    style = paragraph.find("{*}pPr/{*}pStyle")
    return "" if style is None else attribute(style, "val")


def _box_lines(box: Any, related: Related) -> Sequence[Line]:
    """Return the lines of a text box, of lettering that is drawn, or of a diagram."""
    name = local_name(box)
    if name == "textpath":
        return _split("", attribute(box, "string"))
    return related(attribute(box, "dm")) if name == "relIds" else document_lines(box, related)


def _rows(table: Any, related: Related) -> Iterator[Line]:
    """Yield every row of a table as a line, its cells apart by « | ».

    A row that only lays out text, one cell or cells with paragraphs of prose, is these paragraphs.
    """
    above: dict[int, list[Line]] = {}
    rows = [
        _cells(row, above, related)
        for row in nearest(table, "tr")
        if row.find("{*}trPr/{*}del") is None
    ]
    texts = [[read_cell(cell, lambda line: line.text) for cell in row] for row in rows]
    for row, cells in zip(rows, cells_of(texts), strict=True):
        if cells is None:
            yield from (line for cell in row for line in cell.lines)
        else:
            yield Line("", join_cells(cells))


def _cells(row: Any, above: dict[int, list[Line]], related: Related) -> list[Cell[Line]]:
    """Return the cells of a row; a short one that spans rows stands in each of them.

    Args:
        row: The row.
        above: Column -> the lines of the cell that begins there in this row or above it; updated.
        related: Finds the lines of parts that the text refers to.
    """
    cells: list[Cell[Line]] = []
    column = _number(row, "trPr", "gridBefore", 0)
    for cell in nearest(row, "tc"):
        if cell.find("{*}tcPr/{*}cellDel") is not None:
            continue
        width = _number(cell, "tcPr", "gridSpan", 1)
        if _goes_on(cell, "hMerge") and cells:
            before = cells[-1]
            both = [*before.lines, *document_lines(cell, related)]
            cells[-1] = replace(before, lines=both, width=before.width + width)
        else:
            is_from_above = _goes_on(cell, "vMerge")
            lines = above.get(column, []) if is_from_above else document_lines(cell, related)
            above[column] = lines
            is_shown = not is_from_above or len(lines) == 1
            cells.append(Cell(lines if is_shown else [], width, 1, column, is_from_above))
        column += width
    return cells


def _goes_on(cell: Any, merge: str) -> bool:
    mark = cell.find(f"{{*}}tcPr/{{*}}{merge}")
    return mark is not None and attribute(mark, "val") != "restart"


def _number(element: Any, properties: str, name: str, default: int) -> int:
    found = element.find(f"{{*}}{properties}/{{*}}{name}")
    value = "" if found is None else attribute(found, "val")
    return int(value) if value.isdecimal() else default

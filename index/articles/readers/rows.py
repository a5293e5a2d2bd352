"""Make a line of text of a table's row."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_TABLE_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_TABLE_RULE = re.compile(
    r"^[ \t]*+\|?(?:[ \t]*+:?-{2,}+:?[ \t]*+\|)+[ \t:-]*+(?:\n|\Z)", re.MULTILINE
)
_BREAK = re.compile(r"<br(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CELL_END = re.compile(r"(?<!\\)\|")
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its lines, and how many columns and rows it spans."""

    lines: Sequence[str]
    width: int = 1
    height: int = 1


def is_layout(cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row only lays out text: one cell, or paragraphs of prose in one of them.

    Args:
        cells: The lines of every cell that has any.
    """
    return len(cells) == 1 or any(len(cell) > 1 and any(map(_STOP.search, cell)) for cell in cells)


def join_cells(cells: Iterable[Sequence[str]]) -> str:
    """Return a row as one line, so that its cells are quoted together.

    >>> join_cells([["الجسر"], ["12 مليونًا", "في عامين"]])
    'الجسر | 12 مليونًا / في عامين'
    """
    return " | ".join(" / ".join(cell) for cell in cells if cell)


def read_markdown_rows(text: str) -> str:
    r"""Return a text whose tables are written as Markdown writes them, with a line per row.

    >>> read_markdown_rows("| البند | الكلفة |\n|:---|---:|\n| الجسر | 12 |")
    'البند | الكلفة\nالجسر | 12'
    """
    return _TABLE_ROW.sub(_markdown_row, _TABLE_RULE.sub("", text))


def _markdown_row(found: re.Match[str]) -> str:
    cells = (cell.replace("\\|", "|") for cell in _CELL_END.split(found[1]))
    return join_cells(
        [line.strip() for line in _BREAK.split(cell) if line.strip()] for cell in cells
    )


def row_lines(cells: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a row: one, unless it only lays out text."""
    filled = [cell for cell in cells if cell]
    if is_layout(filled):
        return [line for cell in filled for line in cell]
    return [join_cells(filled)] if filled else []


def spread(cells: Sequence[Cell], above: dict[int, Cell]) -> Iterator[Sequence[str]]:
    """Yield the lines of a row's cells; a line that spans rows stands in each of them.

    Args:
        cells: The cells that begin in this row.
        above: Column -> the cell that reaches into this row there; updated for the next row.
    """
    column, waiting = 0, list(cells)
    while waiting or column in above:
        is_from_above = column in above
        cell = above.pop(column) if is_from_above else waiting.pop(0)
        yield cell.lines if not is_from_above or len(cell.lines) == 1 else []
        if cell.height > 1:
            above[column] = Cell(cell.lines, cell.width, cell.height - 1)
        column += cell.width

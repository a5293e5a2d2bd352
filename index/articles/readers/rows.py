"""Make a line of text of a table's row, in which every column keeps its place."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Generic, TypeVar

Line = TypeVar("Line")

_TABLE_ROW = r"^[ \t]*+\|(.*)\|[ \t]*$"
_TABLE = re.compile(rf"(?:{_TABLE_ROW}(?:\n|\Z))+", re.MULTILINE)
_ROW = re.compile(_TABLE_ROW, re.MULTILINE)
_TABLE_RULE = re.compile(
    r"^[ \t]*+\|?(?:[ \t]*+:?-{2,}+:?[ \t]*+\|)+[ \t:-]*+(?:\n|\Z)", re.MULTILINE
)
_BREAK = re.compile(r"<br(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CELL_END = re.compile(r"(?<!\\)\|")
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")
_NOTHING = "–"
"""What stands in a row for an empty cell, so that the cells after it keep their columns."""


@dataclass(frozen=True, slots=True)
class Cell(Generic[Line]):
    """A cell of a table.

    Attributes:
        lines: Of its text.
        width: How many columns it spans, or how wide it is.
        height: How many rows it spans.
        start: The column, or the place, where it begins.
        is_from_above: Whether it began in a row above.
    """

    lines: Sequence[Line]
    width: float = 1
    height: int = 1
    start: float = 0
    is_from_above: bool = False

    @property
    def end(self) -> float:
        """Where the next cell begins."""
        return self.start + self.width


def join_cells(cells: Iterable[Sequence[str]]) -> str:
    """Return a row as one line, so that its cells are quoted together.

    >>> join_cells([["الجسر"], [], ["12 مليونًا", "في عامين"]])
    'الجسر | – | 12 مليونًا / في عامين'
    """
    return " | ".join(" / ".join(cell) or _NOTHING for cell in cells)


def read_markdown_rows(text: str) -> str:
    r"""Return a text whose tables are written as Markdown writes them, with a line per row.

    >>> read_markdown_rows("| البند | الكلفة |\n|:---|---:|\n| الجسر | 12 |")
    'البند | الكلفة\nالجسر | 12'
    """
    return _TABLE.sub(_markdown_table, _TABLE_RULE.sub("", text))


def _markdown_table(found: re.Match[str]) -> str:
    rows = [_markdown_row(row[1]) for row in _ROW.finditer(found[0])]
    lines = (
        join_cells(cells or [cell.lines for cell in row if cell.lines])
        for row, cells in zip(rows, cells_of(rows), strict=True)
    )
    return "\n".join(lines) + "\n" * found[0].endswith("\n")


def _markdown_row(text: str) -> list[Cell[str]]:
    cells = (cell.replace("\\|", "|") for cell in _CELL_END.split(text))
    lines = ([line.strip() for line in _BREAK.split(cell) if line.strip()] for cell in cells)
    return [Cell(cell, start=column) for column, cell in enumerate(lines)]


def read_cell(cell: Cell[Line], read: Callable[[Line], str]) -> Cell[str]:
    """Return a cell with the text of its lines in their place."""
    lines = [read(line) for line in cell.lines]
    return Cell(lines, cell.width, cell.height, cell.start, cell.is_from_above)


def table_lines(rows: Sequence[Sequence[Cell[str]]]) -> list[list[str]]:
    """Return the lines of every row of a table: one, unless the row only lays out text."""
    return [
        [line for cell in row for line in cell.lines] if cells is None else [join_cells(cells)]
        for row, cells in zip(rows, cells_of(rows), strict=True)
    ]


def cells_of(rows: Sequence[Sequence[Cell[str]]]) -> list[Sequence[Sequence[str]] | None]:
    """Return the cells of the rows of a table that are to be joined, each at its column's place.

    Returns:
        For each row its cells, or None where it only lays out text or is empty. A table of which
        most rows are prose only lays out text: nothing is missing in an empty cell of it.
    """
    joined = [len(_filled(row)) > 1 and not _has_prose(row) for row in rows]
    if sum(joined) <= sum(map(_has_prose, rows)):
        return [
            [cell.lines for cell in _filled(row)] if is_joined else None
            for row, is_joined in zip(rows, joined, strict=True)
        ]
    aligned = align(rows)
    shown = [known or _is_lone_value(row) for row, known in zip(rows, joined, strict=True)]
    filled = without_empty_columns(aligned, list(compress(aligned, shown)))
    return [cells if is_shown else None for cells, is_shown in zip(filled, shown, strict=True)]


def _filled(row: Sequence[Cell[str]]) -> list[Cell[str]]:
    return [cell for cell in row if cell.lines]


def _has_prose(row: Sequence[Cell[str]]) -> bool:
    """Tell whether there are paragraphs of prose in one of the cells of a row."""
    return any(len(cell.lines) > 1 and any(map(_STOP.search, cell.lines)) for cell in row)


def _is_lone_value(row: Sequence[Cell[str]]) -> bool:
    """Tell a row of one value from a heading between rows: cells before it are empty."""
    own = [cell for cell in row if not cell.is_from_above]
    filled = _filled(row)
    return (
        len(filled) == 1
        and own[:1] != filled
        and len(filled[0].lines) == 1
        and not _STOP.search(filled[0].lines[0])
    )


def align(rows: Sequence[Sequence[Cell[Line]]]) -> list[list[Sequence[Line]]]:
    """Return the cells of rows so that those of one column stand at one place.

    A line that spans columns stands in each of them. Which columns there are, the row says that has
    most cells, if as many are usual: programs draw the borders of two rows a little apart.
    """
    counts = Counter(len(row) for row in rows if len(row) > 1)
    most = max(counts.values(), default=0)
    usual = max((row for row in rows if 2 * counts[len(row)] >= most), key=len, default=())
    middles = [(cell.start + cell.end) / 2 for cell in usual]
    return [
        [cell.lines for cell in row] if len(row) in {1, len(usual)} else _place(row, middles)
        for row in rows
    ]


def _place(row: Sequence[Cell[Line]], middles: Sequence[float]) -> list[Sequence[Line]]:
    placed: list[Sequence[Line]] = []
    for cell in row:
        # Columns that no cell of this row reaches: it begins further in than others.
        placed += [()] * sum(middle < cell.start for middle in middles[len(placed) :])
        width = sum(cell.start <= middle < cell.end for middle in middles)
        placed.append(cell.lines)
        placed += [cell.lines if len(cell.lines) == 1 else ()] * (width - 1)
    return placed


def without_empty_columns(
    rows: Sequence[list[Sequence[Line]]], shown: Sequence[Sequence[Sequence[Line]]]
) -> list[list[Sequence[Line]]]:
    """Return rows without the columns that only keep others apart.

    Args:
        rows: Of a table; one cell that spans all columns stays.
        shown: Those of them in which columns are told apart.
    """
    used = {column for row in shown for column, cell in enumerate(row) if cell}
    return [
        row if len(row) == 1 else [cell for column, cell in enumerate(row) if column in used]
        for row in rows
    ]


def spread(cells: Sequence[Cell[Line]], above: dict[int, Cell[Line]]) -> Iterator[Cell[Line]]:
    """Yield a row's cells, each with its column; a line that spans rows stands in each of them.

    Args:
        cells: The cells that begin in this row.
        above: Column -> the cell that reaches into this row there; updated for the next row.
    """
    column, waiting = 0, deque(cells)
    while waiting or column in above:
        is_from_above = column in above
        cell = above.pop(column) if is_from_above else waiting.popleft()
        is_shown = not is_from_above or len(cell.lines) == 1
        yield replace(
            cell,
            lines=cell.lines if is_shown else [],
            start=column,
            is_from_above=is_from_above,
        )
        if cell.height > 1:
            above[column] = replace(cell, height=cell.height - 1)
        column += int(cell.width)

"""Make an article of a sheet: every row a line that repeats the headings of its cells.

A row is quoted alone, far from the row that says what its numbers are.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise, zip_longest
from typing import NamedTuple

from index.articles.readers.rows import join_cells

Cells = Sequence[str]
"""The texts of a row, "" where there is nothing; what spans columns stands in each of them."""

_HEADING_LENGTH = 80
_FIRST_ROWS = 30
"""Characters of a heading, and rows among which headings are looked for: titles stand above.
Chosen, not measured."""
_YEARS = range(1300, 2101)
"""Numbers that are headings: years of either calendar."""


class _Headings(NamedTuple):
    """The headings of columns, and the numbers of the rows that hold them: first, and end."""

    texts: Cells
    first: int
    end: int


def sheet_lines(rows: Sequence[Cells]) -> tuple[list[str], list[str]]:
    """Return the lines above the headings of a sheet, and those of its rows.

    Without headings there is nothing above, and the cells of a row stand side by side.

    >>> sheet_lines([["السكان"], ["المدينة", "العدد"], ["بغداد", "7"], ["البصرة", ""]])
    (['السكان'], ['المدينة: بغداد | العدد: 7', 'البصرة'])
    """
    filled = [row for row in rows if any(row)]
    found = _find_headings(filled)
    if found is None:
        return [], [_line(row) for row in filled]
    above = [_line(row) for row in filled[: found.first]]
    below = (row for row in filled[found.end :] if list(row) != list(found.texts))
    return above, [_headed(row, found.texts) for row in below]


def _find_headings(rows: Sequence[Cells]) -> _Headings | None:
    """Return the first row, or two, that names every column which is usually filled."""
    columns = range(max(map(len, rows), default=0))
    counts = [sum(column < len(row) and bool(row[column]) for row in rows) for column in columns]
    usual = [column for column in columns if 2 * counts[column] >= max(counts)]
    for number, (row, below) in enumerate(pairwise(rows[: _FIRST_ROWS + 1])):
        if not all(column < len(row) and row[column] for column in usual):
            continue
        if len(usual) > 1 and len(set(filter(None, row))) == 1:
            continue  # a title above all columns
        if len(usual) < 2 or not all(map(_may_be_heading, filter(None, row))):
            return None
        if _are_distinct(row):
            return _Headings(row, number, number + 1)
        both = [_join(one, other) for one, other in zip_longest(row, below, fillvalue="")]
        is_pair = number + 2 < len(rows) and all(map(_may_be_heading, filter(None, below)))
        return _Headings(both, number, number + 2) if is_pair and _are_distinct(both) else None
    return None


def _may_be_heading(cell: str) -> bool:
    number = cell.replace(".", "", 1).replace("%", "")
    is_number = number.isdecimal() and not (cell.isdecimal() and int(cell) in _YEARS)
    return len(cell) <= _HEADING_LENGTH and not is_number


def _are_distinct(cells: Cells) -> bool:
    filled = list(filter(None, cells))
    return len(set(filled)) == len(filled)


def _join(group: str, own: str) -> str:
    return group if group == own else " ".join(filter(None, (group, own)))


def _line(row: Cells) -> str:
    """Return the cells of a row side by side; one that spans all the others is the line."""
    spanned = [cell for cell, _ in groupby(row) if cell]
    cells = spanned if len(spanned) == 1 else row
    return join_cells([cell.splitlines() for cell in cells])


def _headed(row: Cells, headings: Cells) -> str:
    """Return a row whose cells say what they are; a lone first one is a heading or a remark."""
    if set(row[1:]) <= {"", row[0]}:
        return _line(row)
    return " | ".join(
        f"{heading}: {text}" if heading else text
        for heading, cell in zip_longest(headings, row, fillvalue="")
        if (text := " / ".join(cell.splitlines()))
    )

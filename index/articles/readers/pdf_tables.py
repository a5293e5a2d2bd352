"""Find the tables of a page, so that a row is read as a line and not column by column.

A table with rules has its rows between them. One without is told from columns of prose by its
cells: they are short, stand on common lines, and one column is numbers, or there are three.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.articles.readers.pdf_lines import Glyph, Segment, find_segments
from index.articles.readers.pdf_rules import (
    Grid,
    Rule,
    find_columns,
    find_frames,
    is_within,
    make_cell,
    put_in_columns,
    ruled_grid,
)
from index.articles.readers.rows import Cell, align, without_empty_columns

_MOST_LETTERS = 400
"""Of a cell; a box with more is an article with a frame around it. Chosen, not measured."""
_MOST_WORDS = 3.0
"""In the mean cell of a table without rules; narrow columns of prose have more a line.
Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        cells: The lines of every cell, cells in reading order.
        x0: Left edge of the table's letters, in points.
        x1: Their right edge.
        edge: Right edge of the table, with its empty cells.
        y: Bottom of the row's first line.
        columns: Of the table.
        is_heading: Whether it names the columns.
    """

    cells: tuple[tuple[Segment, ...], ...]
    x0: float
    x1: float
    edge: float
    y: float
    columns: int
    is_heading: bool = False

    @property
    def size(self) -> float:
        """Size of its letters, in points."""
        return next(cell[0].size for cell in self.cells if cell)


def find_rows(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Row], list[Segment]]:
    """Return the rows of a page's tables, and the segments of everything else."""
    rest = [glyph for glyph in glyphs if glyph.text.strip()]
    grids: list[Grid] = []
    for frame in find_frames(rules):
        inside = [glyph for glyph in rest if is_within(glyph, frame)]
        grid = ruled_grid(inside, frame)
        if _rows(grid):
            grids.append(grid)
            rest = [glyph for glyph in rest if not is_within(glyph, frame)]
    segments = find_segments(rest)
    for number, grid in enumerate(grids):
        grids[number] = _extend_grid(grid, _text_lines(segments))
        segments = _without(segments, grids)
    grids += _aligned_grids(segments)
    return [row for grid in grids for row in _rows(grid)], _without(segments, grids)


def _without(segments: Sequence[Segment], grids: Sequence[Grid]) -> list[Segment]:
    used = {id(segment) for grid in grids for row in grid for cell in row for segment in cell.lines}
    return [segment for segment in segments if id(segment) not in used]


def _extend_grid(grid: Grid, lines: Sequence[Sequence[Segment]]) -> Grid:
    """Return a grid with the lines right above and below it that stand in its columns.

    Where every other row is shaded, nothing is drawn around the first and the last.
    """
    for step in (-1, 1):
        for line in lines[::step]:
            edge = [segment for cell in grid[0 if step < 0 else -1] for segment in cell.lines]
            space = step * (edge[0].y - line[0].y) if edge else 0.0
            if space <= 0 or len(line) < 2:
                continue
            row = _fit(line, find_columns([s for row in grid for cell in row for s in cell.lines]))
            if space > 3 * line[0].size or not row:
                break
            grid = [row, *grid] if step < 0 else [*grid, row]
    return grid


def _fit(
    line: Sequence[Segment], columns: Sequence[tuple[float, float]]
) -> list[Cell[Segment]] | None:
    """Return the cells of a line in or between some columns; None when it does not fit them."""
    cells = [[s for s in line if a <= s.x1 and s.x0 <= b] for a, b in columns]
    if sum(map(len, cells)) == len(line) and max(map(len, cells)) == 1:
        return [make_cell(cell, *column) for cell, column in zip(cells, columns, strict=True)]
    ordered = sorted(line, key=lambda segment: segment.x0)
    is_between = len(line) == len(columns) and all(
        ordered[n].x1 < right[0] and left[1] < ordered[n + 1].x0
        for n, (left, right) in enumerate(pairwise(columns))
    )
    return [make_cell([s], s.x0, s.x1) for s in ordered] if is_between else None


def _text_lines(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Return the segments of every line of a page, from top to bottom."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: -segment.y):
        if lines and lines[-1][0].y - segment.y <= 0.45 * segment.size:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return lines


def _aligned_grids(segments: Sequence[Segment]) -> Iterator[Grid]:
    """Yield the tables without rules: three rows or more whose cells stand below each other."""
    run: list[list[Segment]] = []
    for line in [*_text_lines(segments), []]:
        if len(line) >= 2 and _are_columned([*run, line]):
            run.append(line)
            continue
        if len(run) >= 3 and _are_cells([segment for one in run for segment in one]):
            grid = put_in_columns(run)
            if _rows(grid):
                yield grid
        run = [line] if len(line) >= 2 else []


def _are_columned(run: Sequence[Sequence[Segment]]) -> bool:
    columns = find_columns([segment for line in run for segment in line])
    return len(columns) >= max(2, *(len(line) for line in run)) and all(
        above[0].y - line[0].y <= 4 * line[0].size for above, line in pairwise(run)
    )


def _are_cells(segments: Sequence[Segment]) -> bool:
    """Tell the cells of a table from lines of prose in columns."""
    if sum(_count_words(segment) for segment in segments) > _MOST_WORDS * len(segments):
        return False
    columns = find_columns(segments)
    numeric = (
        [_has_digit(segment) for segment in segments if left <= segment.x0 <= right]
        for left, right in columns
    )
    return len(columns) >= 3 or any(2 * sum(column) > len(column) for column in numeric)


def _count_words(segment: Segment) -> int:
    gaps = (b.x0 - a.x1 > 0.12 * b.size for a, b in pairwise(segment.glyphs))
    return 1 + sum(gaps)


def _has_digit(segment: Segment) -> bool:
    return any(letter.isdecimal() for glyph in segment.glyphs for letter in glyph.text)


def _rows(grid: Grid) -> list[Row]:
    """Return the rows of a grid; none if it is no table but a frame around text."""
    rows = [row for row in grid if any(cell.lines for cell in row)]
    filled = [[cell.lines for cell in row if cell.lines] for row in rows]
    several = sum(len(row) >= 2 for row in filled)
    is_lone = len(filled) == 1 and all(len(cell) == 1 for cell in filled[0])
    if several < 2 - is_lone or 2 * several < len(filled) or any(map(_is_long, filled)):
        return []
    segments = [segment for row in filled for cell in row for segment in cell]
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    digits = [any(_has_digit(segment) for cell in row for segment in cell) for row in filled]
    step = -1 if _is_right_to_left(segments) else 1
    is_headed = not digits[0] and any(digits)
    # Without its heading, as where a page goes on with it, a table may have an empty column.
    aligned = align(rows)
    if is_headed:
        aligned = without_empty_columns(aligned, [row for row in aligned if len(row) > 1])
    columns = max(map(len, aligned))
    return [
        Row(
            cells=tuple(tuple(_sort_lines(cell, step)) for cell in row[::step]),
            x0=left,
            x1=right,
            edge=max(right, *(cell.end for row in rows for cell in row)),
            y=max(segment.y for cell in row for segment in cell),
            columns=columns,
            is_heading=is_headed and number == 0,
        )
        for number, row in enumerate(aligned)
    ]


def _sort_lines(cell: Sequence[Segment], step: int) -> list[Segment]:
    return sorted(cell, key=lambda segment: (-round(segment.y), step * segment.x0))


def _is_long(row: Sequence[Sequence[Segment]]) -> bool:
    return any(sum(len(s.glyphs) for s in cell) > _MOST_LETTERS for cell in row)


def _is_right_to_left(segments: Sequence[Segment]) -> bool:
    letters = [letter for s in segments for glyph in s.glyphs for letter in glyph.text]
    arabic = sum(unicodedata.bidirectional(letter) == "AL" for letter in letters)
    return 2 * arabic >= sum(letter.isalpha() for letter in letters)

"""Find the grids that straight lines and boxes on a page make, and what stands in their cells."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.articles.readers.pdf_lines import Glyph, Segment, find_segments
from index.articles.readers.rows import Cell

_NEAR = 4.0
"""Points between rules that are one line: the two edges of a thin box, the borders of two cells."""
_NARROW = 10.0
"""Points of the narrowest empty cell; less is the space between boxes. Chosen, not measured."""


class Rule(NamedTuple):
    """A straight line on a page, in points from its lower left corner; x0 = x1 or y0 = y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_level(self) -> bool:
        """Whether it runs from left to right."""
        return self.x1 - self.x0 >= self.y1 - self.y0


Grid = list[list[Cell[Segment]]]
"""Rows from top to bottom; in each the cells from left to right; in each its lines."""


def is_within(glyph: Glyph, frame: Sequence[Rule]) -> bool:
    """Tell whether a glyph stands in a frame."""
    box = _box(frame)
    middle, height = (glyph.x0 + glyph.x1) / 2, glyph.y + glyph.size / 2
    return box.x0 - _NEAR <= middle <= box.x1 + _NEAR and box.y0 <= height <= box.y1


def _box(rules: Sequence[Rule]) -> Rule:
    left, bottom, right, top = zip(*rules, strict=True)
    return Rule(min(left), min(bottom), max(right), max(top))


def find_frames(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Group rules that touch, or that are level and equally long, into the frames of tables."""
    frames: list[tuple[Rule, list[Rule]]] = []
    for rule in sorted(set(rules), key=lambda rule: (-rule.y1, rule.x0)):
        joined = [frame for frame in frames if _belong(rule, frame[0])]
        members = [rule, *(other for _, others in joined for other in others)]
        frames = [frame for frame in frames if not any(frame is one for one in joined)]
        frames.append((_box(members), members))
    return [members for _, members in frames if len(_levels(members)) >= 2]


def _belong(rule: Rule, frame: Rule) -> bool:
    is_as_long = abs(rule.x0 - frame.x0) + abs(rule.x1 - frame.x1) < _NEAR
    return (rule.is_level and is_as_long) or (
        rule.x0 - _NEAR <= frame.x1
        and frame.x0 - _NEAR <= rule.x1
        and rule.y0 - _NEAR <= frame.y1
        and frame.y0 - _NEAR <= rule.y1
    )


def _levels(frame: Sequence[Rule]) -> list[float]:
    """Return the heights between a frame's rows, from top to bottom; underlining is none."""
    box = _box(frame)
    ends = [box.x0, box.x1, *(rule.x0 for rule in frame if not rule.is_level)]
    level = (
        rule.y1
        for rule in frame
        if rule.is_level
        and all(min(abs(x - end) for end in ends) <= _NEAR for x in (rule.x0, rule.x1))
    )
    return _merge_near(level)[::-1]


def _merge_near(values: Iterator[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def ruled_grid(glyphs: Sequence[Glyph], frame: Sequence[Rule]) -> Grid:
    """Return the cells of a frame: between its level rules, and between its upright ones if any."""
    bands = list(pairwise(_levels(frame)))
    filled = [
        [glyph for glyph in glyphs if bottom <= glyph.y + glyph.size / 2 < top]
        for top, bottom in bands
    ]
    upright = [rule for rule in frame if not rule.is_level]
    if len(_merge_near(rule.x0 for rule in upright)) < 3:
        return put_in_columns([find_segments(band) for band in filled])
    edges = _merge_near(rule.x0 for rule in upright)
    return [
        _cut(band, edges, [rule for rule in upright if rule.y0 < (top + bottom) / 2 < rule.y1])
        for band, (top, bottom) in zip(filled, bands, strict=True)
    ]


def _cut(band: Sequence[Glyph], edges: list[float], upright: Sequence[Rule]) -> list[Cell[Segment]]:
    """Return the cells of a row: what stands between the upright rules that cross it."""
    crossing = [edge for edge in edges if any(abs(rule.x0 - edge) <= _NEAR for rule in upright)]
    bounds = [float("-inf"), *crossing, float("inf")]
    cells = []
    for left, right in pairwise(bounds):
        inside = [glyph for glyph in band if left <= (glyph.x0 + glyph.x1) / 2 < right]
        if inside or _NARROW <= right - left < float("inf"):
            start = left if left in edges else min(glyph.x0 for glyph in inside)
            end = right if right in edges else max(glyph.x1 for glyph in inside)
            cells.append(make_cell(find_segments(inside), start, end))
    return cells


def make_cell(lines: Sequence[Segment], left: float, right: float) -> Cell[Segment]:
    """Return a cell between two places of a line."""
    return Cell(lines, width=right - left, start=left)


def put_in_columns(rows: Sequence[Sequence[Segment]]) -> Grid:
    """Put segments into columns: where no segment of any row crosses from one to the next."""
    columns = find_columns([segment for row in rows for segment in row])
    return [
        [
            make_cell([s for s in row if left <= s.x0 <= right], left, right)
            for left, right in columns
        ]
        for row in rows
    ]


def find_columns(segments: Sequence[Segment]) -> list[tuple[float, float]]:
    """Return left and right of the columns in which segments stand, from left to right."""
    found: list[tuple[float, float]] = []
    for segment in sorted(segments, key=lambda segment: segment.x0):
        if found and segment.x0 <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], segment.x1))
        else:
            found.append((segment.x0, segment.x1))
    return found

"""Put the letters of a page in reading order by where they stand: columns, lines, paragraphs."""

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.articles.readers.pdf_lines import Glyph, Segment, as_read, joined_clusters
from index.articles.readers.pdf_rules import Rule
from index.articles.readers.pdf_tables import Row, find_rows
from index.articles.readers.rows import join_cells
from index.articles.repair import repair
from index.articles.visual import bracket_balance, looks_reversed
from index.errors import InputError

_STOP = re.compile(r"[.!?؟:…][»”\"')]*$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in reading order, and the size of its letters in points."""

    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: its letters and its straight lines."""

    glyphs: Sequence[Glyph]
    rules: Sequence[Rule] = ()


Line = Segment | Row
SegmentReader = Callable[[Segment], str]
"""A segment -> its text in reading order."""


def paragraphs(pages: Sequence[Page]) -> list[Paragraph]:
    """Return the paragraphs of all pages, without what stands above and below every page.

    A row of a table is a paragraph. Where a table goes on on another page, its heading is repeated.

    Raises:
        InputError: Nothing is left.
    """
    blocks = [list(_blocks(_lines(page))) for page in pages if page.glyphs]
    read = _choose_reader([line for page in blocks for block in page for line in block])
    texts = [[[(line, _text(line, read)) for line in block] for block in page] for page in blocks]
    running = _find_running_lines(texts)
    found: list[Paragraph] = []
    heading: tuple[Row, str] | None = None
    for page in texts:
        kept = [[(a, t) for a, t in block if _mark(a, t) not in running] for block in page]
        heading = _repeat_heading([line for block in kept for line in block], kept, heading)
        for block in kept:
            found += _joined_lines(block)
    if not found:
        raise InputError("holds no text")
    return found


def _lines(page: Page) -> list[Line]:
    rows, segments = find_rows(page.glyphs, page.rules)
    return sorted([*rows, *segments], key=lambda line: -line.y)


def _choose_reader(lines: Sequence[Line]) -> SegmentReader:
    """Return the way of reading in which words and brackets look right."""
    segments = [
        segment
        for line in lines
        for cell in (line.cells if isinstance(line, Row) else [[line]])
        for segment in cell
    ]
    plain, kept = (
        [as_read(segment, mirrored=mirrored) for segment in segments] for mirrored in (True, False)
    )
    is_mirrored = sum(map(bracket_balance, kept)) <= sum(map(bracket_balance, plain))
    if looks_reversed("\n".join(plain if is_mirrored else kept)):
        # The page itself shows the letters backwards: left to right is the order they are read in.
        return lambda segment: "".join(joined_clusters(segment))
    return lambda segment: as_read(segment, mirrored=is_mirrored)


def _text(line: Line, read: SegmentReader) -> str:
    if isinstance(line, Segment):
        return read(line)
    return join_cells([" ".join(map(read, cell))] if cell else [] for cell in line.cells)


_Read = tuple[Line, str]
"""A line and its text."""


def _repeat_heading(
    lines: Sequence[_Read], page: list[list[_Read]], heading: tuple[Row, str] | None
) -> tuple[Row, str] | None:
    """Put the heading of a table above the rows of it that open a page; return the last heading.

    Args:
        lines: The lines of the page.
        page: The same, by block; the heading is put in.
        heading: Of the table that ends the page before, if one does.
    """
    first = lines[0][0] if lines else None
    if heading and isinstance(first, Row) and not first.is_heading:
        above = heading[0]
        is_same = above.columns == first.columns and abs(above.edge - first.edge) < first.size
        if is_same and lines[0][1] != heading[1]:
            page[0].insert(0, (replace(above, y=first.y + 2 * first.size), heading[1]))
        heading = heading if is_same else None
    for line, text in lines:
        if not isinstance(line, Row):
            heading = None
        elif line.is_heading:
            heading = (line, text)
    return heading


def _find_running_lines(pages: list[list[list[_Read]]]) -> set[str]:
    """Return the first and last lines that half of the pages share, numbers and tables aside."""
    if len(pages) < 3:
        return set()
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [_mark(line, text) for block in page for line, text in block]
        edges.update({*lines[:2], *lines[-2:]} - {""})
    return {mark for mark, count in edges.items() if count > len(pages) / 2}


def _mark(line: Line, text: str) -> str:
    return "" if isinstance(line, Row) else re.sub(r"\d+", "#", text).strip()


def _blocks(segments: list[Line]) -> Iterator[list[Line]]:
    """Cut a page into columns, right before left, and what spans them (recursive XY-cut).

    After Nagy and Seth, "Hierarchical representation of optically scanned documents" (1984).
    """
    if cut := _gutter(segments):
        right = [segment for segment in segments if segment.x0 >= cut]
        left = [segment for segment in segments if segment.x0 < cut]
        yield from _blocks(right)
        yield from _blocks(left)
        return
    rows = sorted({segment.y for segment in segments}, reverse=True)
    for top in range(len(rows)):
        for bottom in range(len(rows), max(top + 5, len(rows) - 4), -1):
            inside = [s for s in segments if rows[bottom - 1] <= s.y <= rows[top]]
            if (top, bottom) != (0, len(rows)) and _gutter(inside):
                if top:
                    yield [s for s in segments if s.y > rows[top]]
                yield from _blocks(inside)
                if bottom < len(rows):
                    yield from _blocks([s for s in segments if s.y < rows[bottom - 1]])
                return
    if segments:
        yield segments


def _gutter(segments: Sequence[Line]) -> float | None:
    """Return where an empty strip parts the segments into columns of three lines or more."""
    if len(segments) < 6:
        return None
    size = statistics.median(segment.size for segment in segments)
    ordered = sorted(segments, key=lambda segment: segment.x0)
    reach, widest, cut = ordered[0].x1, size, None
    for position, segment in enumerate(ordered):
        if segment.x0 - reach > widest and 3 <= position <= len(ordered) - 3:
            widest, cut = segment.x0 - reach, segment.x0
        reach = max(reach, segment.x1)
    return cut


def _joined_lines(rows: Sequence[_Read]) -> list[Paragraph]:
    """Join the lines of a column into paragraphs.

    A paragraph ends where a sentence stops short of the margin, where the letters change size,
    and where there is more space than between lines.
    """
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: (-round(row[0].y), -row[0].x0))
    margin = min(segment.x0 for segment, _ in ordered)
    reach = max(segment.x1 for segment, _ in ordered)
    arabic = sum(unicodedata.bidirectional(c) == "AL" for _, text in ordered for c in text)
    right_to_left = 2 * arabic >= sum(letter.isalpha() for _, text in ordered for letter in text)
    steps = [a[0].y - b[0].y for a, b in pairwise(ordered)]
    usual = statistics.median([step for step in steps if step > 1] or [0.0])
    found: list[Paragraph] = []
    parts: list[str] = []
    for position, (segment, text) in enumerate(ordered):
        parts.append(text)
        space = segment.x0 - margin if right_to_left else reach - segment.x1
        short = space > (3 * segment.size if _STOP.search(text) else 0.4 * (reach - margin))
        following = ordered[position + 1][0] if position + 1 < len(ordered) else None
        if (
            following is None
            or isinstance(segment, Row)
            or isinstance(following, Row)
            or short
            or segment.y - following.y > 1.4 * usual
            or not 0.87 < following.size / segment.size < 1.15
        ):
            found.append(Paragraph(repair(" ".join(filter(None, parts))), segment.size))
            parts = []
    return [paragraph for paragraph in found if paragraph.text]

"""Put the letters of a page into lines by where they stand, and every line in reading order."""

import statistics
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.visual import to_logical


@dataclass(frozen=True, slots=True)
class Glyph:
    """What stands at one place of a page: a letter, a mark, or all letters of a ligature.

    Attributes:
        text: Its letters, in reading order.
        x0: Its left edge, in points from the left of the page.
        x1: Its right edge.
        y: The bottom of its line, in points from the bottom of the page.
        size: Of the letters, in points.
        is_line: Whether it is a whole line, its brackets as they are meant.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_line: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Glyphs of one line without a wide gap, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        """Its left edge, in points."""
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        """Its right edge, in points."""
        return max(glyph.x1 for glyph in self.glyphs)

    @property
    def y(self) -> float:
        """Bottom of its line, in points."""
        return statistics.median(glyph.y for glyph in self.glyphs)

    @property
    def size(self) -> float:
        """Of its letters, in points."""
        return statistics.median(glyph.size for glyph in self.glyphs)


def find_segments(glyphs: Sequence[Glyph]) -> list[Segment]:
    """Group glyphs into lines by height, and lines into segments at wide gaps."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.y):
        if rows and abs(rows[-1][0].y - glyph.y) <= 0.45 * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [segment for row in rows for segment in _split(row)]


def _split(row: list[Glyph]) -> Iterator[Segment]:
    part: list[Glyph] = []
    reach = 0.0
    for glyph in sorted(row, key=lambda g: (g.x0, g.x1)):
        if not glyph.text.strip():
            continue
        if part and glyph.x0 - reach > 1.6 * glyph.size:
            yield Segment(tuple(part))
            part = []
        part.append(glyph)
        reach = max(reach, glyph.x1) if len(part) > 1 else glyph.x1
    if part:
        yield Segment(tuple(part))


def as_read(segment: Segment, *, mirrored: bool) -> str:
    """Return a segment's text in reading order; see :func:`index.articles.visual.to_logical`."""
    if segment.glyphs[0].is_line:
        return " ".join(glyph.text for glyph in reversed(segment.glyphs))
    return " ".join(to_logical(joined_clusters(segment), mirrored=mirrored).split())


def joined_clusters(segment: Segment) -> list[str]:
    """Return a line's clusters from left to right: marks on their letters, spaces in the gaps."""
    letters = [g for g in segment.glyphs if not _is_mark(g.text)]
    marks = [g for g in segment.glyphs if _is_mark(g.text)]
    clusters: list[str] = []
    reach = None
    for glyph in letters:
        if reach is not None and glyph.x0 - reach > 0.12 * glyph.size:
            clusters.append(" ")
        over = [m.text for m in marks if glyph.x0 <= (m.x0 + m.x1) / 2 < glyph.x1]
        clusters.append(glyph.text + "".join(over))
        reach = glyph.x1 if reach is None else max(reach, glyph.x1)
    return clusters


def _is_mark(text: str) -> bool:
    return all(unicodedata.category(letter) == "Mn" for letter in text)

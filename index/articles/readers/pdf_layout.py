"""Put the letters of a page in reading order by where they stand: columns, lines, paragraphs."""

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.articles.repair import repair
from index.articles.visual import bracket_balance, looks_reversed, to_logical
from index.errors import InputError

_STOP = re.compile(r"[.!?؟:…][»”\"')]*$")


@dataclass(frozen=True, slots=True)
class Glyph:
    """What stands at one place of a page: a letter, a mark, or all letters of a ligature.

    Attributes:
        text: Its letters, in reading order.
        x0: Its left edge, in points from the left of the page.
        x1: Its right edge.
        y: The bottom of its line, in points from the bottom of the page.
        size: Of the letters, in points.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """Glyphs of one line without a wide gap, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return max(glyph.x1 for glyph in self.glyphs)

    @property
    def y(self) -> float:
        return statistics.median(glyph.y for glyph in self.glyphs)

    @property
    def size(self) -> float:
        return statistics.median(glyph.size for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in reading order, and the size of its letters in points."""

    text: str
    size: float


def paragraphs(pages: Sequence[Sequence[Glyph]]) -> list[Paragraph]:
    """Return the paragraphs of all pages, without what stands above and below every page.

    Raises:
        InputError: Nothing is left.
    """
    blocks = [list(_blocks(_segments(page))) for page in pages if page]
    plain = [[[_as_read(s, mirrored=True) for s in b] for b in page] for page in blocks]
    kept = [[[_as_read(s, mirrored=False) for s in b] for b in page] for page in blocks]
    if _balance(kept) > _balance(plain):
        plain = kept
    if looks_reversed("\n".join(line for page in plain for block in page for line in block)):
        # The page itself shows the letters backwards: left to right is the order they are read in.
        plain = [[["".join(_joined(s)) for s in b] for b in page] for page in blocks]
    repeated = _repeated(plain)
    found: list[Paragraph] = []
    for page, texts in zip(blocks, plain, strict=True):
        for block, lines in zip(page, texts, strict=True):
            rows = [(s, t) for s, t in zip(block, lines, strict=True) if _mark(t) not in repeated]
            found += _joined_lines(rows)
    if not found:
        raise InputError("holds no text")
    return found


def _balance(pages: list[list[list[str]]]) -> int:
    return sum(bracket_balance(line) for page in pages for block in page for line in block)


def _repeated(pages: list[list[list[str]]]) -> set[str]:
    """Return the first and last lines that half of the pages share, numbers aside."""
    if len(pages) < 3:
        return set()
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [line for block in page for line in block]
        edges.update({_mark(line) for line in (*lines[:2], *lines[-2:])})
    return {mark for mark, count in edges.items() if count > len(pages) / 2}


def _mark(line: str) -> str:
    return re.sub(r"\d+", "#", line).strip()


def _segments(glyphs: Sequence[Glyph]) -> list[_Segment]:
    """Group glyphs into lines by height, and lines into segments at wide gaps."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.y):
        if rows and abs(rows[-1][0].y - glyph.y) <= 0.45 * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [segment for row in rows for segment in _split(row)]


def _split(row: list[Glyph]) -> Iterator[_Segment]:
    part: list[Glyph] = []
    reach = 0.0
    for glyph in sorted(row, key=lambda g: (g.x0, g.x1)):
        if not glyph.text.strip():
            continue
        if part and glyph.x0 - reach > 1.6 * glyph.size:
            yield _Segment(tuple(part))
            part = []
        part.append(glyph)
        reach = max(reach, glyph.x1) if len(part) > 1 else glyph.x1
    if part:
        yield _Segment(tuple(part))


def _blocks(segments: list[_Segment]) -> Iterator[list[_Segment]]:
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


def _gutter(segments: Sequence[_Segment]) -> float | None:
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


def _as_read(segment: _Segment, *, mirrored: bool) -> str:
    return " ".join(to_logical(_joined(segment), mirrored=mirrored).split())


def _joined(segment: _Segment) -> list[str]:
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


def _joined_lines(rows: Sequence[tuple[_Segment, str]]) -> list[Paragraph]:
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
            or short
            or segment.y - following.y > 1.4 * usual
            or not 0.87 < following.size / segment.size < 1.15
        ):
            found.append(Paragraph(repair(" ".join(filter(None, parts))), segment.size))
            parts = []
    return [paragraph for paragraph in found if paragraph.text]

"""Read a PDF file: its letters by where they stand on the page, in reading order.

The order in which a PDF file lists Arabic letters says little: some list them as they are read,
some as they look, some mix both within a line. Where they stand is certain. So letters are sorted
into columns, lines and paragraphs by position, and every line is turned into reading order.

A hostile file can take hours or all memory; it is read in a process of its own that has limits.
"""

import io
import json
import logging
import re
import statistics
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from index.articles import Article, opening_words, split_title
from index.dates import dateline
from index.errors import InputError
from index.readers.fields import clean
from index.repair import repair
from index.visual import bracket_balance, looks_reversed, to_logical

SECONDS = 120
MEMORY = 3 * 1024**3
"""Limits on reading one file: processor time, and bytes of memory where the system can limit it."""

_MAX_PAGES = 3_000
_UNMAPPED_SHARE = 0.1
_STOP = re.compile(r"[.!?؟:…][»”\"')]*$")
_NO_TITLE = re.compile(
    r"^(?:untitled|document\d*|microsoft word.*|.*\.(?:docx?|pdf|indd|qxd|txt|x?html?))$", re.I
)


def read_pdf(data: bytes) -> Iterator[Article]:
    """Read the article of a PDF file.

    Raises:
        InputError: It is damaged, locked, holds no text, or takes too long.
    """
    yield _article(_read_apart(data))


def _article(found: dict[str, Any]) -> Article:
    text = clean("\n".join(found["paragraphs"]))
    title = " ".join(clean(found["title"]).split())
    heading = found["heading"]
    if heading and text.startswith(heading + "\n"):
        title, text = " ".join(heading.split()), text[len(heading) :].lstrip()
    elif not title:
        title, text = split_title(text)
    return Article(
        id="",
        title=title or opening_words(text),
        text=text,
        date=dateline(text),
        author=clean(found["author"]),
    )


def _read_apart(data: bytes) -> dict[str, Any]:
    """Read the file in a process of its own, so that it cannot hurt this one."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r});"
               " from index.readers.pdf import _child; _child()"]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own code
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"takes over {SECONDS} s to read; split it") from None
    if done.returncode:
        raise InputError("is damaged, or takes too much memory to read")
    found: dict[str, Any] = json.loads(done.stdout)
    if reason := found.get("error"):
        raise InputError(reason)
    return found


def _child() -> None:
    """Read the file on standard input and print what it holds."""
    logging.disable(logging.CRITICAL)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    except (ImportError, ValueError, OSError):
        pass  # the time limit of the parent still holds
    try:
        found = asdict(_read(sys.stdin.buffer.read()))
    except InputError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))


@dataclass(frozen=True, slots=True)
class _Document:
    """What a PDF file says: its properties, paragraphs, and the one in larger letters, if any."""

    title: str
    author: str
    heading: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """Glyphs of one line without a wide gap, from left to right."""

    glyphs: tuple[_Glyph, ...]

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
class _Paragraph:
    text: str
    size: float


def _read(data: bytes) -> _Document:
    """Read a file without limits.

    Raises:
        InputError: It is no PDF file, is locked, or holds no text.
    """
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        information = document.info[0] if document.info else {}
        pages = [_glyphs(page) for page in _pages(data)]
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise InputError("is locked with a password; save it without one") from None
    except (PSException, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"is no readable PDF file: {error}") from None
    _require_text(pages)
    paragraphs = _paragraphs(pages)
    sizes = [p.size for p in paragraphs for _ in p.text]
    body = statistics.median(sizes)
    first = paragraphs[0]
    stands_out = len(paragraphs) > 1 and first.size > 1.15 * body and len(first.text) <= 200
    title = _property(information, "Title")
    return _Document(
        title="" if _NO_TITLE.match(title) else title,
        author=_property(information, "Author"),
        heading=first.text if stands_out else "",
        paragraphs=[paragraph.text for paragraph in paragraphs],
    )


def _property(information: dict[str, Any], name: str) -> str:
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    value = resolve1(information.get(name, b""))
    return repair(decode_text(value)).strip() if isinstance(value, bytes) else ""


def _pages(data: bytes) -> Iterator[Any]:
    from pdfminer.high_level import extract_pages

    return extract_pages(io.BytesIO(data), laparams=None, maxpages=_MAX_PAGES)


def _glyphs(container: Any) -> list[_Glyph]:
    from pdfminer.layout import LTChar, LTContainer

    found: list[_Glyph] = []
    for item in container:
        if isinstance(item, LTChar):
            text = item.get_text()
            if item.upright and text:
                found.append(_Glyph(text, item.x0, item.x1, item.y0, item.size or 1.0))
        elif isinstance(item, LTContainer):
            found += _glyphs(item)
    return found


def _require_text(pages: Sequence[Sequence[_Glyph]]) -> None:
    glyphs = [glyph for page in pages for glyph in page if glyph.text.strip()]
    if not glyphs:
        raise InputError("holds pictures of text, not text; run OCR on it first (ocrmypdf -l ara)")
    unmapped = sum(glyph.text.startswith("(cid:") for glyph in glyphs)
    if unmapped > _UNMAPPED_SHARE * len(glyphs):
        raise InputError("does not say which letters its glyphs are; run OCR on it first")


def _paragraphs(pages: Sequence[Sequence[_Glyph]]) -> list[_Paragraph]:
    """Return the paragraphs of all pages, without what stands above and below every page."""
    blocks = [list(_blocks(_segments(page))) for page in pages if page]
    plain = [[[_as_read(s, mirrored=True) for s in b] for b in page] for page in blocks]
    kept = [[[_as_read(s, mirrored=False) for s in b] for b in page] for page in blocks]
    if _balance(kept) > _balance(plain):
        plain = kept
    if looks_reversed("\n".join(line for page in plain for block in page for line in block)):
        # The page itself shows the letters backwards: left to right is the order they are read in.
        plain = [[["".join(_joined(s)) for s in b] for b in page] for page in blocks]
    repeated = _repeated(plain)
    found: list[_Paragraph] = []
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


def _segments(glyphs: Sequence[_Glyph]) -> list[_Segment]:
    """Group glyphs into lines by height, and lines into segments at wide gaps."""
    rows: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.y):
        if rows and abs(rows[-1][0].y - glyph.y) <= 0.45 * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [segment for row in rows for segment in _split(row)]


def _split(row: list[_Glyph]) -> Iterator[_Segment]:
    part: list[_Glyph] = []
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


def _joined_lines(rows: Sequence[tuple[_Segment, str]]) -> list[_Paragraph]:
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
    found: list[_Paragraph] = []
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
            found.append(_Paragraph(repair(" ".join(filter(None, parts))), segment.size))
            parts = []
    return [paragraph for paragraph in found if paragraph.text]

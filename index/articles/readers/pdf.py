"""Read a PDF file: its letters by where they stand on the page, in reading order.

The order in which a PDF file lists Arabic letters says little: some list them as they are read,
some as they look, some mix both within a line. Where they stand is certain. So letters are sorted
into columns, lines and paragraphs by position, and every line is turned into reading order.

A hostile file can take hours or all memory; it is read in a process of its own that has limits.
"""

import io
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.arabic.datelines import dateline
from index.articles.article import Article, fill_title
from index.articles.readers.apart import read_apart
from index.articles.readers.pdf_layout import Page, paragraphs
from index.articles.readers.pdf_lines import Glyph
from index.articles.readers.pdf_rules import Rule
from index.articles.readers.values import clean
from index.articles.repair import repair
from index.errors import InputError

_MAX_PAGES = 3_000
"""Pages read of one file. Chosen, not measured."""
_UNMAPPED_SHARE = 0.1
"""Share of glyphs of unknown letters above which a file is refused. Chosen, not measured."""
_NO_TITLE = re.compile(
    r"^(?:untitled|document\d*|microsoft word.*|.*\.(?:docx?|pdf|indd|qxd|txt|x?html?))$", re.I
)


def read_pdf(data: bytes) -> Iterator[Article]:
    """Read the article of a PDF file.

    Raises:
        InputError: It is damaged, locked, holds no text, or takes too long.
    """
    yield _article(read_apart(__name__, data))


def _article(found: dict[str, Any]) -> Article:
    text = clean("\n".join(found["paragraphs"]))
    title, heading = clean(found["title"]), found["heading"]
    if heading and text.startswith(heading + "\n"):
        title, text = heading, text[len(heading) :].lstrip()
    title, text = fill_title(title, text)
    return Article(
        id="",
        title=title,
        text=text,
        date=dateline(text),
        author=clean(found["author"]),
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """What a PDF file says: its properties, paragraphs, and the one in larger letters, if any."""

    title: str
    author: str
    heading: str
    paragraphs: list[str]


def read_directly(data: bytes) -> dict[str, Any]:
    """Return what a file says, read without limits.

    Raises:
        InputError: It is no PDF file, is locked, or holds no text.
    """
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        information = document.info[0] if document.info else {}
        pages = [Page(_glyphs(page), _rules(page)) for page in _pages(data)]
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise InputError("is locked with a password; save it without one") from None
    except (PSException, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"is no readable PDF file: {error}") from None
    _require_text(pages)
    found = paragraphs(pages)
    sizes = [p.size for p in found for _ in p.text]
    body = statistics.median(sizes)
    first = found[0]
    stands_out = len(found) > 1 and first.size > 1.15 * body and len(first.text) <= 200
    title = _property(information, "Title")
    return asdict(
        _Document(
            title="" if _NO_TITLE.match(title) else title,
            author=_property(information, "Author"),
            heading=first.text if stands_out else "",
            paragraphs=[paragraph.text for paragraph in found],
        )
    )


def _property(information: dict[str, Any], name: str) -> str:
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    value = resolve1(information.get(name, b""))
    return repair(decode_text(value)).strip() if isinstance(value, bytes) else ""


def _pages(data: bytes) -> Iterator[Any]:
    from pdfminer.high_level import extract_pages

    return extract_pages(io.BytesIO(data), laparams=None, maxpages=_MAX_PAGES)


def _glyphs(container: Any) -> list[Glyph]:
    from pdfminer.layout import LTChar, LTContainer

    found: list[Glyph] = []
    for item in container:
        if isinstance(item, LTChar):
            text = item.get_text()
            if item.upright and text:
                found.append(Glyph(text, item.x0, item.x1, item.y0, item.size or 1.0))
        elif isinstance(item, LTContainer):
            found += _glyphs(item)
    return found


_THIN, _SHORT = 3.0, 8.0
"""Points: the width to which a box is a line, and the length from which a line is a rule."""
_MOST_RULES = 1_000
"""On a page; a map or a plot has more, a table hardly."""


def _rules(container: Any) -> list[Rule]:
    """Return the straight lines of a page, level and upright; a box is its four edges."""
    from pdfminer.layout import LTContainer, LTCurve

    found: set[Rule] = set()
    for item in container:
        if isinstance(item, LTCurve):
            found.update(_edges(*(round(edge, 1) for edge in item.bbox)))
        elif isinstance(item, LTContainer):
            found.update(_rules(item))
    return list(found) if len(found) <= _MOST_RULES else []


def _edges(x0: float, y0: float, x1: float, y1: float) -> list[Rule]:
    level = [Rule(x0, y, x1, y) for y in ((y0,) if y1 - y0 <= _THIN else (y0, y1))]
    upright = [Rule(x, y0, x, y1) for x in ((x0,) if x1 - x0 <= _THIN else (x0, x1))]
    return [*(level if x1 - x0 >= _SHORT else []), *(upright if y1 - y0 >= _SHORT else [])]


def _require_text(pages: Sequence[Page]) -> None:
    glyphs = [glyph for page in pages for glyph in page.glyphs if glyph.text.strip()]
    if not glyphs:
        raise InputError("holds pictures of text, not text; run OCR on it first (ocrmypdf -l ara)")
    unmapped = sum(glyph.text.startswith("(cid:") for glyph in glyphs)
    if unmapped > _UNMAPPED_SHARE * len(glyphs):
        raise InputError("does not say which letters its glyphs are; run OCR on it first")

"""Read Word documents (.docx)."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from index.arabic.dates import dateline
from index.articles.article import Article, titled
from index.articles.readers.archives import require_modest
from index.articles.readers.values import clean
from index.errors import InputError

_TITLE_STYLES = ("Title", "Heading 1")


def read_docx(data: bytes) -> Iterator[Article]:
    """Read the paragraphs and tables of a Word document, in order.

    Raises:
        InputError: It is no .docx file, or unpacks to too much.
    """
    yield _article(_open(data))


def _open(data: bytes) -> Any:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            require_modest(archive)
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError) as error:
        raise InputError(f"is no readable .docx file: {error}") from None


def _article(document: Any) -> Article:
    blocks = list(_blocks(document))
    lines = [text for _, text in blocks]
    title = clean(document.core_properties.title or "")
    headings = [text for style, text in blocks if style in _TITLE_STYLES]
    if headings and lines[0] == headings[0]:
        title, lines = headings[0], lines[1:]
    body = "\n".join(lines)
    title, body = titled(title, body)
    return Article(
        id="",
        title=title,
        text=body,
        date=dateline(f"{title}\n{body}"),
        author=_author(document),
    )


def _author(document: Any) -> str:
    """Return who wrote it; the library that made it is no author."""
    author = clean(document.core_properties.author or "")
    return "" if author == "python-docx" else author


def _blocks(document: Any) -> Iterator[tuple[str, str]]:
    """Yield style and text of every paragraph; a table's row is one, its cells apart by « | »."""
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                cells = dict.fromkeys(clean(cell.text) for cell in row.cells)
                yield "", " | ".join(filter(None, cells))
        elif text := clean(item.text):
            yield item.style.name if item.style is not None else "", text

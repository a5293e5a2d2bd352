"""Read EPUB books: every chapter is an article, the book its source."""

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.arabic.dates import parse_date
from index.articles.article import Article, opening_words
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.markup import headed_lines
from index.articles.readers.packages import Package, find_elements
from index.articles.readers.values import clean
from index.errors import InputError

_CONTAINER = "META-INF/container.xml"


def read_epub(data: bytes) -> Iterator[Article]:
    """Read the chapters of a book in reading order.

    Those without text (covers) are passed over, and so is its table of contents.

    Raises:
        InputError: It is no EPUB file, or unpacks to too much.
    """
    book = Package(data, ".epub")
    path = _package_path(book)
    description = book.parse(path)
    for chapter in _spine(description, posixpath.dirname(path)):
        if article := _chapter(book.read(chapter), description):
            yield article


def _package_path(book: Package) -> str:
    for root in find_elements(book.parse(_CONTAINER), "rootfile"):
        return str(root.get("full-path", ""))
    raise InputError("is no readable .epub file: it names no book")


def _spine(description: Any, folder: str) -> Iterator[str]:
    """Yield the paths of the chapters in reading order."""
    items = {item.get("id"): item for item in find_elements(description, "item")}
    for reference in find_elements(description, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        if "html" in (item.get("media-type") or ""):
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))


def _property(description: Any, name: str) -> str:
    return "، ".join(
        filter(None, (clean(item.text or "") for item in find_elements(description, name)))
    )


def _chapter(data: bytes, description: Any) -> Article | None:
    heading, lines = headed_lines(decode(data, declared=declared_encoding(data)))
    text = "\n".join(lines)
    if not text:
        return None
    book = _property(description, "title")
    return Article(
        id="",
        title=" — ".join(filter(None, (book, heading))) or opening_words(text),
        text=text,
        source=_property(description, "publisher") or book,
        date=parse_date(_property(description, "date")),
        author=_property(description, "creator"),
    )

"""Read EPUB books: every chapter is an article, the book its source."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.arabic.dates import parse_date
from index.articles.article import Article, opening_words
from index.articles.encoding import decode
from index.articles.readers.archives import read_entry, require_modest
from index.articles.readers.markup import headed_lines
from index.articles.readers.values import clean
from index.errors import InputError

_CONTAINER = "META-INF/container.xml"


def read_epub(data: bytes) -> Iterator[Article]:
    """Read the chapters of a book in reading order; those without text (covers) are passed over.

    Raises:
        InputError: It is no EPUB file, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            require_modest(archive)
            package_path = _package_path(archive)
            package = _xml(_read(archive, package_path))
            for path in _spine(package, posixpath.dirname(package_path)):
                if article := _chapter(_read(archive, path), package):
                    yield article
    except zipfile.BadZipFile as error:
        raise InputError(f"is no readable .epub file: {error}") from None


def _read(archive: zipfile.ZipFile, path: str) -> bytes:
    try:
        return read_entry(archive, archive.getinfo(path))
    except KeyError:
        raise InputError(f"is no readable .epub file: it has no {path}") from None


def _xml(data: bytes) -> Any:
    """Parse XML without entities or anything from outside."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"is no readable .epub file: {error}") from None


def _package_path(archive: zipfile.ZipFile) -> str:
    for root in _named(_xml(_read(archive, _CONTAINER)), "rootfile"):
        return str(root.get("full-path", ""))
    raise InputError("is no readable .epub file: it names no book")


def _spine(package: Any, folder: str) -> Iterator[str]:
    """Yield the paths of the chapters in reading order."""
    items = {item.get("id"): item for item in _named(package, "item")}
    for reference in _named(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and "html" in (item.get("media-type") or ""):
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))


def _named(tree: Any, name: str) -> list[Any]:
    """Return the elements of that name in any namespace."""
    return list(tree.iterfind(f".//{{*}}{name}"))


def _property(package: Any, name: str) -> str:
    return "، ".join(filter(None, (clean(item.text or "") for item in _named(package, name))))


def _chapter(data: bytes, package: Any) -> Article | None:
    heading, lines = headed_lines(decode(data))
    text = "\n".join(lines)
    if not text:
        return None
    book = _property(package, "title")
    return Article(
        id="",
        title=" — ".join(filter(None, (book, heading))) or opening_words(text),
        text=text,
        source=_property(package, "publisher") or book,
        date=parse_date(_property(package, "date")),
        author=_property(package, "creator"),
    )

"""Read articles from web addresses: pages, files and feeds."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from index.articles.article import Article
from index.articles.fetching import Fetched
from index.articles.readers.base import PassedOver, Withdrawn
from index.articles.readers.feeds import FeedEntry, looks_like_feed, parse_feed
from index.errors import InputError

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "text/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
}
_FEEDS = frozenset({".rss", ".atom"})
_BINARY = frozenset({
    ".pdf", ".docx", ".epub", ".zip", ".xlsx", ".pptx", ".odt", ".ods", ".doc", ".xls", ".rtf",
})  # fmt: skip
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=")


def is_address(path: object) -> bool:
    """Tell a web address from a path."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


def address_id(url: str) -> str:
    """Return a readable id for the article at an address.

    >>> address_id("https://www.example.org/news/2025/%D8%AC%D8%B3%D8%B1.html?id=3#top")
    'example.org/news/2025/جسر.html?id=3'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = unquote(parts.path).rstrip("/")
    return f"{host}{path}" + (f"?{unquote(parts.query)}" if parts.query else "")


def is_same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site: of one host, or of a host and one below it.

    >>> is_same_site("https://feeds.a.example/rss", "https://www.a.example/1")
    True
    >>> is_same_site("https://b.example/rss", "https://a.example/1")
    False
    """
    a, b = _host_of(one), _host_of(other)
    return bool(a) and (a == b or (f".{a}".endswith(f".{b}") or f".{b}".endswith(f".{a}")))


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def to_readable(found: Fetched) -> tuple[bytes, str]:
    """Return the content of an address, and the file ending that says its format."""
    ending = _ending(found)
    return _in_utf8(found, ending), ending


def is_feed(ending: str) -> bool:
    """Tell the ending of a feed from others."""
    return ending in _FEEDS


def _ending(found: Fetched) -> str:
    if looks_like_feed(found.data):
        return ".rss"
    if found.data.startswith(b"%PDF-"):
        return ".pdf"
    if found.data.startswith(b"{\\rtf"):
        return ".rtf"
    if found.data.startswith(b"PK\x03\x04"):
        return _ending_of_zip(found.data)
    known = _ENDINGS.get(found.content_type)
    if found.content_type.endswith("+json"):  # such as application/feed+json (RFC 6839)
        known = ".json"
    if known in {None, ".txt"}:
        path = urlsplit(found.url).path
        named = "." + path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
        return named if named in set(_ENDINGS.values()) else known or ".html"
    return known


def _ending_of_zip(data: bytes) -> str:
    """Tell documents that are zip files inside from archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            said = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        return ".zip"
    kind = said.decode("ascii", "replace").strip()
    if kind in _ENDINGS:
        return _ENDINGS[kind]
    inside = {
        "word/document.xml": ".docx",
        "xl/workbook.xml": ".xlsx",
        "ppt/presentation.xml": ".pptx",
        "META-INF/container.xml": ".epub",
    }
    return next((ending for name, ending in inside.items() if name in names), ".zip")


def _in_utf8(found: Fetched, ending: str) -> bytes:
    """Return a text in UTF-8 when it is in what else the server says.

    What is no text is left as it is, and so is a text that says itself what it is in.
    """
    told = ending in _FEEDS and _XML_ENCODING.match(found.data)
    if ending in _BINARY or told or not found.charset or _is_unicode(found.data):
        return found.data
    try:
        return found.data.decode(found.charset).encode("utf-8")
    except (LookupError, UnicodeError):
        return found.data


def _is_unicode(data: bytes) -> bool:
    """Tell whether bytes are in UTF-8, or begin by saying in which form of Unicode they are."""
    if data.startswith(_BYTE_ORDER_MARKS):
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def read_linked(
    data: bytes,
    read_page: Callable[[str], Iterator[Article]],
    address: str = "",
    wanted: Callable[[FeedEntry], bool] | None = None,
) -> Iterator[tuple[str, Article | InputError | Withdrawn | PassedOver]]:
    """Read the articles that a feed links to.

    Of pages of its own site a feed is believed: its title and date come first, it fills what the
    page leaves open, and its text stands for a page that cannot be read, when it is one and not a
    teaser. Other sites speak for themselves: a feed says no more than where they are, and when an
    article is from that has no date.

    Args:
        data: The feed.
        read_page: Reads the articles at an address.
        address: Where the feed was found.
        wanted: Tells whether an entry is to be read; None for all.

    Yields:
        The address of each article, and the article, why there is none, or what it is instead;
        last, where the feed is damaged, its own address and how.
    """
    feed = parse_feed(data, address)
    for entry in feed.entries:
        if wanted and not wanted(entry):
            continue
        if entry.unread:
            yield entry.link or entry.key, entry.unread
        elif entry.link:
            own = is_same_site(address, entry.link)
            yield entry.link, _read_entry(entry, read_page, is_own=own)
        else:
            yield entry.key, entry.article
    if feed.damage:
        yield address, InputError(feed.damage)


def _read_entry(
    entry: FeedEntry, read_page: Callable[[str], Iterator[Article]], *, is_own: bool
) -> Article | InputError:
    told = entry.article
    try:
        page = next(read_page(entry.link), None)
        trouble = InputError("holds no article")
    except InputError as error:
        page, trouble = None, error
    if page is None or not page.text.strip():
        return told if is_own and len(told.text) >= _WHOLE else trouble
    if not is_own:
        return replace(page, date=page.date or told.date, url=page.url or told.url)
    return replace(
        page,
        title=told.title or page.title,
        source=page.source or told.source,
        date=told.date or page.date,
        author=page.author or told.author,
        url=page.url or told.url,
    )


_WHOLE = 400
"""Characters from which a feed's own text is an article rather than a teaser."""

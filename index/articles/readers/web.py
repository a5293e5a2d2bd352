"""Read articles from web addresses: pages, files and feeds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from index.articles.article import Article
from index.articles.fetching import Fetched, fetch
from index.articles.readers.feeds import FeedEntry, feed_entries, looks_like_feed
from index.errors import InputError

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
}


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


def fetch_readable(url: str, *, allow_private: bool) -> tuple[bytes, str, str]:
    """Fetch an address; return its content, the file ending that says its format, and its place.

    Raises:
        InputError: It cannot be fetched.
    """
    found = fetch(url, allow_private=allow_private)
    return _in_utf8(found), _ending(found), found.url


def _ending(found: Fetched) -> str:
    if looks_like_feed(found.data):
        return ".rss"
    if found.data.startswith(b"%PDF-"):
        return ".pdf"
    known = _ENDINGS.get(found.content_type)
    if known in {None, ".txt"}:
        path = urlsplit(found.url).path
        named = "." + path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
        return named if named in set(_ENDINGS.values()) else known or ".html"
    return known


def _in_utf8(found: Fetched) -> bytes:
    """Return the content in UTF-8 when the server says what else it is in."""
    if found.charset.lower() in {"", "utf-8", "utf8"}:
        return found.data
    try:
        return found.data.decode(found.charset).encode("utf-8")
    except (LookupError, UnicodeError):
        return found.data


def read_linked(
    data: bytes, read_page: Callable[[str], Iterator[Article]], address: str = ""
) -> Iterator[tuple[str, Article | InputError]]:
    """Read the articles that a feed links to.

    What the feed says of an article fills what its page leaves open; a page that cannot be read is
    replaced by what the feed holds of it, when that is a text and not a teaser.

    Args:
        data: The feed.
        read_page: Reads the articles at an address.
        address: Where the feed was found.

    Yields:
        The address of each article, and the article or why there is none.
    """
    for entry in feed_entries(data, address):
        if entry.link:
            yield entry.link, _linked(entry, read_page)
        else:
            yield entry.article.title, entry.article


def _linked(
    entry: FeedEntry, read_page: Callable[[str], Iterator[Article]]
) -> Article | InputError:
    told = entry.article
    try:
        page = next(read_page(entry.link), None)
        trouble = InputError("holds no article")
    except InputError as error:
        page, trouble = None, error
    if page is None or not page.text.strip():
        return told if len(told.text) >= _WHOLE else trouble
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

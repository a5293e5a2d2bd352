"""Read RSS and Atom feeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.arabic.dates import parse_date
from index.articles.article import Article, opening_words
from index.articles.readers.fields import public_url
from index.articles.readers.markup import headed_lines
from index.articles.readers.values import clean
from index.errors import InputError


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed: what it says of an article, and where the article is."""

    link: str
    article: Article


def looks_like_feed(data: bytes) -> bool:
    """Tell from its first elements whether a file is a feed."""
    head = data[:2_000].lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf"))


def read_feed(data: bytes) -> Iterator[Article]:
    """Read the articles of a feed as far as it holds them itself.

    Raises:
        InputError: It is no feed.
    """
    for entry in feed_entries(data):
        yield entry.article


def feed_entries(data: bytes) -> list[FeedEntry]:
    """Return the entries of a feed, in its order.

    Raises:
        InputError: It is no feed.
    """
    import feedparser

    feed = feedparser.parse(data)
    if not feed.get("version"):
        raise InputError("is no RSS or Atom feed")
    publisher = clean(feed.feed.get("title", ""))
    return [_entry(entry, publisher) for entry in feed.entries]


def _entry(entry: Any, publisher: str) -> FeedEntry:
    link = public_url(clean(entry.get("link", "")))
    contents = [part.get("value", "") for part in entry.get("content", [])]
    markup = max([*contents, entry.get("summary", "")], key=len)
    heading, lines = headed_lines(markup) if markup.strip() else ("", [])
    text = "\n".join(filter(None, [heading, *lines]))
    title = " ".join("\n".join(headed_lines(entry.get("title", "") or " ")[1]).split())
    published = entry.get("published") or entry.get("updated") or entry.get("created") or ""
    article = Article(
        id="",
        title=title or opening_words(text),
        text=text,
        source=publisher,
        date=parse_date(published),
        author=clean(entry.get("author", "")),
        url=link,
    )
    return FeedEntry(link, article)

"""Read RSS and Atom feeds."""

import codecs
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from index.arabic.dates import parse_date
from index.articles.article import Article, opening_words
from index.articles.readers.base import PassedOver, Read, ReadFailure, Withdrawn
from index.articles.readers.fields import public_url
from index.articles.readers.leads import with_leads
from index.articles.readers.markup import read_lines
from index.articles.readers.values import clean
from index.articles.readers.wordpress import unread_entry
from index.errors import InputError

_KEY_LENGTH, _LINK_LENGTH = 120, 2_000
"""Characters of what an entry is known by. Chosen: a headline, and what browsers take."""

_HEAD = 64 * 1024
"""Bytes in which the first element of a feed begins. Chosen, for long notices above it."""
_BEFORE_FIRST = re.compile(
    r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)(?=[\s>/])", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_FEED_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed: what it says of an article, and where the article is.

    Attributes:
        link: Address of the article; "" for none of its own.
        article: What the feed holds of it.
        key: What it is known by in the feed where it has no address of its own; never an address.
        unread: What is told of it where it is not read; None where it is.
    """

    link: str
    article: Article
    key: str
    unread: Withdrawn | PassedOver | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was read.

    Attributes:
        entries: In its order.
        damage: What is wrong with it where entries may be missing, or "".
    """

    entries: tuple[FeedEntry, ...]
    damage: str


def looks_like_feed(data: bytes) -> bool:
    """Tell from its first element whether a file is a feed."""
    head = _decode_markup(data[:_HEAD])
    before = _BEFORE_FIRST.match(head)
    return _FEED.match(head, before.end() if before else 0) is not None


def read_feed(data: bytes) -> Iterator[Read]:
    """Read the articles of a feed as far as it holds them itself; last comes what is damaged.

    Raises:
        InputError: It is no feed.
    """
    feed = parse_feed(data)
    for entry in feed.entries:
        yield entry.unread or entry.article
    if feed.damage:
        yield ReadFailure("", feed.damage)


def parse_feed(data: bytes, address: str = "") -> Feed:
    """Return the entries of a feed.

    Args:
        data: The feed.
        address: Where it was found; its relative addresses are below the site it names, else there.

    Raises:
        InputError: It is no feed.
    """
    import feedparser

    # As a stream: bytes it would take for a path, and open, when they are no feed. What it would
    # clean out of markup, such as ruby, parts words; the text alone is taken out here.
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version") or (feed.bozo and not feed.entries):
        raise InputError("is no RSS or Atom feed, or a damaged one")
    publisher = _line(feed.feed.get("title", ""))
    own = (link.get("href", "") for link in feed.feed.get("links", []) if link.get("rel") == "self")
    site = _resolve_address(_resolve_address(address, next(own, "")), feed.feed.get("link", ""))
    found = [_entry(entry, publisher, site) for entry in feed.entries]
    # What several entries link to, such as the front page, is the article of none.
    times = Counter(link for link, _ in {(one.link, one.key) for one in found if one.link})
    entries = (replace(one, link="") if times[one.link] > 1 else one for one in found)
    return Feed(tuple(entries), _describe_damage(data, len(found), feed.get("bozo_exception")))


def _describe_damage(data: bytes, count: int, error: Exception | None) -> str:
    """Say where a feed that is no XML was damaged, unless all its entries were found.

    Args:
        data: The feed.
        count: How many entries were found.
        error: What its parser tripped over, if anything; it went on as well as it could.
    """
    from xml.sax import SAXParseException

    if not isinstance(error, SAXParseException):
        return ""
    markup = _decode_markup(data)
    begun, ended = (sum(1 for _ in tag.finditer(markup)) for tag in (_ENTRY, _ENTRY_END))
    if begun == ended == count and _FEED_END.search(markup):
        return ""  # such as «&» in a title, which many write so
    # Where there is no declaration, the parser is given one, on a line of its own.
    line = (error.getLineNumber() or 1) - (not markup.startswith("<?xml"))
    return f"is damaged at line {max(line, 1)}: entries after it may be missing"


def _decode_markup(data: bytes) -> str:
    """Return a feed as text whose tags are right; its words need not be.

    Tags are ASCII, which is the same in every encoding of feeds but UTF-16.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _make_key(text: str) -> str:
    """Return a short key for an entry that nobody takes for an address."""
    if len(text) > _KEY_LENGTH:
        text = f"{text[:_KEY_LENGTH]}…{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return f"entry {text}" if "://" in text else text


def _resolve_address(base: str, link: str) -> str:
    """Return an address that may be relative to another in full, or "" when it stays unknown."""
    try:
        found = urljoin(base, clean(link))
    except ValueError:
        return ""
    return public_url(f"https:{found}" if found.startswith("//") else found)


def _line(markup: str) -> str:
    return " ".join(read_lines(clean(markup)))


def _text(markup: str) -> str:
    return "\n".join(read_lines(markup))


def _link_of(entry: Any) -> str:
    """Return the link of an entry, or ""; a mere number under ``<guid>`` is none (RSS 2.0)."""
    link: str = entry.get("link", "")
    is_guid = entry.get("guidislink") and not entry.get("links")
    return "" if is_guid and not link.strip().lower().startswith(("http://", "https://")) else link


def _entry(entry: Any, publisher: str, site: str) -> FeedEntry:
    own = _link_of(entry)
    link = _resolve_address(site, own) if len(own) <= _LINK_LENGTH else ""
    link = link if own else ""
    title = _line(entry.get("title", ""))
    contents = [_text(part.get("value", "")) for part in entry.get("content", [])]
    summary = _text(entry.get("summary", ""))
    body = max(contents, key=len, default="") or summary
    text = with_leads(body, [summary], title=title)
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
    guid = clean(entry.get("id", "")) if link or entry.get("link") else ""
    return FeedEntry(
        link, article, _make_key(guid or article.title or "entry"), unread_entry(entry)
    )

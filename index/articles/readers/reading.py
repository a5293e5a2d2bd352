"""Read the articles of sources: one that cannot be read never stops the others."""

import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from index.articles.article import Article, origin_of_address, place_in
from index.articles.fetching import Fetched, place_of
from index.articles.file_names import printable_path
from index.articles.readers.archives import (
    Allowance,
    Entry,
    entries_of,
    open_archive,
    read_entry,
)
from index.articles.readers.base import (
    FileReader,
    PassedOver,
    Read,
    ReadFailure,
    ReadOptions,
    Withdrawn,
)
from index.articles.readers.feeds import FeedEntry
from index.articles.readers.folders import article_name, ending_of, kind_of
from index.articles.readers.formats import ARCHIVE, FORMATS, READERS, is_read
from index.articles.readers.sources import Source, list_sources, load
from index.articles.readers.web import (
    address_id,
    is_address,
    is_feed,
    read_linked,
    to_readable,
)
from index.articles.repair import join_surrogates, repair
from index.errors import InputError, put_on_one_line

logger = logging.getLogger(__name__)

MAX_FEED_BYTES = 10 * 1024 * 1024
"""Of a feed: what reads them takes eighty times as much memory. Chosen."""


def read_articles(
    roots: Iterable[str | Path], options: ReadOptions | None = None
) -> Iterator[Read]:
    """Read every article below some paths and addresses, in name order.

    Ids are the paths below the given folder without the ending, with ``#n`` for the n-th record
    of a file that holds several.

    Raises:
        InputError: A path does not exist.
    """
    listing = list_sources(roots, ocr=(options or ReadOptions()).ocr)
    yield from listing.failures
    yield from listing.passed_over
    for source in listing.sources:
        yield from read_source(source, options)


def read_source(
    source: Source, options: ReadOptions | None = None, data: bytes | None = None
) -> Iterator[Read]:
    """Read the articles of one source; a problem is yielded, not raised.

    Args:
        source: What to read.
        options: How to read it.
        data: The file's bytes when they are already loaded.
    """
    options = options or ReadOptions()
    if source.path is None:
        yield from _read_address(source, options)
        return
    try:
        data = load(source) if data is None else data
    except InputError as error:
        yield ReadFailure(source.origin, str(error))
        return
    place = _Place(source.name, source.origin)
    yield from _read(data, ending_of(source.path.name), place, options)


class _Place(NamedTuple):
    """Where articles come from: what their ids and origins are made of."""

    name: str
    origin: str


def _read_address(source: Source, options: ReadOptions) -> Iterator[Read]:
    try:
        found = options.fetch(source.origin, allow_private=options.allow_private)
    except InputError as error:
        yield ReadFailure(source.origin, str(error))
    else:
        yield from read_fetched(found, source, options)


def read_fetched(
    found: Fetched,
    source: Source,
    options: ReadOptions,
    wanted: Callable[[FeedEntry], bool] | None = None,
) -> Iterator[Read]:
    """Read the articles of an address that was fetched; a problem is yielded, not raised.

    Args:
        found: What it holds.
        source: The address.
        options: How to read it.
        wanted: Tells whether an entry of a feed is to be read; None for all.
    """
    data, ending = to_readable(found)
    if is_feed(ending) and len(data) > MAX_FEED_BYTES:
        yield ReadFailure(source.origin, f"is a feed of over {MAX_FEED_BYTES >> 20} MiB")
    elif is_feed(ending):
        yield from _read_feed(data, source, options, wanted)
    else:
        for item in _read(data, ending, _Place(source.name, source.origin), options):
            yield replace(item, url=item.url or found.url) if isinstance(item, Article) else item


def _read_feed(
    data: bytes,
    source: Source,
    options: ReadOptions,
    wanted: Callable[[FeedEntry], bool] | None,
) -> Iterator[Read]:
    def page(url: str) -> Iterator[Article]:
        trusted = options.allow_private and _is_same_place(url, source.origin)
        data, ending = to_readable(options.fetch(url, allow_private=trusted))
        for item in _read(data, ending, _Place(address_id(url), url), options):
            if isinstance(item, ReadFailure):
                raise InputError(item.reason)
            if isinstance(item, Article):
                yield item

    try:
        for place, found in read_linked(data, page, source.origin, wanted):
            linked = is_address(place)
            origin = origin_of_address(place) if linked else place_in(source.origin, place)
            if isinstance(found, InputError):
                yield ReadFailure(origin, str(found))
            elif isinstance(found, Withdrawn | PassedOver):
                yield replace(found, origin=origin)
            elif found.text.strip():
                name = address_id(place) if linked else f"{source.name}#{place}"
                yield replace(_repair_article(found), id=name, origin=origin)
            else:
                yield ReadFailure(origin, "has no text")
    except InputError as error:
        yield ReadFailure(source.origin, str(error))


def _is_same_place(url: str, other: str) -> bool:
    """Tell whether two addresses have one host and port."""
    try:
        return place_of(url) == place_of(other)
    except ValueError:
        return False


def _read(
    data: bytes,
    ending: str,
    place: _Place,
    options: ReadOptions,
    allowance: Allowance | None = None,
) -> Iterator[Read]:
    """Read bytes whose format their ending says.

    Args:
        data: The bytes.
        ending: Of their name.
        place: Where they are.
        options: How to read them.
        allowance: What the archive that they are in may still hold, if they are in one.
    """
    try:
        if ending == ARCHIVE:
            with allowance.one_deeper() if allowance else nullcontext():
                yield from _read_archive(data, place, options, allowance)
            return
        reader = _reader(ending)
        named = (options.columns,) if reader.named else ()
        drawn = {"ocr": options.ocr} if reader.ocr else {}
        yield from _fill_origins(reader.read(data, *named, **drawn), place, several=reader.several)
    except InputError as error:
        yield ReadFailure(place.origin, str(error))
    except RecursionError:
        yield ReadFailure(place.origin, "is nested too deeply")
    except MemoryError:
        yield ReadFailure(place.origin, "takes too much memory to read; split it")
    except Exception as error:  # what a library trips over must not stop the others
        logger.debug("reading %s", place.origin, exc_info=True)
        reason = f"{type(error).__name__}: {put_on_one_line(error)}"
        yield ReadFailure(place.origin, f"cannot be read ({reason})")


def _reader(ending: str) -> FileReader:
    if ending not in READERS:
        raise InputError(f"unknown format {ending!r}; use {' '.join(FORMATS)}")
    return READERS[ending]


def _read_archive(
    data: bytes, place: _Place, options: ReadOptions, allowance: Allowance | None
) -> Iterator[Read]:
    """Read the files of an archive and of those inside it, which share its limits."""
    try:
        with open_archive(data) as archive:
            allowance, entry = allowance or Allowance.beside(archive), None
            for entry in entries_of(archive):
                origin = place_in(place.origin, printable_path(entry.path))
                if (kind := _unread_kind(entry, options)) is not None:
                    yield PassedOver(origin, kind)
                    continue
                inside = _Place(f"{place.name}/{article_name(entry.path)}", origin)
                try:
                    content = read_entry(archive, entry.info)
                    allowance.spend(content)
                except InputError as error:
                    yield ReadFailure(origin, str(error))
                else:
                    yield from _read(content, ending_of(entry.path), inside, options, allowance)
            if entry is None:
                raise InputError("holds no file")
    except zipfile.BadZipFile as error:
        raise InputError(f"is no readable .zip file: {error}") from None


def _unread_kind(entry: Entry, options: ReadOptions) -> str | None:
    """Return what a file of an archive is when it is none that is read."""
    if entry.is_link:
        return "link in an archive"
    return None if is_read(ending_of(entry.path), ocr=options.ocr) else kind_of(entry.path)


def _fill_origins(items: Iterator[Read], place: _Place, *, several: bool) -> Iterator[Read]:
    """Fill in ids and origins, and report records without a body."""
    found = False
    for number, item in enumerate(items, start=1):
        found = True
        if not isinstance(item, Article):
            part = item.origin or (number if several else "")
            yield replace(item, origin=place_in(place.origin, part) if part else place.origin)
            continue
        article = _repair_article(item)
        origin = place_in(place.origin, article.id or number) if several else place.origin
        if not article.text.strip():
            yield ReadFailure(origin, "has no text")
            continue
        default = f"{place.name}#{number}" if several else place.name
        yield replace(article, id=article.id or default, origin=origin)
    if not found:
        yield ReadFailure(place.origin, "holds no article")


def _repair_article(article: Article) -> Article:
    """Return the article in the letters it was written in, which UTF-8 can hold."""
    return replace(
        article,
        id=join_surrogates(article.id),
        title=repair(join_surrogates(article.title)),
        text=repair(join_surrogates(article.text)),
        source=repair(join_surrogates(article.source)),
        date=join_surrogates(article.date),
        author=repair(join_surrogates(article.author)),
        url=join_surrogates(article.url),
    )

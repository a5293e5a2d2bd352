"""Read articles from files, folders, archives, web addresses and feeds.

:func:`list_sources` finds what there is to read, :func:`read_source` reads one of them and yields
an ``Article`` or a ``ReadFailure`` per record: one that cannot be read never stops the others. A
new format is one function in this package and one line in ``_FORMATS``.
"""

import io
import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from index.articles.article import Article, place_in
from index.articles.readers.archives import entries_of, read_entry
from index.articles.readers.documents import read_markdown, read_text
from index.articles.readers.epub import read_epub
from index.articles.readers.feeds import read_feed
from index.articles.readers.pages import read_html
from index.articles.readers.pdf import read_pdf
from index.articles.readers.tables import read_csv, read_json, read_jsonl
from index.articles.readers.web import address_id, fetch_readable, is_address, read_linked
from index.articles.readers.word import read_docx
from index.articles.repair import repair
from index.errors import InputError
from index.folder import DATABASE

logger = logging.getLogger(__name__)

READERS_VERSION = "2"
"""Changes whenever the same file may be read differently."""


class _Format(NamedTuple):
    """How a format is read.

    Attributes:
        read: Takes the bytes, and what fields are called in them where there are names.
        named: Whether fields have names.
        several: Whether one file holds several articles.
    """

    read: Callable[..., Iterator[Article]]
    named: bool = False
    several: bool = False


_FORMATS = {
    ".txt": _Format(read_text, named=True),
    ".text": _Format(read_text, named=True),
    ".md": _Format(read_markdown, named=True),
    ".markdown": _Format(read_markdown, named=True),
    ".html": _Format(read_html),
    ".htm": _Format(read_html),
    ".xhtml": _Format(read_html),
    ".pdf": _Format(read_pdf),
    ".docx": _Format(read_docx),
    ".epub": _Format(read_epub, several=True),
    ".jsonl": _Format(read_jsonl, named=True, several=True),
    ".ndjson": _Format(read_jsonl, named=True, several=True),
    ".json": _Format(read_json, named=True, several=True),
    ".csv": _Format(read_csv, named=True, several=True),
    ".tsv": _Format(read_csv, named=True, several=True),
    ".rss": _Format(read_feed, several=True),
    ".atom": _Format(read_feed, several=True),
    ".xml": _Format(read_feed, several=True),
}
_ARCHIVE = ".zip"
FORMATS = (*_FORMATS, _ARCHIVE)
"""File endings that can be read."""

MAX_FILE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read.

    Attributes:
        columns: Field of an article (``text``, ``title``, ``date``, …) -> its name in records and
            front matter, when it is none of the usual ones.
        allow_private: Whether web addresses of this machine and its network may be fetched.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A file or record that could not be read, and why."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file or web address to read.

    Attributes:
        origin: An absolute path, or the address.
        name: What the ids of its articles are made from.
        path: The file; None for an address.
    """

    origin: str
    name: str
    path: Path | None = None

    @property
    def size(self) -> int:
        """Bytes of the file; 1 for an address, and for a file that is gone."""
        try:
            return (self.path.stat().st_size if self.path else 0) + 1
        except OSError:
            return 1


def list_sources(roots: Iterable[str | Path]) -> list[Source]:
    """Return what there is to read below some paths and addresses, each once, in name order.

    Folders are walked; hidden files, files of unknown formats and index folders inside them are
    passed over. A file that is named itself must be readable.

    Raises:
        InputError: A path does not exist.
    """
    found: dict[str, Source] = {}
    for root in roots:
        for source in _sources(root):
            found.setdefault(source.origin, source)
    return list(found.values())


def _sources(root: str | Path) -> Iterator[Source]:
    if is_address(root):
        address = str(root).split("#", 1)[0]
        yield Source(address, address_id(address))
        return
    root = Path(root)
    if not root.exists():
        raise InputError(f"{root} does not exist; check the path")
    base = root if root.is_dir() else root.parent
    for path in _files(root):
        name = path.relative_to(base).with_suffix("").as_posix()
        yield Source(str(path.resolve()), name, path)


def _files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    indexes = {path.parent for path in root.rglob(DATABASE)}
    files = (path for path in sorted(root.rglob("*")) if path.suffix.lower() in FORMATS)
    return [
        path
        for path in files
        if path.is_file()
        and not _is_hidden(path.relative_to(root))
        and indexes.isdisjoint(path.parents)
    ]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_articles(
    roots: Iterable[str | Path], reading: Reading | None = None
) -> Iterator[Article | ReadFailure]:
    """Read every article below some paths and addresses, in name order.

    Ids are the paths below the given folder without the ending, with ``#n`` for the n-th record
    of a file that holds several.

    Raises:
        InputError: A path does not exist.
    """
    for source in list_sources(roots):
        yield from read_source(source, reading)


def load(source: Source) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: It cannot be read or is too large.
    """
    if source.size > MAX_FILE_BYTES:
        raise InputError(f"is over {MAX_FILE_BYTES >> 20} MiB; split it")
    try:
        return Path(source.origin).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from None


def read_source(
    source: Source, reading: Reading | None = None, data: bytes | None = None
) -> Iterator[Article | ReadFailure]:
    """Read the articles of one source; a problem is yielded, not raised.

    Args:
        source: What to read.
        reading: How to read it.
        data: The file's bytes when they are already loaded.
    """
    reading = reading or Reading()
    if source.path is None:
        yield from _read_address(source, reading)
        return
    try:
        data = load(source) if data is None else data
    except InputError as error:
        yield ReadFailure(source.origin, str(error))
        return
    place = _Place(source.name, source.origin)
    yield from _read(data, source.path.suffix.lower(), place, reading)


class _Place(NamedTuple):
    """Where articles come from: what their ids and origins are made of."""

    name: str
    origin: str


def _read_address(source: Source, reading: Reading) -> Iterator[Article | ReadFailure]:
    try:
        data, ending, url = fetch_readable(source.origin, allow_private=reading.allow_private)
    except InputError as error:
        yield ReadFailure(source.origin, str(error))
        return
    if ending in {".rss", ".atom"}:
        yield from _read_feed(data, source, reading)
        return
    for item in _read(data, ending, _Place(source.name, source.origin), reading):
        yield replace(item, url=item.url or url) if isinstance(item, Article) else item


def _read_feed(data: bytes, source: Source, reading: Reading) -> Iterator[Article | ReadFailure]:
    def page(url: str) -> Iterator[Article]:
        data, ending, _ = fetch_readable(url, allow_private=reading.allow_private)
        for item in _read(data, ending, _Place(address_id(url), url), reading):
            if isinstance(item, ReadFailure):
                raise InputError(item.reason)
            yield item

    try:
        for place, found in read_linked(data, page, source.origin):
            if isinstance(found, InputError):
                yield ReadFailure(place, str(found))
            elif found.text.strip():
                name = address_id(place) if is_address(place) else f"{source.name}#{place}"
                origin = place if is_address(place) else place_in(source.origin, place)
                yield replace(_repaired(found), id=name, origin=origin)
            else:
                yield ReadFailure(place, "has no text")
    except InputError as error:
        yield ReadFailure(source.origin, str(error))


def _read(
    data: bytes, ending: str, place: _Place, reading: Reading
) -> Iterator[Article | ReadFailure]:
    """Read bytes whose format their ending says."""
    try:
        if ending == _ARCHIVE:
            yield from _read_archive(data, place, reading)
            return
        form = _format(ending)
        articles = form.read(data, reading.columns) if form.named else form.read(data)
        yield from _named(articles, place, several=form.several)
    except InputError as error:
        yield ReadFailure(place.origin, str(error))
    except RecursionError:
        yield ReadFailure(place.origin, "is nested too deeply")
    except MemoryError:
        yield ReadFailure(place.origin, "takes too much memory to read; split it")
    except Exception as error:  # what a library trips over must not stop the others
        logger.debug("reading %s", place.origin, exc_info=True)
        reason = " ".join(str(error).split())[:200]
        yield ReadFailure(place.origin, f"cannot be read ({type(error).__name__}: {reason})")


def _format(ending: str) -> _Format:
    if ending not in _FORMATS:
        raise InputError(f"unknown format {ending!r}; use {' '.join(FORMATS)}")
    return _FORMATS[ending]


def _read_archive(data: bytes, place: _Place, reading: Reading) -> Iterator[Article | ReadFailure]:
    """Read the files of an archive; archives inside it are not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in entries_of(archive):
                path = PurePosixPath(entry.filename)
                ending = path.suffix.lower()
                if ending not in _FORMATS:
                    continue
                inside = _Place(
                    f"{place.name}/{path.with_suffix('')}", place_in(place.origin, entry.filename)
                )
                try:
                    content = read_entry(archive, entry)
                except InputError as error:
                    yield ReadFailure(inside.origin, str(error))
                else:
                    yield from _read(content, ending, inside, reading)
    except zipfile.BadZipFile as error:
        raise InputError(f"is no readable .zip file: {error}") from None


def _named(
    articles: Iterator[Article], place: _Place, *, several: bool
) -> Iterator[Article | ReadFailure]:
    """Fill in ids and origins, and report records without a body."""
    found = False
    for number, article in enumerate(articles, start=1):
        found = True
        origin = place_in(place.origin, article.id or number) if several else place.origin
        if not article.text.strip():
            yield ReadFailure(origin, "has no text")
            continue
        default = f"{place.name}#{number}" if several else place.name
        yield replace(_repaired(article), id=article.id or default, origin=origin)
    if not found:
        yield ReadFailure(place.origin, "holds no article")


def _repaired(article: Article) -> Article:
    """Return the article in the letters it was written in."""
    return replace(
        article,
        title=repair(article.title),
        text=repair(article.text),
        source=repair(article.source),
        author=repair(article.author),
    )

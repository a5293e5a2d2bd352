"""Read articles from files and folders; one unreadable file never stops the others.

:func:`read_articles` walks the paths and yields an ``Article`` or a ``ReadFailure`` per record.
A new format is one function in this package and one line in ``_READERS``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.articles import Article
from index.errors import InputError
from index.readers.documents import read_html, read_markdown, read_text
from index.readers.tables import read_csv, read_json, read_jsonl

_READERS: dict[str, Callable[[bytes], Iterator[Article]]] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
}
FORMATS = tuple(_READERS)
"""File endings that can be read."""

MAX_FILE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A file or record that could not be read, and why."""

    origin: str
    reason: str


def read_articles(paths: Iterable[Path]) -> Iterator[Article | ReadFailure]:
    """Read every article below the paths, in name order.

    Folders are walked; hidden files and files of unknown formats inside them are passed over. A
    file that is named itself must be readable. Ids are the paths below the given folder without
    the ending, with ``#n`` for the n-th record of a file that holds several.

    Raises:
        InputError: A path does not exist.
    """
    for root in paths:
        for path in list_files(root):
            yield from read_file(path, base=root if root.is_dir() else root.parent)


def list_files(root: Path) -> list[Path]:
    """Return the files to read below a path, sorted.

    Raises:
        InputError: The path does not exist.
    """
    if not root.exists():
        raise InputError(f"{root} does not exist; check the path")
    if root.is_file():
        return [root]
    files = (path for path in sorted(root.rglob("*")) if path.suffix.lower() in _READERS)
    return [path for path in files if path.is_file() and not _is_hidden(path.relative_to(root))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_file(path: Path, *, base: Path) -> Iterator[Article | ReadFailure]:
    """Read the articles of one file; a problem with the file is yielded, not raised."""
    origin = str(path.resolve())
    try:
        yield from _named(_parse(path), path, base, origin)
    except InputError as error:
        yield ReadFailure(origin, str(error))
    except OSError as error:
        yield ReadFailure(origin, f"cannot be read: {error.strerror or error}")
    except RecursionError:
        yield ReadFailure(origin, "is nested too deeply")


def _parse(path: Path) -> Iterator[Article]:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"unknown format {path.suffix or path.name!r}; use {' '.join(FORMATS)}")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"is over {MAX_FILE_BYTES >> 20} MiB; split it")
    return reader(path.read_bytes())


def _named(
    articles: Iterator[Article], path: Path, base: Path, origin: str
) -> Iterator[Article | ReadFailure]:
    """Fill in ids and origins, and report records without a body."""
    name = path.relative_to(base).with_suffix("").as_posix()
    several = path.suffix.lower() in {".jsonl", ".ndjson", ".json", ".csv", ".tsv"}
    found = False
    for number, article in enumerate(articles, start=1):
        found = True
        place = f"{origin}#{article.id or number}" if several else origin
        if not article.text.strip():
            yield ReadFailure(place, "has no text")
            continue
        default = f"{name}#{number}" if several else name
        yield replace(article, id=article.id or default, origin=place)
    if not found:
        yield ReadFailure(origin, "holds no article")

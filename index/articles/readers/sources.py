"""Find what there is to read: the files below some folders, and web addresses."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.articles.article import origin_of, origin_of_address
from index.articles.file_names import is_hidden, printable_path
from index.articles.readers.base import PassedOver, ReadFailure
from index.articles.readers.folders import (
    Walk,
    article_name,
    ending_of,
    kind_of,
    reason_of,
    special_kind,
)
from index.articles.readers.formats import is_read
from index.articles.readers.web import address_id, is_address
from index.errors import InputError

MAX_FILE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A file or web address to read.

    Attributes:
        origin: An absolute path in printable form, or the address.
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


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found below some paths and addresses.

    Attributes:
        sources: What there is to read, each once.
        passed_over: Files of kinds that are not read.
        failures: What cannot even be looked at, and why.
    """

    sources: tuple[Source, ...]
    passed_over: tuple[PassedOver, ...]
    failures: tuple[ReadFailure, ...]


def list_sources(roots: Iterable[str | Path], *, ocr: bool = False) -> Listing:
    """Return what there is to read below some paths and addresses, in name order.

    Folders are walked and links in them followed, once; hidden files and those of an
    index are left out. A file that is named itself is a source whatever its format.

    Args:
        roots: The paths and addresses.
        ocr: Whether pictures are read.

    Raises:
        InputError: A path does not exist.
    """
    walk = Walk()
    addresses: set[str] = set()
    found: list[Source] = []
    for root in roots:
        if is_address(root):
            address = str(root).split("#", 1)[0]
            if address not in addresses:
                found.append(Source(origin_of_address(address), address_id(address)))
            addresses.add(address)
        else:
            found += _sources_at(Path(root), walk, ocr=ocr)
    return Listing(tuple(found), tuple(walk.passed_over), tuple(walk.failures))


def list_changed(root: Path, changed: Iterable[Path], *, ocr: bool = False) -> Listing:
    """Return what there is to read at some paths below a folder, named as in all of the folder.

    Args:
        root: A real path.
        changed: Files and folders below it, none of them a link, each of which may be gone.
        ocr: Whether pictures of text are read.
    """
    walk = Walk()
    found: list[Source] = []
    for path in sorted(changed):
        if any(is_hidden(name) for name in path.relative_to(root).parts):
            continue
        if path.is_dir():
            found += _sources_below(path, walk, root, ocr=ocr)
        elif path.is_file() and walk.is_new(str(path)):
            found += _take_file(path, walk, root, ocr=ocr)
    return Listing(tuple(found), tuple(walk.passed_over), tuple(walk.failures))


def _sources_at(root: Path, walk: Walk, *, ocr: bool) -> list[Source]:
    try:
        mode = root.stat().st_mode
    except FileNotFoundError:
        raise InputError(f"{printable_path(str(root))} does not exist; check the path") from None
    except OSError as error:
        raise InputError(f"{printable_path(str(root))} {reason_of(error)}") from None
    real = root.resolve()
    if stat.S_ISDIR(mode):
        return _sources_below(real, walk, ocr=ocr)
    if stat.S_ISREG(mode):
        source = _source(root, root.name, origin=real)
        return [source] if walk.is_new(str(real)) else []
    reason = f"is a {special_kind(mode)}; name a file or folder"
    walk.failures.append(ReadFailure(origin_of(real), reason))
    return []


def _sources_below(
    folder: Path, walk: Walk, root: Path | None = None, *, ocr: bool
) -> list[Source]:
    """Return what is below a folder, named by its path below it or another one above."""
    found: list[Source] = []
    for path in walk.files(folder):
        found += _take_file(path, walk, root or folder, ocr=ocr)
    return found


def _take_file(path: Path, walk: Walk, root: Path, *, ocr: bool) -> list[Source]:
    """Return a file, named by its path below a folder, or note that its kind is not read."""
    if is_read(ending_of(path.name), ocr=ocr):
        return [_source(path, path.relative_to(root).as_posix())]
    walk.passed_over.append(PassedOver(origin_of(path), kind_of(path.name)))
    return []


def _source(path: Path, name: str, *, origin: Path | None = None) -> Source:
    return Source(origin_of(origin or path), article_name(name), path)


def load(source: Source) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: It cannot be read or is too large.
    """
    if source.size > MAX_FILE_BYTES:
        raise InputError(f"is over {MAX_FILE_BYTES >> 20} MiB; split it")
    try:
        return (source.path or Path(source.origin)).read_bytes()
    except OSError as error:
        raise InputError(reason_of(error)) from None

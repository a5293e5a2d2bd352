"""Find what there is to read: the files below some folders, and web addresses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.articles.readers.formats import FORMATS
from index.articles.readers.web import address_id, is_address
from index.errors import InputError
from index.folder import DATABASE

MAX_FILE_BYTES = 512 * 1024 * 1024


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

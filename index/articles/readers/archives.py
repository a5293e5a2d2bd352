"""Open .zip files, whoever made them, without being filled up by them."""

import io
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Self

from index.articles.file_names import decode_names, is_hidden
from index.errors import InputError

MAX_ENTRIES = 200_000
MAX_UNPACKED = 4 * 1024**3
MAX_ENTRY = 512 * 1024**2
MAX_DOCUMENT = 256 * 1024**2
"""Limits: files of an archive, bytes of all of them, of one of them, and of a book or document."""
MAX_DEPTH = 4
"""Archives in archives that are opened, the outermost counted. Chosen, not measured."""
MAX_RATIO = 200
"""How many times its own size an archive may unpack to, from ``FREE`` bytes on. Texts of articles
shrink to a quarter, sheets of blank cells to a fiftieth; deflate cannot do better than 1:1,032."""
FREE = 64 * 1024**2

_PACKED_MARK = b"PK\x03\x04"
_ENTRY_MARK = b"PK\x01\x02"
_HEADER = re.compile(b"PK(?:\x01\x02..|\x03\x04)..(?P<flags>..)", re.DOTALL)
"""What stands before a file, and again in the list of all files."""
_NAME = {b"\x01": (28, 46), b"\x03": (26, 30)}
"""Where in either header the length of the name is, and where the name."""
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive.

    Attributes:
        info: What the archive says of it.
        name: Its path as its maker wrote it, whatever encoding that was stored in.
        number: Which of the files of this path it is, from 1.
    """

    info: zipfile.ZipInfo
    name: str
    number: int = 1

    @property
    def is_link(self) -> bool:
        """Whether it only names another file."""
        return stat.S_ISLNK(self.info.external_attr >> 16)

    @property
    def path(self) -> str:
        """Its name below the archive: without drive, root and steps upwards; of its own."""
        parts = self.name.replace("\\", "/").split("/")
        path = "/".join(part for part in parts if part not in {"", ".", ".."} and part[1:] != ":")
        if self.number == 1:
            return path
        ending = PurePosixPath(path).suffix
        return f"{path.removesuffix(ending)} ({self.number}){ending}"

    @property
    def is_shown(self) -> bool:
        """Whether it is a file that is meant for readers."""
        if self.name.endswith(("/", "\\")):
            return False
        return not any(is_hidden(part) or part == "__MACOSX" for part in self.path.split("/"))


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive that holds no more files and unpacks to no more bytes than the limits.

    Raises:
        InputError: It does.
        BadZipFile: It is no archive.
    """
    # Every file listed takes memory before the list can be looked at: count them first.
    if data.count(_ENTRY_MARK) > MAX_ENTRIES:
        raise InputError(f"holds over {MAX_ENTRIES} files; split it")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError:
        archive = zipfile.ZipFile(io.BytesIO(_without_false_flags(data)))
    require_modest(archive, MAX_UNPACKED, packed=len(data))
    return archive


def _without_false_flags(data: bytes) -> bytes:
    """Take the flag for UTF-8 from names that are not in it; one of them costs ``zipfile`` all."""
    changed = bytearray(data)
    for header in _HEADER.finditer(data):
        start = header.start()
        size_at, name_at = (start + at for at in _NAME[data[start + 2 : start + 3]])
        size = int.from_bytes(data[size_at : size_at + 2], "little")
        try:
            data[name_at : name_at + size].decode("utf-8")
        except UnicodeDecodeError:
            changed[header.start("flags") + 1] &= ~(_UTF8_FLAG >> 8)
    return bytes(changed)


def require_modest(archive: zipfile.ZipFile, limit: int = MAX_DOCUMENT, *, packed: int = 0) -> None:
    """Refuse an archive that unpacks to more than ``limit`` bytes, or to too much for its size.

    Args:
        archive: The archive.
        limit: Bytes.
        packed: Its size in bytes, where that is known.

    What it says of itself can be trusted: ``zipfile`` never unpacks more of a file than that.

    Raises:
        InputError: It does.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"holds over {MAX_ENTRIES} files; split it")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limit:
        raise InputError(f"unpacks to over {limit >> 20} MiB; split it")
    if packed and unpacked > max(FREE, MAX_RATIO * packed):
        raise InputError(f"unpacks to over {MAX_RATIO} times its size; pack it anew")


@dataclass(slots=True)
class Allowance:
    """What an archive and the archives, books and documents in it may still hold, all together.

    Attributes:
        entries: Files.
        unpacked: Bytes.
        depth: Archives in one another.
    """

    entries: int
    unpacked: int
    depth: int

    @classmethod
    def beside(cls, archive: zipfile.ZipFile) -> Self:
        """Return what is left beside the files of the archive itself."""
        allowance = cls(MAX_ENTRIES, MAX_UNPACKED, MAX_DEPTH)
        allowance._take(archive)
        return allowance

    @contextmanager
    def one_deeper(self) -> Iterator[None]:
        """Hold while an archive inside is read, which is spent already.

        Raises:
            InputError: Too many are open.
        """
        self.depth -= 1
        try:
            if self.depth < 1:
                raise InputError(f"lies in over {MAX_DEPTH - 1} archives; unpack the outer ones")
            yield
        finally:
            self.depth += 1

    def spend(self, data: bytes) -> None:
        """Take off what a file of the archive unpacks to itself, when it is a packed one.

        Raises:
            InputError: All of them together hold more than one archive may.
        """
        if not data.startswith(_PACKED_MARK):
            return
        try:
            with open_archive(data) as packed:
                self._take(packed)
        except zipfile.BadZipFile:
            return  # its reader says what is wrong with it
        if self.entries < 0 or self.unpacked < 0:
            raise InputError("unpacks to too much with the files before it; split the archive")

    def _take(self, archive: zipfile.ZipFile) -> None:
        files = archive.infolist()
        self.entries -= len(files)
        self.unpacked -= sum(file.file_size for file in files)


def entries_of(archive: zipfile.ZipFile) -> Iterator[Entry]:
    """Yield the files of an archive that are meant for readers, in name order.

    Those of one path, as programs make when they update an archive, get a number besides.
    """
    met: Counter[str] = Counter()
    for entry in sorted(_decode_entries(archive.infolist()), key=lambda entry: entry.name):
        if entry.is_shown:
            met[entry.path] += 1
            yield replace(entry, number=met[entry.path])


def _decode_entries(infos: list[zipfile.ZipInfo]) -> list[Entry]:
    """Return entries under the names their makers gave them.

    Names without the flag for UTF-8 are in the code page of the maker's system; ``zipfile`` reads
    them as code page 437, and some makers give the right name besides, in a field of its own.
    """
    names = {info: _unicode_path(info) or info.filename for info in infos}
    unsure = [info for info in infos if names[info] == info.filename and _is_unsure(info)]
    decoded = decode_names(list(map(_stored_name, unsure)))
    names |= {info: name for info, name in zip(unsure, decoded, strict=True) if name}
    return [Entry(info, names[info]) for info in infos]


def _is_unsure(info: zipfile.ZipInfo) -> bool:
    return not info.flag_bits & _UTF8_FLAG and not info.orig_filename.isascii()


def _stored_name(info: zipfile.ZipInfo) -> bytes:
    encoding = "utf-8" if info.flag_bits & _UTF8_FLAG else "cp437"
    return info.orig_filename.encode(encoding)


def _unicode_path(info: zipfile.ZipInfo) -> str:
    """Return the name in the field that Info-ZIP adds for it, or "" without one.

    Programs that rename a file and do not know the field leave it as it was.
    """
    extra = info.extra
    while len(extra) >= 4:
        kind, size = (int.from_bytes(extra[at : at + 2], "little") for at in (0, 2))
        if kind == _UNICODE_PATH and size > 5:
            is_of_name = int.from_bytes(extra[5:9], "little") in {0, zlib.crc32(_stored_name(info))}
            return extra[9 : 4 + size].decode("utf-8", "replace") if is_of_name else ""
        extra = extra[4 + size :]
    return ""


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of one file.

    Raises:
        InputError: It is locked, damaged or over the limit.
    """
    if entry.flag_bits & 1:
        raise InputError("is locked with a password")
    if entry.file_size > MAX_ENTRY:
        raise InputError(f"is over {MAX_ENTRY >> 20} MiB; split it")
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise InputError(f"cannot be unpacked: {error}") from None

"""Open .zip files, whoever made them, without being filled up by them."""

import zipfile
import zlib
from collections.abc import Iterator

from index.errors import InputError

MAX_ENTRIES = 200_000
MAX_UNPACKED = 4 * 1024**3
MAX_ENTRY = 512 * 1024**2
MAX_DOCUMENT = 256 * 1024**2
"""Limits: files of an archive, bytes of all of them, of one of them, and of a book or document."""


def require_modest(archive: zipfile.ZipFile, limit: int = MAX_DOCUMENT) -> None:
    """Refuse an archive that unpacks to more than ``limit`` bytes.

    What it says of itself can be trusted: ``zipfile`` never unpacks more of a file than that.

    Raises:
        InputError: It does.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"holds over {MAX_ENTRIES} files; split it")
    if sum(entry.file_size for entry in entries) > limit:
        raise InputError(f"unpacks to over {limit >> 20} MiB; split it")


def entries_of(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files of an archive that are meant for readers, in name order.

    Raises:
        InputError: It unpacks to more than the limits.
    """
    require_modest(archive, MAX_UNPACKED)
    for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
        parts = entry.filename.split("/")
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if not entry.is_dir() and not hidden:
            yield entry


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

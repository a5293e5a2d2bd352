"""Connections to the database of an index, and what their errors mean to people."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from index.errors import IndexDamagedError, IndexWriteError, put_on_one_line
from index.store.local.codes import deflate, inflate

_BUSY_MS = 30_000
"""Milliseconds for which one waits for another's transaction; chosen, not measured."""
_CANNOT_WRITE = ("full", "readonly", "read-only", "disk i/o", "unable to open", "too big")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for writing; it is closed in the end."""
    connection = _open(path, "rwc")
    try:
        connection.execute("PRAGMA synchronous = FULL")
        yield connection
    finally:
        connection.close()


class ReadConnection(NamedTuple):
    """A connection for reading, and which file it reads.

    Attributes:
        connection: To the database.
        file: What tells that file from one that took its place.
        frozen: Whether the file is read as it stood, blind to what is written to it.
    """

    connection: sqlite3.Connection
    file: tuple[int, ...]
    frozen: bool = False

    def is_current(self, path: Path) -> bool:
        """Tell whether what is there now can be read through this connection."""
        return self.connection.in_transaction or _identity(path, frozen=self.frozen) == self.file


def _identity(path: Path, *, frozen: bool) -> tuple[int, ...]:
    """Return device and inode; of a file read as it stands, also when it was written to."""
    found = path.stat()
    written = (found.st_size, found.st_mtime_ns, _log_size(path)) if frozen else ()
    return (found.st_dev, found.st_ino, *written)


def _log_size(path: Path) -> int:
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def connect_for_reading(path: Path) -> ReadConnection:
    """Open a database for reading, also one on a disk that cannot be written to.

    SQLite keeps a file beside the database for its readers. Where that cannot be made, nobody here
    can be writing either, and the database is read as it stands until its file changes.
    """
    file = _identity(path, frozen=False)
    connection = _open(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if _log_size(path):
            raise
        file = _identity(path, frozen=True)
        return ReadConnection(_open(path, "ro", "&immutable=1"), file, frozen=True)
    return ReadConnection(connection, file)


def _open(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}{more}", uri=True, isolation_level=None
    )
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    for function in (deflate, inflate):
        connection.create_function(function.__name__, 1, function, deterministic=True)
    return connection


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Do several things to a database, or none of them."""
    with connect(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("ROLLBACK")
            raise


def checkpoint(path: Path) -> None:
    """Bring the log beside a database into it, so that the one file holds everything.

    Readers at work may keep that from happening; the next writer tries again.
    """
    with connect(path) as connection:
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def report_read_errors(folder: Path) -> Iterator[None]:
    """Say what to do when the database itself is unreadable."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
        raise make_damaged_error(folder, error) from error


def make_damaged_error(folder: Path, error: Exception) -> IndexDamagedError:
    """Return the error that says how to get a damaged database back."""
    return IndexDamagedError(
        f"the database of {folder} cannot be read ({error}); put a backup in its place (a folder"
        " that `jawab index backup` made is an index of its own: --index BACKUP), or index the"
        " articles again: jawab index build PATH --index NEW"
    )


@contextmanager
def report_write_errors(folder: Path) -> Iterator[None]:
    """Say what to do when something cannot be written."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(sign in str(error).lower() for sign in _CANNOT_WRITE):
            raise _make_write_error(folder, error) from error
        raise
    except sqlite3.DatabaseError as error:
        raise make_damaged_error(folder, error) from error
    except PermissionError as error:
        raise _make_write_error(folder, error) from error
    except OSError as error:
        if error.errno in _NO_SPACE or error.errno == errno.EROFS:
            raise _make_write_error(folder, error) from error
        raise
    except (RuntimeError, ValueError) as error:
        # FAISS and tantivy report a failed write so.
        if any(
            sign in str(error).lower() for sign in ("no space", "file too large", "write error")
        ):
            raise _make_write_error(folder, error) from error
        raise


def _make_write_error(folder: Path, error: Exception) -> IndexWriteError:
    return IndexWriteError(
        f"{folder} cannot be written to ({put_on_one_line(error)}); free some space, or choose a"
        " folder you may write to, and run the command again: what was stored before is whole"
    )

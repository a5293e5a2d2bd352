"""Connections to the database of an index, and what their errors mean to people."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexDamagedError, IndexWriteError

_BUSY_MS = 30_000
_CANNOT_WRITE = ("full", "readonly", "read-only", "disk i/o", "unable to open", "too big")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for writing; it is closed in the end."""
    connection = _open(path, "rwc")
    try:
        connection.execute("PRAGMA synchronous = FULL")
        yield connection
    finally:
        connection.close()


def reading_connection(path: Path) -> sqlite3.Connection:
    """Open a database for reading, also one on a disk that cannot be written to.

    SQLite keeps a file beside the database for its readers. Where that cannot be made, nobody can
    be writing either, and the database is read as it stands.
    """
    connection = _open(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection = _open(path, "ro", "&immutable=1")
    return connection


def _open(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}{more}", uri=True, isolation_level=None
    )
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Do several things to a database, or none of them."""
    with connected(path) as connection:
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
    with connected(path) as connection:
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def reading_reported(folder: Path) -> Iterator[None]:
    """Say what to do when the database itself is unreadable."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
        raise damaged(folder, error) from error


def damaged(folder: Path, error: Exception) -> IndexDamagedError:
    """Return the error that says how to get a damaged database back."""
    return IndexDamagedError(
        f"the database of {folder} cannot be read ({error}); put a backup in its place (a folder"
        " that `jawab index backup` made is an index of its own: --index BACKUP), or index the"
        " articles again: jawab index build PATH --index NEW"
    )


@contextmanager
def writing_reported(folder: Path) -> Iterator[None]:
    """Say what to do when something cannot be written."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(sign in str(error).lower() for sign in _CANNOT_WRITE):
            raise _cannot_write(folder, error) from error
        raise
    except sqlite3.DatabaseError as error:
        raise damaged(folder, error) from error
    except PermissionError as error:
        raise _cannot_write(folder, error) from error
    except OSError as error:
        if error.errno in _NO_SPACE or error.errno == errno.EROFS:
            raise _cannot_write(folder, error) from error
        raise
    except (RuntimeError, ValueError) as error:
        # FAISS and tantivy report a failed write so.
        if any(
            sign in str(error).lower() for sign in ("no space", "file too large", "write error")
        ):
            raise _cannot_write(folder, error) from error
        raise


def _cannot_write(folder: Path, error: Exception) -> IndexWriteError:
    reason = " ".join(str(error).split())[:200]
    return IndexWriteError(
        f"{folder} cannot be written to ({reason}); free some space, or choose a folder you may"
        " write to, and run the command again: what was stored before is whole"
    )

"""Copy an index folder while it is in use."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from index.errors import InputError
from index.folder import DATABASE, publish_path
from index.store.local.connections import report_write_errors
from index.store.local.generation import Generation
from index.store.local.rows import get_meta


def copy_index(connection: sqlite3.Connection, folder: Path, copy: Path) -> None:
    """Copy one state of an index into another folder, which is then an index of its own.

    Search files that a writer removes meanwhile are made again by the first search in the copy.

    Args:
        connection: Inside a read transaction.
        folder: Of the index.
        copy: The other folder.

    Raises:
        InputError: The other folder holds an index already.
        IndexWriteError: The copy cannot be written.
    """
    target, staged = copy / DATABASE, copy / f"{DATABASE}.tmp"
    if target.exists():
        raise InputError(f"{copy} holds an index already; name a new folder")
    with report_write_errors(copy):
        copy.mkdir(parents=True, exist_ok=True)
        generation = Generation.from_json(get_meta(connection, "generation"))
        with suppress(FileNotFoundError):
            shutil.copy2(folder / generation.dense_name, copy)
            lexical = generation.lexical_name
            shutil.copytree(folder / lexical, copy / lexical, dirs_exist_ok=True)
        staged.unlink(missing_ok=True)
        destination = sqlite3.connect(staged)
        try:
            connection.backup(destination)
            destination.execute("PRAGMA journal_mode = WAL")
        finally:
            destination.close()
        publish_path(staged, target)

"""Copy an index while it is in use."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from index.errors import InputError
from index.folder import DATABASE
from index.store.local.connections import writing_reported
from index.store.local.generation import publish_path
from index.store.local.store import SqliteStore


def backup_index(folder: str | Path, copy: str | Path) -> Path:
    """Copy an index into another folder, which is then an index of its own.

    One consistent state is copied, also while a writer is at work.

    Raises:
        IndexNotFoundError: The folder holds no index.
        InputError: The other folder holds an index already.
        IndexWriteError: The copy cannot be written.
    """
    store, copy = SqliteStore.open(Path(folder)), Path(copy)
    target = copy / DATABASE
    if target.exists():
        raise InputError(f"{copy} holds an index already; name a new folder")
    staged = copy / f"{DATABASE}.tmp"
    # Search files that a writer removes meanwhile are made again by the first search in the copy.
    with store.snapshot() as connection, writing_reported(copy):
        copy.mkdir(parents=True, exist_ok=True)
        generation = store.generation_in(connection)
        with suppress(FileNotFoundError):
            shutil.copy2(store.folder / generation.dense_name, copy)
            lexical = generation.lexical_name
            shutil.copytree(store.folder / lexical, copy / lexical, dirs_exist_ok=True)
        staged.unlink(missing_ok=True)
        destination = sqlite3.connect(staged)
        try:
            connection.backup(destination)
            destination.execute("PRAGMA journal_mode = WAL")
        finally:
            destination.close()
        publish_path(staged, target)
    return target

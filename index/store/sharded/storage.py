"""Copies of shards on storage that all machines reach: a folder, or what fsspec opens.

A copy is a folder of its own beside the others, complete once ``current.json`` names it; what a
shard restores is therefore one state.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from index.errors import InputError
from index.folder import RESTORED, publish_path
from index.store.contract import Store

_CURRENT = "current.json"
_KEPT = 2
"""Copies that are kept: the current one, and the one before for who is just restoring it."""


def _open_storage(storage: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        return url_to_fs(storage)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise InputError(
            f"the storage {storage} cannot be opened ({error}); name a folder, or an address of"
            " fsspec and install what it needs (for s3://: pip install s3fs)"
        ) from error


def save_shard(store: Store, storage: str) -> str:
    """Copy one state of a shard to the storage; return the name of the copy.

    Args:
        store: The shard.
        storage: The shard's own place there.

    Raises:
        InputError: The storage cannot be opened.
    """
    files, root = _open_storage(storage)
    name = f"copy-{_read_current(files, root)[0] + 1:09}"
    with tempfile.TemporaryDirectory(prefix="jawab-") as scratch:
        copy = store.backup(Path(scratch) / "copy")
        copy.close()
        for path in sorted((Path(scratch) / "copy").rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                target = f"{root}/{name}/{path.relative_to(Path(scratch) / 'copy').as_posix()}"
                files.makedirs(target.rpartition("/")[0], exist_ok=True)
                files.put_file(str(path), target)
    with files.open(f"{root}/{_CURRENT}", "w", encoding="utf-8") as current:
        json.dump({"copy": name, "generation": store.stats().generation}, current)
    for old in sorted(files.glob(f"{root}/copy-*"))[:-_KEPT]:
        files.rm(old, recursive=True)
    return name


def restore_shard(storage: str, folder: Path, *, generation: int = -1) -> bool:
    """Bring a shard back from the storage where the copy there is newer; tell whether it was.

    A shard that is in the folder is kept beside it, as ``….before``.

    Args:
        storage: The shard's own place there.
        folder: Where to.
        generation: Of what is in the folder; -1 for nothing.

    Raises:
        InputError: The storage cannot be opened.
    """
    files, root = _open_storage(storage)
    number, copied = _read_current(files, root)
    if copied <= generation:
        return False
    source = f"{root}/copy-{number:09}"
    staged = folder.with_name(f"{folder.name}.restoring.tmp")
    shutil.rmtree(staged, ignore_errors=True)
    for path in files.find(source):
        target = staged / path.partition(f"copy-{number:09}/")[2]
        target.parent.mkdir(parents=True, exist_ok=True)
        files.get_file(path, str(target))
    (staged / RESTORED).touch()
    if folder.is_dir():
        before = folder.with_name(f"{folder.name}.before")
        shutil.rmtree(before, ignore_errors=True)
        folder.replace(before)
    publish_path(staged, folder)
    return True


def _read_current(files: Any, root: str) -> tuple[int, int]:
    """Return number and generation of the current copy; (0, -1) where there is none."""
    try:
        with files.open(f"{root}/{_CURRENT}", "r", encoding="utf-8") as file:
            current = json.load(file)
    except FileNotFoundError:
        return 0, -1
    return int(current["copy"].rpartition("-")[2]), int(current["generation"])

"""Copies of shards on storage that all machines reach: a folder, or what fsspec opens.

A copy is a folder of its own beside the others, complete once ``current.json`` names it; what a
shard restores is therefore one state.
"""

import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from index.errors import (
    IndexWriteError,
    InputError,
    SearchIndexError,
    ShardAwayError,
    put_on_one_line,
)
from index.folder import RESTORED, publish_path
from index.store.contract import Store
from index.store.sharded.lineage import UNKNOWN, Lineage, begin_line, make_lineage

logger = logging.getLogger(__name__)

_CURRENT = "current.json"
_KEPT = 2
"""Copies that are kept: the current one, and the one before for who is just restoring it."""


class StorageTornError(Exception):
    """What names the current copy was not written to its end."""


def _open_storage(storage: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(storage)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"the storage {storage} cannot be opened ({error}); name a folder, or an address of"
            " fsspec and install what it needs (for s3://: pip install s3fs)"
        ) from error
    files.invalidate_cache()  # what other machines wrote since is not in it
    return files, root


def save_shard(store: Store, storage: str, lineage: Lineage) -> str:
    """Copy one state of a shard to the storage; return the name of the copy.

    Args:
        store: The shard.
        storage: The shard's own place there.
        lineage: Of the shard as it is now.

    Raises:
        InputError: The storage cannot be opened.
        IndexWriteError: The copy could not be written; the shard itself is published.
    """
    files, root = _open_storage(storage)
    try:
        return _save(store, files, root, lineage)
    except SearchIndexError:
        raise
    except Exception as error:  # what is behind fsspec raises errors of its own
        raise IndexWriteError(
            f"{store.place} is published, but not copied to {storage} ({put_on_one_line(error)});"
            " make the storage reachable and run: jawab index rebuild"
        ) from error


def _save(store: Store, files: Any, root: str, lineage: Lineage) -> str:
    name = f"copy-{_find_next(files, root):09}"
    with tempfile.TemporaryDirectory(prefix="jawab-") as scratch:
        copy = store.backup(Path(scratch) / "copy")
        copy.close()
        for path in sorted((Path(scratch) / "copy").rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                target = f"{root}/{name}/{path.relative_to(Path(scratch) / 'copy').as_posix()}"
                files.makedirs(target.rpartition("/")[0], exist_ok=True)
                files.put_file(str(path), target)
    # A name of its own first: who is interrupted leaves the file that was there as it was.
    staged = f"{root}/{_CURRENT}.tmp"
    with files.open(staged, "w", encoding="utf-8") as current:
        json.dump({"copy": name, "lineage": lineage}, current)
    files.mv(staged, f"{root}/{_CURRENT}")
    for old in sorted(files.glob(f"{root}/copy-*"))[:-_KEPT]:
        files.rm(old, recursive=True)
    return name


def _find_next(files: Any, root: str) -> int:
    """Return the number of the next copy, higher than of any that is there."""
    copies = [int(path.rpartition("copy-")[2]) for path in files.glob(f"{root}/copy-*")]
    return max(copies, default=0) + 1


def restore_shard(storage: str, folder: Path, lineage: Lineage | None = None) -> bool:
    """Bring a shard back from the storage where the copy has what it lacks; tell whether it had.

    A shard that is in the folder is kept beside it, as ``….before``.

    Args:
        storage: The shard's own place there.
        folder: Where to.
        lineage: Of what is in the folder; None where there is nothing.

    Raises:
        InputError: The storage cannot be opened.
        ShardAwayError: It cannot be read, and there is nothing in the folder.
    """
    files, root = _open_storage(storage)
    try:
        current = _read_current(files, root)
        if current is None or (lineage and lineage.holds(current[1])):
            return False
        _fetch(files, f"{root}/{current[0]}", folder, current[1])
    except Exception as error:  # as above
        if lineage is None:
            raise ShardAwayError(
                f"{folder} is not on this machine, and its copy in {storage} cannot be read"
                f" ({put_on_one_line(error)}); make the storage reachable and start again"
            ) from error
        logger.warning("%s begins without looking into %s: %s", folder, storage, error)
        return False
    return True


def _fetch(files: Any, source: str, folder: Path, lineage: Lineage) -> None:
    """Put a copy in the place of what is in a folder; it goes on there by itself."""
    staged = folder.with_name(f"{folder.name}.restoring.tmp")
    shutil.rmtree(staged, ignore_errors=True)
    for path in files.find(source):
        target = staged / path.partition(f"{source.rpartition('/')[2]}/")[2]
        target.parent.mkdir(parents=True, exist_ok=True)
        files.get_file(path, str(target))
    (staged / RESTORED).touch()
    begin_line(staged, lineage)
    if folder.is_dir():
        before = folder.with_name(f"{folder.name}.before")
        shutil.rmtree(before, ignore_errors=True)
        folder.replace(before)
    publish_path(staged, folder)


def _read_current(files: Any, root: str) -> tuple[str, Lineage] | None:
    """Return name and lineage of the current copy; None where there is none.

    Raises:
        StorageTornError: What names it cannot be read.
    """
    try:
        with files.open(f"{root}/{_CURRENT}", "r", encoding="utf-8") as file:
            current = json.load(file)
        number = int(str(current["copy"]).rpartition("-")[2])
        lines = current.get("lineage") or [(UNKNOWN, current["generation"])]
        return f"copy-{number:09}", make_lineage(lines)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageTornError(f"{root}/{_CURRENT} is damaged: {error!r}") from error

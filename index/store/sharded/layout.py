"""The folder of a sharded index: which shards there are, and where."""

import json
import re
import shutil
from pathlib import Path

from index.errors import IndexDamagedError, IndexMismatchError
from index.folder import DATABASE, SHARDS, WATCH, is_of_index, publish_path, sync

FORMAT = 1
"""Of the file that names the shards."""
UNFINISHED = "resharding.tmp"
"""The folder in which a copy with another number of shards is made."""
_SHARD = re.compile(r"shard-\d{3}-of-(\d{3})")


def name_shard(number: int, count: int) -> str:
    """Return the name of a shard's folder; other numbers of shards have other names.

    >>> name_shard(2, 4)
    'shard-002-of-004'
    """
    return f"shard-{number:03}-of-{count:03}"


def list_shards(folder: Path) -> list[Path]:
    """Return the folders of the shards, in order.

    Raises:
        IndexDamagedError: The file that says how many there are cannot be read.
        IndexMismatchError: It has another format.
    """
    try:
        known = json.loads((folder / SHARDS).read_text(encoding="utf-8"))
        count, found = int(known["shards"]), known["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(
            f"{folder / SHARDS} cannot be read ({error}); write into it how many folders"
            ' shard-NNN-of-NNN there are: {"format": 1, "shards": N}'
        ) from error
    if found != FORMAT:
        raise IndexMismatchError(
            f"{folder / SHARDS} has format {found}, this version reads {FORMAT}"
        )
    return [folder / name_shard(n, count) for n in range(count)]


def count_shards(folder: Path) -> int:
    """Return how many shards an index folder has; 1 where one store is alone in it."""
    return len(list_shards(folder)) if (folder / SHARDS).is_file() else 1


def write_layout(folder: Path, count: int) -> None:
    """Make a folder of shards an index, at once: before, it is none."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": FORMAT, "shards": count})
    staged = folder / f"{SHARDS}.tmp"
    staged.write_text(text + "\n", encoding="utf-8")
    publish_path(staged, folder / SHARDS)


def adopt(folder: Path, count: int) -> None:
    """Put the finished copy in ``UNFINISHED`` in the place of an index, and remove what that was.

    The file that names the shards decides at once: while it is there, a store beside it does not
    count. What is left behind by an interruption is removed the next time.

    Args:
        folder: Of the index, which nobody else writes to.
        count: How many shards the copy has.
    """
    copy = folder / UNFINISHED
    if count > 1:
        for n in range(count):
            publish_path(copy / name_shard(n, count), folder / name_shard(n, count))
        write_layout(folder, count)
    else:
        _remove_store(folder)  # left behind, if there is one: there are shards
        for path in sorted(copy.iterdir(), key=lambda path: path.name == DATABASE):
            if path.suffix != ".lock":
                publish_path(path, folder / path.name)
        (folder / SHARDS).unlink()
        sync(folder)
    remove_leftovers(folder, count)


def remove_leftovers(folder: Path, count: int) -> None:
    """Remove what is no part of an index of so many shards: unfinished copies, what it was before.

    Args:
        folder: Of the index, which nobody else writes to.
        count: How many shards it has.
    """
    if count > 1:
        _remove_store(folder)
    for path in folder.iterdir():
        known = _SHARD.fullmatch(path.name)
        if path.name == UNFINISHED or (known and int(known[1]) != count):
            shutil.rmtree(path)


def _remove_store(folder: Path) -> None:
    """Remove the store that is alone in a folder, its database first."""
    (folder / DATABASE).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name in {SHARDS, UNFINISHED, WATCH} or _SHARD.fullmatch(path.name):
            continue
        if not is_of_index(path.name) or path.suffix == ".lock":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

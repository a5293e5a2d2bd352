"""The folder of a sharded index: which shards there are, and where."""

import json
from pathlib import Path

from index.errors import IndexDamagedError, IndexMismatchError
from index.folder import SHARDS, publish_path

FORMAT = 1
"""Of the file that names the shards."""


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


def write_layout(folder: Path, count: int) -> None:
    """Make a folder of shards an index, at once: before, it is none."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": FORMAT, "shards": count})
    staged = folder / f"{SHARDS}.tmp"
    staged.write_text(text + "\n", encoding="utf-8")
    publish_path(staged, folder / SHARDS)

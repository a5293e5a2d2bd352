"""The index folder: how it is recognised among other folders, and how files get into it."""

import json
import os
import re
import shutil
from pathlib import Path

DATABASE = "store.db"
"""The file that makes a folder an index."""
SHARDS = "shards.json"
"""The file that makes a folder of shards an index."""
RESTORED = "restored.mark"
"""The file in a shard that was brought back from an older copy than the other shards."""
WATCH = "watch"
"""The folder in an index that holds what is known of its sources, and saved questions."""
LINEAGE = "lineage.json"
"""The file in a shard of a cluster that tells from which copies it was brought back."""
_DATABASE_MARK = b"SQLite format 3\0"
_TABLE_OF_ARTICLES = b"CREATE TABLE articles ("
_HEAD_BYTES = 1 << 16
"""Of a database in which its tables are declared; those of an empty index take 8 KiB."""
_OWN = re.compile(
    rf"{re.escape(SHARDS)}(?:\.tmp)?|shard-\d{{3}}-of-\d{{3}}|resharding\.tmp"
    rf"|{re.escape(RESTORED)}|{re.escape(LINEAGE)}(?:\.tmp)?"
    rf"|{re.escape(DATABASE)}(?:-wal|-shm|\.tmp)*"
    rf"|(?:v-\d+\.faiss|t-\d+)(?:\.tmp)?|writer\.lock|{WATCH}"
)


def holds_index(folder: Path) -> bool:
    """Tell whether a folder is an index, alone or of shards, and no other program's."""
    return _holds_shards(folder / SHARDS) or _holds_articles(folder / DATABASE)


def _holds_shards(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")).get("shards"), int)
    except (OSError, ValueError, AttributeError):
        return False


def _holds_articles(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(_DATABASE_MARK) and _TABLE_OF_ARTICLES in head


def is_of_index(name: str) -> bool:
    """Tell whether a file or folder of an index folder belongs to the index.

    >>> is_of_index("v-12.faiss"), is_of_index("خبر.txt")
    (True, False)
    """
    return _OWN.fullmatch(name) is not None


def publish_path(staged: Path, final: Path) -> None:
    """Move a finished file or folder to its name so that it survives a power cut."""
    parts = [staged, *staged.rglob("*")] if staged.is_dir() else [staged]
    for part in parts:
        sync(part)
    if final.is_dir():
        shutil.rmtree(final)
    staged.replace(final)
    sync(final.parent)


def sync(path: Path) -> None:
    """Flush a file or folder to the disk; folders cannot be flushed on Windows."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

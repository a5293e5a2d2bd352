"""The index folder: how it is recognised among other folders."""

import re
from pathlib import Path

DATABASE = "store.db"
"""The file that makes a folder an index."""
_DATABASE_MARK = b"SQLite format 3\0"
_TABLE_OF_ARTICLES = b"CREATE TABLE articles ("
_HEAD_BYTES = 1 << 16
"""Of a database in which its tables are declared; those of an empty index take 8 KiB."""
_OWN = re.compile(
    rf"{re.escape(DATABASE)}(?:-wal|-shm|\.tmp)*|(?:v-\d+\.faiss|t-\d+)(?:\.tmp)?|writer\.lock"
)


def holds_index(folder: Path) -> bool:
    """Tell whether the database in a folder is that of an index and no other program's."""
    try:
        with (folder / DATABASE).open("rb") as file:
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

"""Open what an index lives in: the one place that chooses a store."""

from pathlib import Path

from index.folder import DATABASE
from index.store.contract import Store
from index.store.local.store import SqliteStore
from index.store.manifest import Manifest

Place = str | Path | Store
"""A folder, which the local store keeps, or a store that is open already."""


def open_store(place: Place) -> Store:
    """Open the store of an index.

    Raises:
        IndexNotFoundError: There is none.
        IndexMismatchError: It has another format.
        IndexDamagedError: It cannot be read.
    """
    return SqliteStore.open(Path(place)) if isinstance(place, str | Path) else place


def upgrade_store(place: Place) -> bool:
    """Bring a store of the format before to this one; tell whether it was of that.

    Raises:
        IndexNotFoundError: There is none.
        IndexLockedError: Another process writes to it or reads it.
        IndexWriteError: There is no room.
    """
    return SqliteStore.upgrade(Path(place)) if isinstance(place, str | Path) else False


def create_store(place: Place, manifest: Manifest) -> Store:
    """Make an empty store in a folder; one that is there is opened instead.

    Raises:
        IndexWriteError: The folder cannot be written to.
    """
    return SqliteStore.create(Path(place), manifest) if isinstance(place, str | Path) else place


def holds_store(place: Place) -> bool:
    """Tell whether there is an index to open."""
    return Path(place, DATABASE).is_file() if isinstance(place, str | Path) else True

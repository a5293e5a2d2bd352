"""Open what an index lives in: the one place that chooses a store."""

from pathlib import Path

from index.errors import InputError
from index.folder import DATABASE, SHARDS
from index.store.contract import Store
from index.store.local.store import SqliteStore
from index.store.manifest import Manifest
from index.store.sharded.layout import list_shards, name_shard, write_layout
from index.store.sharded.store import ShardedStore

Place = str | Path | Store
"""A folder, which the local store keeps alone or in shards; ``ray:ADDRESS`` of a Ray whose actors
keep the shards; or a store that is open already."""
RAY = "ray:"
"""Before the address of a Ray and, where it keeps several, the name of an index:
``ray:auto``, ``ray:127.0.0.1:6379/news``."""

MAX_SHARDS = 999
"""As many as their names have figures for."""


def open_store(place: Place) -> Store:
    """Open the store of an index.

    Raises:
        IndexNotFoundError: There is none.
        IndexMismatchError: It has another format.
        IndexDamagedError: It cannot be read.
    """
    if isinstance(place, str) and place.startswith(RAY):
        from index.store.ray.cluster import connect_cluster

        return connect_cluster(*_split_address(place))
    return open_folder(Path(place)) if isinstance(place, str | Path) else place


def upgrade_store(place: Place) -> bool:
    """Bring a store of the format before to this one; tell whether it was of that.

    Raises:
        IndexNotFoundError: There is none.
        IndexLockedError: Another process writes to it or reads it.
        IndexWriteError: There is no room.
    """
    if not isinstance(place, str | Path) or str(place).startswith(RAY):
        return False
    # Shards are no older than this format.
    return not (Path(place) / SHARDS).is_file() and SqliteStore.upgrade(Path(place))


def open_folder(folder: Path) -> SqliteStore | ShardedStore:
    """Open the store in a folder; errors as for ``open_store``."""
    if not (folder / SHARDS).is_file():
        return open_shard(folder)
    return ShardedStore(str(folder), [open_shard(shard) for shard in list_shards(folder)])


def open_shard(folder: Path) -> SqliteStore:
    """Open the store that is alone in a folder; errors as for ``open_store``."""
    return SqliteStore.open(folder)


def create_store(place: Place, manifest: Manifest, *, shards: int = 1) -> Store:
    """Make an empty store in a folder; one that is there is opened instead.

    Args:
        place: The folder.
        manifest: What it is going to be built with.
        shards: Among how many stores the articles are shared out; 1 for one store alone.

    Raises:
        InputError: There is no such number of shards.
        IndexWriteError: The folder cannot be written to.
    """
    if not isinstance(place, str | Path):
        return place
    check_shards(shards)
    if holds_store(place):
        return open_store(place)
    if str(place).startswith(RAY):
        raise InputError(f"{place} keeps no index; start one: jawab cluster start")
    folder = Path(place)
    if shards == 1:
        return SqliteStore.create(folder, manifest)
    made = [SqliteStore.create(folder / name_shard(n, shards), manifest) for n in range(shards)]
    write_layout(folder, shards)
    return ShardedStore(str(place), made)


def _split_address(place: str) -> list[str]:
    """Return the address of a Ray, and the name of an index where there is one."""
    address, _, name = place.removeprefix(RAY).partition("/")
    return [address, name] if name else [address]


def check_shards(count: int) -> int:
    """Return a number of shards as it was given.

    Raises:
        InputError: It is no number of shards.
    """
    if not 1 <= count <= MAX_SHARDS:
        raise InputError(f"an index has 1 to {MAX_SHARDS} shards, not {count}")
    return count


def holds_store(place: Place) -> bool:
    """Tell whether there is an index to open."""
    if not isinstance(place, str | Path):
        return True
    if isinstance(place, str) and place.startswith(RAY):
        from index.store.ray.cluster import holds_cluster

        return holds_cluster(*_split_address(place))
    return Path(place, DATABASE).is_file() or Path(place, SHARDS).is_file()

"""The actors of an index: begun, found by their names, looked at and ended.

One machine: ``start_cluster`` on an index folder makes an actor of each of its shards. Several: Ray
places the actors; each keeps its shard under the same path on its machine, and brings it back from
the storage where it is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import InputError, ShardAwayError, put_on_one_line
from index.folder import DATABASE
from index.store.manifest import Manifest
from index.store.opening import RAY
from index.store.ray.actor import ShardActor
from index.store.ray.engine import NAMESPACE, connect, load_ray
from index.store.ray.shard import PATIENCE_S, ActorShard
from index.store.sharded.layout import name_shard
from index.store.sharded.store import ShardedStore

DEFAULT = "index"
"""Name of an index where none is given."""
_CALLS_AT_ONCE = 32
"""Of one actor: each question holds one at a time. Chosen."""
_BEGINNING_S = 120.0
"""Seconds for the actors to begin, restoring included where shards are small. Chosen."""


@dataclass(frozen=True, slots=True)
class ActorStatus:
    """How an actor is.

    Attributes:
        shard: Name of its shard.
        replica: Number among the replicas; 0 writes.
        alive: Whether it answers; if not, nothing more is known.
        chunks: In its shard.
        generation: Of its search files.
        machine: Its address.
        folder: On its machine.
        process: Its number there.
    """

    shard: str
    replica: int
    alive: bool
    chunks: int = 0
    generation: int = 0
    machine: str = ""
    folder: str = ""
    process: int = 0


def start_cluster(
    folder: str | Path,
    manifest: Manifest,
    *,
    shards: int,
    replicas: int = 1,
    storage: str = "",
    address: str = "",
    name: str = DEFAULT,
    new: bool = True,
    cpus: float = 0.0,
) -> ShardedStore:
    """Begin an actor for each replica of each shard; those that run already are kept.

    Args:
        folder: Where each machine keeps its shards; an index folder of as many shards is taken over
            as it is.
        manifest: For shards that are new.
        shards: How many; the number of a cluster never changes.
        replicas: Actors a shard, all on one machine: those beyond the first read its folder.
        storage: Folder, or address of fsspec, for a copy of every shard after each publication.
        address: Of Ray; "" begins one in this process.
        name: Of the index among those of one Ray.
        new: Whether a shard that is neither in the folder nor in the storage is made, empty; to
            begin an index again that has articles, say no.
        cpus: That Ray reserves for an actor.

    Raises:
        InputError: Ray is not installed or does not answer; the index has another number of shards.
        ShardAwayError: The actors did not begin.
    """
    check_folder(folder, shards)
    ray = connect(address)
    if (found := len(_find_actors(name))) not in {0, shards}:
        raise InputError(f"the index keeps its {found} shards, it cannot have {shards}")
    kind = ray.remote(ShardActor)
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = sorted(
        node["NodeID"]
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0) >= cpus
    )
    if not nodes:
        raise ShardAwayError(f"no machine of the Ray has {cpus} processors for a shard")
    for replica in range(replicas):
        handles = []
        for n in range(shards):
            shard = name_shard(n, shards)
            options = kind.options(
                name=f"{name}/{shard}.{replica}",
                namespace=NAMESPACE,
                lifetime="detached",
                get_if_exists=True,
                max_restarts=-1,
                max_concurrency=_CALLS_AT_ONCE,
                num_cpus=cpus,
                # Where its folder is, while that machine lives; replicas read it there.
                scheduling_strategy=NodeAffinitySchedulingStrategy(
                    nodes[n % len(nodes)], soft=replica == 0
                ),
            )
            handle = options.remote(
                str(Path(folder).resolve() / shard),
                manifest,
                storage=f"{storage.rstrip('/')}/{shard}" if storage and replica == 0 else "",
                made=new and replica == 0,
            )
            handles.append(handle)
        try:
            ray.get([handle.ping.remote() for handle in handles], timeout=_BEGINNING_S)
        except (ray.exceptions.RayError, ray.exceptions.GetTimeoutError) as error:
            raise ShardAwayError(f"the shards did not begin ({put_on_one_line(error)})") from error
    return connect_cluster(address, name)


def check_folder(folder: str | Path, shards: int) -> None:
    """See that a machine's folder holds no articles that so many shards would leave out.

    Raises:
        InputError: It holds another number of shards, or a store that was not shared out.
    """
    folder = Path(folder)
    known = {name_shard(n, shards) for n in range(shards)}
    others = {path.name for path in folder.glob("shard-???-of-???")} - known
    if others or (folder / DATABASE).is_file():
        raise InputError(
            f"{folder} holds an index that does not have {shards} shards; share it out anew: jawab"
            f" index migrate --shards {shards} --index {folder}"
        )


def connect_cluster(
    address: str = "auto", name: str = DEFAULT, *, patience: float = PATIENCE_S
) -> ShardedStore:
    """Open the index that the actors of a Ray keep.

    Args:
        address: Of Ray, as for ``ray.init``.
        name: Of the index.
        patience: Seconds for which a shard that does not answer is waited for.

    Raises:
        InputError: Ray is not installed or does not answer, or keeps no index.
    """
    connect(address)
    groups = _find_actors(name)
    if not groups:
        raise InputError(
            f"Ray at {address or 'this machine'} keeps no index; start one: jawab cluster start"
        )
    shards = [
        ActorShard(handles, shard, patience=patience) for shard, handles in sorted(groups.items())
    ]
    return ShardedStore(f"{RAY}{address}/{name}", shards)


def holds_cluster(address: str, name: str = DEFAULT) -> bool:
    """Tell whether a Ray keeps an index."""
    connect(address)
    return bool(_find_actors(name))


def show_cluster(address: str = "auto", name: str = DEFAULT) -> list[ActorStatus]:
    """Return how each actor is."""
    ray = connect(address)
    found = []
    for shard, handles in sorted(_find_actors(name).items()):
        if not handles:
            found.append(ActorStatus(shard, 0, alive=False))
        for replica, handle in enumerate(handles):
            try:
                folder, process, machine = ray.get(handle.ping.remote(), timeout=5)
                stats = ray.get(handle.ask.remote("stats", (), {}), timeout=30)
            except (ray.exceptions.RayError, ray.exceptions.GetTimeoutError):
                found.append(ActorStatus(shard, replica, alive=False))
            else:
                found.append(
                    ActorStatus(
                        shard,
                        replica,
                        alive=True,
                        chunks=stats.chunks,
                        generation=stats.generation,
                        machine=machine,
                        folder=folder,
                        process=process,
                    )
                )
    return found


def stop_cluster(address: str = "auto", name: str = DEFAULT) -> int:
    """End the actors, not Ray; return how many there were. What they stored stays."""
    ray = connect(address)
    handles = [handle for group in _find_actors(name).values() for handle in group]
    for handle in handles:
        ray.kill(handle, no_restart=True)
    return len(handles)


def _find_actors(index: str) -> dict[str, Sequence[Any]]:
    """Return the actors of each shard of an index by its name, the one that writes first."""
    ray = load_ray()
    rows = ray.util.list_named_actors(all_namespaces=True)
    names = sorted(row["name"] for row in rows if row["namespace"] == NAMESPACE)
    own = [name for name in names if name.startswith(f"{index}/")]
    # Every shard, also one whose actors are gone: it is away, the index is not a smaller one.
    count = int(own[0].rpartition(".")[0][-3:]) if own else 0
    groups: dict[str, list[Any]] = {name_shard(n, count): [] for n in range(count)}
    for name in own:
        shard = name.removeprefix(f"{index}/").rpartition(".")[0]
        groups[shard].append(ray.get_actor(name, NAMESPACE))
    return dict(groups)

"""The actors of an index: begun, found by their names, looked at and ended.

One machine: ``start_cluster`` on an index folder makes an actor of each of its shards. Several: an
actor is placed on the machine that has its shard, under the same path on all of them; where none
has, the machines take turns, and it brings the shard from the storage.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import IndexNotFoundError, InputError, ShardAwayError, put_on_one_line
from index.folder import DATABASE, SHARDS
from index.store.manifest import Manifest
from index.store.opening import RAY
from index.store.ray.actor import ShardActor, find_lineages
from index.store.ray.engine import NAMESPACE, connect, load_ray
from index.store.ray.shard import PATIENCE_S, ActorShard
from index.store.ray.store import ClusterStore
from index.store.sharded.layout import count_shards, name_shard
from index.store.sharded.lineage import find_newest

DEFAULT = "index"
"""Name of an index where none is given."""
_CALLS_AT_ONCE = 32
"""Of one actor: each question holds one at a time. Chosen."""
_BEGINNING_S = 120.0
"""Seconds for the actors to begin, restoring included where shards are small. Chosen."""
_LAST_S = 1.0
"""Seconds for an answer that is there already. Chosen."""


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
) -> ClusterStore:
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
        new: Whether the shards are made, empty, where every one of them is neither in the folder
            of a machine nor in the storage.
        cpus: That Ray reserves for an actor.

    Raises:
        InputError: Ray is not installed or does not answer; the index has another number of shards.
        ShardAwayError: The actors did not begin; a shard is nowhere, and others are there.
    """
    check_folder(folder, shards)
    ray = connect(address)
    if (found := len(_find_actors(name))) not in {0, shards}:
        raise InputError(f"the index keeps its {found} shards, it cannot have {shards}")
    nodes = sorted(
        node["NodeID"]
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0) >= cpus
    )
    if not nodes:
        raise ShardAwayError(f"no machine of the Ray has {cpus} processors for a shard")
    folders = {n: Path(folder).resolve() / name_shard(n, shards) for n in range(shards)}
    running = set(_list_actors(name))
    homes, apart = _find_homes(nodes, folders)
    beginning = _Beginning(name, manifest, folders, storage.rstrip("/"), cpus, apart)
    # None is made before it is known that all are nowhere: an empty one would hide its articles.
    handles, missing = beginning.begin(homes, made=False)
    if new and len(missing) == shards:
        handles, missing = beginning.begin(homes, made=True)
    if missing:
        for actor in set(_list_actors(name)) - running:
            with suppress(ValueError):  # it ended by itself
                ray.kill(ray.get_actor(actor, NAMESPACE), no_restart=True)
        raise ShardAwayError(
            f"{', '.join(name_shard(n, shards) for n in missing)} not found below {folder} on any"
            " machine, nor in the storage; bring the machine, its folder or the storage back and"
            " start again. Where the index never held articles, remove that folder on every machine"
        )
    for replica in range(1, replicas):
        # They read the folder of the first one, so they have to be where it is.
        homes = dict(enumerate(ray.get([handles[n].find_node.remote() for n in range(shards)])))
        beginning.begin(homes, replica=replica, made=False)
    return connect_cluster(address, name)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What the actors of an index are begun with."""

    name: str
    manifest: Manifest
    folders: Mapping[int, Path]
    storage: str
    cpus: float
    apart: Collection[int]

    def begin(
        self, homes: Mapping[int, str], *, replica: int = 0, made: bool
    ) -> tuple[dict[int, Any], list[int]]:
        """Begin an actor of each shard, unless it runs; return them, and which shards are nowhere.

        Args:
            homes: On which node each shard is to be.
            replica: Number among the replicas.
            made: Whether a shard that is nowhere is made.

        Raises:
            ShardAwayError: One did not begin for another reason.
        """
        ray = load_ray()
        handles = {n: self._place(n, home, replica=replica, made=made) for n, home in homes.items()}
        pings = {n: handle.ping.remote() for n, handle in handles.items()}
        ray.wait(list(pings.values()), num_returns=len(pings), timeout=_BEGINNING_S)
        missing = []
        for n, ping in pings.items():
            try:
                ray.get(ping, timeout=_LAST_S)
            except (ray.exceptions.RayError, ray.exceptions.GetTimeoutError) as error:
                # Ray hands on what the beginning raised as text alone.
                if replica or IndexNotFoundError.__name__ not in str(error):
                    raise ShardAwayError(
                        f"the shards did not begin ({put_on_one_line(error)})"
                    ) from error
                missing.append(n)
        return handles, missing

    def _place(self, n: int, home: str, *, replica: int, made: bool) -> Any:
        ray = load_ray()
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        shard = self.folders[n].name
        options = ray.remote(ShardActor).options(
            name=f"{self.name}/{shard}.{replica}",
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=-1,
            max_concurrency=_CALLS_AT_ONCE,
            num_cpus=self.cpus,
            # Elsewhere only where that machine is gone; a replica reads the folder there, or none.
            scheduling_strategy=NodeAffinitySchedulingStrategy(home, soft=replica == 0),
        )
        return options.remote(
            str(self.folders[n]),
            self.manifest,
            storage=f"{self.storage}/{shard}" if self.storage and replica == 0 else "",
            made=made,
            apart=n in self.apart,
        )


def _find_homes(
    nodes: Sequence[str], folders: Mapping[int, Path]
) -> tuple[dict[int, str], set[int]]:
    """Return for each shard the node that has the newest of it; in turn where several do, or none.

    Also the shards that were written on several nodes, each without the other.

    Raises:
        ShardAwayError: A node does not tell.
    """
    ray = load_ray()
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    look = ray.remote(num_cpus=0)(find_lineages)
    asked = [
        look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(
            [str(path) for path in folders.values()]
        )
        for node in nodes
    ]
    try:
        found = ray.get(asked, timeout=_BEGINNING_S)
    except (ray.exceptions.RayError, ray.exceptions.GetTimeoutError) as error:
        raise ShardAwayError(
            f"a machine does not tell which shards it has ({put_on_one_line(error)});"
            " see: jawab cluster status"
        ) from error
    homes, apart = {}, set()
    for n in folders:
        there = {node: row[n] for node, row in zip(nodes, found, strict=True) if row[n]}
        best, others = find_newest(there) if there else (list(nodes), False)
        homes[n] = best[n % len(best)]
        apart |= {n} if others else set()
    return homes, apart


def check_folder(folder: str | Path, shards: int) -> None:
    """See that a machine's folder holds no articles that so many shards would leave out.

    Raises:
        InputError: It holds another number of shards, or a store that was not shared out.
    """
    folder = Path(folder)
    if (folder / SHARDS).is_file() and count_shards(folder) == shards:
        return  # what lies beside them was left behind by an interruption
    known = {name_shard(n, shards) for n in range(shards)}
    others = {path.name for path in folder.glob("shard-???-of-???")} - known
    if others or (folder / DATABASE).is_file():
        raise InputError(
            f"{folder} holds an index that does not have {shards} shards; share it out anew: jawab"
            f" index migrate --shards {shards} --index {folder}"
        )


def connect_cluster(
    address: str = "auto",
    name: str = DEFAULT,
    *,
    patience: float = PATIENCE_S,
    workers: int | None = None,
) -> ClusterStore:
    """Open the index that the actors of a Ray keep.

    Args:
        address: Of Ray, as for ``ray.init``.
        name: Of the index.
        patience: Seconds for which a shard that does not answer is waited for.
        workers: How many processes cut and embed in a build; None for one on each machine that
            keeps a shard.

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
        ActorShard(list(actors.values()), shard, names=list(actors), patience=patience)
        for shard, actors in sorted(groups.items())
    ]
    return ClusterStore(f"{RAY}{address}/{name}", shards, workers=workers)


def holds_cluster(address: str, name: str = DEFAULT) -> bool:
    """Tell whether a Ray keeps an index."""
    connect(address)
    return bool(_find_actors(name))


def show_cluster(address: str = "auto", name: str = DEFAULT) -> list[ActorStatus]:
    """Return how each actor is."""
    ray = connect(address)
    found = []
    for shard, actors in sorted(_find_actors(name).items()):
        if not actors:
            found.append(ActorStatus(shard, 0, alive=False))
        for replica, handle in enumerate(actors.values()):
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
    handles = [handle for group in _find_actors(name).values() for handle in group.values()]
    for handle in handles:
        ray.kill(handle, no_restart=True)
    return len(handles)


def _list_actors(index: str) -> list[str]:
    """Return the names of the actors of an index."""
    rows = load_ray().util.list_named_actors(all_namespaces=True)
    names = sorted(row["name"] for row in rows if row["namespace"] == NAMESPACE)
    return [name for name in names if name.startswith(f"{index}/")]


def _find_actors(index: str) -> dict[str, dict[str, Any]]:
    """Return the actors of each shard of an index by their names, the one that writes first."""
    ray = load_ray()
    own = _list_actors(index)
    # Every shard, also one whose actors are gone: it is away, the index is not a smaller one.
    count = int(own[0].rpartition(".")[0][-3:]) if own else 0
    groups: dict[str, dict[str, Any]] = {name_shard(n, count): {} for n in range(count)}
    for name in own:
        shard = name.removeprefix(f"{index}/").rpartition(".")[0]
        with suppress(ValueError):  # it ended since it was listed
            groups[shard][name] = ray.get_actor(name, NAMESPACE)
    return groups

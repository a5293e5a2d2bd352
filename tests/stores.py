"""The stores that keep the contract; one more is one line here."""

import uuid
from functools import cache, partial

import pytest
from memory_store import MemoryStore

from index.store.opening import create_store
from index.store.ray.cluster import start_cluster, stop_cluster
from index.store.ray.engine import connect
from index.store.sharded.store import ShardedStore


def local(folder, manifest, shards=1):
    return create_store(folder / "store", manifest, shards=shards)


def memory(_, manifest):
    return MemoryStore(manifest)


def sharded_memory(folder, manifest):
    return ShardedStore(str(folder), [MemoryStore(manifest) for _ in range(2)])


CLUSTERS = []
"""Names of the indexes whose actors run."""


@cache
def start_ray():
    """Start the one Ray of a test run, small and on this machine alone."""
    return connect("", {"num_cpus": 2, "object_store_memory": 100 * 2**20})


def ray(folder, manifest):
    start_ray()
    CLUSTERS.append(uuid.uuid4().hex)
    return start_cluster(folder, manifest, shards=2, name=CLUSTERS[-1])


def end_clusters():
    """End the actors that a test began."""
    while CLUSTERS:
        stop_cluster("", CLUSTERS.pop())


STORES = {
    "local": local,
    "memory": memory,
    "one shard": lambda folder, manifest: ShardedStore(str(folder), [local(folder, manifest)]),
    "three shards": partial(local, shards=3),
    "two shards in memory": sharded_memory,
    "ray": ray,
}
"""Name -> makes an empty store of its own below an empty folder, built with a manifest."""

ON_RAY = (pytest.mark.slow, pytest.mark.alone)
"""A Ray does not begin in a process that has run a thousand tests, nor two at once."""
ASKED = [pytest.param(name, marks=ON_RAY) if name == "ray" else name for name in STORES]
"""Names of all of them; Ray takes seconds to start."""

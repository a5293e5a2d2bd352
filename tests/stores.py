"""The stores that keep the contract; one more is one line here."""

from functools import partial

from memory_store import MemoryStore

from index.store.opening import create_store
from index.store.sharded.store import ShardedStore


def local(folder, manifest, shards=1):
    return create_store(folder / "store", manifest, shards=shards)


def memory(_, manifest):
    return MemoryStore(manifest)


def sharded_memory(folder, manifest):
    return ShardedStore(str(folder), [MemoryStore(manifest) for _ in range(2)])


STORES = {
    "local": local,
    "memory": memory,
    "one shard": lambda folder, manifest: ShardedStore(str(folder), [local(folder, manifest)]),
    "three shards": partial(local, shards=3),
    "two shards in memory": sharded_memory,
}
"""Name -> makes an empty store of its own below an empty folder, built with a manifest."""

"""The stores that keep the contract; one more is one line here."""

from memory_store import MemoryStore

from index.store.opening import create_store


def local(folder, manifest):
    return create_store(folder / "store", manifest)


def memory(_, manifest):
    return MemoryStore(manifest)


STORES = {"local": local, "memory": memory}
"""Name -> makes an empty store of its own below an empty folder, built with a manifest."""

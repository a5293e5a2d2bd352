"""What runs in an actor: a shard, for those who ask from other processes.

Readers and the right to write are lent for a time: who stops asking has lost them, so that a
process that died holds nothing for ever.
"""

import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from index.errors import (
    IndexLockedError,
    IndexNotFoundError,
    SearchIndexError,
    StateLostError,
)
from index.folder import LINEAGE, RESTORED
from index.store.manifest import Manifest
from index.store.opening import create_store, holds_store, open_shard
from index.store.ray.engine import load_ray
from index.store.sharded.lanes import Lane, Lanes
from index.store.sharded.lineage import UNKNOWN, Line, Lineage, begin_line, load_lineage
from index.store.sharded.storage import restore_shard, save_shard

logger = logging.getLogger(__name__)

READER_S = 60.0
"""Seconds after which a reader that nobody asks is closed. Chosen: no question takes as long."""
WRITER_S = 60.0
"""Seconds for which the right to write is lent; who holds it asks for it again in time."""

READING = frozenset((
    "dense", "lexical", "fetch", "articles", "reprints", "families", "members",
    "document_frequencies", "totals",
))  # fmt: skip
ASKING = frozenset((
    "known", "files", "embedded", "export", "article_keys", "newest_articles", "get_article",
    "count_articles", "find_articles", "months", "days", "stats", "verify", "last_keys",
    "relatives", "origins", "all_families", "is_restored",
))  # fmt: skip
WRITING = frozenset(("apply", "compact", "compact_if_needed", "settle"))
STAGING = frozenset(("counts", "pending", "put", "publish"))


class OpenedReader(NamedTuple):
    """A reader that an actor holds: by which name, and what it has of its state."""

    name: str
    manifest: Manifest
    generation: int


@dataclass(slots=True)
class _Held:
    """Something entered in the thread of a lane, which alone may use and leave it."""

    context: AbstractContextManager[Any]
    taken: AbstractContextManager[Lane]
    lane: Lane
    value: Any
    used: float = field(default_factory=time.monotonic)

    @classmethod
    def enter(cls, lanes: Lanes, make: Callable[[], AbstractContextManager[Any]]) -> "_Held":
        context, taken = make(), lanes.take()
        lane = taken.__enter__()
        try:
            value = lane.run({0: context.__enter__})[0]
        except BaseException:
            taken.__exit__(None, None, None)
            raise
        return cls(context, taken, lane, value)

    def run(self, call: Callable[[Any], Any]) -> Any:
        self.used = time.monotonic()
        return self.lane.run({0: lambda: call(self.value)})[0]

    def leave(self) -> None:
        try:
            self.lane.run({0: lambda: self.context.__exit__(None, None, None)})
        finally:
            self.taken.__exit__(None, None, None)


class ShardActor:
    """A shard in a folder of the machine the actor runs on.

    Args:
        folder: Of the shard; brought back from the storage when it is not there or lacks what the
            copy has, as on a machine that was away meanwhile, else made.
        manifest: For a shard that is made.
        storage: Where copies are kept after each publication; "" for nowhere.
        made: Whether the shard may be made where it is nowhere. Ray begins an actor again on
            another machine when its own is gone: an empty shard there would be a wrong answer.
        apart: Whether another machine has something of it that this one lacks: files are read
            again then, as where it was brought back from a copy.

    Raises:
        IndexNotFoundError: The shard is neither here nor in the storage, and may not be made.
    """

    def __init__(
        self,
        folder: str,
        manifest: Manifest,
        *,
        storage: str = "",
        made: bool = True,
        apart: bool = False,
    ) -> None:
        self._folder = Path(folder)
        self._storage = storage
        lineage = _find_lineage(self._folder)
        if storage and restore_shard(storage, self._folder, lineage):
            lineage = _find_lineage(self._folder)
        if lineage is None:
            if not made or _is_begun_again():
                raise IndexNotFoundError(f"{folder} is not on this machine, nor in a storage")
            create_store(self._folder, manifest).close()
        if not (self._folder / LINEAGE).exists():
            begin_line(self._folder, lineage or ())
        if apart and not _is_begun_again():
            (self._folder / RESTORED).touch()
        self._store = open_shard(self._folder)
        self._lanes = Lanes([self._store])
        self._readers: dict[str, _Held] = {}
        self._writer: tuple[str, _Held] | None = None
        self._changes = 0  # that run just now
        self._lock = threading.Lock()
        threading.Thread(target=self._close_forgotten, name="forgotten", daemon=True).start()

    def ping(self) -> tuple[str, int, str]:
        """Answer, with the folder, the number of the process and the address of the machine."""
        return str(self._folder), os.getpid(), str(load_ray().util.get_node_ip_address())

    def find_node(self) -> str:
        """Return Ray's name of the machine."""
        return str(load_ray().get_runtime_context().get_node_id())

    def manifest(self) -> Manifest:
        """What the shard was built with."""
        return self._store.manifest

    def ask(self, name: str, arguments: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """Call a method of the store that only looks."""
        return getattr(self._store, _allow(name, ASKING))(*arguments, **more)

    def open_reader(self) -> OpenedReader:
        """Open one state for reading."""
        held = _Held.enter(self._lanes, self._store.read)
        name = uuid.uuid4().hex
        with self._lock:
            self._readers[name] = held
        return OpenedReader(name, held.value.manifest, held.value.generation)

    def read(self, reader: str, name: str, arguments: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """Call a method of a reader.

        Raises:
            StateLostError: It was closed, or opened before the actor was restarted.
        """
        _allow(name, READING)
        with self._lock:
            held = self._readers.get(reader)
        if held is None:
            raise StateLostError("the state that was read is gone; ask again")
        return held.run(lambda opened: getattr(opened, name)(*arguments, **more))

    def close_reader(self, reader: str) -> None:
        """Close a reader; one that is not there is no error."""
        with self._lock:
            held = self._readers.pop(reader, None)
        if held is not None:
            held.leave()

    def begin_writing(self, token: str) -> None:
        """Lend the right to write to who names itself so, or for longer.

        Raises:
            IndexLockedError: Somebody else has it.
        """
        with self._lock:
            if self._writer is not None and self._writer[0] == token:
                self._writer[1].used = time.monotonic()
                return
            if self._writer is not None:
                raise IndexLockedError(
                    f"another process is writing to {self._folder}; wait until it is done"
                )
            self._writer = token, _Held.enter(self._lanes, self._store.writing)

    def end_writing(self, token: str) -> None:
        """Give the right to write back."""
        with self._lock:
            if self._writer is None or self._writer[0] != token:
                return
            held, self._writer = self._writer[1], None
        held.leave()

    def write(self, token: str, name: str, arguments: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """Call a method of the store that changes it.

        Raises:
            IndexLockedError: The right to write was lost.
        """
        with self._changing(token):
            done = getattr(self._store, _allow(name, WRITING))(*arguments, **more)
            if name == "compact" or (name == "compact_if_needed" and done):
                self._save()
        return done

    def stage(self, token: str, manifest: Manifest, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method of a migration to a manifest, begun or gone on with."""
        with self._changing(token):
            done = getattr(self._store.stage(manifest), _allow(name, STAGING))(*arguments)
            if name == "publish":
                self._save()
        return done

    @contextmanager
    def _changing(self, token: str) -> Iterator[None]:
        """Keep the right to write while a change runs, however long it takes."""
        self.begin_writing(token)
        with self._lock:
            self._changes += 1
        try:
            yield
        finally:
            with self._lock:
                self._changes -= 1
                if self._writer is not None:
                    self._writer[1].used = time.monotonic()

    def backup(self, copy: str) -> str:
        """Copy the shard into another folder of the same machine; return which."""
        return self._store.backup(copy).place

    def _save(self) -> None:
        if self._storage:
            generation = self._store.stats().generation
            save_shard(self._store, self._storage, load_lineage(self._folder, generation))

    def _close_forgotten(self) -> None:
        while True:
            time.sleep(READER_S / 10)
            try:
                self._close_before(time.monotonic())
            except Exception:
                logger.exception("what nobody asked for was not closed")

    def _close_before(self, now: float) -> None:
        """Close what nobody asked for a while."""
        with self._lock:
            old = [name for name, held in self._readers.items() if now - held.used > READER_S]
            forgotten = [self._readers.pop(name) for name in old]
            writer = None if self._changes else self._writer
            if writer is not None and now - writer[1].used > WRITER_S:
                forgotten.append(writer[1])
                self._writer = None
        for held in forgotten:
            held.leave()


def _is_begun_again() -> bool:
    """Tell whether this runs in an actor that Ray has restarted."""
    ray = sys.modules.get("ray")  # it reads its settings when it is imported: not from here
    if ray is None or not ray.is_initialized():
        return False
    context = ray.get_runtime_context()
    return context.get_actor_id() is not None and context.was_current_actor_reconstructed


def find_lineages(folders: Sequence[str]) -> list[Lineage | None]:
    """Return the lineages of the shards in some folders of the machine; None where there is none.

    One that cannot be read counts as there: its actor says what is wrong with it.
    """
    found: list[Lineage | None] = []
    for folder in folders:
        try:
            found.append(_find_lineage(Path(folder)))
        except SearchIndexError:
            found.append(Lineage((Line(UNKNOWN, 0),)))
    return found


def _find_lineage(folder: Path) -> Lineage | None:
    """Return the lineage of the shard in a folder; None where there is none."""
    if not holds_store(folder):
        return None
    shard = open_shard(folder)
    try:
        return load_lineage(folder, shard.stats().generation)
    finally:
        shard.close()


def _allow(name: str, names: frozenset[str]) -> str:
    if name not in names:
        raise ValueError(f"a shard has no {name!r} to call")
    return name

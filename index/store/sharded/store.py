"""The store over several shards: asks all of them and merges, writes to each what is its own.

What one change does to a shard is one transaction; over the shards it is not. An interrupted change
leaves every article whole, in one state or the other, and is mended by doing it again: a file
counts as stored only after its articles are, and is forgotten before they go.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from index.articles.article import file_of
from index.errors import IndexMismatchError, InputError, ShardAwayError
from index.folder import holds_index
from index.store.changes import ApplyReport, ArticleChunks, Move
from index.store.manifest import Manifest
from index.store.shard import LastKeys, Shard, ShardReader
from index.store.sharded.catalogue import ShardedCatalogue, make_away_error
from index.store.sharded.lanes import Lane, Lanes
from index.store.sharded.layout import name_shard, write_layout
from index.store.sharded.placement import (
    describe,
    find_replaced,
    find_shard,
    group_by_shard,
    name_files,
    place_articles,
)
from index.store.sharded.reader import ShardedReader
from index.store.sharded.staging import ShardedStaging
from index.store.verification import Verification

_SETTLING_S = 10.0
"""Seconds for which a reader waits while shards take up another embedder one by one. Chosen."""


class ShardedStore(ShardedCatalogue):
    """Shards that are one index.

    Args:
        place: Where they are, as the commands take it.
        shards: In order; there is always the same number of them.
    """

    def __init__(self, place: str, shards: Sequence[Shard]) -> None:
        self.place = place
        self.shards = tuple(shards)
        self._lanes = Lanes(self.shards)

    @property
    def manifest(self) -> Manifest:
        """What the shards were built with; while they are migrated, what they were.

        Shards that do not answer are left out, unless none does.
        """
        manifests = self._ask_present(lambda shard: shard.manifest)
        return replace(manifests[-1], dimension=max(m.dimension for m in manifests))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write to every shard; reading goes on meanwhile.

        Raises:
            IndexLockedError: Another process holds it.
            IndexWriteError: There is no room, or writing is not allowed.
        """
        with ExitStack() as held:
            for shard in self.shards:
                held.enter_context(shard.writing())
            if any(self._ask(lambda shard: shard.is_restored())):
                # Every file is read again: articles may be missing. Little is embedded again.
                with self._lanes.take() as lane:
                    _store_files(lane, dict.fromkeys(self.files(), ""))
                    lane.ask(lambda shard: shard.settle())
            yield

    @contextmanager
    def read(self) -> Iterator[ShardedReader]:
        """Open one state of each shard for reading; safe in any thread.

        Shards that do not answer are left out, unless none does.

        Raises:
            ShardAwayError: No shard answers.
            IndexMismatchError: A migration of the shards was interrupted.
        """
        deadline = time.monotonic() + _SETTLING_S
        with self._lanes.take() as lane:
            while True:
                with _open_readers(lane, self.place) as readers:
                    manifest = _agree([reader.manifest for reader in readers.values()])
                    if manifest is not None:
                        yield ShardedReader(lane, readers, manifest=manifest)
                        return
                if time.monotonic() > deadline:
                    raise IndexMismatchError(
                        f"some shards of {self.place} were migrated and some were not; finish it:"
                        f" jawab index migrate --index {self.place}, with the --embedder it was"
                        " begun with"
                    )
                time.sleep(_SETTLING_S / 100)

    def apply(
        self,
        upserts: Iterable[ArticleChunks],
        deletes: Iterable[str] = (),
        *,
        moves: Iterable[Move] = (),
        files: Mapping[str, str] | None = None,
    ) -> ApplyReport:
        """Remove, move, then add or replace articles; one transaction a shard for each of these.

        Doing it twice changes nothing more. Arguments as of
        :meth:`index.store.contract.Store.apply`.
        """
        items, gone, moved = list(upserts), list(dict.fromkeys(deletes)), list(moves)
        with self._lanes.take() as lane:
            report = ApplyReport()
            if gone or moved:
                report += _take_away(lane, gone, moved)
            if items:
                report += _put(lane, items)
            _store_files(lane, files or {})
        return report

    def compact(self) -> None:
        """Bring the derived files of every shard up to date, all at once."""
        self._ask(lambda shard: shard.compact())

    def compact_if_needed(self, *, growing: bool = False) -> bool:
        """Publish a new generation of every shard of which much has changed."""
        return any(self._ask(lambda shard: shard.compact_if_needed(growing=growing)))

    def stage(self, manifest: Manifest) -> ShardedStaging:
        """Begin a migration, or go on with an interrupted one to the same manifest."""
        done = {n for n, shard in enumerate(self.shards) if _agree([shard.manifest, manifest])}
        left = set(range(len(self.shards))) - done or done
        return ShardedStaging(self.shards, {n: self.shards[n].stage(manifest) for n in left})

    def verify(self) -> Verification:
        """Check every shard, and that each article lies in the shard of its id."""
        parts = self._ask(lambda shard: (shard.verify(), shard.known()))
        problems = [
            f"shard {n}: {problem}"
            for n, (part, _) in enumerate(parts)
            for problem in part.problems
        ]
        for n, (_, known) in enumerate(parts):
            strange = sum(find_shard(id_, len(self.shards)) != n for id_ in known)
            if strange:
                problems.append(f"shard {n}: {strange} articles belong to another shard")
        return Verification(
            sum(part.articles for part, _ in parts),
            sum(part.chunks for part, _ in parts),
            sum(part.published for part, _ in parts),
            tuple(problems),
        )

    def backup(self, copy: str | Path) -> "ShardedStore":
        """Copy every shard into another folder, which is an index of its own once all are there."""
        folder, count = Path(copy), len(self.shards)
        if holds_index(folder):
            raise InputError(f"{copy} holds an index already; name a new folder")
        with self._lanes.take() as lane:
            made = lane.run(
                {
                    n: partial(shard.backup, folder / name_shard(n, count))
                    for n, shard in enumerate(self.shards)
                }
            )
        write_layout(folder, count)
        # Every shard copies itself to a shard.
        return ShardedStore(str(copy), [made[n] for n in range(count)])  # type: ignore[misc]

    def close(self) -> None:
        """Let go of what no reader uses."""
        self._lanes.close()


@contextmanager
def _open_readers(lane: Lane, place: str) -> Iterator[dict[int, ShardReader]]:
    """Open a reader of every shard that answers, each in the thread of its shard."""
    opened: dict[int, AbstractContextManager[ShardReader]] = {}

    def enter(n: int) -> ShardReader | None:
        state = lane.shards[n].read()
        try:
            reader = state.__enter__()
        except ShardAwayError:
            return None
        opened[n] = state
        return reader

    try:
        found = lane.run({n: partial(enter, n) for n in range(len(lane.shards))})
        readers = {n: reader for n, reader in found.items() if reader is not None}
        if not readers:
            raise make_away_error(place)
        yield readers
    finally:
        lane.run({n: partial(state.__exit__, None, None, None) for n, state in opened.items()})


def _agree(manifests: Sequence[Manifest]) -> Manifest | None:
    """Return what all shards were built with; None while they differ. Empty ones have no length."""
    if len({replace(manifest, dimension=0) for manifest in manifests}) > 1:
        return None
    return max(manifests, key=lambda manifest: manifest.dimension)


def _take_away(lane: Lane, deletes: Sequence[str], moves: Sequence[Move]) -> ApplyReport:
    """Remove and move articles; one whose new id belongs to another shard is carried there.

    What is carried is stored there before it goes here: it is never missing, and twice at worst.
    """
    count = len(lane.shards)
    origins = _find_origins(lane, [*deletes, *(move.old_id for move in moves)])
    _store_files(lane, {file_of(origin): "" for origin in origins.values()})
    gone = set(deletes)
    moves = [move for move in moves if move.old_id in origins and move.old_id not in gone]
    carried = _choose_carried(moves, count)
    new_ids = {move.article.id for move in carried}
    _carry(lane, carried)
    removed = [*gone, *(move.old_id for move in carried)]
    removals = group_by_shard(((id_, id_) for id_ in removed if id_ not in new_ids), count)
    kept = group_by_shard(((m.old_id, m) for m in moves if m not in carried), count)
    _apply_to_each(
        lane,
        {
            n: partial(lane.shards[n].apply, (), removals.get(n, ()), moves=kept.get(n, ()))
            for n in removals.keys() | kept.keys()
        },
    )
    return ApplyReport(removed=len(gone & origins.keys()), moved=len(moves))


def _find_origins(lane: Lane, ids: Iterable[str]) -> dict[str, str]:
    groups = group_by_shard(((id_, id_) for id_ in ids), len(lane.shards))
    parts = lane.run({n: partial(lane.shards[n].origins, part) for n, part in groups.items()})
    return {id_: origin for part in parts.values() for id_, origin in part.items()}


def _choose_carried(moves: Sequence[Move], count: int) -> list[Move]:
    """Return the moves between shards; all of them where one takes the id that another leaves."""
    between = [move for move in moves if not _stays(move, count)]
    left = {move.old_id for move in moves}
    return list(moves) if any(move.article.id in left for move in between) else between


def _stays(move: Move, count: int) -> bool:
    return find_shard(move.old_id, count) == find_shard(move.article.id, count)


def _carry(lane: Lane, moves: Sequence[Move]) -> None:
    """Store moved articles in the shards of their new ids, with their keys and families."""
    count = len(lane.shards)
    groups = group_by_shard(((move.old_id, move.old_id) for move in moves), count)
    parts = lane.run({n: partial(lane.shards[n].export, part) for n, part in groups.items()})
    stored = {item.article.id: item for part in parts.values() for item in part}
    # Chunks get keys after those that the shard has published, or they would not be searched.
    first = _find_last_keys(lane).chunk + 1
    items = []
    for move in moves:
        item = stored[move.old_id]
        old, placement = item.article, item.placement
        article = replace(move.article, title=old.title, text=old.text)
        assert placement is not None  # noqa: S101  # what is stored has one
        items.append(
            replace(item, article=article, placement=replace(placement, first_chunk=first))
        )
        first += len(item.chunks)
    # Within a shard the old one goes in the same transaction: the new one has its key.
    within = [m.old_id for m in moves if _stays(m, count)]
    _store(lane, items, group_by_shard(((old_id, old_id) for old_id in within), count))


def _put(lane: Lane, items: Sequence[ArticleChunks]) -> ApplyReport:
    """Add or replace articles, numbered and compared with all there are."""
    new = [item for item in items if item.placement is None]
    if not new:
        return _store(lane, items)
    unplaced = describe(new)
    gone = find_replaced(new)
    related = lane.ask(lambda shard: shard.relatives(unplaced, gone))
    placed = place_articles(
        new,
        unplaced,
        related=[[part[n] for part in related] for n in range(len(new))],
        last=_find_last_keys(lane),
    )
    return _store(lane, [*placed, *(item for item in items if item.placement is not None)])


def _find_last_keys(lane: Lane) -> LastKeys:
    keys = lane.ask(lambda shard: shard.last_keys())
    return LastKeys(max(key.article for key in keys), max(key.chunk for key in keys))


def _store(
    lane: Lane, items: Iterable[ArticleChunks], deletes: Mapping[int, Sequence[str]] | None = None
) -> ApplyReport:
    groups = group_by_shard(((item.article.id, item) for item in items), len(lane.shards))
    gone = deletes or {}
    return _apply_to_each(
        lane,
        {n: partial(lane.shards[n].apply, part, gone.get(n, ())) for n, part in groups.items()},
    )


def _store_files(lane: Lane, files: Mapping[str, str]) -> None:
    groups = name_files(files, len(lane.shards))
    _apply_to_each(
        lane, {n: partial(lane.shards[n].apply, (), files=part) for n, part in groups.items()}
    )


def _apply_to_each(lane: Lane, calls: Mapping[int, Callable[[], ApplyReport]]) -> ApplyReport:
    return sum(lane.run(calls).values(), ApplyReport())

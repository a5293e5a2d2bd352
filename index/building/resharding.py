"""Share the articles of an index out among another number of shards, without embedding again.

What is stored is copied as it is, keys and families included, so that every answer stays the same.
The copy is made beside what is there, which answers meanwhile; one file then says which counts.
"""

import shutil
import time
from dataclasses import replace
from pathlib import Path

from index.building.reports import BuildProgress, Progress
from index.errors import InputError
from index.store.contract import Store
from index.store.opening import RAY, check_shards, create_store, open_folder
from index.store.shard import Portable
from index.store.sharded.layout import UNFINISHED, adopt, count_shards, remove_leftovers

_BATCH_ARTICLES = 256
"""Articles in one transaction; chosen: some megabytes."""


def reshard_index(place: str | Path, shards: int, *, progress: Progress | None = None) -> int:
    """Share an index out among some shards, or bring them together; return how many chunks it has.

    What has the index open meanwhile has to open it again afterwards. An interrupted call changes
    nothing; the next begins anew.

    Args:
        place: The index folder.
        shards: How many there shall be; 1 for one store alone.
        progress: Called often with how far the copy is.

    Raises:
        InputError: There is no such number of shards; the index is kept on Ray.
        IndexNotFoundError: The folder holds no index.
        IndexLockedError: Another process is writing to it.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    check_shards(shards)
    if str(place).startswith(RAY):
        raise InputError(
            f"{place} keeps its number of shards; copy it into a folder (jawab index backup COPY"
            f" --index {place}), then: jawab index migrate --shards {shards} --index COPY"
        )
    folder = Path(place)
    source = open_folder(folder)
    with source.writing():
        if count_shards(folder) == shards:
            remove_leftovers(folder, shards)
            return source.stats().chunks
        unfinished = folder / UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        target = create_store(unfinished, source.manifest, shards=shards)
        with target.writing():
            chunks = _copy(source, target, progress)
            target.compact()
        target.close()
        source.close()
        adopt(folder, shards)
    return chunks


def _copy(source: Portable, target: Store, progress: Progress | None) -> int:
    """Copy articles as they were stored, then which files are complete; return how many chunks."""
    started, keys = time.perf_counter(), source.article_keys()
    ids = sorted(keys, key=keys.__getitem__)
    chunks = 0
    for start in range(0, len(ids), _BATCH_ARTICLES):
        items = []
        for item in source.export(ids[start : start + _BATCH_ARTICLES]):
            placement = item.placement and replace(item.placement, first_chunk=chunks + 1)
            items.append(replace(item, placement=placement))
            chunks += len(item.chunks)
        target.apply(items)
        if progress is not None:
            done = min(len(ids), start + _BATCH_ARTICLES)
            progress(
                BuildProgress(
                    fraction=done / len(ids),
                    files=0,
                    articles=done,
                    chunks=chunks,
                    failures=0,
                    seconds=time.perf_counter() - started,
                )
            )
    target.apply((), files=source.files())
    return chunks

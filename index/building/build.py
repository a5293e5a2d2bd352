"""Build an index: read, cut, analyse, embed and store what is new or changed.

All of it goes on at once, in order: a thread reads, workers cut and embed, another thread stores.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from index.articles.article import file_of, locate
from index.articles.readers.base import PassedOver, ReadFailure, ReadOptions, Withdrawn
from index.articles.readers.formats import PICTURES
from index.articles.readers.headings import FIELDS
from index.articles.readers.ocr import require_tesseract
from index.articles.readers.reading import read_source
from index.articles.readers.sources import Listing, list_sources
from index.articles.readers.web import is_address
from index.building.ahead import Prefetcher, begin_ahead
from index.building.cutting import CutArticle, collect_texts
from index.building.intake import Batch, Counts, Intake, ReadSource
from index.building.register import Duplicate, Register
from index.building.reports import BuildProgress, BuildReport, Progress
from index.building.workers import Crew, Result, find_crew
from index.embedding.contract import Embedder
from index.embedding.embedded import Embedded, split_new
from index.embedding.embedders import embedder_like, load_embedder
from index.errors import InputError
from index.store.changes import ApplyReport, ArticleChunks, Move
from index.store.contract import Store
from index.store.manifest import Manifest
from index.store.opening import RAY, Place, create_store, holds_store, open_store
from index.store.sharded.layout import count_shards

_BATCHES_AHEAD = 3
"""Batches read before they are embedded: a slow file does not stop embedding, and memory holds
about a thousand chunks. Chosen; ``python -m benchmarks.indexing`` measures time and memory."""


def build_index(
    paths: Iterable[str | Path],
    place: Place,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    columns: Mapping[str, str] | None = None,
    allow_private: bool = False,
    ocr: bool = False,
    shards: int | None = None,
) -> BuildReport:
    """Make an index hold what the paths hold: add, replace what changed, remove what vanished.

    Only articles read from these paths are ever removed, and none that is there but cannot be
    read. What came from web addresses is never removed. Work is saved in batches: an interrupted
    build goes on where it stopped.

    Args:
        paths: Files and folders of articles; web addresses of articles and feeds.
        place: The index folder, made when it is not there; or a store that is open.
        embedder: None takes the one the index was built with, or the default for a new index.
        progress: Called often with how far the build is, in the calling thread.
        columns: Field of an article -> its name in records and front matter, when it is none of
            the usual ones: ``{"text": "body_ar"}``.
        allow_private: Whether web addresses of this machine and its network may be fetched.
        ocr: Whether pictures of text are read, and pages of PDF files that hold no letters.
        shards: Among how many stores a new index is shared out; None for one alone, or for as many
            as there are.

    Raises:
        InputError: A path does not exist, no path was given, a column is for no known field,
            the index has another number of shards, or what reads pictures is not installed.
        IndexMismatchError: The index was built with another embedder or version.
        IndexLockedError: Another process is writing to it.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    options = _make_options(columns, allow_private=allow_private, ocr=ocr)
    if shards is not None:
        _prepare_shards(place, shards, embedder)
    return _ingest(paths, place, embedder, progress, options, mirror=True)


def add_articles(
    paths: Iterable[str | Path],
    place: Place,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    columns: Mapping[str, str] | None = None,
    allow_private: bool = False,
    ocr: bool = False,
) -> BuildReport:
    """Add or replace articles and remove none; arguments and errors as for ``build_index``."""
    options = _make_options(columns, allow_private=allow_private, ocr=ocr)
    return _ingest(paths, place, embedder, progress, options, mirror=False)


def _prepare_shards(place: Place, shards: int, embedder: Embedder | None) -> None:
    """Make a new index of some shards; see that one that is there has as many."""
    if isinstance(place, str) and place.startswith(RAY):
        raise InputError(
            f"how many shards {place} has is said by jawab.toml ([cluster] shards) before it is"
            " started; leave out --shards"
        )
    if not holds_store(place):
        create_store(place, Manifest((embedder or load_embedder()).identity), shards=shards)
    elif isinstance(place, str | Path) and (found := count_shards(Path(place))) != shards:
        raise InputError(
            f"{place} has {found} shards, not {shards}; share it out anew:"
            f" jawab index migrate --shards {shards} --index {place}"
        )


def _make_options(
    columns: Mapping[str, str] | None, *, allow_private: bool, ocr: bool
) -> ReadOptions:
    if ocr:
        require_tesseract()
    return ReadOptions(_check_columns(columns or {}), allow_private, ocr=ocr)


def _check_columns(columns: Mapping[str, str]) -> Mapping[str, str]:
    for name in columns:
        if name not in FIELDS:
            raise InputError(f"articles have no field {name!r}; there are {', '.join(FIELDS)}")
    return columns


def remove_articles(ids: Iterable[str], place: Place) -> BuildReport:
    """Remove articles by id.

    Raises:
        InputError: The index has no article of such an id; nothing is removed then.
        IndexNotFoundError: The folder holds no index.
        IndexLockedError: Another process is writing to it.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    started = time.perf_counter()
    store = open_store(place)
    wanted = list(dict.fromkeys(ids))
    with store.writing():
        known = store.known()
        if unknown := [article_id for article_id in wanted if article_id not in known]:
            raise InputError(
                f"no article has the id {unknown[0]!r}; see the ids with: jawab index list"
            )
        report = store.apply((), wanted)
        store.compact_if_needed()
    return BuildReport(
        removed=report.removed,
        seconds=time.perf_counter() - started,
        generation=store.stats().generation,
    )


def _ingest(
    paths: Iterable[str | Path],
    place: Place,
    embedder: Embedder | None,
    progress: Progress | None,
    options: ReadOptions,
    *,
    mirror: bool,
) -> BuildReport:
    roots = list(paths)
    if not roots:
        raise InputError("name at least one file or folder of articles")
    mirrored = _resolve_paths(roots) if mirror else set()
    return update_index(
        list_sources(roots, ocr=options.ocr),
        place,
        embedder=embedder,
        progress=progress,
        options=options,
        mirrored=mirrored,
    )


def update_index(
    listing: Listing,
    place: Place,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    options: ReadOptions | None = None,
    mirrored: Set[Path] = frozenset(),
    removed: Iterable[str] = (),
    moves: Iterable[Move] = (),
    read: ReadSource = read_source,
) -> BuildReport:
    """Add or replace the articles of some sources; other arguments and errors as for a build.

    Args:
        listing: What to read.
        place: The index folder, made when it is not there; or a store that is open.
        embedder: None takes the one the index was built with, or the default for a new index.
        progress: Called often with how far it is.
        options: How to read.
        mirrored: Paths below which articles are removed that were not found there.
        removed: Ids of articles to remove; unknown ones are passed over.
        moves: Articles that are found elsewhere from now on.
        read: Reads the articles of a source.
    """
    store, embedder = _open_or_create(place, embedder)
    with store.writing():
        store.manifest.require(embedder.identity, store.place)  # it may have been migrated just now
        run = _Run(store, embedder, progress)
        run.ingest(listing, options or ReadOptions(), mirrored=mirrored, read=read)
        gone, moved = list(removed), list(moves)
        if gone or moved:
            run.done += store.apply((), gone, moves=moved)
        store.compact_if_needed()
    return run.report(store.stats().generation)


def _resolve_paths(roots: Sequence[str | Path]) -> Set[Path]:
    return {Path(root).resolve() for root in roots if not is_address(root)}


def _open_or_create(place: Place, embedder: Embedder | None) -> tuple[Store, Embedder]:
    if not holds_store(place):
        embedder = embedder or load_embedder()
        return create_store(place, Manifest(embedder.identity)), embedder
    store = open_store(place)
    embedder = embedder or embedder_like(store.manifest.embedder)
    store.manifest.require(embedder.identity, store.place)
    return store, embedder


class _Embedding(NamedTuple):
    """A batch that is being embedded.

    Attributes:
        batch: As it was read.
        cut: Its articles.
        known: What is stored of their texts already, by hash.
        parts: The hashes of the others, with what the workers make of them.
    """

    batch: Batch
    cut: Sequence[CutArticle]
    known: Mapping[str, Embedded]
    parts: Sequence[tuple[Sequence[str], Result]]


@dataclass(slots=True)
class _Run:
    """One build under way."""

    store: Store
    embedder: Embedder
    progress: Progress | None
    started: float = field(default_factory=time.perf_counter)
    counts: Counts = field(default_factory=Counts)
    failures: Sequence[ReadFailure] = ()
    passed_over: Sequence[PassedOver] = ()
    duplicates: Sequence[Duplicate] = ()
    done: ApplyReport = field(default_factory=ApplyReport)
    embedded: int = 0
    reused: int = 0

    def ingest(
        self,
        listing: Listing,
        options: ReadOptions,
        *,
        mirrored: Set[Path],
        read: ReadSource = read_source,
    ) -> None:
        """Read the sources and store what is new or changed; forget what vanished below places."""
        register = Register(self.store.known())
        intake = Intake(
            register,
            self.store.files(),
            options,
            failures=list(listing.failures),
            passed_over=list(listing.passed_over),
            read=read,
        )
        with (
            find_crew(self.store, self.embedder, listing.sources) as crew,
            ThreadPoolExecutor(1, thread_name_prefix="store") as writer,
            Prefetcher(intake.batches(listing.sources), room=_BATCHES_AHEAD) as batches,
        ):
            storing: Future[ApplyReport] | None = None
            for embedding in self._embed(crew, batches):
                batch = embedding.batch
                if batch.articles or batch.files:
                    upserts = self._wait_until_embedded(embedding)
                    self._wait_until_stored(storing)
                    storing = writer.submit(self._store, batch, upserts)
                self.counts = batch.counts
                self._report_progress()
            self._wait_until_stored(storing)
        self.failures, self.passed_over = intake.failures, intake.passed_over
        origins = {source.origin for source in listing.sources}
        broken = {f.origin for f in self.failures if not isinstance(f, Withdrawn)}
        # Pictures that are not read this time are there all the same.
        broken |= {file.origin for file in self.passed_over if file.kind in PICTURES}
        files = set(map(file_of, broken))
        broken_places = {path for file in files & broken if (path := locate(file))}

        def may_be_there(origin: str) -> bool:
            return origin in broken or _is_below(origin, broken_places)

        moves, self.duplicates = register.resolve_twins(origins, files)
        gone = [
            article_id
            for article_id, origin in register.find_unseen()
            if _is_below(origin, mirrored) and not may_be_there(origin)
        ]
        if mirrored:
            returned, freed = register.relocate(may_be_there)
            moves, gone = [*moves, *returned], [*gone, *freed]
        if moves or gone:
            self.done += self.store.apply((), gone, moves=moves)
        self._report_progress()

    def _store(self, batch: Batch, upserts: Sequence[ArticleChunks]) -> ApplyReport:
        """Store a batch in one transaction; called in the thread that stores."""
        try:
            report = self.store.apply(upserts, moves=batch.moves, files=batch.files)
            self.store.compact_if_needed(growing=True)
        finally:
            self.store.close()
        return report

    def _wait_until_stored(self, storing: Future[ApplyReport] | None) -> None:
        """Wait until what was handed over is stored."""
        if storing is not None:
            self.done += storing.result()

    def _embed(self, crew: Crew, batches: Iterable[Batch]) -> "Iterator[_Embedding]":
        """Have batches cut, then the texts embedded that were never seen before."""

        def begin_cutting(batch: Batch) -> tuple[Batch, Result | None]:
            return batch, crew.begin("cut", batch.articles) if batch.articles else None

        def begin_embedding(begun: tuple[Batch, Result | None]) -> _Embedding:
            batch, cutting = begun
            cut: list[CutArticle] = cutting.result() if cutting else []
            texts = collect_texts(cut)
            known = self.store.embedded(texts) if texts else {}
            self.reused += sum(hash_ in known for one in cut for hash_ in one.hashes)
            parts = [
                (part, crew.begin("embed", [texts[hash_] for hash_ in part]))
                for part in split_new(texts, known)
            ]
            return _Embedding(batch, cut, known, parts)

        # Enough for every worker to have something to do; more would be lost with the build.
        cuts = begin_ahead(begin_cutting, batches, room=crew.size)
        return begin_ahead(begin_embedding, cuts, room=crew.size - 1)

    def _wait_until_embedded(self, embedding: "_Embedding") -> list[ArticleChunks]:
        """Return the articles of a batch as they are stored, when its last text is embedded."""
        found = dict(embedding.known)
        for part, result in embedding.parts:
            found.update(zip(part, result.result(), strict=True))
            self.embedded += len(part)
            self._report_progress()
        return [cut.with_embedded(found) for cut in embedding.cut]

    def _report_progress(self) -> None:
        if self.progress is not None:
            self.progress(
                BuildProgress(
                    fraction=self.counts.fraction,
                    files=self.counts.files,
                    articles=self.counts.articles,
                    chunks=self.embedded,
                    failures=self.counts.failures,
                    seconds=time.perf_counter() - self.started,
                    title=self.counts.title,
                )
            )

    def report(self, generation: int) -> BuildReport:
        """Return what was done."""
        return BuildReport(
            files=self.counts.files,
            read=self.counts.articles,
            added=self.done.added,
            replaced=self.done.replaced,
            moved=self.done.moved,
            unchanged=self.counts.unchanged,
            removed=self.done.removed,
            embedded=self.embedded,
            reused=self.reused,
            failures=tuple(self.failures),
            passed_over=tuple(self.passed_over),
            duplicates=tuple(self.duplicates),
            seconds=time.perf_counter() - self.started,
            generation=generation,
        )


def _is_below(origin: str, places: Set[Path]) -> bool:
    """Tell whether a file, or a folder above it, is among some places."""
    path = locate(origin)
    return path is not None and not places.isdisjoint((path, *path.parents))

"""Visit sources when they are due, put what is new into the index, and know where one was.

Addresses are visited by some threads, one visit at a time of a host; this thread alone reads
folders and writes, so that what many visits bring is published at once.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.articles.article import Article
from index.articles.fetching import Fetched
from index.building.reports import BuildProgress, BuildReport
from index.embedding.contract import Embedder
from index.embedding.embedders import embedder_like, load_embedder
from index.errors import IndexLockedError, InputError, put_on_one_line
from index.store.contract import Store
from index.store.manifest import Manifest
from index.store.opening import create_store, holds_store, open_store
from index.watching.clock import Clock
from index.watching.durations import MINUTE
from index.watching.folders import FolderWatch
from index.watching.gathering import Look, gather, is_worth_a_look
from index.watching.sources import WatchedSource
from index.watching.state import SourceState, WatchFolder, join
from index.watching.turns import PAUSE, PoliteFetcher
from index.watching.visiting import Fetch, Visit, fail, visit_address

logger = logging.getLogger(__name__)

WORKERS = 32
"""Visits at a time: most of a visit is waiting for a server. Chosen;
``python -m benchmarks.watching`` measures a thousand feeds."""
_BATCH_ARTICLES = 500
_BATCH_SECONDS = 10.0
"""Articles after which, and real seconds until, what was found is stored. Chosen: each time the
index may have to be published."""
_LOOK_SECONDS = 1.0
"""Real seconds until it is looked for what is due or was changed by editors."""
_FOLLOW_AGAIN_SECONDS = 60.0
"""Real seconds until a folder is followed again that could not be. Chosen."""
_LOCKED_SECONDS = 2.0
"""Real seconds until the index is asked for again that another process writes to."""
_STOP_SECONDS = 20.0
"""Real seconds that writing may go on for after a stop. Chosen, below the 90 s after which systemd
kills."""
_SLACK = 0.1
_MOST_SLACK = 5 * MINUTE
"""Share of the time between visits by which a source may be early where visits are made by a
timetable: or each second one would be missed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored at once.

    Attributes:
        report: What was added, replaced and removed; None where no visit brought anything.
        visits: What came of the visits.
        before: What was known of their sources, in the same order.
    """

    report: BuildReport | None
    visits: Sequence[Visit]
    before: Sequence[SourceState]

    @property
    def changed(self) -> bool:
        """Whether the index holds something else now."""
        r = self.report
        return r is not None and bool(r.added or r.replaced or r.moved or r.removed)


class _StopWritingError(Exception):
    """Writing was to come to an end; what had been written stays."""


class _Result(NamedTuple):
    visit: Visit


class _Freed(NamedTuple):
    """A visit that goes on at other hosts than its source's."""

    source: WatchedSource


class _Change(NamedTuple):
    source: WatchedSource
    paths: Set[Path]


class Watcher:
    """Watches the sources of one index; used by one thread, and stopped by any."""

    def __init__(
        self,
        sources: Sequence[WatchedSource],
        place: str,
        *,
        embedder: Embedder | None = None,
        tell: Callable[[Stored], None] = lambda _: None,
        clock: Clock | None = None,
        workers: int = WORKERS,
        fetch: Fetch | None = None,
        batch_seconds: float = _BATCH_SECONDS,
        allow_private: bool = False,
        ocr: bool = False,
    ) -> None:
        """Take what to watch; nothing is done yet.

        Args:
            sources: Of the settings.
            place: Of the index, which is made when it is not there.
            embedder: None takes the one the index was built with.
            tell: Called with what was stored, in the thread that watches.
            clock: The time that visits go by.
            workers: Visits at a time.
            fetch: Fetches addresses; None for one that is polite to their hosts.
            batch_seconds: Real seconds that what was found waits for more to be stored with it.
            allow_private: Whether sources that are marked so may be of this machine or its network.
            ocr: Whether pictures of text are read in folders.
        """
        self.folder = WatchFolder(place)
        self._settings = tuple(sources)
        self._place = place
        self._chosen = embedder
        self._embedder = embedder
        self._tell = tell
        self._clock = clock or Clock()
        self._workers = workers
        self._batch_seconds = batch_seconds
        self._allow_private = allow_private
        self._ocr = ocr
        self._stopped = threading.Event()
        pause = self._clock.real(PAUSE)
        self._fetch = fetch or PoliteFetcher(self._stopped.wait, pause).fetch
        self._events: queue.SimpleQueue[_Result | _Freed | _Change | None] = queue.SimpleQueue()
        self._tasks: queue.SimpleQueue[tuple[WatchedSource, SourceState] | None] = (
            queue.SimpleQueue()
        )
        self._states: dict[WatchedSource, SourceState] = {}
        self._paused: Set[str] = frozenset()
        self._added_changed = -1
        self._running: dict[str, str] = {}  # id of a source that is being visited -> its host
        self._busy: set[str] = set()  # ids of those, and of those whose visit is not stored yet
        self._visits: list[Visit] = []
        self._looks: dict[WatchedSource, Look] = {}
        self._waits_since = 0.0
        self._folders: dict[str, FolderWatch] = {}
        self._followed_again: dict[str, float] = {}  # id of a folder -> when, by monotonic time
        self._ends = float("inf")

    def stop(self) -> None:
        """Come to an end soon: what was found is stored, what is under way is left."""
        self._ends = time.monotonic() + _STOP_SECONDS
        self._stopped.set()
        self._events.put(None)

    @property
    def states(self) -> dict[WatchedSource, SourceState]:
        """What is known of each source."""
        return dict(self._states)

    def run(self) -> None:
        """Watch until stopped.

        Raises:
            IndexLockedError: Another process watches this index.
            IndexMismatchError: It was built with another embedder or version.
            IndexWriteError: The disk is full, or the folder may not be written to.
        """
        with self._at_work():
            while not self._stopped.is_set():
                self._load_added()
                self._start_due(self._clock.now())
                self._watch_folders()
                self._take_in()

    def run_once(self) -> bool:
        """Visit each source that is due, once; return whether all are fine.

        Errors as for ``run``.
        """
        with self._at_work():
            self._load_added()
            left = [s for s in self._active() if self._is_due_soon(s)]
            while (left or self._running) and not self._stopped.is_set():
                left = [source for source in left if not self._start(source)]
                self._take_in()
        return not any(self._states[source].failures for source in self._active())

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Be the one who watches this index; at the end store what was found."""
        with self.folder.watching():
            self._begin()
            try:
                yield
                self._collect(is_last=True)
                self._store()
            finally:
                self._end()

    def _take_in(self) -> None:
        """Collect what visits found, and store it when it is time to."""
        self._collect()
        if self._is_time_to_store():
            self._store()

    def _begin(self) -> None:
        self._open_store()  # what is wrong with the index is told before anything is visited
        self.folder.note_settings(self._settings)
        for number in range(self._workers):
            threading.Thread(target=self._work, name=f"visit-{number}", daemon=True).start()

    def _end(self) -> None:
        self._stopped.set()
        for _ in range(self._workers):
            self._tasks.put(None)
        for watch in self._folders.values():
            watch.stop()

    def _load_added(self) -> None:
        """Take up what editors changed."""
        changed = self.folder.added_changed
        if changed == self._added_changed:
            return
        self._added_changed = changed
        added = self.folder.load_added()
        resumed, self._paused = self._paused - added.paused, added.paused
        sources = [
            replace(source, allow_private=source.allow_private and self._allow_private)
            for source in join(self._settings, added)
        ]
        self._states = {
            source: self._states.get(source) or _fit(self.folder.load_state(source), source)
            for source in sources
        }
        for source, state in self._states.items():
            if source.id in resumed and not source.is_address:  # it may have changed meanwhile
                self._states[source] = replace(state, due=0.0)

    def _active(self) -> list[WatchedSource]:
        return [source for source in self._states if source.id not in self._paused]

    def _start_due(self, now: float) -> None:
        due = [source for source in self._active() if self._states[source].due <= now]
        for source in sorted(due, key=lambda source: self._states[source].due):
            self._start(source)

    def _is_due_soon(self, source: WatchedSource) -> bool:
        early = min(_MOST_SLACK, _SLACK * source.every)
        return self._states[source].due <= self._clock.now() + early

    def _start(self, source: WatchedSource) -> bool:
        """Have a source visited, if it and its host are free; tell whether it is under way."""
        if source.id in self._busy:
            return True
        state = self._states[source]
        if not source.is_address:
            self._busy.add(source.id)
            self._add_look(Look(source, state))
            return True
        if len(self._running) >= self._workers or source.host in self._running.values():
            return False
        self._busy.add(source.id)
        self._running[source.id] = source.host
        self._tasks.put((source, state))
        return True

    def _work(self) -> None:
        """Visit addresses until told to end; what a library trips over fails one visit."""
        while (task := self._tasks.get()) is not None:
            source, state = task
            try:
                visit = visit_address(
                    source,
                    state,
                    now=self._clock.now,
                    fetch=self._free_elsewhere(source),
                    is_stopped=self._stopped.is_set,
                )
            except Exception as error:  # one bad source must not stop the others
                logger.debug("visiting %s", source.place, exc_info=True)
                reason = InputError(f"{type(error).__name__}: {put_on_one_line(error)}")
                visit = fail(source, state, reason, self._clock.now())
            self._events.put(_Result(visit))

    def _free_elsewhere(self, source: WatchedSource) -> Fetch:
        """Return what fetches for a visit, and frees its host once the visit goes on elsewhere."""

        def fetch(url: str, **options: Any) -> Fetched:
            if urlsplit(url).netloc.lower() != source.host:
                self._events.put(_Freed(source))
            return self._fetch(url, **options)

        return fetch

    def _collect(self, *, is_last: bool = False) -> None:
        """Wait a moment for a visit to end or a folder to change, and take all there is."""
        is_hurried = is_last or self._is_time_to_store()
        try:
            event = self._events.get(timeout=0 if is_hurried else _LOOK_SECONDS)
            while True:
                self._take(event)
                event = self._events.get_nowait()
        except queue.Empty:
            return

    def _take(self, event: _Result | _Freed | _Change | None) -> None:
        if isinstance(event, _Result):
            self._waits_since = self._waits_since or time.monotonic()
            self._running.pop(event.visit.source.id, None)
            self._visits.append(event.visit)
        elif isinstance(event, _Freed):
            if event.source.id in self._running:
                self._running[event.source.id] = ""
        elif isinstance(event, _Change) and event.source.id not in self._paused:
            index = Path(self._place).resolve()
            paths = {p for p in event.paths if is_worth_a_look(p, event.source, index)}
            if paths and event.source in self._states:
                self._add_look(Look(event.source, self._states[event.source], frozenset(paths)))

    def _add_look(self, look: Look) -> None:
        """Look at a folder with the next batch: at all of it, or at all that changed."""
        self._waits_since = self._waits_since or time.monotonic()
        before = self._looks.get(look.source)
        if before and look.changed is not None:
            changed = None if before.changed is None else before.changed | look.changed
            look = replace(look, changed=changed)
        self._looks[look.source] = look

    def _watch_folders(self) -> None:
        """Be told at once what changes in folders, once they were looked through."""
        active = {s.id: s for s in self._active() if not s.is_address}
        for id_, watch in list(self._folders.items()):
            if id_ not in active or self._states[active[id_]].failures or not watch.is_alive:
                watch.stop()
                del self._folders[id_]
                if not watch.is_alive:  # the system watches no more folders, or it is gone
                    self._followed_again[id_] = time.monotonic() + _FOLLOW_AGAIN_SECONDS
        for id_, source in active.items():
            state = self._states[source]
            if time.monotonic() < self._followed_again.get(id_, 0.0):
                continue
            if id_ not in self._folders and not state.failures and Path(source.place).exists():
                self._folders[id_] = FolderWatch(source, self._note_change)
                if self._followed_again.pop(id_, 0.0):  # what changed meanwhile was not told
                    self._states[source] = replace(state, due=0.0)

    def _note_change(self, source: WatchedSource, paths: Set[Path]) -> None:
        self._events.put(_Change(source, paths))

    def _is_time_to_store(self) -> bool:
        if not self._visits and not self._looks:
            return False
        articles = sum(isinstance(i, Article) for visit in self._visits for i in visit.items)
        waited = time.monotonic() - self._waits_since
        return not self._running or articles >= _BATCH_ARTICLES or waited >= self._batch_seconds

    def _store(self) -> None:
        """Store what was found, and after that what is known of the sources."""
        visits = self._visits
        looks = [
            replace(look, state=self._states[s])
            for s, look in self._looks.items()
            if s in self._states
        ]
        self._visits, self._looks, self._waits_since = [], {}, 0.0
        if not visits and not looks:
            return
        report = None
        if looks or any(visit.items or visit.source.keep_for for visit in visits):
            try:
                report, visits = self._gather(visits, looks)
            except _StopWritingError:
                return
        before = [self._states.get(visit.source, SourceState()) for visit in visits]
        for visit in visits:
            self._busy.discard(visit.source.id)
            if visit.source in self._states:
                self._states[visit.source] = visit.state
                self.folder.save_state(visit.source, visit.state)
        self._tell(Stored(report, visits, before))

    def _gather(
        self, visits: Sequence[Visit], looks: Sequence[Look]
    ) -> tuple[BuildReport, list[Visit]]:
        """Put what was found into the index, as soon as no other process writes to it."""
        while True:
            store, embedder = self._open_store()
            try:
                found = gather(
                    store,
                    embedder,
                    visits,
                    looks,
                    self._states,
                    now=self._clock.now(),
                    progress=self._check,
                    ocr=self._ocr,
                )
            except IndexLockedError as error:
                logger.info("waiting: %s", error)
                if self._stopped.wait(_LOCKED_SECONDS):
                    raise _StopWritingError from None
            else:
                return found.report, list(found.visits)

    def _check(self, _: BuildProgress) -> None:
        """End a build that is under way when it is time to."""
        if time.monotonic() > self._ends:
            raise _StopWritingError

    def _open_store(self) -> tuple[Store, Embedder]:
        """Return the store as it is now, and the embedder that it was built with."""
        if not holds_store(self._place):
            embedder = self._embedder or load_embedder()
            create_store(self._place, Manifest(embedder.identity))
        store = open_store(self._place)
        built = store.manifest.embedder
        if self._chosen is not None:
            return store, self._chosen
        if self._embedder is None or self._embedder.identity != built:
            self._embedder = embedder_like(built)
        return store, self._embedder


def _fit(state: SourceState, source: WatchedSource) -> SourceState:
    """Return what is known of a source, due no later than it says now where that was changed.

    Folders are looked through when watching begins: they may have changed since it ended.
    """
    if not source.is_address:
        return replace(state, due=0.0)
    if state.failures or state.every == source.every:
        return state
    return replace(state, due=min(state.due, state.visited + source.every))

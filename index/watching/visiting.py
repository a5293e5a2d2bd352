"""Visit a feed or page: what is new there since the last visit, and when to come again."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from index.articles.article import Article, origin_of_address, place_in
from index.articles.fetching import Fetched, FetchError, Validators
from index.articles.readers.base import PassedOver, Read, ReadFailure, ReadOptions
from index.articles.readers.feeds import FeedEntry
from index.articles.readers.reading import read_fetched
from index.articles.readers.sources import Source
from index.articles.readers.web import is_address
from index.errors import InputError
from index.watching.durations import DAY, MINUTE
from index.watching.sources import WatchedSource
from index.watching.state import Entry, SourceState

GIVE_UP = 3 * DAY
"""After which an article that cannot be read is tried no more. Chosen, for a site that is broken
over a weekend; what tells of the network or a busy server does not count."""
MAX_ENTRIES = 1_000
"""Entries of a feed that are looked at, and articles of a source that are remembered: five times as
many. Chosen; feeds have ten to a hundred."""
LONGEST_WAIT = DAY
"""From one visit that fails to the next, or as long as from visit to visit where that is longer.
Chosen: who is back after a month is found within a day."""
VISIT_SECONDS = 120.0
"""After which the rest of a feed waits for the next visit, a minute later. Chosen, for feeds of
hundreds of articles on slow servers not to hold up the others."""
_REMEMBERED = 30 * DAY
"""That an article is known after its feed had it last, for feeds that bring old ones back. Chosen;
one that is kept for a time is known as long."""
_TOLD = 5
"""Things that could not be read that are told of a visit. Chosen."""
TOO_OLD = "older than wanted"

Fetch = Callable[..., Fetched]
"""As :func:`index.articles.fetching.fetch`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a visit.

    Attributes:
        source: What was visited.
        state: What is known of it once the articles are stored.
        items: What is new there: articles, and what could not be read.
    """

    source: WatchedSource
    state: SourceState
    items: tuple[Read, ...] = ()


def next_visit(source: WatchedSource, failures: int, now: float, asked: float = 0.0) -> float:
    """Return when to visit a source again: later and later while it fails.

    Args:
        source: With the time from visit to visit.
        failures: Visits in a row that failed.
        now: The time, in seconds since 1970.
        asked: Seconds that its server asks to be left alone for.
    """
    if not failures:
        return now + source.every
    first = source.every if source.is_address else min(source.every, MINUTE)  # a disk costs little
    longest = max(source.every, LONGEST_WAIT) if source.is_address else source.every
    return now + min(max(first * 2.0 ** min(failures - 1, 32), asked), longest)


def fail(
    source: WatchedSource, state: SourceState, error: Exception, now: float, asked: float = 0.0
) -> Visit:
    """Return a visit that failed."""
    failures = state.failures + 1
    due = next_visit(source, failures, now, asked)
    return Visit(source, replace(state, visited=now, due=due, failures=failures, error=str(error)))


def visit_address(
    source: WatchedSource,
    state: SourceState,
    *,
    now: Callable[[], float],
    fetch: Fetch,
    is_stopped: Callable[[], bool],
) -> Visit:
    """Visit a web address.

    Nothing is raised: what is wrong is in the state. A page that a feed links to is fetched once,
    and again when the feed says something else of it, or when it could not be read.

    Args:
        source: The address.
        state: What is known of it.
        now: Tells the time, in seconds since 1970.
        fetch: Fetches an address.
        is_stopped: Tells whether to come to an end.
    """
    began = now()
    state = _fit_limits(state, source)
    try:
        found = fetch(source.place, allow_private=source.allow_private, known=state.validators)
    except InputError as error:
        asked = error.retry_after if isinstance(error, FetchError) else 0.0
        return fail(source, state, error, began, asked)
    digest = hashlib.sha256(found.data).hexdigest()[:32]
    due = next_visit(source, 0, began)
    fine = replace(state, visited=began, due=due, every=source.every, failures=0, error="")
    if found.is_unchanged or digest == state.digest:
        return Visit(source, fine)
    reading = _Reading(source, state, now, fetch, is_stopped)
    items = reading.read(found)
    for item in items:
        if isinstance(item, ReadFailure) and item.origin == source.origin and not reading.count:
            return fail(source, state, InputError(item.reason), began)
    if reading.is_complete:
        fine = replace(fine, validators=found.validators, digest=digest)
    else:  # or it would be said to be unchanged
        due = min(fine.due, began + MINUTE)
        fine = replace(fine, validators=Validators(), digest="", due=due)
    if reading.asked:
        asked = min(reading.asked, LONGEST_WAIT)
        due = began + asked if not reading.is_complete else max(fine.due, began + asked)
        fine = replace(fine, due=max(due, began + MINUTE))
    return Visit(source, reading.note(fine, items), items)


def _fit_limits(state: SourceState, source: WatchedSource) -> SourceState:
    """Forget what was passed over where something else is wanted than at the last visit."""
    limits = f"{source.since} {source.keep_for:.0f}"
    if limits == state.limits:
        return state
    entries = {o: e for o, e in state.entries.items() if e.taken or e.day}
    return replace(state, limits=limits, validators=Validators(), digest="", entries=entries)


@dataclass(slots=True)
class _Reading:
    """The reading of a feed or page in a state that is new.

    Attributes:
        is_complete: Whether nothing of it was left for the next visit.
        asked: Seconds that a server asked to be left alone for.
        count: Entries of the feed; 0 for a page, and for a feed that cannot be read.
    """

    source: WatchedSource
    state: SourceState
    now: Callable[[], float]
    get: Fetch
    is_stopped: Callable[[], bool]
    is_complete: bool = True
    asked: float = 0.0
    count: int = 0
    _began: float = 0.0
    _wanted: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _passing: set[str] = field(default_factory=set)
    _left: list[str] = field(default_factory=list)

    def read(self, found: Fetched) -> tuple[Read, ...]:
        """Return what is new."""
        self._began = self.now()
        options = ReadOptions(allow_private=self.source.allow_private, fetch=self._fetch)
        place = Source(self.source.origin, self.source.label)
        return tuple(
            take_wanted(
                read_fetched(found, place, options, self._wants),
                self.source.name,
                self.source.first_day(self._began),
            )
        )

    def _fetch(self, url: str, *, allow_private: bool) -> Fetched:
        try:
            return self.get(url, allow_private=allow_private)
        except FetchError as error:
            self.asked = max(self.asked, error.retry_after)
            if error.is_passing:
                self._passing.add(origin_of_address(url))
            raise

    def _wants(self, entry: FeedEntry) -> bool:
        """Tell whether an entry of a feed is new, and there is time for it."""
        self.count += 1
        if self.count > MAX_ENTRIES:
            return False
        article = entry.article
        origin = self._origin_of(entry.link or entry.key)
        said = (article.title, article.date, article.text)
        digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]
        known = self.state.entries.get(origin)
        self._seen.add(origin)
        if known and known.digest == digest and not self._is_tried(known):
            if known.failing:
                self._left.append(f"{origin}: {known.error}")
            return False
        if article.date and article.date < self.source.first_day(self._began):
            return False
        is_late = self.now() - self._began > VISIT_SECONDS
        if is_late or self.asked or self.is_stopped():
            self.is_complete = False
            return False
        self._wanted[origin] = digest
        return True

    def _is_tried(self, entry: Entry) -> bool:
        """Tell whether an article that could not be read is tried again."""
        return entry.failing > 0 and self._began - entry.failing <= GIVE_UP

    def _origin_of(self, place: str) -> str:
        """Return the origin of an entry by its link or title."""
        if is_address(place):
            return origin_of_address(place)
        return place_in(self.source.origin, place)

    def note(self, state: SourceState, items: Iterable[Read]) -> SourceState:
        """Return the state with what came of each article."""
        entries = dict(self.state.entries)
        today = datetime.fromtimestamp(self._began, UTC).date().isoformat()
        unread: list[str] = []
        new = 0
        for item in items:
            if isinstance(item, ReadFailure) and item.origin == self.source.origin:
                unread.insert(0, f"{item.origin}: {item.reason}")
                state = replace(state, validators=Validators())  # it may have been cut on its way
                continue
            known = entries.get(item.origin)
            if isinstance(item, Article):
                new += known is None or not known.taken
                day = item.date or (known.day if known else "") or today
                entry = Entry(self._digest_of(item), day, self._began, text=item.text_hash)
                entries[item.origin] = entry
            elif isinstance(item, ReadFailure):
                unread.append(f"{item.origin}: {item.reason}")
                failed = self._note_failure(item, known)
                if failed is not None:
                    entries[item.origin] = failed
                if failed is None or self._is_tried(failed):  # read it again though it be the same
                    state = replace(state, validators=Validators(), digest="")
            elif item.kind == TOO_OLD:
                usual = known if known and known.taken else Entry("", "", 0.0, taken=False)
                entry = replace(usual, digest=self._digest_of(item), seen=self._began)
                entries[item.origin] = entry
        for origin in self._seen & entries.keys():
            entries[origin] = replace(entries[origin], seen=self._began)
        unread += self._left
        if self.count > MAX_ENTRIES:
            more = self.count - MAX_ENTRIES
            unread.insert(0, f"{self.source.origin}: {more} entries more than {MAX_ENTRIES}")
        return replace(
            state,
            entries=self._forget(entries),
            articles=state.articles + new,
            unread=tuple(unread[:_TOLD]),
        )

    def _note_failure(self, failure: ReadFailure, known: Entry | None) -> Entry | None:
        """Return what is known of an article that could not be read, or None for nothing new."""
        if failure.origin in self._passing:
            return None
        digest = self._digest_of(failure)
        usual = known or Entry("", "", 0.0, taken=False)
        again = usual.failing > 0 and usual.digest == digest
        since = usual.failing if again else self._began
        return replace(usual, digest=digest, seen=self._began, failing=since, error=failure.reason)

    def _digest_of(self, item: Read) -> str:
        return self._wanted.get(item.origin, "")

    def _forget(self, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """Leave out what need not be known any more."""
        kept = max(_REMEMBERED, self.source.keep_for + DAY)
        fresh = [(o, entry) for o, entry in entries.items() if self._began - entry.seen <= kept]
        fresh.sort(key=lambda one: -one[1].seen)
        return dict(fresh[: 5 * MAX_ENTRIES])


def take_wanted(
    items: Iterable[Read], publisher: str, first_day: str, undated: str = ""
) -> Iterator[Read]:
    """Yield what was read, with a publisher where none is named and without what is too old.

    Args:
        items: What was read.
        publisher: Of articles that name none.
        first_day: ``YYYY-MM-DD``, or "" for all.
        undated: The day of articles without a date; "" where they are never too old.
    """
    for item in items:
        if not isinstance(item, Article):
            yield item
        elif (day := item.date or undated) and day < first_day:
            yield PassedOver(item.origin, TOO_OLD)
        else:
            yield replace(item, source=item.source or publisher)

"""Visit a feed or page: what is new there since the last visit, and when to come again."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from index.articles.article import Article, origin_of_address, place_in
from index.articles.fetching import Fetched, FetchError, Validators
from index.articles.readers.base import PassedOver, ReadFailure, ReadOptions
from index.articles.readers.feeds import FeedEntry
from index.articles.readers.reading import Read, read_fetched
from index.articles.readers.sources import Source
from index.articles.readers.web import is_address
from index.errors import InputError
from index.watching.durations import DAY, MINUTE
from index.watching.sources import WatchedSource
from index.watching.state import Entry, SourceState

MAX_TRIES = 4
"""Visits at which an article that cannot be read is tried again. Chosen."""
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
    try:
        found = fetch(source.place, allow_private=source.allow_private, known=state.validators)
    except InputError as error:
        asked = error.retry_after if isinstance(error, FetchError) else 0.0
        return fail(source, state, error, began, asked)
    digest = hashlib.sha256(found.data).hexdigest()[:32]
    fine = replace(
        state, visited=began, due=next_visit(source, 0, began), failures=0, error="", unread=()
    )
    if found.is_unchanged or digest == state.digest:
        return Visit(source, fine)
    reading = _Reading(source, state, now, fetch, is_stopped)
    items = reading.read(found)
    for item in items:
        if isinstance(item, ReadFailure) and item.origin == source.origin:
            return fail(source, state, InputError(item.reason), began)
    if reading.is_complete:
        fine = replace(fine, validators=found.validators, digest=digest)
    else:  # or it would be said to be unchanged
        due = min(fine.due, began + max(MINUTE, reading.asked))
        fine = replace(fine, validators=Validators(), digest="", due=due)
    return Visit(source, reading.note(fine, items), items)


@dataclass(slots=True)
class _Reading:
    """The reading of a feed or page in a state that is new."""

    source: WatchedSource
    state: SourceState
    now: Callable[[], float]
    get: Fetch
    is_stopped: Callable[[], bool]
    is_complete: bool = True
    asked: float = 0.0
    _began: float = 0.0
    _wanted: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _old: dict[str, Entry] = field(default_factory=dict)

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
            raise

    def _wants(self, entry: FeedEntry) -> bool:
        """Tell whether an entry of a feed is new, and there is time for it."""
        article = entry.article
        origin = self._origin_of(entry.link or article.title)
        said = (article.title, article.date, article.text)
        digest = hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:16]
        known = self.state.entries.get(origin)
        self._seen.add(origin)
        if known and known.digest == digest and not 0 < known.tries < MAX_TRIES:
            return False
        if article.date and article.date < self.source.first_day(self._began):
            self._old[origin] = Entry(digest, article.date, self._began)
            return False
        is_late = self.now() - self._began > VISIT_SECONDS
        if is_late or self.asked or self.is_stopped():
            self.is_complete = False
            return False
        self._wanted[origin] = digest
        return True

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
            digest = self._digest_of(item)
            if isinstance(item, Article):
                known = entries.get(item.origin)
                new += known is None or known.tries > 0 or not known.taken
                day = item.date or (known.day if known else today)
                entries[item.origin] = Entry(digest, day, self._began)
            elif isinstance(item, ReadFailure):
                origin = self._origin_of(item.origin)
                tries = entries[origin].tries + 1 if origin in entries else 1
                entries[origin] = Entry(self._wanted.get(origin, ""), today, self._began, tries)
                unread.append(f"{item.origin}: {item.reason}")
                if tries < MAX_TRIES:  # read the feed again though it may be the same
                    state = replace(state, validators=Validators(), digest="")
            elif item.kind == TOO_OLD:
                entries[item.origin] = Entry(digest, today, self._began)
        for origin in self._seen & entries.keys():
            entries[origin] = replace(entries[origin], seen=self._began)
        entries |= self._old
        return replace(
            state,
            entries=self._forget(entries),
            articles=state.articles + new,
            unread=tuple(unread[:_TOLD]),
        )

    def _digest_of(self, item: Read) -> str:
        return self._wanted.get(item.origin, "")

    def _forget(self, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """Leave out what need not be known any more."""
        kept = max(_REMEMBERED, self.source.keep_for + DAY)
        return {
            origin: entry for origin, entry in entries.items() if self._began - entry.seen <= kept
        }


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

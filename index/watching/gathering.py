"""Put what came of many visits into an index at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles.article import Article, file_of, locate
from index.articles.readers.base import Read, ReadOptions
from index.articles.readers.reading import read_source
from index.articles.readers.sources import Listing, Source, list_changed, list_sources
from index.articles.readers.web import address_id, is_address, is_same_site
from index.building.build import update_index
from index.building.reports import BuildReport, Progress
from index.embedding.contract import Embedder
from index.errors import InputError
from index.folder import is_of_index
from index.store.changes import Move
from index.store.contract import Store
from index.watching.sources import WatchedSource
from index.watching.state import SourceState
from index.watching.visiting import Visit, fail, next_visit, take_wanted

if TYPE_CHECKING:
    from index.store.changes import KnownArticle

_TOLD = 5
"""Files that could not be read that are told of a folder. Chosen."""


@dataclass(frozen=True, slots=True)
class Look:
    """A folder or file to look through.

    Attributes:
        source: The folder or file.
        state: What is known of it.
        changed: Paths in it that changed; None to look through all of it.
    """

    source: WatchedSource
    state: SourceState
    changed: frozenset[Path] | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was put into the index.

    Attributes:
        report: What was added, replaced and removed.
        visits: With the states to keep.
    """

    report: BuildReport
    visits: tuple[Visit, ...]


def gather(
    store: Store,
    embedder: Embedder,
    visits: Sequence[Visit],
    looks: Sequence[Look],
    states: Mapping[WatchedSource, SourceState],
    *,
    now: float,
    progress: Progress | None = None,
    ocr: bool = False,
) -> Gathered:
    """Store what visits found and what changed in folders, in one go.

    Args:
        store: Of the index.
        embedder: That it was built with.
        visits: Of addresses.
        looks: At folders.
        states: What is known of each source, for articles that several have.
        now: The time, in seconds since 1970.
        progress: Called often with how far it is.
        ocr: Whether pictures of text are read in folders.

    Raises:
        IndexLockedError: Another process writes to the index.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    visits = _leave_to_others(visits, states)
    known = _Known(store)
    fine, listings, failed = _list_looks(looks, known, now, ocr=ocr)
    folders = {Path(source.place): source for source in states if not source.is_address}
    reading = _Reading(visits, folders | {Path(k.source.place): k.source for k in fine}, now)
    listing = Listing(
        tuple(reading.sources_of_visits()) + tuple(s for one in listings for s in one.sources),
        tuple(passed for one in listings for passed in one.passed_over),
        tuple(failure for one in listings for failure in one.failures),
    )
    visited = [*(visit.source for visit in visits), *(look.source for look in fine)]
    is_timed = any(source.keep_for for source in visited)
    expired = _find_expired(known, states, visits, fine, reading, now) if is_timed else {}
    moves = _hand_over(known, states, expired, now) if expired else []
    moved = {move.old_id for move in moves}
    report = update_index(
        listing,
        store,
        embedder=embedder,
        progress=progress,
        options=ReadOptions(ocr=ocr),
        mirrored=_mirrored(fine),
        removed=[one for ids in expired.values() for one in ids if one not in moved],
        moves=moves,
        read=reading.read,
    )
    known = _Known(store)
    looked = [_note_look(look, report, known, now) for look in fine]
    kept = [_note_failures(_forget(visit, expired), report) for visit in visits]
    return Gathered(report, (*kept, *looked, *failed))


def _list_looks(
    looks: Sequence[Look], known: "_Known", now: float, *, ocr: bool
) -> tuple[list[Look], list[Listing], list[Visit]]:
    """Return the looks at what is there, what there is to read, and the looks that failed."""
    fine, listings, failed = [], [], []
    for asked in looks:
        look = _widen(asked)
        try:
            listing = _list_look(look, known, ocr=ocr)
        except InputError as error:
            failed.append(fail(look.source, look.state, error, now))
        else:
            fine.append(look)
            listings.append(listing)
    return fine, listings, failed


def _widen(look: Look) -> Look:
    """Look at all of a folder where a link in it changed: what it leads to may be there twice."""
    if look.changed is not None and any(path.is_symlink() for path in look.changed):
        return replace(look, changed=None)
    return look


def _list_look(look: Look, known: "_Known", *, ocr: bool) -> Listing:
    """Return what there is to read.

    Raises:
        InputError: It is not there, cannot be read, or has become empty.
    """
    root = Path(look.source.place)
    if look.changed is not None and root.is_dir():
        listing = list_changed(root, look.changed, ocr=ocr)
        if listing.sources:
            return listing
        whole = list_sources([root], ocr=ocr)  # something was deleted: is there anything left?
    else:
        whole = listing = list_sources([root], ocr=ocr)
    if own := next((f for f in whole.failures if f.origin == look.source.origin), None):
        raise InputError(own.reason)
    if not whole.sources and known.count_below(root):
        raise InputError(
            f"{root} is empty, or nothing in it can be read; its articles are kept, in case a disk"
            f" is not there: to remove them, jawab index build {root} --index {known.store.place}"
        )
    return listing


def _leave_to_others(
    visits: Sequence[Visit], states: Mapping[WatchedSource, SourceState]
) -> list[Visit]:
    """Leave out articles of other sites that another source has: they are not changed by these."""
    foreign = {origin for visit in visits for origin in _list_foreign(visit)}
    if not foreign:
        return list(visits)
    holders: dict[str, set[str]] = {}
    for source, state in states.items():
        for origin in foreign & state.entries.keys():
            if state.entries[origin].taken:
                holders.setdefault(origin, set()).add(source.id)
    for visit in visits:
        for origin in (foreign & _list_articles(visit)) - _list_foreign(visit):
            holders.setdefault(origin, set()).add(visit.source.id)
    left = []
    for visit in visits:
        others = {o for o in _list_foreign(visit) if holders.get(o, set()) - {visit.source.id}}
        for origin in _list_foreign(visit) - others:
            holders.setdefault(origin, set()).add(visit.source.id)
        left.append(_leave_out(visit, others) if others else visit)
    return left


def _list_articles(visit: Visit) -> set[str]:
    return {item.origin for item in visit.items if isinstance(item, Article)}


def _list_foreign(visit: Visit) -> set[str]:
    """Return the origins of the articles of a visit that are of another site than its source."""
    place = visit.source.place
    return {origin for origin in _list_articles(visit) if not is_same_site(place, origin)}


def _leave_out(visit: Visit, origins: Set[str]) -> Visit:
    entries = dict(visit.state.entries)
    entries |= {origin: replace(entries[origin], taken=False) for origin in origins}
    articles = max(0, visit.state.articles - len(origins))
    state = replace(visit.state, entries=entries, articles=articles)
    items = tuple(item for item in visit.items if item.origin not in origins)
    return Visit(visit.source, state, items)


def _mirrored(looks: Iterable[Look]) -> Set[Path]:
    found: set[Path] = set()
    for look in looks:
        found |= {Path(look.source.place)} if look.changed is None else look.changed
    return found


@dataclass(slots=True)
class _Reading:
    """Reads what visits brought, and the files of folders."""

    visits: Sequence[Visit]
    folders: Mapping[Path, WatchedSource]
    now: float

    def sources_of_visits(self) -> Iterator[Source]:
        """Yield a source for each visit that brought something."""
        for visit in self.visits:
            if visit.items:
                yield Source(visit.source.origin, visit.source.label)

    def read(self, source: Source, options: ReadOptions, data: bytes | None) -> Iterable[Read]:
        """Return the articles of a source."""
        if source.path is None:
            return next(v.items for v in self.visits if v.source.origin == source.origin)
        owner = self.owner_of(source.path)
        items = read_source(source, options, data)
        undated = _day_of(source.path) if owner.keep_for else ""
        return take_wanted(items, owner.name, owner.first_day(self.now), undated)

    def owner_of(self, path: Path) -> WatchedSource:
        """Return the innermost watched folder that has a file of one: its rules hold."""
        above = (path, *path.parents)
        return next(self.folders[folder] for folder in above if folder in self.folders)


class _Known:
    """The articles of an index by where they were read; they are loaded when first asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @cached_property
    def articles(self) -> "Mapping[str, KnownArticle]":
        """Article id -> what is known of it."""
        return self.store.known()

    @cached_property
    def by_origin(self) -> dict[str, list[str]]:
        """Origin -> ids of its articles."""
        found: dict[str, list[str]] = {}
        for article_id, known in self.articles.items():
            found.setdefault(known.origin, []).append(article_id)
        return found

    def count_below(self, root: Path) -> int:
        """Return how many articles came from a folder or file."""
        return sum(len(ids) for origin, ids in self.by_origin.items() if _is_below(origin, root))

    def days(self) -> dict[str, str]:
        """Return article id -> its date, or ""."""
        rows, _ = self.store.find_articles(limit=None)
        return {row.id: row.date for row in rows}


def _find_expired(
    known: _Known,
    states: Mapping[WatchedSource, SourceState],
    visits: Sequence[Visit],
    looks: Sequence[Look],
    reading: _Reading,
    now: float,
) -> dict[str, list[str]]:
    """Return origin -> ids of the articles that were kept long enough by all that have them."""
    visited = {visit.source.id: visit.state for visit in visits}
    old: set[str] = set()
    kept: set[str] = set()
    for source, stored in states.items():
        first = source.first_day(now) if source.keep_for else ""
        for origin, entry in visited.get(source.id, stored).entries.items():
            if not entry.day:
                continue
            if entry.day >= first:
                kept.add(origin)
            elif source.id in visited:
                old.add(origin)
    timed = [Path(k.source.place) for k in looks if k.source.keep_for and k.changed is None]
    if timed:
        old |= _find_old_files(known, timed, reading, now)
    return {origin: known.by_origin[origin] for origin in old - kept if origin in known.by_origin}


def _find_old_files(
    known: _Known, timed: Sequence[Path], reading: _Reading, now: float
) -> set[str]:
    """Return the origins of articles in folders that were kept as long as their rules say."""
    days = known.days()
    found = set()
    for article_id, article in known.articles.items():
        path = locate(article.origin)
        if path is None or not any(_is_below(article.origin, folder) for folder in timed):
            continue
        owner = reading.owner_of(path)
        first = owner.first_day(now) if owner.keep_for else ""
        day = days.get(article_id, "") or _day_of(path)
        if day and day < first:
            found.add(article.origin)
    return found


def _hand_over(
    known: _Known,
    states: Mapping[WatchedSource, SourceState],
    expired: Mapping[str, Sequence[str]],
    now: float,
) -> list[Move]:
    """Return the moves of articles that are removed to sources that keep the same article.

    The index has an article once; from where it came first need not be who keeps it longest.
    """
    texts = {known.articles[one].text_hash: one for ids in expired.values() for one in ids}
    moves = []
    for source, state in states.items():
        first = source.first_day(now)
        for origin, entry in state.entries.items():
            if entry.text not in texts or not entry.taken or entry.day < first:
                continue
            if origin in expired or origin in known.by_origin:
                continue
            old_id = texts.pop(entry.text)
            article = known.store.get_article(old_id)
            if article is None:
                continue
            new_id = address_id(origin) if is_address(origin) and "::" not in origin else old_id
            new_id = old_id if new_id in known.articles else new_id
            moved = replace(article, id=new_id, origin=origin)
            moves.append(Move(old_id, moved, known.articles[old_id].content_hash))
    return moves


def _day_of(path: Path) -> str:
    """Return the day on which a file was changed last, or "" where it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    except OSError:
        return ""


def _forget(visit: Visit, expired: Mapping[str, Sequence[str]]) -> Visit:
    """Count what was removed for its age; it stays known while the feed has it."""
    gone = len(expired.keys() & visit.state.entries.keys())
    if not gone:
        return visit
    state = replace(visit.state, articles=max(0, visit.state.articles - gone))
    return Visit(visit.source, state, visit.items)


def _note_failures(visit: Visit, report: BuildReport) -> Visit:
    """Add what the index did not take to what could not be read."""
    brought = _list_articles(visit)
    refused = [f"{f.origin}: {f.reason}" for f in report.failures if f.origin in brought]
    if not refused:
        return visit
    unread = tuple([*refused, *visit.state.unread][:_TOLD])
    return Visit(visit.source, replace(visit.state, unread=unread), visit.items)


def _is_below(origin: str, root: Path) -> bool:
    """Tell whether an article came from a folder or file."""
    path = locate(origin)
    return path is not None and (path == root or root in path.parents)


def _note_look(look: Look, report: BuildReport, known: _Known, now: float) -> Visit:
    """Return what is known of a folder after a look."""
    root = Path(look.source.place)
    unread = [
        f"{file_of(failure.origin)}: {failure.reason}"
        for failure in report.failures
        if _is_below(failure.origin, root)
    ]
    count = known.count_below(root)
    state = replace(
        look.state, visited=now, failures=0, error="", articles=count, unread=tuple(unread[:_TOLD])
    )
    if look.changed is None:
        state = replace(state, due=next_visit(look.source, 0, now))
    return Visit(look.source, state)


def is_worth_a_look(path: Path, source: WatchedSource, index: Path) -> bool:
    """Tell whether a path that changed in a folder may hold articles: not a file of the index."""
    if index in path.parents:
        return not is_of_index(path.relative_to(index).parts[0])
    return path != index

"""What is known of each source from one visit to the next, kept in the index."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.articles.fetching import Validators
from index.errors import IndexLockedError, IndexWriteError, InputError
from index.folder import WATCH
from index.store.opening import RAY
from index.watching.sources import WatchedSource

_ADDED, _WATCHED, _LOCK = "added.json", "watched.json", "watching.lock"
_LOOK_SECONDS = 1.0
"""That another may hold the lock of whoever watches, to see whether it is held; chosen."""
_FOLLOW_SECONDS = 60.0
"""For another process to ask saved questions; chosen: who asks without a model is done by then."""
_WAIT_SECONDS = 10.0
"""For another process to write a small file; chosen."""


_ALWAYS = ("digest", "day", "seen")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an article of a source.

    Attributes:
        digest: Of what its feed said of it when it was read, or of its page.
        day: Of its date, else of its arrival, ``YYYY-MM-DD``; "" for what is not kept.
        seen: When its source had it last, in seconds since 1970.
        failing: Since when it cannot be read, in seconds since 1970; 0 where it was.
        error: Why not.
        taken: Whether its article came from this source: False where another source has it, where
            it was too old, and while it was never read.
        text: Hash of its title and text, by which the same article is found elsewhere.
    """

    digest: str
    day: str
    seen: float
    failing: float = 0.0
    error: str = ""
    taken: bool = True
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values, without those that say nothing."""
        usual = Entry("", "", 0.0)
        told = asdict(self)
        return {k: v for k, v in told.items() if k in _ALWAYS or v != getattr(usual, k)}


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source.

    Attributes:
        visited: When it was visited last, in seconds since 1970; 0 for never.
        due: When it is visited next.
        failures: Visits in a row that failed.
        error: Why the last did, or "".
        unread: What could not be read at the last visit, and why; a few of them.
        articles: How many came from it, less those that were removed for their age.
        validators: What its server called the last state.
        digest: Of the bytes of the last state.
        limits: Which articles were wanted at the last visit: ``since`` and ``keep-for``.
        every: Seconds from visit to visit by which it is due.
        entries: Origin -> what is known of an article.
    """

    visited: float = 0.0
    due: float = 0.0
    failures: int = 0
    error: str = ""
    unread: Sequence[str] = ()
    articles: int = 0
    validators: Validators = field(default_factory=Validators)
    digest: str = ""
    limits: str = ""
    every: float = 0.0
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        entries = {origin: entry.to_dict() for origin, entry in self.entries.items()}
        return {**asdict(replace(self, entries={})), "entries": entries}

    @classmethod
    def from_dict(cls, known: Mapping[str, Any]) -> "SourceState":
        """Return what ``to_dict`` gave."""
        entries = {origin: Entry(**entry) for origin, entry in known["entries"].items()}
        validators = Validators(**known["validators"])
        return cls(**{**known, "entries": entries, "validators": validators})


@dataclass(frozen=True, slots=True)
class AddedSources:
    """What editors changed.

    Attributes:
        sources: Those that were added.
        paused: Ids of those that are not visited, also of the settings'.
    """

    sources: tuple[WatchedSource, ...] = ()
    paused: frozenset[str] = frozenset()


class WatchFolder:
    """The folder in an index that holds what is known of its sources; safe between processes."""

    def __init__(self, place: str) -> None:
        """Take an index.

        Args:
            place: Of the index; what is known of one in a cluster is in the working folder.
        """
        if place.startswith(RAY):
            name = re.sub(r"\W+", "-", place.removeprefix(RAY))
            self.path = Path(f"{name}-{WATCH}").resolve()
        else:
            self.path = Path(place).resolve() / WATCH

    def load_state(self, source: WatchedSource) -> SourceState:
        """Return what is known of a source; what cannot be read is as if it were not known."""
        try:
            return SourceState.from_dict(self.read(f"source-{source.id}.json"))
        except (KeyError, TypeError, AttributeError):
            return SourceState()

    def save_state(self, source: WatchedSource, state: SourceState) -> None:
        """Keep what is known of a source.

        Raises:
            IndexWriteError: It cannot be written.
        """
        self.write(f"source-{source.id}.json", state.to_dict())

    def load_added(self) -> AddedSources:
        """Return what editors changed."""
        known = self.read(_ADDED)
        return AddedSources(
            tuple(WatchedSource(**source) for source in known.get("sources", ())),
            frozenset(known.get("paused", ())),
        )

    @property
    def added_changed(self) -> int:
        """When editors changed something last, for comparison."""
        try:
            return (self.path / _ADDED).stat().st_mtime_ns
        except OSError:
            return 0

    def add(self, source: WatchedSource) -> None:
        """Watch one more source, from the next look of whoever watches.

        Raises:
            InputError: It is watched already.
            IndexWriteError: It cannot be written.
        """
        with self.changing():
            added = self.load_added()
            if source.id in {known.id for known in self.list_all()}:
                raise InputError(f"{source.place} is watched already")
            self._save_added(
                replace(added, sources=(*added.sources, replace(source, is_added=True)))
            )

    def remove(self, source: WatchedSource) -> None:
        """Watch an added source no longer; its articles stay.

        Raises:
            InputError: It is one of the settings'.
            IndexWriteError: It cannot be written.
        """
        with self.changing():
            added = self.load_added()
            kept = tuple(known for known in added.sources if known.id != source.id)
            if kept == added.sources:
                raise InputError(
                    f"{source.shown} stands in the settings; remove it there, or pause it"
                )
            self._save_added(AddedSources(kept, added.paused - {source.id}))
            (self.path / f"source-{source.id}.json").unlink(missing_ok=True)

    def pause(self, source: WatchedSource, *, paused: bool) -> None:
        """Visit a source no longer, or again.

        Raises:
            IndexWriteError: It cannot be written.
        """
        with self.changing():
            added = self.load_added()
            ids = added.paused | {source.id} if paused else added.paused - {source.id}
            self._save_added(replace(added, paused=ids))

    def _save_added(self, added: AddedSources) -> None:
        sources = [asdict(source) for source in added.sources]
        self.update(_ADDED, {"sources": sources, "paused": sorted(added.paused)})

    def list_all(self) -> tuple[WatchedSource, ...]:
        """Return what is watched: of the settings, as whoever watches saw them last, and added."""
        known = self.read(_WATCHED).get("sources", ())
        return join(tuple(WatchedSource(**source) for source in known), self.load_added())

    def note_settings(self, sources: Sequence[WatchedSource]) -> None:
        """Keep which sources the settings name, for the page to show.

        Raises:
            IndexWriteError: It cannot be written.
        """
        self.write(_WATCHED, {"sources": [asdict(source) for source in sources]})

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Be the one who watches.

        Raises:
            IndexLockedError: Another process does.
            IndexWriteError: It cannot be written to.
        """
        self._prepare()
        try:
            with FileLock(self.path / _LOCK, timeout=_LOOK_SECONDS):
                yield
        except Timeout:
            raise IndexLockedError(
                f"another `jawab watch` watches the sources of {self.path.parent}; stop it first"
            ) from None

    @property
    def is_watched(self) -> bool:
        """Whether a process watches now."""
        if not (self.path / _LOCK).exists():
            return False
        try:
            with FileLock(self.path / _LOCK, timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # whoever may only read cannot tell
            return False

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Read and write a file with nobody else doing so.

        Raises:
            IndexLockedError: Another process does for too long.
            IndexWriteError: It cannot be written to.
        """
        told = f"{self.path} is being written to; try again"
        with self._alone("changing.lock", _WAIT_SECONDS, told):
            yield

    @contextmanager
    def following(self) -> Iterator[None]:
        """Be the one who asks saved questions and sends what came.

        Raises:
            IndexLockedError: Another process does for too long.
            IndexWriteError: It cannot be written to.
        """
        told = f"another process asks the saved questions of {self.path.parent}; try again"
        with self._alone("following.lock", _FOLLOW_SECONDS, told):
            yield

    @contextmanager
    def _alone(self, lock: str, seconds: float, told: str) -> Iterator[None]:
        """Hold a lock that others wait for; after so many seconds say what holds it."""
        self._prepare()
        try:
            with FileLock(self.path / lock, timeout=seconds):
                yield
        except Timeout:
            raise IndexLockedError(told) from None

    def read(self, name: str) -> dict[str, Any]:
        """Return the table that a file holds; nothing where it is not there or damaged."""
        try:
            found = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def update(self, name: str, content: Mapping[str, Any]) -> None:
        """Write what people entered, and have it on the disk.

        Raises:
            IndexWriteError: It cannot be written, or what is there is damaged and would be lost.
        """
        path = self.path / name
        if path.exists() and not self.read(name):
            raise IndexWriteError(f"{path} is damaged; repair it, or move it away to begin anew")
        self.write(name, content, is_synced=True)

    def write(self, name: str, content: Mapping[str, Any], *, is_synced: bool = False) -> None:
        """Write a file, all of it or nothing.

        Args:
            name: Of the file.
            content: JSON-ready.
            is_synced: Whether to wait until it is on the disk, for what cannot be found again.

        Raises:
            IndexWriteError: It cannot be written.
        """
        self._prepare()
        staged = self.path / f"{name}.{os.getpid()}.tmp"
        try:
            with staged.open("w", encoding="utf-8") as file:
                file.write(json.dumps(content, ensure_ascii=False))
                file.flush()
                if is_synced:
                    os.fsync(file.fileno())
            staged.replace(self.path / name)
        except OSError as error:
            raise IndexWriteError(
                f"{self.path / name} cannot be written: {error.strerror or error}"
            ) from None

    def _prepare(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexWriteError(
                f"{self.path} cannot be made: {error.strerror or error}"
            ) from None


def join(settings: Sequence[WatchedSource], added: AddedSources) -> tuple[WatchedSource, ...]:
    """Return sources of the settings, then those that were added and that they do not name."""
    named = {source.id for source in settings}
    return (*settings, *(source for source in added.sources if source.id not in named))

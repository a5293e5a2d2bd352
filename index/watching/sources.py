"""What is watched: a folder, a file, or a web address of a feed or page."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.articles.article import origin_of, origin_of_address
from index.articles.file_names import printable_path
from index.articles.readers.web import address_id, is_address
from index.errors import InputError
from index.watching.durations import DAY, HOUR, format_duration, parse_duration

_FIELDS = ("path", "url", "name", "every", "since", "keep-for")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EVERY_ADDRESS, _EVERY_FOLDER = HOUR, DAY
"""What is changed in a folder is seen at once; a day later it is looked through for what was not,
such as on network drives. Chosen."""


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A folder, file or address that is visited again and again.

    Attributes:
        place: An absolute path, or a web address.
        name: What it is called, and the publisher of articles that name none; "" for none.
        every: Seconds from one visit to the next.
        since: Articles dated before this day, ``YYYY-MM-DD``, are not taken; "" takes all.
        keep_for: Seconds after its date, or its arrival where it has none, that an article is
            removed; 0 keeps it for ever.
        allow_private: Whether it may be of this machine or its network, where whoever watches
            allows that.
        is_added: Whether it was added on the page or by a command, not by the settings.
    """

    place: str
    name: str = ""
    every: float = _EVERY_ADDRESS
    since: str = ""
    keep_for: float = 0.0
    allow_private: bool = False
    is_added: bool = False

    @property
    def id(self) -> str:
        """Its own, told from the place alone: other settings leave what is known of it."""
        return hashlib.sha256(self.place.encode()).hexdigest()[:16]

    @property
    def is_address(self) -> bool:
        """Whether it is a web address."""
        return is_address(self.place)

    @property
    def shown(self) -> str:
        """What to call it."""
        return self.name or self.place

    @property
    def origin(self) -> str:
        """The origin of articles: its own, or for a folder the beginning of theirs."""
        return origin_of_address(self.place) if self.is_address else origin_of(Path(self.place))

    @property
    def host(self) -> str:
        """Host and port of an address."""
        return urlsplit(self.place).netloc.lower()

    @property
    def label(self) -> str:
        """What the ids of its articles are made from."""
        return address_id(self.place)

    def first_day(self, now: float) -> str:
        """Return the first day of which articles are taken and kept, or "" for all."""
        if not self.keep_for:
            return self.since
        kept = datetime.fromtimestamp(now - self.keep_for, UTC).date().isoformat()
        return max(self.since, kept)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the table of the settings that it is read from."""
        table = {
            "url" if self.is_address else "path": self.place,
            "name": self.name,
            "every": format_duration(self.every),
            "since": self.since,
            "keep-for": format_duration(self.keep_for) if self.keep_for else "",
        }
        return {name: value for name, value in table.items() if value}


def parse_source(table: Any) -> WatchedSource:
    """Return the source that a table such as ``[[sources]]`` describes.

    Args:
        table: ``path``, below the working folder, or ``url``; and ``name``, ``every``, ``since``,
            ``keep-for``.

    Raises:
        InputError: A field is unknown, missing or unusable.
    """
    if not isinstance(table, Mapping):
        raise InputError(f'must be tables, [[sources]] with url = "https://…", not {table!r}')
    if unknown := [name for name in table if name not in _FIELDS]:
        raise InputError(f"has no field {unknown[0]!r}; there are {', '.join(_FIELDS)}")
    place = _read_place(table)
    usual = _EVERY_ADDRESS if is_address(place) else _EVERY_FOLDER
    return WatchedSource(
        place=place,
        name=_read_text(table, "name"),
        every=_read_length(table, "every") or usual,
        since=_read_day(table),
        keep_for=_read_length(table, "keep-for"),
    )


def check_distinct(sources: Iterable[WatchedSource]) -> tuple[WatchedSource, ...]:
    """Return sources as they are.

    Raises:
        InputError: One is there twice.
    """
    found: dict[str, WatchedSource] = {}
    for source in sources:
        if found.setdefault(source.place, source) is not source:
            raise InputError(f"names {source.place} twice")
    return tuple(found.values())


def _read_place(table: Mapping[str, Any]) -> str:
    path, url = _read_text(table, "path"), _read_text(table, "url")
    if bool(path) == bool(url):
        raise InputError("wants a path or a url in each table, one of the two")
    if path:
        return str(Path(path).expanduser().resolve())
    return check_address(url)


def check_address(url: str) -> str:
    """Return a web address without the part of a page it names.

    Raises:
        InputError: It is none, or has a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        fine = is_address(url.strip()) and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        fine = False
    if not fine:
        raise InputError(
            f"{printable_path(url)} is no web address that begins with http:// or https:// and has"
            " no password in it"
        )
    return url.strip().split("#", 1)[0]


def _read_text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise InputError(f"wants a text for {name}, not {value!r}")
    return value.strip()


def _read_length(table: Mapping[str, Any], name: str) -> float:
    if name not in table:
        return 0.0
    try:
        return parse_duration(table[name])
    except InputError as error:
        raise InputError(f"{name} {error}") from None


def _read_day(table: Mapping[str, Any]) -> str:
    value = table.get("since", "")
    if isinstance(value, date):  # TOML has days of its own
        return value.isoformat()[:10]
    try:
        if isinstance(value, str) and (not value or _DAY.fullmatch(value)):
            return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        pass
    raise InputError(f"since must be a day such as 2026-01-31, not {value!r}")

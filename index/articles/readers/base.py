"""Say what a reader is: which file names it takes, how it is called and what it gives."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from index.articles.article import Article


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one format.

    Attributes:
        endings: Of the names of its files, in small letters: ``(".htm", ".html")``.
        read: Takes the bytes, and what fields are called in them where there are names.
        named: Whether fields have names.
        several: Whether one file holds several articles.
    """

    endings: tuple[str, ...]
    read: Callable[..., Iterator[Article]]
    named: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read.

    Attributes:
        columns: Field of an article (``text``, ``title``, ``date``, …) -> its name in records and
            front matter, when it is none of the usual ones.
        allow_private: Whether web addresses of this machine and its network may be fetched.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A file or record that could not be read, and why."""

    origin: str
    reason: str

"""Say what a reader is: which file names it takes, how it is called and what it gives."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from index.articles.article import Article
from index.articles.fetching import Fetched, fetch


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A file or record that could not be read, and why.

    Attributes:
        origin: Where it is, as for an article; what a reader yields leaves it empty.
        reason: What is wrong, and what to do.
    """

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn(ReadFailure):
    """A record that says that it is not published: what was read of it before leaves the index."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that was not read because its name says that it is in no format that is read.

    So is a record that says that it is no article.

    Attributes:
        origin: Where it is, as for an article; what a reader yields leaves it empty.
        kind: Its ending (``.xlsx``), or what else it is (``no ending``, ``pipe``).
    """

    origin: str
    kind: str


Read = Article | ReadFailure | PassedOver
"""What there is in a source: an article, or a file or record that is none, and why."""


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads one format.

    Attributes:
        endings: Of the names of its files, in small letters: ``(".htm", ".html")``.
        read: Takes the bytes, and what fields are called in them where there are names.
        named: Whether fields have names.
        several: Whether one file holds several articles.
        ocr: Whether it may hold pictures of text, and takes whether they are read.
    """

    endings: tuple[str, ...]
    read: Callable[..., Iterator[Read]]
    named: bool = False
    several: bool = False
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Attributes:
        columns: Field of an article (``text``, ``title``, ``date``, …) -> its name in records and
            front matter, when it is none of the usual ones.
        allow_private: Whether the web addresses that are named may be of this machine and its
            network; what they lead to on other hosts and ports may not.
        fetch: Fetches addresses, as :func:`index.articles.fetching.fetch` does.
        ocr: Whether pictures of text are read.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False
    fetch: Callable[..., Fetched] = fetch
    ocr: bool = False

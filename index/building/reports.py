"""What a build tells: how far it is, and in the end what it did."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from index.articles.readers.base import PassedOver, ReadFailure
from index.building.register import Duplicate


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is.

    Attributes:
        fraction: Share of the bytes read and embedded, in [0, 1].
        files: Files and addresses read so far.
        articles: Articles read so far.
        chunks: Chunks embedded so far.
        failures: Articles that could not be read so far.
        seconds: Since the start.
        title: Of the article last read.
    """

    fraction: float
    files: int
    articles: int
    chunks: int
    failures: int
    seconds: float
    title: str = ""

    @property
    def chunks_per_second(self) -> float:
        """Rate of embedding so far."""
        return self.chunks / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate of the time that remains, or None while it is too early to tell."""
        if self.fraction < 0.01 or self.seconds < 0.5:
            return None
        return self.seconds * (1 - self.fraction) / self.fraction


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        files: Files and addresses looked at.
        read: Articles read, unchanged ones included.
        added: New articles.
        replaced: Changed articles.
        moved: Articles found under another name or address, otherwise the same.
        unchanged: Articles that are stored as they are.
        removed: Articles that are gone.
        embedded: Chunks embedded.
        reused: Chunks whose vector was known.
        failures: What could not be read, and why.
        passed_over: Files of kinds that are not read.
        duplicates: Articles the index has from elsewhere already; they were not stored again.
        seconds: Time taken.
        generation: Of the search files now.
    """

    files: int = 0
    read: int = 0
    added: int = 0
    replaced: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    embedded: int = 0
    reused: int = 0
    failures: tuple[ReadFailure, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    seconds: float = 0.0
    generation: int = 0

    @property
    def kinds_passed_over(self) -> dict[str, int]:
        """Kind -> how many files of it were passed over, the most frequent first."""
        return count_kinds(self.passed_over)

    def to_dict(self) -> dict[str, Any]:
        """Return the report by field name, with the kinds that were passed over."""
        return asdict(self) | {"kinds_passed_over": self.kinds_passed_over}


def count_kinds(files: Iterable[PassedOver]) -> dict[str, int]:
    """Return kind -> how many files are of it, the most frequent first."""
    return dict(Counter(file.kind for file in files).most_common())


Progress = Callable[[BuildProgress], None]
"""Called often with how far a build is, in the thread that asked for it."""

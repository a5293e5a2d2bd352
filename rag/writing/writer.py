"""What every writer of answers does: from what was read to sentences, each with its source."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from rag.checking.grounding import Support
from rag.reading.reading import Reading


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence and the words of an article that stand behind it.

    Attributes:
        text: The sentence, without citation marks.
        support: What it rests on; None where nothing supports it.
        lead: White space, bullet or number of an item that stands before it.
        label: Who says it or what it is about, where that is told beside it; "" otherwise.
        heading: What stands above it, or "".
    """

    text: str
    support: Support | None
    lead: str = " "
    label: str = ""
    heading: str = ""


AFRESH = Written("", None)
"""Written where all that came before was thought aloud, and is no part of the answer."""


class Writer(Protocol):
    """Writes answers."""

    @property
    def name(self) -> str:
        """Name of what writes, as answers and settings say it."""
        ...

    def write(self, reading: Reading) -> Generator[Written, None, bool]:
        """Yield sentences as they come; return whether the writer refused to answer.

        Raises:
            ModelError: What writes has failed.
        """
        ...

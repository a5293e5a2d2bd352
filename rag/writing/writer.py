"""What every writer of answers does: from what was read to sentences, each with its source."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from rag.checking.grounding import Support
from rag.checking.verdicts import Verdict
from rag.reading.reading import Reading


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence and the words of articles that stand behind it.

    Attributes:
        text: The sentence, without citation marks.
        supports: What it rests on, the strongest first; of what is not supported the nearest words.
        lead: White space, bullet or number of an item that stands before it.
        label: Who says it or what it is about, where that is told beside it; "" otherwise.
        heading: What stands above it, or "".
        verdict: What the articles say of it.
        reason: What they say otherwise, of what they contradict; "" otherwise.
        is_related: Whether it cites a passage or is about what they tell.
    """

    text: str
    supports: tuple[Support, ...]
    lead: str = " "
    label: str = ""
    heading: str = ""
    verdict: Verdict = Verdict.SUPPORTED
    reason: str = ""
    is_related: bool = True


AFRESH = Written("", ())
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

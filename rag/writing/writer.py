"""What every writer of answers does: from what was read to sentences, each with its source."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from index.search.search import Passage
from rag.checking.grounding import Support
from rag.checking.verdicts import Check, Verdict
from rag.reading.reading import Reading


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a second opinion is asked about.

    Attributes:
        text: What a sentence claims, with what it is about.
        numbers: What it cites, from 1.
        check: What was found of it.
    """

    text: str
    numbers: tuple[int, ...]
    check: Check


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
        doubt: What a second opinion is still to be asked about; None where the verdict is the last.
        is_cited: Whether it cites a passage itself.
        is_further: Whether it tells more of a story than is shown at first.
    """

    text: str
    supports: tuple[Support, ...]
    lead: str = " "
    label: str = ""
    heading: str = ""
    verdict: Verdict = Verdict.SUPPORTED
    reason: str = ""
    is_related: bool = True
    doubt: Doubt | None = None
    is_cited: bool = False
    is_further: bool = False

    def judge(self, check: Check, passages: Sequence[Passage]) -> "Written":
        """Return the sentence with what was found of it last."""
        return replace(
            self,
            supports=check.supports,
            verdict=check.verdict,
            reason=quote_nearest(check, passages) if check.verdict is Verdict.CONTRADICTED else "",
            doubt=None,
        )


def quote_nearest(check: Check, passages: Sequence[Passage]) -> str:
    """Return the words of an article that are nearest to a claim; "" where there are none."""
    if not check.supports:
        return ""
    nearest = check.supports[0]
    return passages[nearest.passage].article.text[nearest.span.start : nearest.span.end]


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

    def review(self, reading: Reading, written: Sequence[Written]) -> list[Written]:
        """Return all that was written, none of it doubtful any longer."""
        ...

"""A claim: one sentence of a model, with what it cites and where it stands."""

from dataclasses import dataclass

from rag.checking.citations import parse_citations, split_round_mark, strip_citations
from rag.checking.markup import clean


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as a model wrote it.

    Attributes:
        text: Without citation marks.
        numbers: What it cites, in order, each once; not yet checked against the passages.
        lead: White space that stood before it, and the bullet or number of an item.
        label: What it is about: bold words and a colon before it, or the row of a table.
        heading: What stands above it.
        literal: The text with the «(2)» at its end, which may be no citation; "" for none.
        is_aside: Whether it may be a heading of nothing, which nobody misses.
    """

    text: str
    numbers: tuple[int, ...]
    lead: str
    label: str = ""
    heading: str = ""
    literal: str = ""
    is_aside: bool = False


def make_claim(sentence: str, lead: str, label: str = "") -> Claim:
    """Return a sentence, with marks and emphasis as it was written, as a claim."""
    numbers, plain = parse_citations(sentence), clean(strip_citations(sentence))
    if not numbers:
        shorter, numbers = split_round_mark(plain)
        if numbers:
            return Claim(shorter, tuple(numbers), lead, clean(label), literal=plain)
    return Claim(plain, tuple(numbers), lead, clean(label).strip(" :"))

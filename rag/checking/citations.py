"""Read the ``[n]`` marks that a model writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.arabic.digits import DIGITS
from index.arabic.sentences import Span, sentence_spans

_NUMBER = r"[0-9٠-٩۰-۹]{1,3}"
_MARK = re.compile(rf"\s*[\[【]\s*({_NUMBER}(?:\s*[,،;؛و-]\s*{_NUMBER})*)\s*[\]】]")
_AFTER_STOP = re.compile(rf"([.!?؟؛…][»”\"')\]]*)((?:{_MARK.pattern})+)")
_LEAD = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as a model wrote it.

    Attributes:
        text: Without citation marks.
        numbers: What it cites, in order, each once; not yet checked against the passages.
        lead: White space or bullet that stood before it.
    """

    text: str
    numbers: tuple[int, ...]
    lead: str


def parse_citations(text: str) -> list[int]:
    """Return the numbers cited in a text, in order, each once; zero is never a citation.

    >>> parse_citations("كما في [٢] ثم [1]."), parse_citations("[0]"), parse_citations("معًا [1، 2]")
    ([2, 1], [], [1, 2])
    """
    numbers: dict[int, None] = {}
    for mark in _MARK.finditer(text):
        for number in re.findall(_NUMBER, mark[1]):
            numbers[int(number.translate(DIGITS))] = None
    numbers.pop(0, None)
    return list(numbers)


def strip_citations(text: str) -> str:
    """Return the text without citation marks.

    >>> strip_citations("وُقّع الإعلان في باريس [1][2].")
    'وُقّع الإعلان في باريس.'
    """
    return _MARK.sub("", text).strip()


def split_claims(text: str) -> list[Claim]:
    """Split a model's text into sentences with what each cites.

    A mark after the full stop belongs to the sentence before it.
    """
    # «… باريس. [1]» -> «… باريس [1].», so that sentence ends and marks agree.
    text = _AFTER_STOP.sub(lambda found: f"{found[2]}{found[1]}", text)
    claims: list[Claim] = []
    for start, end in _join_clauses(text, sentence_spans(text)):
        sentence = text[start:end]
        lead = _find_lead(text, start)
        if bullet := _LEAD.match(sentence):
            lead, sentence = "\n- ", sentence[bullet.end() :]
        plain = strip_citations(sentence)
        if re.search(r"\w", plain):
            claims.append(Claim(plain, tuple(parse_citations(sentence)), lead if claims else ""))
    return claims


def _join_clauses(text: str, spans: Sequence[Span]) -> list[Span]:
    """Join what «؛» parts: those are clauses of one sentence."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if (
            before
            and text[: before.end].endswith("؛")
            and "\n" not in text[before.end : span.start]
        ):
            joined[-1] = Span(before.start, span.end)
        else:
            joined.append(span)
    return joined


def _find_lead(text: str, start: int) -> str:
    gap = text[len(text[:start].rstrip()) : start]
    return "\n" * min(2, gap.count("\n")) or " "


def find_unfinished_sentence(text: str) -> int:
    """Return where the last sentence that may still grow begins; what is before it is complete."""
    last_stop = 0
    for found in re.finditer(
        r"[.!?؟…][»”\"')\]]*(?:\s*\[[^\[\]\n]{1,20}\])*\s+(?=[^\s\[])|\n+", text
    ):
        last_stop = found.end()
    return last_stop

"""What a reader is shown of a question and a passage, and which words of the passage it means.

The tokens are ``<s> query: … </s></s> passage: … </s>``, as the encoder was taught. A passage that
is too long is read in windows that overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arabic.sentences import Span
from index.embedding.e5.graph import Batch
from index.embedding.e5.graph import pad as pad_tokens

MAX_TOKENS = 288
"""Of question and passage together."""
MAX_QUESTION = 64
MAX_ANSWER = 80
"""Tokens of an answer: a long sentence."""
START, PAD, END = 0, 1, 2
"""Ids of the tokens ``<s>``, ``<pad>`` and ``</s>``."""
_OVERLAP = 64


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """The tokens of a question and of one window of a passage.

    Attributes:
        ids: Of all tokens.
        begin: Place of the first token of the passage; only ``</s>`` stands behind its last.
        spans: Of each token of the passage, into the passage.
    """

    ids: list[int]
    begin: int
    spans: list[Span]


class FoundSpan(NamedTuple):
    """Words of a passage that may answer.

    Attributes:
        span: Into the passage.
        logit: Comparable among all passages of a question.
        margin: How far that is above the logit that the passage does not answer.
    """

    span: Span
    logit: float
    margin: float


def encode_pair(tokenizer: Any, question: str, passage: str) -> list[ReaderInput]:
    """Return the windows of a passage as a reader is shown them with a question.

    Args:
        tokenizer: A ``tokenizers.Tokenizer``.
        question: As it was asked.
        passage: As it is written; spans are into it.
    """
    asked = tokenizer.encode(f"query: {question}", add_special_tokens=False).ids[:MAX_QUESTION]
    prefix = tokenizer.encode("passage:", add_special_tokens=False).ids
    head = [START, *asked, END, END, *prefix]
    told = tokenizer.encode(passage, add_special_tokens=False)
    spans = [_trim(passage, *offsets) for offsets in told.offsets]
    size = MAX_TOKENS - len(head) - 1
    windows, start = [], 0
    while True:
        ids = [*head, *told.ids[start : start + size], END]
        windows.append(ReaderInput(ids, len(head), spans[start : start + size]))
        if start + size >= len(told.ids):
            return windows
        start += size - _OVERLAP


def _trim(text: str, start: int, end: int) -> Span:
    """Leave out the space that a token begins with."""
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)


def find_tokens(window: ReaderInput, span: Span) -> tuple[int, int] | None:
    """Return the places of the first and last token of a span; None where it is not inside."""
    inside = [n for n, (a, b) in enumerate(window.spans) if a < span.end and span.start < b]
    if not inside or window.spans[inside[-1]].end < span.end:
        return None
    if window.spans[inside[0]].start > span.start:
        return None
    return window.begin + inside[0], window.begin + inside[-1]


def find_best_spans(
    window: ReaderInput,
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    *,
    count: int,
    longest: int = MAX_ANSWER,
) -> list[FoundSpan]:
    """Return the likeliest answers of a window, best first, none inside another.

    Args:
        window: What was read.
        starts: Logit of each token to begin the answer; of ``<s>``, that there is none.
        ends: Logit of each token to end it.
        count: How many at most.
        longest: Tokens of an answer at most.
    """
    inside = slice(window.begin, window.begin + len(window.spans))
    scores = starts[inside, None] + ends[None, inside]
    allowed = np.triu(np.ones_like(scores, bool)) & ~np.triu(np.ones_like(scores, bool), longest)
    scores = np.where(allowed, scores, -np.inf)
    null = float(starts[0] + ends[0])
    found: list[FoundSpan] = []
    while len(found) < count and scores.size and np.isfinite(best := scores.max()):
        first, last = divmod(int(scores.argmax()), scores.shape[1])
        span = Span(window.spans[first].start, window.spans[last].end)
        found.append(FoundSpan(span, float(best), float(best) - null))
        scores[: last + 1, first:] = -np.inf  # whatever shares a word with it
    return found


def pad(windows: Sequence[ReaderInput]) -> Batch:
    """Return token ids and mask of a batch, shape (windows, longest)."""
    return pad_tokens([window.ids for window in windows], PAD)

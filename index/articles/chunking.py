"""Cut an article into chunks at Arabic sentence ends, with exact offsets."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.arabic.sentences import Span, sentence_spans
from index.articles.article import Article

CHUNKER_VERSION = "sentences-1"
"""Changes whenever the same article may be cut in other places."""

_SPANS_PER_CALL = 4_096
"""Spans whose tokens are counted in one call: what a tokenizer returns takes memory."""
_UNCOUNTED_FACTOR = 32
"""Times too long from which halves are not counted; none could turn out to fit.
``python -m benchmarks.chunking`` holds 20 MB in one line to 15 s."""
_BREAKS = (re.compile(r"[،,:](?=\s)"), re.compile(r"\s"))
_REACH = 256
"""Characters around the middle that are looked at first for a break."""

TokenCounter = Callable[[Sequence[str]], Sequence[int]]
"""Texts -> tokens of each, as the embedder counts them."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of an article that is embedded and found as one piece.

    ``article.text[start:end] == text``; offsets count characters, half-open.
    """

    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Unit:
    span: Span
    tokens: int
    opens_paragraph: bool


def chunk_article(
    article: Article,
    count_tokens: TokenCounter,
    *,
    max_tokens: int = 220,
    max_sentences: int = 5,
    min_sentences: int = 3,
) -> list[Chunk]:
    """Cut an article into overlapping chunks of whole sentences.

    A chunk takes sentences until the next would pass ``max_tokens`` or ``max_sentences``; once
    it has ``min_sentences`` it rather ends where a paragraph does. Neighbours share one
    sentence, so that no two adjoining sentences are ever apart. A sentence longer than
    ``max_tokens`` is cut at commas, then at spaces. Every character but white space is in some
    chunk.
    """
    units = _split_units(article.text, count_tokens, max_tokens)
    chunks, first = [], 0
    while first < len(units):
        last = _find_last_unit(units, first, max_tokens, max_sentences, min_sentences)
        start, end = units[first].span.start, units[last].span.end
        chunks.append(Chunk(article.id, start, end, article.text[start:end]))
        if last + 1 == len(units):
            break
        first = _find_next_first(units, first, last, max_tokens)
    return chunks


def _find_last_unit(
    units: list[_Unit], first: int, max_tokens: int, max_sentences: int, min_sentences: int
) -> int:
    last, tokens = first, units[first].tokens
    while last + 1 < len(units):
        following, size = units[last + 1], last - first + 1
        if tokens + following.tokens > max_tokens or size >= max_sentences:
            break
        if size >= min_sentences and following.opens_paragraph:
            break
        last, tokens = last + 1, tokens + following.tokens
    return last


def _find_next_first(units: list[_Unit], first: int, last: int, max_tokens: int) -> int:
    """Start the next chunk one sentence back when that leaves room for a new one."""
    shared, fresh = units[last], units[last + 1]
    overlap = last > first and shared.tokens + fresh.tokens <= max_tokens
    return last if overlap else last + 1


def _split_units(text: str, count_tokens: TokenCounter, max_tokens: int) -> list[_Unit]:
    """Return the sentences, the overlong ones already cut, with their token counts."""
    spans = sentence_spans(text)
    units, ink = [], 0
    for span, tokens in zip(spans, _count_tokens(text, spans, count_tokens), strict=True):
        opens = ink == 0 or text.find("\n", ink, span.start) >= 0
        parts = _split_overlong(text, _Part(span, tokens), count_tokens, max_tokens)
        units += [
            _Unit(part.span, int(part.tokens), opens and n == 0) for n, part in enumerate(parts)
        ]
        ink = span.end
    return units


def _count_tokens(text: str, spans: Sequence[Span], count_tokens: TokenCounter) -> Iterator[int]:
    """Yield the tokens of each span."""
    for first in range(0, len(spans), _SPANS_PER_CALL):
        yield from count_tokens([text[a:b] for a, b in spans[first : first + _SPANS_PER_CALL]])


class _Part(NamedTuple):
    """A part of an overlong sentence; its tokens are an estimate while it is far too long."""

    span: Span
    tokens: float


def _split_overlong(
    text: str, whole: _Part, count_tokens: TokenCounter, max_tokens: int
) -> list[_Part]:
    """Halve an overlong span until every part fits: at a comma, else a space, else anywhere."""
    parts = [whole]
    while any(_is_long(part, max_tokens) for part in parts):
        halves = [half for part in parts for half in _halve(text, part, max_tokens)]
        unknown = [half.span for half in halves if not half.tokens]
        counts = _count_tokens(text, unknown, count_tokens)
        parts = [half if half.tokens else _Part(half.span, next(counts)) for half in halves]
    return parts


def _is_long(part: _Part, max_tokens: int) -> bool:
    return part.tokens > max_tokens and part.span.end - part.span.start > 1


def _halve(text: str, part: _Part, max_tokens: int) -> list[_Part]:
    """Return the halves of a part that is too long, as yet without a count, or the part itself.

    While it is far too long its tokens are shared out between them, for counting takes time.
    """
    if not _is_long(part, max_tokens):
        return [part]
    start, end = part.span
    middle = start + _find_middle_break(text[start:end])
    halves = [_trim(text, start, middle), _trim(text, middle, end)]
    each = part.tokens / (end - start) if part.tokens > _UNCOUNTED_FACTOR * max_tokens else 0
    return [_Part(half, each * (half.end - half.start)) for half in halves]


def _find_middle_break(piece: str) -> int:
    """Return the break nearest to the middle that leaves a quarter on either side."""
    size = len(piece)
    first, last = -(-size // 4), 3 * size // 4
    for pattern in _BREAKS:
        reach = _REACH
        while True:
            low, high = max(first, size // 2 - reach), min(last, size // 2 + reach)
            found = pattern.finditer(piece, max(0, low - 1), min(high + 1, size))
            breaks = [m.end() for m in found if low <= m.end() <= high]
            if breaks:
                return min(breaks, key=lambda cut: abs(2 * cut - size))
            if (low, high) == (first, last):
                break
            reach *= 4
    return size // 2


def _trim(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))

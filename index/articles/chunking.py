"""Cut an article into chunks at Arabic sentence ends, with exact offsets."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.arabic.sentences import Span, sentence_spans
from index.articles.article import Article

CHUNKER_VERSION = "sentences-1"
"""Changes whenever the same article may be cut in other places."""

_SPANS_PER_CALL = 4_096
"""Spans whose tokens are counted in one call: what a tokenizer returns takes memory."""
_LONGEST_TOKEN = 16
"""Characters of a token at most (SentencePiece's ``max_sentencepiece_length``). A sentence with
more than its allowed tokens could have is not counted: ``python -m benchmarks.chunking``
holds 20 MB in one line to 15 s."""
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
    longest = _LONGEST_TOKEN * max_tokens
    spans = [list(_shorten(text, span, longest)) for span in sentence_spans(text)]
    counts = _count_tokens(text, [part for parts in spans for part in parts], count_tokens)
    units, ink = [], 0
    for parts in spans:
        opens = ink == 0 or text.find("\n", ink, parts[0].start) >= 0
        for part in parts:
            for span, tokens in _fit(text, part, next(counts), count_tokens, max_tokens):
                units.append(_Unit(span, tokens, opens))
                opens = False
        ink = parts[-1].end
    return units


def _count_tokens(text: str, spans: Sequence[Span], count_tokens: TokenCounter) -> Iterator[int]:
    """Yield the tokens of each span."""
    for first in range(0, len(spans), _SPANS_PER_CALL):
        yield from count_tokens([text[a:b] for a, b in spans[first : first + _SPANS_PER_CALL]])


def _shorten(text: str, span: Span, longest: int) -> Iterator[Span]:
    """Halve a span until no part has more than so many characters."""
    if span.end - span.start <= longest:
        yield span
    else:
        for half in _halve(text, span):
            yield from _shorten(text, half, longest)


def _fit(
    text: str, span: Span, tokens: int, count_tokens: TokenCounter, max_tokens: int
) -> Iterator[tuple[Span, int]]:
    """Halve a span until every part has few enough tokens."""
    if tokens <= max_tokens or span.end - span.start <= 1:
        yield span, tokens
    else:
        halves = _halve(text, span)
        counts = count_tokens([text[half.start : half.end] for half in halves])
        for half, count in zip(halves, counts, strict=True):
            yield from _fit(text, half, count, count_tokens, max_tokens)


def _halve(text: str, span: Span) -> list[Span]:
    """Cut a span at a comma, else at a space, else anywhere; leave out a half without ink."""
    middle = span.start + _find_middle_break(text[span.start : span.end])
    halves = [_trim(text, span.start, middle), _trim(text, middle, span.end)]
    return [half for half in halves if half.start < half.end]


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

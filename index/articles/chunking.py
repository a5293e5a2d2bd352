"""Cut an article into chunks at Arabic sentence ends, with exact offsets."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.arabic.sentences import Span, sentence_spans
from index.articles.article import Article

CHUNKER_VERSION = "sentences-1"
"""Changes whenever the same article may be cut in other places."""

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
    units = _units(article.text, count_tokens, max_tokens)
    chunks, first = [], 0
    while first < len(units):
        last = _last_unit(units, first, max_tokens, max_sentences, min_sentences)
        start, end = units[first].span.start, units[last].span.end
        chunks.append(Chunk(article.id, start, end, article.text[start:end]))
        if last + 1 == len(units):
            break
        first = _next_first(units, first, last, max_tokens)
    return chunks


def _last_unit(
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


def _next_first(units: list[_Unit], first: int, last: int, max_tokens: int) -> int:
    """Start the next chunk one sentence back when that leaves room for a new one."""
    shared, fresh = units[last], units[last + 1]
    overlap = last > first and shared.tokens + fresh.tokens <= max_tokens
    return last if overlap else last + 1


def _units(text: str, count_tokens: TokenCounter, max_tokens: int) -> list[_Unit]:
    """Return the sentences, the overlong ones already cut, with their token counts."""
    spans = sentence_spans(text)
    counts = count_tokens([text[a:b] for a, b in spans])
    units = []
    for span, tokens in zip(spans, counts, strict=True):
        opens = text.rfind("\n", 0, span.start) >= _last_ink(text, span.start)
        if tokens <= max_tokens:
            units.append(_Unit(span, tokens, opens))
            continue
        for n, part in enumerate(_cut(text, span, count_tokens, max_tokens)):
            size = count_tokens([text[part.start : part.end]])[0]
            units.append(_Unit(part, size, opens and n == 0))
    return units


def _last_ink(text: str, position: int) -> int:
    """Return where the last non-space before a position is, or -1."""
    return len(text[:position].rstrip()) - 1 if position else -1


def _cut(text: str, span: Span, count_tokens: TokenCounter, max_tokens: int) -> list[Span]:
    """Halve an overlong span until every part fits: at a comma, else a space, else anywhere."""
    piece = text[span.start : span.end]
    if len(piece) < 2 or count_tokens([piece])[0] <= max_tokens:
        return [span]
    middle = span.start + _middle_break(piece)
    halves = (_trimmed(text, span.start, middle), _trimmed(text, middle, span.end))
    return [part for half in halves for part in _cut(text, half, count_tokens, max_tokens)]


def _middle_break(piece: str) -> int:
    """Return the break nearest to the middle that leaves a quarter on either side."""
    for pattern in (r"[،,:](?=\s)", r"\s"):
        breaks = [m.end() for m in re.finditer(pattern, piece)]
        breaks = [cut for cut in breaks if len(piece) <= 4 * cut <= 3 * len(piece)]
        if breaks:
            return min(breaks, key=lambda cut: abs(2 * cut - len(piece)))
    return len(piece) // 2


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))

"""Find the sentences of an Arabic text, as spans that can be quoted exactly."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """Character offsets, half-open: ``text[start:end]``."""

    start: int
    end: int


_PAIRS = {"«": "»", "“": "”", "”": "”", '"': '"', "„": "“"}
_STOP = re.compile(r"[.!?؟؛…۔]+")
_CLOSERS = "»”\"')]}’"
_OPENER = re.compile(f"[{''.join(_PAIRS)}]")
_INITIAL = re.compile(r"(?:^|[\s(«“\"])(?:\w|[A-Za-z]\.[A-Za-z])$")
_ADDRESS = re.compile(r"[a-zA-Z0-9/][?!;][a-zA-Z0-9/%]")
"""A mark with Latin letters on both sides: the query of an address, as in ``/news?id=7``."""
_INITIAL_LENGTH = 4
"""Characters that an initial can have, with what comes before it."""


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of a text in order, without the white space around them.

    A sentence ends at ``. ! ? ؟ ؛ … ۔`` or at a line end; not inside a number (3.5), after an
    initial (د.), in the middle of an address (bbc.com, /news?id=7) or inside a quotation that is
    closed on the same line. Closing quotes and brackets stay with their sentence.

    >>> text = "وصل الوفد. قال: «لن نعود. هذا نهائي». انتهى؟ نعم"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['وصل الوفد.', 'قال: «لن نعود. هذا نهائي».', 'انتهى؟', 'نعم']
    """
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        spans.extend(_split_line(text, line.start(), line.end()))
    return spans


def _split_line(text: str, start: int, end: int) -> list[Span]:
    quotations = iter(_find_quotations(text, start, end))
    quoted = next(quotations, None)
    spans, begin = [], start
    for stop in _STOP.finditer(text, start, end):
        while quoted and quoted.end <= stop.start():
            quoted = next(quotations, None)
        inside = quoted is not None and quoted.start <= stop.start()
        if inside or not _is_sentence_end(text, begin, stop, end):
            continue
        close = stop.end()
        while close < end and text[close] in _CLOSERS:
            close += 1
        spans.append(_trim(text, begin, close))
        begin = close
    spans.append(_trim(text, begin, end))
    return [span for span in spans if span.start < span.end]


def _find_quotations(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the insides of the quotations closed on this line, the closing mark excluded."""
    matching = _match_quotation_marks(text, start, end)
    missing: set[str] = set()  # closers that do not come again; looking each time takes too long
    position = start
    while opening := _OPENER.search(text, position, end):
        closer, position = _PAIRS[opening[0]], opening.end()
        close = -1 if closer in missing else text.find(closer, position, end)
        if close < 0:
            missing.add(closer)
            continue
        close = matching.get(opening.start(), close)
        yield Span(position, close)
        position = close + 1


def _match_quotation_marks(text: str, start: int, end: int) -> dict[int, int]:
    """Return where each « is closed, for those nested in others."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for mark in re.finditer("[«»]", text[start:end]):
        if mark[0] == "«":
            opened.append(start + mark.start())
        elif opened:
            found[opened.pop()] = start + mark.start()
    return found


def _is_sentence_end(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    after = text[stop.end()] if stop.end() < end else " "
    if stop[0] != ".":
        return not _ADDRESS.search(text[max(begin, stop.start() - 1) : stop.end() + 1])
    if after.isdigit() or (after.isascii() and after.isalpha()):
        return False
    if _INITIAL.search(text[max(begin, stop.start() - _INITIAL_LENGTH) : stop.start()]):
        return False
    return not text[begin : stop.start()].strip().isdigit()


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)

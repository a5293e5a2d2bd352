"""Find the sentences of an Arabic text, as spans that can be quoted exactly."""

import re
from typing import NamedTuple


class Span(NamedTuple):
    """Character offsets, half-open: ``text[start:end]``."""

    start: int
    end: int


_PAIRS = {"«": "»", "“": "”", "”": "”", '"': '"', "„": "“"}
_STOP = re.compile(r"[.!?؟؛…۔]+")
_CLOSERS = "»”\"')]}’"
_INITIAL = re.compile(r"(?:^|[\s(«“\"])(?:\w|[A-Za-z]\.[A-Za-z])$")


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of a text in order, without the white space around them.

    A sentence ends at ``. ! ? ؟ ؛ … ۔`` or at a line end; not inside a number (3.5), after an
    initial (د.), in the middle of an address (bbc.com) or inside a quotation that is closed on
    the same line. Closing quotes and brackets stay with their sentence.

    >>> text = "وصل الوفد. قال: «لن نعود. هذا نهائي». انتهى؟ نعم"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['وصل الوفد.', 'قال: «لن نعود. هذا نهائي».', 'انتهى؟', 'نعم']
    """
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        spans.extend(_spans_in_line(text, line.start(), line.end()))
    return spans


def _spans_in_line(text: str, start: int, end: int) -> list[Span]:
    quoted = _quoted_ranges(text, start, end)
    spans, begin = [], start
    for stop in _STOP.finditer(text, start, end):
        if any(a <= stop.start() < b for a, b in quoted) or not _ends_here(text, begin, stop, end):
            continue
        close = stop.end()
        while close < end and text[close] in _CLOSERS:
            close += 1
        spans.append(_trimmed(text, begin, close))
        begin = close
    spans.append(_trimmed(text, begin, end))
    return [span for span in spans if span.start < span.end]


def _quoted_ranges(text: str, start: int, end: int) -> list[Span]:
    """Return the insides of the quotations closed on this line, the closing mark excluded."""
    ranges, position = [], start
    while position < end:
        closer = _PAIRS.get(text[position])
        close = text.find(closer, position + 1, end) if closer else -1
        if close > 0:
            close = _outer_close(text, position, close, end)
            ranges.append(Span(position + 1, close))
            position = close
        position += 1
    return ranges


def _outer_close(text: str, opening: int, close: int, end: int) -> int:
    """Move from the first closing mark to the one that matches, for « » nested in « »."""
    if text[opening] != "«":
        return close
    depth = 0
    for position in range(opening, end):
        depth += {"«": 1, "»": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return close


def _ends_here(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    if stop[0] != ".":
        return True
    after = text[stop.end()] if stop.end() < end else " "
    before = text[begin : stop.start()]
    if after.isdigit() or (after.isascii() and after.isalpha()):
        return False
    if _INITIAL.search(before):
        return False
    return not before.strip().isdigit()


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)

"""Read subtitles (.srt, .vtt): what is said, as a text."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import NamedTuple

from index.articles.article import Article, opening_words
from index.articles.encoding import decode
from index.errors import InputError

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_TIMES = re.compile(rf"^[ \t]*{_TIME}[ \t]*--?>[ \t]*{_TIME}.*$", re.MULTILINE)
_HEADER = re.compile(r"WEBVTT(?:[ \t]+(?:-[ \t]*)?(?P<title>[^\n]*))?(?:\n|$)")
_BLOCK = re.compile(r"(?<=\n\n)(?:NOTE|STYLE|REGION)\b(?!.*-->)(?:.*\n)(?:(?!.*-->).+\n?)*")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9:.][^<>\n]*>|\{\\[^{}\n]*\}")
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")
_SPEAKER = re.compile(r"^[-–—][ \t]*")
_PAUSE = timedelta(seconds=4)
"""Silence after which something else is said. Chosen, not measured."""
_GAP, _FLASH = timedelta(milliseconds=50), timedelta(milliseconds=100)
"""Captions that roll follow each other within the one, and may stand still for less than the other.
Chosen, not measured."""


class _Cue(NamedTuple):
    """What is shown at once, and from when until when."""

    start: timedelta
    end: timedelta
    lines: list[str]


def read_subtitles(data: bytes) -> Iterator[Article]:
    """Read what is said: the lines of cues become sentences, and sentences lines of the text.

    Raises:
        InputError: It holds no times of subtitles.
    """
    text = _single_spaced(decode(data)) + "\n"
    header = _HEADER.match(text)
    cues = list(_cues(_BLOCK.sub("", text) if header else text))
    if not cues and not header:
        raise InputError("holds no subtitles: no line says from when until when (00:01 --> 00:05)")
    body = "\n".join(_sentences(cues))
    title = (header["title"] or "").strip() if header else ""
    yield Article(id="", title=title or opening_words(body), text=body)


def _single_spaced(text: str) -> str:
    """Return a text without the blank lines that doubled line ends put below every line."""
    lines = text.split("\n")
    for first in (0, 1):
        if len(lines) > 2 and not any(line.strip() for line in lines[1 - first :: 2]):
            return "\n".join(lines[first::2])
    return text


def _cues(text: str) -> Iterator[_Cue]:
    marks = list(_TIMES.finditer(text))
    for mark, following in zip_longest(marks, marks[1:]):
        lines = text[mark.end() : following.start() if following else None].split("\n")[1:-1]
        if following and _ends_with_name(lines):
            lines.pop()
        shown = [line for own in lines if (line := _plain(own))]
        yield _Cue(_time(mark.groups()[:4]), _time(mark.groups()[4:]), shown)


def _ends_with_name(lines: Sequence[str]) -> bool:
    """Tell whether the last line, right above the next times, is the number or name of that cue."""
    if not lines or not lines[-1].strip():
        return False
    return lines[-1].strip().isdecimal() or not "".join(lines[-2:-1]).strip()


def _time(parts: Sequence[str | None]) -> timedelta:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        milliseconds=int(fraction.ljust(3, "0")),
    )


def _plain(line: str) -> str:
    """Return a line without tags; a voice becomes the name of who speaks."""
    line = _TAG.sub("", _VOICE.sub(r"\1: ", line))
    return " ".join(html.unescape(line).split())


def _sentences(cues: Sequence[_Cue]) -> Iterator[str]:
    """Yield the lines of the text: each ends with a sentence, before another speaker or a pause."""
    waiting: list[str] = []
    before: _Cue | None = None
    for cue in cues:
        if before and cue.start - before.end >= _PAUSE and waiting:
            yield " ".join(waiting)
            waiting = []
        for line in cue.lines[_count_rolled(before, cue) :] if before else cue.lines:
            is_turn = _SPEAKER.match(line) is not None
            if is_turn and waiting:
                yield " ".join(waiting)
                waiting = []
            waiting.append(_SPEAKER.sub("", line))
            if _STOP.search(line):
                yield " ".join(waiting)
                waiting = []
        before = cue
    if waiting:
        yield " ".join(waiting)


def _count_rolled(before: _Cue, cue: _Cue) -> int:
    """Return how many of the first lines of a cue only stand there still.

    Captions that roll show the last lines once more above each new one, at once; who says the same
    word again says it in a cue of its own.
    """
    counts = range(min(len(before.lines), len(cue.lines)), 0, -1)
    same = next((n for n in counts if before.lines[-n:] == cue.lines[:n]), 0)
    overlap = cue.start < before.end
    is_next = cue.start - before.end <= _GAP
    has_more = same > 1 or len(cue.lines) > same or cue.end - cue.start < _FLASH
    return same if overlap or (is_next and has_more) else 0

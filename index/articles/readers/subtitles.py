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
_BLOCK = re.compile(r"^(?:NOTE|STYLE|REGION)\b(?:.*\n)(?:.+\n?)*", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9:.][^<>\n]*>|\{\\[^{}\n]*\}")
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")
_SPEAKER = re.compile(r"^[-–—][ \t]*")
_PAUSE = timedelta(seconds=4)
"""Silence after which something else is said. Chosen, not measured."""


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
    text = _BLOCK.sub("", decode(data)) + "\n"
    header = _HEADER.match(text)
    cues = list(_cues(text))
    if not cues and not header:
        raise InputError("holds no subtitles: no line says from when until when (00:01 --> 00:05)")
    body = "\n".join(_sentences(cues))
    title = (header["title"] or "").strip() if header else ""
    yield Article(id="", title=title or opening_words(body), text=body)


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
        for line in cue.lines:
            # Captions that roll show the last lines once more above each new one.
            if before and line in before.lines:
                continue
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

"""What readers asked, what stayed without an answer and what they disliked, week by week."""

import csv
import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from index.arabic.words import fold

logger = logging.getLogger(__name__)

_COLUMNS = ("الوقت", "ما حدث", "السؤال", "السبب")
_CALLED = {"answered": "أُجيب", "refused": "بلا إجابة", "liked": "أفادت", "disliked": "لم تُفد"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would compute, and not show, when a cell begins with it."""

_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a question.

    Attributes:
        time: In ISO 8601, UTC.
        what: ``answered`` or ``refused``, ``liked`` or ``disliked``.
        question: So that it stands alone.
        reason: What a reader says is wrong, or "".
    """

    time: str
    what: str
    question: str
    reason: str = ""

    @property
    def week(self) -> str:
        """Its week's first day in ISO 8601: the Sunday, as in most Arab countries."""
        day = datetime.fromisoformat(self.time).date()
        return (day - timedelta(days=day.isoweekday() % 7)).isoformat()


@dataclass(frozen=True, slots=True)
class Week:
    """Counts of a week, which is named by its first day."""

    first_day: str
    asked: int
    refused: int
    liked: int
    disliked: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """A question with how often something happened to it, when last, and why."""

    question: str
    times: int
    last_day: str
    reasons: tuple[str, ...]


def read_events(questions: Path, opinions: Path) -> list[Event]:
    """Read what was written down, the oldest first; files and lines that are none are passed over.

    Args:
        questions: What was asked; see ``Feedback.record``.
        opinions: What readers think; see ``Feedback.add``. What is said of an answer last counts.
    """
    asked = _read_lines(questions, _parse_question)
    last = dict(_read_lines(opinions, _parse_opinion))
    return sorted([*asked, *last.values()], key=lambda event: event.time)


def count_weeks(events: Iterable[Event]) -> list[Week]:
    """Count what happened in each week in which something did, the newest first."""
    weeks = []
    for first_day, found in groupby(events, key=lambda event: event.week):
        counts = Counter(event.what for event in found)
        asked = counts["answered"] + counts["refused"]
        weeks.append(Week(first_day, asked, counts["refused"], counts["liked"], counts["disliked"]))
    return weeks[::-1]


def most_frequent(events: Iterable[Event], what: str, count: int) -> list[Repeated]:
    """Return the questions to which something happened most often, in any spelling as one."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.what == what:
            found.setdefault(" ".join(fold(event.question).split()), []).append(event)
    # The sort by number is stable: of equals, what happened last comes first.
    latest = sorted(found.values(), key=lambda same: same[-1].time, reverse=True)
    return [
        Repeated(
            same[-1].question,
            len(same),
            same[-1].time[:10],
            tuple(dict.fromkeys(event.reason for event in same if event.reason)),
        )
        for same in sorted(latest, key=len, reverse=True)[:count]
    ]


def to_csv(events: Sequence[Event]) -> str:
    """Return all of it as a table that spreadsheets open, with nothing in it that they compute."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(_COLUMNS)
    for event in events:
        row = (event.time, _CALLED[event.what], event.question, event.reason)
        table.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)
    return f"\ufeff{file.getvalue()}"  # by this mark Excel knows that it is UTF-8


def _read_lines(path: Path, parse: Callable[[dict[str, Any]], _Parsed]) -> list[_Parsed]:
    found, broken = [], 0
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    found.append(parse(json.loads(line)))
                except (ValueError, TypeError, LookupError):
                    broken += 1
    except FileNotFoundError:
        return []
    except OSError as error:
        logger.warning("cannot read %s: %s", path, error)
        return []
    if broken:
        logger.warning("%d lines of %s could not be read", broken, path)
    return found


def _parse_question(row: dict[str, Any]) -> Event:
    what = "answered" if row["found"] else "refused"
    return Event(_parse_time(row), what, str(row["standalone_question"]))


def _parse_opinion(row: dict[str, Any]) -> tuple[tuple[str, ...], Event]:
    """Return what was said, and of which answer; earlier versions did not write that down."""
    time, question = _parse_time(row), str(row["standalone_question"])
    turn = row["turn"] if "turn" in row else f"{time[:10]} {row['user']}"
    event = Event(time, "liked" if row["good"] else "disliked", question, str(row["reason"]))
    return (str(turn), question), event


def _parse_time(row: dict[str, Any]) -> str:
    return datetime.fromisoformat(row["time"]).astimezone(UTC).isoformat(timespec="seconds")

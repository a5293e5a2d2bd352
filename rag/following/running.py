"""Ask what is saved, write what came, send it: what happens whenever articles came."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputError
from rag.assistant import Assistant
from rag.following.asking import ask_saved
from rag.following.feeds import write_news
from rag.following.questions import Clock, News, SavedQuestions, utc_now
from rag.following.sending import list_ways, send_unsent
from rag.settings import FollowSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of asking saved questions.

    Attributes:
        news: What is new.
        failed: How many ways of sending or files failed; they are tried again the next time.
    """

    news: tuple[News, ...]
    failed: int


def follow_up(
    assistant: Assistant,
    questions: SavedQuestions,
    settings: FollowSettings,
    *,
    now: Clock = utc_now,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Followed:
    """Ask the saved questions of new articles; write and send the news.

    One process does so at a time, so that nothing is told twice.

    Args:
        assistant: Over the index.
        questions: Of that index.
        settings: Where news go.
        now: Tells the time.
        is_stopped: Tells whether to come to an end; the rest is asked and sent the next time.

    Raises:
        IndexLockedError: Another process does so for too long.
        IndexWriteError: What came cannot be kept.
    """
    with questions.following():
        news = ask_saved(
            assistant, questions, ways=list_ways(settings), now=now, is_stopped=is_stopped
        )
        failed = _write_files(questions, settings)
        if not is_stopped():
            failed += send_unsent(questions, settings)
        return Followed(tuple(news), failed)


def _write_files(questions: SavedQuestions, settings: FollowSettings) -> int:
    """Write the files of news where they say something else; return how many failed."""
    failed = 0
    for name in filter(None, (settings.rss, settings.json)):
        try:
            write_news(questions.news(), Path(name), "json" if name == settings.json else "rss")
        except InputError as error:
            logger.warning("%s", error)
            failed += 1
    return failed

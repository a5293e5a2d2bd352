"""Ask saved questions of the articles that came since they were asked last."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from index.errors import JawabError, put_on_one_line
from index.store.contract import Filter, Store
from rag.answers import Answer, Citation
from rag.assistant import Assistant
from rag.errors import ModelError
from rag.following.questions import (
    Clock,
    News,
    SavedQuestion,
    SavedQuestions,
    digest_quote,
    format_time,
    make_filter,
    utc_now,
)

logger = logging.getLogger(__name__)

_OVERLAP = timedelta(minutes=10)
"""Asked again of what came so shortly before the last time: a process that writes may finish later
than one that asked, with an earlier time in its articles. What was told is not told again."""
_ATTEMPTS = 5
"""Times a question is asked at most, each without the articles that told nothing new. Chosen."""


def ask_saved(
    assistant: Assistant,
    questions: SavedQuestions,
    *,
    ways: Sequence[str] = (),
    now: Clock = utc_now,
    is_stopped: Callable[[], bool] = lambda: False,
) -> list[News]:
    """Ask each saved question of what is new; return and keep what came.

    A question that cannot be asked now, whatever it trips over, is asked the next time of the same
    articles, and stops no other.

    Args:
        assistant: Over the index.
        questions: Of that index.
        ways: On which the news are going to be sent.
        now: Tells the time.
        is_stopped: Tells whether to come to an end; the rest is asked the next time.

    Raises:
        IndexWriteError: What came cannot be kept.
    """
    found = []
    for question in questions.list():
        if is_stopped():
            break
        began = now()
        since = _since(question, began)
        try:
            answer = _find_new(assistant, question, since)
            time = format_time(began)
            news = News.of(question, answer, time, unsent=ways) if answer else None
        except JawabError as error:
            logger.warning("«%s» is asked later: %s", question.text, error)
            continue
        except Exception as error:  # one question must not stop the others
            logger.debug("asking «%s»", question.text, exc_info=True)
            reason = f"{type(error).__name__}: {put_on_one_line(error)}"
            logger.warning("«%s» is asked later: %s", question.text, reason)
            continue
        known = _list_known(answer) if answer else set()
        questions.note(question, time, news, known)
        if news:
            found.append(news)
    return found


def _since(question: SavedQuestion, now: datetime) -> str:
    """Return from when on articles are new to a question."""
    if not question.asked:
        return question.saved
    asked = min(datetime.fromisoformat(question.asked), now)
    return max(question.saved, format_time(asked - _OVERLAP))


def _find_new(assistant: Assistant, question: SavedQuestion, since: str) -> Answer | None:
    """Return an answer from articles that all tell something new, or None."""
    store = assistant.index.store
    told = frozenset(question.told)
    without: list[str] = []
    for _ in range(_ATTEMPTS):
        where = make_filter(question, since, without)
        if not store.count_articles(where):
            return None
        answer = assistant.answer(question.text, filter=where)
        old = {c.article_id for c in answer.citations if _is_known(c, told, store, since)}
        if not answer.found and answer.error:  # the model failed, not the articles
            raise ModelError(answer.error)
        if not answer.found:
            return None
        if not old:
            return answer
        without += sorted(old)
    return None


def _is_known(citation: Citation, told: frozenset[str], store: Store, since: str) -> bool:
    """Tell whether a quote was told, or its story was in the index before, in another paper."""
    if digest_quote(citation.quote) in told:
        return True
    others = [reprint.article_id for reprint in citation.reprints]
    if not others:
        return False
    newer = store.count_articles(Filter(articles=tuple(others), indexed_since=since))
    return newer < len(others) or not told.isdisjoint(others)


def _list_known(answer: Answer) -> set[str]:
    """Return what is known once an answer was told."""
    quotes = {digest_quote(citation.quote) for citation in answer.citations}
    return quotes | {citation.article_id for citation in answer.citations}

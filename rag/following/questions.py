"""Saved questions and what came to them, kept in the index."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from index.errors import InputError
from index.store.contract import Filter
from index.watching.state import WatchFolder
from rag.answers import Answer
from rag.question import understand

_FILE = "questions.json"
MAX_QUESTIONS = 200
"""Of an index: each is asked again whenever articles came. A guard, not measured."""
_KEPT_NEWS = 500
_KEPT_TOLD = 1_000
"""News that are kept of all questions, and quotes and articles that are known of each. Chosen."""

Clock = Callable[[], datetime]


def format_time(time: datetime) -> str:
    """Return a time as the index writes it: UTC, ISO 8601 to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question that is asked again of articles that came since.

    Attributes:
        id: Its own in this index, told from the question and the filter.
        text: As it was asked.
        sources: Publishers, as written in the articles; none for all.
        saved: When, as the index writes times; older articles are no news.
        asked: When it was asked last, or "".
        told: What is known to who follows: ids of articles, and digests of quotes.
    """

    id: str
    text: str
    sources: tuple[str, ...] = ()
    saved: str = ""
    asked: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewsQuote:
    """Words of an article that answer.

    Attributes:
        article_id: Of the article.
        title: Of the article.
        source: Its publisher, or "".
        date: ``YYYY-MM-DD``, or "".
        url: Its address, or "".
        quote: ``article.text[start:end]``.
        start: Where it starts, in characters.
        end: Where it ends, exclusive.
    """

    article_id: str
    title: str
    source: str
    date: str
    url: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class News:
    """What new articles say to a saved question.

    Attributes:
        id: Its own.
        question_id: Of the question.
        question: As it was saved.
        time: When it was found, as the index writes times.
        text: The answer, every sentence of it checked.
        short: The few words that answer, or "".
        quotes: What it rests on.
        unsent: Ways on which it is still to be sent.
    """

    id: str
    question_id: str
    question: str
    time: str
    text: str
    short: str
    quotes: tuple[NewsQuote, ...]
    unsent: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values, as it is told to others."""
        told = asdict(self)
        del told["unsent"]
        return told

    @classmethod
    def of(
        cls, question: SavedQuestion, answer: Answer, time: str, unsent: Sequence[str] = ()
    ) -> "News":
        """Return what an answer tells."""
        quotes = tuple(
            NewsQuote(c.article_id, c.title, c.source, c.date, c.url, c.quote, c.start, c.end)
            for c in answer.citations
        )
        key = "\x1f".join((question.id, time, *(quote.quote for quote in quotes)))
        return cls(
            hashlib.sha256(key.encode()).hexdigest()[:16],
            question.id,
            question.text,
            time,
            answer.text,
            answer.short or "",
            quotes,
            tuple(unsent),
        )


def digest_quote(quote: str) -> str:
    """Return what a quote is known by: its words, whatever article has them."""
    return "q:" + hashlib.sha256(" ".join(quote.split()).encode()).hexdigest()[:16]


class SavedQuestions:
    """The saved questions of one index, and their news; safe between processes."""

    def __init__(self, place: str, now: Clock = utc_now) -> None:
        """Take the index.

        Args:
            place: Of the index.
            now: Tells the time.
        """
        self._folder = WatchFolder(place)
        self._now = now

    def list(self) -> tuple[SavedQuestion, ...]:
        """Return the questions, in the order in which they were saved."""
        return tuple(_load_question(row) for row in self._folder.read(_FILE).get("questions", ()))

    def news(self) -> tuple[News, ...]:
        """Return what is new, the newest first."""
        rows = self._folder.read(_FILE).get("news", ())
        return tuple(_load_news(row) for row in rows)[::-1]

    def add(self, text: str, *, sources: Sequence[str] = ()) -> SavedQuestion:
        """Save a question; articles that are there already are no news.

        Raises:
            InputError: It is empty, too long or saved already, or there are too many.
            IndexWriteError: It cannot be written.
        """
        understand(text)  # raises what is wrong with it
        text = " ".join(text.split())
        key = "\x1f".join((text, *sorted(sources)))
        id_ = hashlib.sha256(key.encode()).hexdigest()[:8]
        question = SavedQuestion(id_, text, tuple(sources), format_time(self._now()))
        with self._folder.changing():
            questions = self.list()
            if any(known.id == id_ for known in questions):
                raise InputError("this question is saved already")
            if len(questions) >= MAX_QUESTIONS:
                raise InputError(f"there are {MAX_QUESTIONS} saved questions; remove one first")
            self._save((*questions, question), self.news())
        return question

    def find(self, name: str) -> SavedQuestion:
        """Return the question of that id or text.

        Raises:
            InputError: There is none.
        """
        for question in self.list():
            if name in {question.id, question.text}:
                return question
        raise InputError(f"no saved question {name!r}; see them with: jawab follow list")

    def remove(self, question: SavedQuestion) -> None:
        """Ask a question no more; its news go too.

        Raises:
            IndexWriteError: It cannot be written.
        """
        with self._folder.changing():
            questions = [known for known in self.list() if known.id != question.id]
            news = [one for one in self.news() if one.question_id != question.id]
            self._save(questions, news)

    def following(self) -> AbstractContextManager[None]:
        """Be the one who asks and sends; errors as for ``WatchFolder.following``."""
        return self._folder.following()

    def note(self, question: SavedQuestion, asked: str, news: News | None, known: set[str]) -> None:
        """Keep that a question was asked, and what came.

        Args:
            question: As it was saved.
            asked: When asking began, as the index writes times.
            news: What came, if anything did.
            known: What who follows knows now.

        Raises:
            IndexWriteError: It cannot be written.
        """
        with self._folder.changing():
            questions = self.list()
            now = next((one for one in questions if one.id == question.id), None)
            if now is None:  # removed meanwhile
                return
            told = tuple(dict.fromkeys((*now.told, *sorted(known))))[-_KEPT_TOLD:]
            changed = replace(now, asked=asked, told=told)
            found = [changed if one.id == question.id else one for one in questions]
            self._save(found, (*((news,) if news else ()), *self.news()))

    def note_sent(self, sent: Mapping[str, Sequence[str]]) -> None:
        """Keep on which ways news were sent.

        Args:
            sent: Id of the news -> ways.

        Raises:
            IndexWriteError: It cannot be written.
        """
        with self._folder.changing():
            news = [
                replace(one, unsent=tuple(w for w in one.unsent if w not in sent.get(one.id, ())))
                for one in self.news()
            ]
            self._save(self.list(), news)

    def _save(self, questions: Sequence[SavedQuestion], news: Sequence[News]) -> None:
        """Write all, the news the oldest first."""
        content = {
            "questions": [asdict(question) for question in questions],
            "news": [asdict(one) for one in news[:_KEPT_NEWS]][::-1],
        }
        self._folder.update(_FILE, content)


def _load_question(row: Mapping[str, Any]) -> SavedQuestion:
    return SavedQuestion(**{**row, "sources": tuple(row["sources"]), "told": tuple(row["told"])})


def _load_news(row: Mapping[str, Any]) -> News:
    quotes = tuple(NewsQuote(**quote) for quote in row["quotes"])
    return News(**{**row, "quotes": quotes, "unsent": tuple(row["unsent"])})


def make_filter(question: SavedQuestion, since: str, without: Sequence[str] = ()) -> Filter:
    """Return which articles a question is asked of."""
    return Filter(sources=question.sources, indexed_since=since, without=tuple(without))

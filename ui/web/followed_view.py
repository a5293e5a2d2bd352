"""Saved questions and their news, as HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from rag.following.questions import News, NewsQuote, SavedQuestion
from ui.web import numbers
from ui.web.markup import attribute, bdi, escape, quoted
from ui.web.render import external_link

_MOST = 50
"""News that are shown; the rest is in the feed. Chosen."""
NO_NEWS = '<p class="art-none">لا جديد بعد.</p>'
NO_QUESTIONS = '<p class="art-none">لا أسئلة محفوظة بعد.</p>'


def list_news(news: Sequence[News], called: Mapping[str, str]) -> str:
    """Return what is new, the newest first.

    Args:
        news: The newest first.
        called: Publisher as in the articles -> what it is called.
    """
    if not news:
        return NO_NEWS
    items = "".join(
        f"<li><h2>{bdi(one.question)}</h2>{_headline(one)}"
        f"{''.join(_quote(quote, called) for quote in one.quotes)}"
        f'<p class="hint">وُجد في {escape(_format_time(one.time))}</p></li>'
        for one in news[:_MOST]
    )
    return f'<ul class="news-list">{items}</ul>'


def _headline(news: News) -> str:
    return f'<p class="news-short">{bdi(news.short)}</p>' if news.short else ""


def _quote(quote: NewsQuote, called: Mapping[str, str]) -> str:
    about = [called.get(quote.source, quote.source), numbers.date(quote.date) if quote.date else ""]
    told = " · ".join(bdi(part) for part in about if part)
    title = external_link(bdi(quote.title), quote.url)
    line = " · ".join(filter(None, (title, told)))
    return f"<blockquote>{bdi(quoted(quote.quote))}</blockquote><p>{line}</p>"


def _format_time(iso: str) -> str:
    """Return a day with the time of the server's zone."""
    time = datetime.fromisoformat(iso).astimezone()
    return f"{numbers.date(time.date().isoformat())}، {time:%H:%M}"


def list_questions(
    questions: Sequence[SavedQuestion], news: Sequence[News], *, editable: bool
) -> str:
    """Return the saved questions, with how much is new to each.

    Args:
        questions: In the order in which they were saved.
        news: Of all of them.
        editable: Whether they may be removed.
    """
    if not questions:
        return NO_QUESTIONS
    items = "".join(
        f"<li><div><strong>{bdi(one.text)}</strong>"
        f"<p>الجديد: {sum(found.question_id == one.id for found in news):,}{_scope(one)}</p></div>"
        f"<div>{_button(one) if editable else ''}</div></li>"
        for one in questions
    )
    return f'<ul class="watch-list">{items}</ul>'


def _scope(question: SavedQuestion) -> str:
    return f" · من {'، '.join(map(bdi, question.sources))} فقط" if question.sources else ""


def _button(question: SavedQuestion) -> str:
    return (
        f'<button type="button" class="txt-btn art-do" data-unfollow="{question.id}"'
        f' aria-label="إزالة: {attribute(question.text)}">إزالة</button>'
    )


def feed_link(index: str) -> str:
    """Return the link to the feed of an index's news."""
    query = attribute(urlencode({"index": index, "format": "rss"}))
    name = 'خلاصة الجديد (<bdi dir="ltr">RSS</bdi>)'
    return f'<p class="hint"><a href="api/news?{query}" target="_blank">{name}</a></p>'

"""What programs may ask over HTTP, and assistants over MCP: ``/ask``, ``/search``, ``/articles``.

The docstrings are what clients show; each function returns what the Python
package returns, as JSON. An error comes as ``{"error": "…"}``.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

import gradio as gr

from index.errors import JawabError
from index.limits import MAX_READ, check_k
from index.store.contract import Filter
from index.store.listing import ORDERS
from rag.answers import passage_to_dict
from ui.filters import filter_of
from ui.web.access import RateLimit, visitor_of
from ui.web.indexes import Indexes
from ui.web.served import Served

# What one request may ask for; chosen so that it cannot hold up the others.
_MAX_LISTED = 200

Json = dict[str, Any]


class Endpoints:
    """What is offered; each method is an endpoint of its name."""

    def __init__(self, served: Served, limit: RateLimit) -> None:
        self._served = served
        self._limit = limit

    def ask(
        self,
        question: str,
        k: int = 8,
        history: list[list[str]] | None = None,
        source: str = "",
        since: str = "",
        until: str = "",
        article: str = "",
        index: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
    ) -> Json:
        """Answer a question from the articles, with the exact words that each sentence rests on.

        Args:
            question: In Arabic or another language.
            k: How many passages to read, from 1 to 50.
            history: Earlier turns, oldest first, each [question, answer].
            source: Use only articles of this publisher; empty for all.
            since: Use only articles from this day on, such as 2025-03-01; empty for all.
            until: Use only articles up to this day; empty for all.
            article: Use only the article of this id; empty for all.
            index: Name of the index to ask; empty for the first that is served.
            request: Filled in by the server.
        """
        self._limit.check(visitor_of(request))
        turns = [(turn[0], turn[1]) for turn in history or () if len(turn) > 1]
        where = _make_filter(source, since, until, article)
        answer = (
            self._served.seen_by(request)
            .find(index)
            .answer(question, history=turns, k=check_k(k, MAX_READ), filter=where)
        )
        return answer.to_dict()

    def search(
        self,
        question: str,
        k: int = 8,
        source: str = "",
        since: str = "",
        until: str = "",
        article: str = "",
        index: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
    ) -> Json:
        """Find the passages of the articles that are nearest to a question; nothing is written.

        Args:
            question: In Arabic or another language.
            k: How many passages, from 1 to 50.
            source: Only articles of this publisher; empty for all.
            since: Only articles from this day on, such as 2025-03-01; empty for all.
            until: Only articles up to this day; empty for all.
            article: Only the article of this id; empty for all.
            index: Name of the index to search; empty for the first that is served.
            request: Filled in by the server.
        """
        self._limit.check(visitor_of(request))
        where = _make_filter(source, since, until, article)
        asked = self._served.seen_by(request).find(index)
        found = asked.search(question, k=check_k(k, MAX_READ), filter=where)
        return {"question": question, "passages": [passage_to_dict(passage) for passage in found]}

    def articles(
        self,
        words: str = "",
        source: str = "",
        order: str = "newest",
        page: int = 1,
        size: int = 50,
        index: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
    ) -> Json:
        """List the articles of the index.

        Args:
            words: Words of the title, in any form; empty for all.
            source: Only of this publisher; empty for all.
            order: newest, oldest, title or source.
            page: From 1.
            size: Articles a page, at most 200.
            index: Name of the index; empty for the first that is served.
            request: Filled in by the server.
        """
        return list_articles(self._served.seen_by(request), words, source, order, page, size, index)

    def statistics(
        self,
        index: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
    ) -> Json:
        """Count what an index holds: articles, chunks, publishers, first and last day.

        Args:
            index: Its name; empty for the first that is served.
            request: Filled in by the server.
        """
        seen = self._served.seen_by(request)
        return {**asdict(seen.find(index).index.stats()), "indexes": seen.names}


def list_articles(
    indexes: Indexes, words: str, source: str, order: str, page: int, size: int, index: str
) -> Json:
    """Return a page of the articles of one of these indexes; arguments as for ``articles``."""
    size = max(1, min(_MAX_LISTED, int(size)))
    offset = (max(1, int(page)) - 1) * size
    rows, total = indexes.find(index).index.store.find_articles(
        words, source=source, order=order, offset=offset, limit=size
    )
    return {"total": total, "articles": [row._asdict() for row in rows], "orders": [*ORDERS]}


def publish_api(served: Served, limit: RateLimit) -> None:
    """Offer the endpoints on the page that is being built."""
    offered = Endpoints(served, limit)
    for endpoint in (offered.ask, offered.search, offered.articles, offered.statistics):
        gr.api(_report_errors(endpoint), api_name=endpoint.__name__)  # type: ignore[attr-defined]


def _report_errors(endpoint: Callable[..., Json]) -> Callable[..., Json]:
    """Return an endpoint that tells what is wrong with a request instead of failing."""

    @wraps(endpoint)
    def report(*args: Any, **kwargs: Any) -> Json:
        try:
            return endpoint(*args, **kwargs)
        except JawabError as error:
            return {"error": str(error)}

    return report


def _make_filter(source: str, since: str, until: str, article: str) -> Filter:
    sources, articles = [source] if source else [], [article] if article else []
    return filter_of(sources, since, until, articles=articles)

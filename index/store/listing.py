"""What a store tells people of its articles: one page of a list, and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from index.articles.article import Article
from index.errors import InputError

ORDERS = ("newest", "oldest", "title", "source")
"""Ways to list articles; those without a date come last. Equal ones are ordered by id."""


def check_order(order: str) -> str:
    """Return the name of an order.

    Raises:
        InputError: There is no such order.
    """
    if order not in ORDERS:
        raise InputError(f"there is no order {order!r}; there are {', '.join(ORDERS)}")
    return order


class ListedArticle(NamedTuple):
    """An article in a list.

    Attributes:
        id: Of the article.
        title: Its headline.
        source: Its publisher, or "".
        date: ``YYYY-MM-DD`` or "".
        url: Its address, or "".
        chunks: Into how many it was cut.
    """

    id: str
    title: str
    source: str
    date: str
    url: str
    chunks: int


Row = TypeVar("Row", Article, ListedArticle)


def sort_listed(rows: Sequence[Row], order: str) -> list[Row]:
    """Return articles in an order of :data:`ORDERS`."""
    by_id = sorted(rows, key=lambda row: row.id)
    if order == "title":
        return sorted(by_id, key=lambda row: row.title)
    if order == "oldest":
        return sorted(by_id, key=lambda row: (row.date == "", row.date))
    newest = sorted(by_id, key=lambda row: row.date, reverse=True)
    return newest if order == "newest" else sorted(newest, key=lambda row: row.source)


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Counts for people."""

    articles: int
    chunks: int
    dated: int
    first_date: str
    last_date: str
    sources: Mapping[str, int] = field(default_factory=dict)
    reprints: int = 0
    generation: int = 0
    unpublished_chunks: int = 0
    bytes_on_disk: int = 0
    updated: str = ""

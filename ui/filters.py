"""Which articles may be used, as users say it: sources, first and last day, articles."""

from collections.abc import Iterable
from datetime import date

from index.arabic.dates import parse_date
from index.errors import InputError
from index.store.contract import Filter

_WRONG = "{name} must be a day such as 2025-03-01, not {day!r}"


def filter_of(
    sources: Iterable[str] | None,
    since: str | None,
    until: str | None,
    *,
    articles: Iterable[str] | None = None,
    wrong: str = _WRONG,
) -> Filter:
    """Return which articles may be used; it is false when all may.

    Args:
        sources: Publishers; none for all.
        since: First day, however it is written; "" or None for any.
        until: Last day, likewise.
        articles: Article ids; none for all.
        wrong: What to say of a day that is none, with ``{name}`` and ``{day}``.

    Raises:
        InputError: A day is none.
    """
    days = {"since": since or "", "until": until or ""}
    for name, day in days.items():
        if day and not parse_bound(day):
            raise InputError(wrong.format(name=name, day=day))
    return Filter(
        sources=tuple(sources or ()),
        since=parse_bound(days["since"]),
        until=parse_bound(days["until"]),
        articles=tuple(articles or ()),
    )


def parse_bound(day: str) -> str:
    """Return the first or last day of a filter as ``YYYY-MM-DD``, or "" when it is none.

    As of an article, but in any year: programs write 9999-12-31 for no end.
    """
    try:
        return date.fromisoformat(day.strip()).isoformat()
    except ValueError:
        return parse_date(day)

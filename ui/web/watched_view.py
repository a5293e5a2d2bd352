"""The sources that are watched, as HTML: who comes from where, when last and next, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from index.watching.durations import DAY, HOUR, MINUTE
from index.watching.sources import WatchedSource
from index.watching.state import SourceState
from ui.web import numbers
from ui.web.errors import describe_reason
from ui.web.markup import attribute, bdi, escape

_MOST = 100
"""Sources that are listed, those that fail first; more would be a long page. Chosen."""
NOT_WATCHED = (
    '<p class="hint">المتابعة متوقفة الآن: لا يعمل الأمر <bdi dir="ltr">jawab watch</bdi>.</p>'
)
NONE = '<p class="art-none">لا مصادر متابَعة بعد.</p>'


@dataclass(frozen=True, slots=True)
class WatchedRow:
    """A source in the list."""

    source: WatchedSource
    state: SourceState
    is_paused: bool


def list_sources(
    rows: Sequence[WatchedRow], now: float, *, editable: bool, is_watched: bool
) -> str:
    """Return the sources, those that fail first.

    Args:
        rows: What is known of each.
        now: The time, in seconds since 1970.
        editable: Whether to offer changes, and to show addresses, paths and technical errors.
        is_watched: Whether a process watches them now.
    """
    if not rows:
        return NONE
    ordered = sorted(rows, key=lambda row: (not row.state.failures, row.source.shown))
    items = "".join(_item(row, now, editable=editable) for row in ordered[:_MOST])
    rest = len(rows) - _MOST
    more = ""
    if rest > 0:
        left = numbers.sources(rest)
        more = f'<p class="hint">و{left} غيرها، يعرضها <bdi dir="ltr">jawab sources</bdi>.</p>'
    stopped = "" if is_watched else NOT_WATCHED
    return f'{stopped}<ul class="watch-list">{items}</ul>{more}'


def _item(row: WatchedRow, now: float, *, editable: bool) -> str:
    source, state = row.source, row.state
    name = source.shown if editable else _public_name(source)
    parts = [
        f"آخر زيارة: {_ago(now - state.visited)}" if state.visited else "لم يُزر بعد",
        "متوقف مؤقتًا" if row.is_paused else f"القادمة: {_ahead(state.due - now)}",
        f"المقالات: {state.articles:,}",
    ]
    told = _trouble(state, editable=editable)
    buttons = _buttons(row, name) if editable else ""
    return (
        f"<li><div><strong>{bdi(name)}</strong><p>{' · '.join(parts)}</p>{told}</div>"
        f"<div>{buttons}</div></li>"
    )


def _public_name(source: WatchedSource) -> str:
    """Return what readers see of a source: no path of this machine, no key in an address."""
    return source.name or (source.host if source.is_address else PurePath(source.place).name)


def _trouble(state: SourceState, *, editable: bool) -> str:
    if not state.error and not (state.unread and editable):
        return ""
    if state.error:
        said = "تعذّرت الزيارة: " if editable else "تعذّرت الزيارة الأخيرة."
        reason = said + (describe_reason(state.error) if editable else "")
    else:
        reason = f"لم يُقرأ كل ما فيه: {describe_reason(state.unread[0].rpartition(': ')[2])}"
    details = state.error or "\n".join(state.unread)
    folded = (
        f'<details><summary>التفاصيل التقنية</summary><pre dir="ltr">{escape(details)}</pre>'
        "</details>"
        if editable
        else ""
    )
    return f'<p class="watch-error">{escape(reason)}</p>{folded}'


def _buttons(row: WatchedRow, name: str) -> str:
    pause = ("resume", "استئناف") if row.is_paused else ("pause", "إيقاف مؤقت")
    offered = [pause, *([("remove", "إزالة")] if row.source.is_added else [])]
    return "".join(
        f'<button type="button" class="txt-btn art-do" data-do="{do}" data-watch="{row.source.id}"'
        f' aria-label="{label}: {attribute(name)}">{label}</button>'
        for do, label in offered
    )


def _ago(seconds: float) -> str:
    return f"قبل {_length(seconds)}" if seconds >= MINUTE else "الآن"


def _ahead(seconds: float) -> str:
    return f"بعد {_length(seconds)}" if seconds >= MINUTE else "الآن"


def _length(seconds: float) -> str:
    """Return «5 دقائق», «3 ساعات» or «يومين»."""
    if seconds < HOUR:
        return numbers.minutes(round(seconds / MINUTE))
    if seconds < 2 * DAY:
        return numbers.hours(round(seconds / HOUR))
    return numbers.days(round(seconds / DAY))

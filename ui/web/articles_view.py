"""The articles tab as HTML: what is indexed, how far an indexing is, what it did."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date

from index.articles.readers.web import is_address
from index.building.reports import BuildProgress, BuildReport
from index.store.listing import ListedArticle, StoreStats
from ui.web import numbers
from ui.web.errors import describe_reason
from ui.web.markup import attribute, bdi, escape
from ui.web.render import external_link, notice, technical

_COLOURS = ("#0f766e", "#c8842b", "#5b6ee1", "#a6476f", "#6b8e23", "#7a869a")
_OTHERS = "أخرى"
_MAX_FAILURES = 20
_TOO_EARLY = 5.0
"""Seconds before the time that is left can be told; chosen, since the first files mislead."""
_WIDTH, _HEIGHT = 720, 104
_SHORT = 60
"""Days of a period up to which each day has a bar of its own; more bars than that are lines."""
_LABELS = 6
"""Bars that are named below; the name of a month with its year takes a sixth of a narrow window."""


def is_short(stats: StoreStats) -> bool:
    """Tell whether articles are counted by day rather than by month."""
    if not stats.dated:
        return False
    return (
        date.fromisoformat(stats.last_date) - date.fromisoformat(stats.first_date)
    ).days < _SHORT


def statistics(
    stats: StoreStats, counts: Sequence[tuple[str, str, int]], called: Mapping[str, str]
) -> str:
    """Return counts of what is indexed, and articles per month or day and publisher as a plot.

    Args:
        stats: The counts.
        counts: Month or day, publisher and articles.
        called: Publisher as in the articles -> what it is called.
    """
    if not stats.articles:
        return '<p class="art-none">لا توجد مقالات بعد. تبدأ بإضافة ملف أو رابط أو نص.</p>'
    period = "بلا تاريخ"
    if stats.dated:
        period = numbers.span(stats.first_date, stats.last_date)
    cells = (
        ("المقالات", f"{stats.articles:,}"),
        ("المقاطع", f"{stats.chunks:,}"),
        ("المصادر", f"{len(stats.sources):,}"),
        ("الفترة", period),
        ("الحجم", numbers.megabytes(stats.bytes_on_disk)),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in cells)
    return f'<dl class="art-stats">{shown}</dl>{_timeline(stats, counts, called)}'


def _timeline(
    stats: StoreStats, counted: Sequence[tuple[str, str, int]], called: Mapping[str, str]
) -> str:
    """Draw a bar for each month or day, in the colours of the publishers, from right to left.

    A single bar would say nothing that the counts do not.
    """
    every = _every_period(counted[0][0], counted[-1][0]) if counted else []
    if len(every) < 2:
        return ""
    every_source = dict.fromkeys(called.get(name, name) for name in stats.sources)
    leading = list(every_source)[: len(_COLOURS) - 1]
    names = [*leading, _OTHERS]
    counts: dict[str, dict[str, int]] = {}
    for period, source, count in counted:
        bar = counts.setdefault(period, {})
        name = called.get(source, source)
        name = name if name in leading else _OTHERS
        bar[name] = bar.get(name, 0) + count
    most = max(sum(bar.values()) for bar in counts.values())
    step = _WIDTH / len(every)
    bars, labels = [], []
    labelled = math.ceil(len(every) / _LABELS)
    for place, period in enumerate(every):
        x, y = _WIDTH - (place + 1) * step, float(_HEIGHT)
        for name, count in sorted(
            counts.get(period, {}).items(), key=lambda pair: names.index(pair[0])
        ):
            height = count / most * _HEIGHT
            y -= height
            bars.append(
                f'<rect x="{x + step * 0.1:.1f}" y="{y:.1f}" width="{step * 0.8:.1f}"'
                f' height="{height:.1f}" fill="{_COLOURS[names.index(name)]}"><title>'
                f"{attribute(numbers.period(period))} · {attribute(name)}: {count}</title></rect>"
            )
        if place % labelled == 0:
            labels.append(
                f'<span style="inset-inline-start:{place / len(every):.1%}">'
                f"{numbers.period(period)}</span>"
            )
    used = [name for name in names if any(name in bar for bar in counts.values())]
    legend = "".join(
        f'<li><span style="background:{_COLOURS[names.index(name)]}"></span>{bdi(name)}</li>'
        for name in used
    )
    name = "يوم" if len(every[0]) == len("YYYY-MM-DD") else "شهر"
    return (
        f'<figure class="art-time"><figcaption>مقالات كل {name}</figcaption><svg viewBox="0 0'
        f' {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="عدد المقالات في كل {name} بحسب المصدر">{"".join(bars)}</svg>'
        f'<div class="art-axis" aria-hidden="true">{"".join(labels)}</div>'
        f"<ul>{legend}</ul></figure>"
    )


def _every_period(first: str, last: str) -> list[str]:
    """Return the months or days from one to another, both included."""
    if len(first) == len("YYYY-MM-DD"):
        begin, end = (date.fromisoformat(day).toordinal() for day in (first, last))
        return [date.fromordinal(day).isoformat() for day in range(begin, end + 1)]
    begin, end = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def table(rows: Sequence[ListedArticle], total: int, offset: int, *, editable: bool) -> str:
    """Return one page of the articles."""
    if not rows:
        return '<p class="art-none">لا توجد مقالات تطابق البحث.</p>'
    names = ("العنوان", "المصدر", "التاريخ", "المقاطع", '<span class="sr-only">أفعال</span>')
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
    body = "".join(_row(row, editable=editable) for row in rows)
    place = f"{offset + 1:,}–{offset + len(rows):,} من {total:,}"
    return (
        f'<table class="art-table"><caption>{place}</caption><thead>{head}</thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(row: ListedArticle, *, editable: bool) -> str:
    title = external_link(bdi(row.title), row.url)
    actions = _action("only", row, "اسأل عنه")
    if editable:
        actions += _action("remove", row, "حذف")
    return (
        f'<tr><td data-of="العنوان">{title}</td><td data-of="المصدر">{bdi(row.source)}'
        f'</td><td data-of="التاريخ">{escape(numbers.date(row.date))}</td>'
        f'<td data-of="المقاطع">{row.chunks}</td><td class="art-acts">{actions}</td></tr>'
    )


def _action(action: str, row: ListedArticle, label: str) -> str:
    return (
        f'<button type="button" class="txt-btn art-do" data-{action}="{attribute(row.id)}"'
        f' aria-label="{label}: {attribute(row.title)}">{label}</button>'
    )


def progress(told: BuildProgress, sources: int, *, stoppable: bool, stopping: bool = False) -> str:
    """Return how far an indexing is: article, share and what is left.

    Args:
        told: How far it is.
        sources: Files and addresses that it reads.
        stoppable: Whether to offer to stop it.
        stopping: Whether it is being stopped, once what it reads has been read.
    """
    share = round(100 * told.fraction)
    parts = [_amount(told, sources), _time_left(told)]
    if told.failures:
        parts.append(f"تعذّرت قراءة {numbers.articles(told.failures)}")
    stop = '<button type="button" class="txt-btn" data-stop>إيقاف</button>' if stoppable else ""
    if stopping:
        stop = "<span>جارٍ الإيقاف…</span>"
    return (
        f'<div class="art-progress" role="status"><p>{_title(told.title)} <b>{share}%</b></p>'
        '<div class="art-bar" role="progressbar" aria-label="تقدّم الفهرسة" aria-valuemin="0"'
        f' aria-valuemax="100" aria-valuenow="{share}"><span style="width:{share}%"></span></div>'
        f"<p><span>{escape(' · '.join(filter(None, parts)))}</span>{stop}</p></div>"
    )


def progress_line(told: BuildProgress, sources: int, *, ready: bool) -> str:
    """Return in a line how far an indexing is, and whether its articles can be asked about."""
    asked = " — يمكن السؤال عمّا فُهرس" if ready else ""
    return f'<p class="hint" role="status">قيد الفهرسة: {_amount(told, sources)}{asked}</p>'


def _title(title: str) -> str:
    if not title:
        return "<span>قراءة الملفات…</span>"
    return f"<span>فهرسة: {bdi(title)}</span>"


def _amount(told: BuildProgress, sources: int) -> str:
    """Return «279 من 3,000»; where files hold several articles, the total is an estimate."""
    if told.articles <= max(told.files, 1):
        total = f"{max(sources, told.articles):,}"
    else:
        total = f"نحو {round(told.articles / max(told.fraction, 0.001)):,}"
    return f"{told.articles:,} من {total}"


def _time_left(told: BuildProgress) -> str:
    left = told.seconds_left
    if left is None or told.seconds < _TOO_EARLY:
        return ""
    return f"بقي نحو {numbers.minutes(round(left / 60))}" if left >= 45 else "بقي أقل من دقيقة"


def stopped() -> str:
    """Return that an indexing was stopped."""
    return notice("warn", "أُوقفت الفهرسة.", "ما أُضيف قبل الإيقاف باقٍ في الفهرس.")


def report(done: BuildReport) -> str:
    """Return what an indexing did, and what it could not read and why."""
    parts = [
        _did("أُضيف", "أُضيفت", done.added),
        _did("حُدّث", "حُدّثت", done.replaced),
        _did("بقي", "بقيت", done.unchanged + done.moved, " دون تغيير"),
        _did("حُذف", "حُذفت", done.removed),
        _did("كان", "كانت", len(done.duplicates), " في الفهرس من قبل"),
        f"تعذّرت قراءة {numbers.articles(len(done.failures))}" if done.failures else "",
        f"لا يُقرأ نوع {numbers.files(len(done.passed_over))}" if done.passed_over else "",
    ]
    told = "، ".join(filter(None, parts)) or "لم يتغيّر شيء"
    mark = "" if done.failures or done.passed_over else "✓ "
    failures = "".join(
        f'<li><bdi dir="ltr">{escape(_name(failed.origin))}</bdi>'
        f"<p>{escape(describe_reason(failed.reason))}</p></li>"
        for failed in done.failures[:_MAX_FAILURES]
    )
    kind = "info" if mark else "warn"
    listed = f"<ul>{failures}</ul>" if failures else ""
    if done.failures:
        said = "\n".join(f"{_name(f.origin)}: {f.reason}" for f in done.failures[:_MAX_FAILURES])
        listed += technical(said)
    return (
        f'<div class="notice notice-{kind}" role="status"><strong>{mark}{told}.</strong>'
        f"{listed}</div>"
    )


def _name(origin: str) -> str:
    """Return an address as it is, and of a file its own name without the folders of this machine.

    Uploads and pasted texts lie in folders that mean nothing to a reader.
    """
    return origin if is_address(origin) else re.split(r"[\\/]", origin)[-1]


def _did(one: str, several: str, count: int, rest: str = "") -> str:
    """Return what was done to some articles, or "" for none.

    >>> _did("أُضيف", "أُضيفت", 2), _did("أُضيف", "أُضيفت", 5), _did("أُضيف", "أُضيفت", 11)
    ('أُضيف مقالان', 'أُضيفت 5 مقالات', 'أُضيف 11 مقالًا')
    """
    if not count:
        return ""
    verb = several if 3 <= count % 100 <= 10 else one
    return f"{verb} {'مقالان' if count == 2 else numbers.articles(count)}{rest}"

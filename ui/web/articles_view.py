"""The articles tab as HTML: what is indexed, how far an indexing is, what it did."""

from collections.abc import Sequence

from index.building.reports import BuildProgress, BuildReport
from index.store.listing import ListedArticle, StoreStats
from ui.web import numbers
from ui.web.render import bdi, escape, external_link

_COLOURS = ("#0f766e", "#c8842b", "#5b6ee1", "#a6476f", "#6b8e23", "#7a869a")
_OTHERS = "أخرى"
_MAX_FAILURES = 20
_WIDTH, _HEIGHT, _BASE = 720, 140, 112


def statistics(stats: StoreStats, months: Sequence[tuple[str, str, int]]) -> str:
    """Return counts of what is indexed, and articles per month and publisher as a plot."""
    if not stats.articles:
        return '<p class="art-none">لا توجد مقالات بعد. أضف ملفًا أو رابطًا أو نصًّا لتبدأ.</p>'
    period = "بلا تاريخ"
    if stats.dated:
        period = f"{numbers.date(stats.first_date)} – {numbers.date(stats.last_date)}"
    cells = (
        ("المقالات", f"{stats.articles:,}"),
        ("المقاطع", f"{stats.chunks:,}"),
        ("المصادر", f"{len(stats.sources):,}"),
        ("الفترة", period),
        ("الحجم", f"{stats.bytes_on_disk / 2**20:,.1f} م.ب"),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in cells)
    return f'<dl class="art-stats">{shown}</dl>{_timeline(stats, months)}'


def _timeline(stats: StoreStats, months: Sequence[tuple[str, str, int]]) -> str:
    """Draw a bar for each month, in the colours of the publishers; time runs right to left."""
    if not months:
        return ""
    leading = list(stats.sources)[: len(_COLOURS) - 1]
    names = [*leading, _OTHERS]
    counts: dict[str, dict[str, int]] = {}
    for month, source, count in months:
        bar = counts.setdefault(month, {})
        name = source if source in leading else _OTHERS
        bar[name] = bar.get(name, 0) + count
    every = _every_month(min(counts), max(counts))
    most = max(sum(bar.values()) for bar in counts.values())
    step = _WIDTH / len(every)
    bars, labels = [], []
    for place, month in enumerate(every):
        x, y = _WIDTH - (place + 1) * step, float(_BASE)
        for name, count in sorted(
            counts.get(month, {}).items(), key=lambda pair: names.index(pair[0])
        ):
            height = count / most * (_BASE - 8)
            y -= height
            bars.append(
                f'<rect x="{x + step * 0.1:.1f}" y="{y:.1f}" width="{step * 0.8:.1f}"'
                f' height="{height:.1f}" fill="{_COLOURS[names.index(name)]}"><title>'
                f"{escape(numbers.period(month))} · {escape(name)}: {count}</title></rect>"
            )
        if place % max(1, len(every) // 6) == 0:
            labels.append(
                f'<text x="{x + step / 2:.1f}" y="{_BASE + 18}" text-anchor="middle">{month}</text>'
            )
    used = [name for name in names if any(name in bar for bar in counts.values())]
    legend = "".join(
        f'<li><span style="background:{_COLOURS[names.index(name)]}"></span>'
        f"<bdi>{escape(name)}</bdi></li>"
        for name in used
    )
    return (
        f'<figure class="art-time"><figcaption>مقالات كل شهر</figcaption><svg viewBox="0 0 {_WIDTH}'
        f' {_HEIGHT}" role="img" aria-label="عدد المقالات في كل شهر بحسب المصدر">{"".join(bars)}'
        f"{''.join(labels)}</svg><ul>{legend}</ul></figure>"
    )


def _every_month(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included; whole years where there are many."""
    begin, end = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def table(rows: Sequence[ListedArticle], total: int, offset: int, *, editable: bool) -> str:
    """Return one page of the articles."""
    if not rows:
        return '<p class="art-none">لا مقالات تطابق هذا البحث.</p>'
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
        f'<button type="button" class="txt-btn art-do" data-{action}="{escape(row.id)}"'
        f' aria-label="{label}: {escape(row.title)}">{label}</button>'
    )


def progress(told: BuildProgress) -> str:
    """Return how far an indexing is: title, share, rate and what is left."""
    share = round(100 * told.fraction)
    left = told.seconds_left
    parts = [
        numbers.articles(told.articles),
        f"{told.chunks_per_second:.0f} مقطعًا في الثانية",
        f"بقي نحو {left:.0f} ث" if left is not None else "",
        f"تعذّر {told.failures}" if told.failures else "",
    ]
    title = f"فهرسة: {told.title}" if told.title else "قراءة الملفات…"
    return (
        f'<div class="art-progress" role="status"><p><bdi>{escape(title)}</bdi> <b>{share}%</b></p>'
        f'<progress max="100" value="{share}" aria-label="تقدّم الفهرسة">{share}%</progress>'
        f"<p>{escape(' · '.join(filter(None, parts)))}</p></div>"
    )


def report(done: BuildReport) -> str:
    """Return what an indexing did, and what it could not read and why."""
    parts = [
        ("أُضيف", done.added),
        ("استُبدل", done.replaced),
        ("كما هو", done.unchanged + done.moved),
        ("حُذف", done.removed),
        ("موجود من قبل", len(done.duplicates)),
        ("تعذّرت قراءته", len(done.failures)),
        ("من نوع لا يُقرأ", len(done.passed_over)),
    ]
    told = "، ".join(f"{name}: {count}" for name, count in parts if count) or "لم يتغير شيء"
    failures = "".join(
        f'<li><bdi dir="ltr">{escape(failure.origin)}</bdi>: {escape(failure.reason)}</li>'
        for failure in done.failures[:_MAX_FAILURES]
    )
    kind = "warn" if done.failures else "info"
    listed = f"<ul>{failures}</ul>" if failures else ""
    return (
        f'<div class="notice notice-{kind}" role="status"><strong>✓ {told}، في'
        f" {done.seconds:.1f} ث.</strong>{listed}</div>"
    )

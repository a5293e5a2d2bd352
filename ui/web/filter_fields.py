"""Fields for the articles that may be used, and chips of what was chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

import gradio as gr

from index.errors import InputError
from index.store.contract import Filter, Store
from ui.filters import filter_of, parse_bound
from ui.web import numbers
from ui.web.events import event_data
from ui.web.indexes import Indexes
from ui.web.markup import attribute, bdi, quoted
from ui.web.served import Served

_MAX_OFFERED = 8
"""Articles offered while a title is typed."""
_MAX_NAMED = 3
"""Publishers and titles that are named in words; the others are counted."""
_NO_DAY = "«{day}» ليس تاريخًا؛ يُكتب التاريخ هكذا: \u20662025-03-01\u2069"
_REVERSED = "تاريخ البداية بعد تاريخ النهاية، فلا مقال بينهما."
_PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "queue": False,
}
_DROP = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-drop]')?.dataset;
  if (data) trigger('drop', {field: data.drop, value: data.value ?? ''});
});
// Gradio 6.31 tells of no input to a field that became one for a date.
document.addEventListener('input', event => {
  if (event.target.closest?.('#f-since, #f-until')) setTimeout(() => trigger('date'));
});
"""
_PICK = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-pick]')?.dataset;
  if (data) trigger('pick', {id: data.pick});
});
"""
Chosen = tuple[list[str] | None, str | None, str | None, list[str] | None]
"""Sources, first day, last day, article ids, as the fields hold them."""


class FilterFields:
    """Sources, first and last day, and single articles."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def build(self) -> None:
        """Create the fields; called where they stand."""
        self.chips = gr.HTML(elem_id="chips", js_on_load=_DROP, apply_default_css=False)
        with gr.Accordion("تضييق البحث", open=False, elem_id="filters"):
            with gr.Row():
                sources = gr.Dropdown(
                    self._sources(self._served.open_to_all, ""),
                    multiselect=True,
                    label="المصادر",
                    elem_id="f-sources",
                )
                since = _day("من تاريخ", "f-since")
                until = _day("إلى تاريخ", "f-until")
                self._words = gr.Textbox(
                    label="مقالات بعينها", placeholder="كلمة من العنوان", rtl=True, max_lines=1,
                    elem_id="f-title",
                )  # fmt: skip
            self._offers = gr.HTML(elem_id="f-found", js_on_load=_PICK, apply_default_css=False)
        articles = gr.State([])
        self.fields: list[Any] = [sources, since, until, articles]

    def connect(self, picker: gr.Dropdown) -> None:
        """Look up articles as their titles are typed, and keep the chips true."""
        sources, _, _, articles = self.fields
        self._picker = picker
        self._words.change(
            self._look_up, [picker, self._words, articles], [self._offers], **_PRIVATE
        )
        self.show_chips(
            self._offers.pick(self._pick, [articles], [articles, self._words], **_PRIVATE)
        )
        self.show_chips(self.chips.drop(self._drop, self.fields, self.fields, **_PRIVATE))
        # Of what a reader sets only: fields set by code change one after another, each would tell
        # of itself, and what was told of the first might be answered last, and show less.
        for by_hand in (sources.input, self.chips.date):
            by_hand(
                self._chips, [picker, *self.fields], [self.chips],
                trigger_mode="always_last", **_PRIVATE,
            )  # fmt: skip

    def show_chips(self, event: Any) -> Any:
        """Show as chips what is chosen after an event."""
        return event.then(self._chips, [self._picker, *self.fields], [self.chips], **_PRIVATE)

    def refresh_sources(self, seen: Indexes, name: str) -> Any:
        """Return the field of sources with those that an index has now."""
        return gr.Dropdown(self._sources(seen, name))

    def clear(self, seen: Indexes, name: str) -> list[Any]:
        """Return the fields of an index with nothing chosen."""
        return [gr.Dropdown(self._sources(seen, name), value=[]), "", "", []]

    def restore(self, seen: Indexes, name: str, where: Filter) -> list[Any]:
        """Return the fields as they were for a filter, with what the index still knows of it.

        The reader is told where that is not all: more is searched in than was then.
        """
        known = self._sources(seen, name)
        sources = [source for _, source in known if source in where.sources]
        titles = _find_titles(seen[name].index.store, where.articles)
        articles = [article for _, article in titles]
        if not {*where.sources, *where.articles} <= {*sources, *articles}:
            gr.Warning(
                "بعض ما حُصر فيه البحث لم يعد في الفهرس؛ تجدر مراجعة «تضييق البحث» قبل السؤال.",
                duration=10,
            )
        return [gr.Dropdown(known, value=sources), where.since, where.until, articles]

    @staticmethod
    def select_article(article: str) -> list[Any]:
        """Return the fields with one article chosen and nothing else."""
        return [[], "", "", [article]]

    def _sources(self, seen: Indexes, name: str) -> list[tuple[str, str]]:
        if not seen.names:
            return []
        names, found = self._served.settings.sources, seen[name].index.stats().sources
        return [(names.get(source, source), source) for source in found]

    def _look_up(self, name: str, words: str | None, chosen: list[str], request: gr.Request) -> str:
        """Offer the articles whose title has the words typed so far."""
        if not (words or "").strip():
            return ""
        store = self._served.seen_by(request)[name].index.store
        rows, _ = store.find_articles(words or "", limit=_MAX_OFFERED)
        offers = "".join(
            f'<li><button type="button" class="txt-btn" data-pick="{attribute(row.id)}">'
            f"{bdi(row.title)}</button></li>"
            for row in rows
            if row.id not in chosen
        )
        return f"<ul>{offers}</ul>" if offers else '<p class="hint">لا عنوان يطابق ما كُتب.</p>'

    @staticmethod
    def _pick(chosen: list[str], asked: gr.EventData) -> tuple[list[str], str]:
        return list(dict.fromkeys([*chosen, str(event_data(asked)["id"])])), ""

    def _chips(
        self,
        name: str,
        sources: list[str] | None,
        since: str | None,
        until: str | None,
        articles: list[str] | None,
        request: gr.Request,
    ) -> str:
        names, store = (
            self._served.settings.sources,
            self._served.seen_by(request)[name].index.store,
        )
        shown = [("sources", source, names.get(source, source)) for source in sources or ()]
        shown += [("since", "", f"من {_date(since)}")] if since else []
        shown += [("until", "", f"إلى {_date(until)}")] if until else []
        shown += [("articles", key, title) for title, key in _find_titles(store, articles or [])]
        if not shown:
            return ""
        chips = "".join(_chip(*chip) for chip in shown)
        wrong = (
            f'<span class="wrong" role="alert">{_REVERSED}</span>'
            if _are_reversed(since, until)
            else ""
        )
        return f'<div class="chips"><span>البحث محصور في:</span>{chips}{wrong}</div>'

    def _drop(
        self,
        sources: list[str] | None,
        since: str | None,
        until: str | None,
        articles: list[str] | None,
        asked: gr.EventData,
    ) -> list[Any]:
        data = event_data(asked)
        field, value = str(data["field"]), str(data["value"])
        return [
            [kept for kept in sources or () if (field, kept) != ("sources", value)],
            "" if field == "since" else since,
            "" if field == "until" else until,
            [kept for kept in articles or () if (field, kept) != ("articles", value)],
        ]


def make_filter(chosen: Chosen) -> Filter:
    """Return which articles may be used.

    Raises:
        InputError: A day is none.
    """
    sources, since, until, articles = chosen
    return filter_of(
        sources, (since or "").strip(), (until or "").strip(), articles=articles, wrong=_NO_DAY
    )


def describe_filter(where: Filter, store: Store, names: Mapping[str, str]) -> str:
    """Return a filter in words, such as «الجزيرة، منذ 5 أغسطس/آب 2015»; "" for none.

    Args:
        where: The filter.
        store: Where the titles of its articles are.
        names: Of publishers, by what articles call them.
    """
    titles = [quoted(title) for title, _ in _find_titles(store, where.articles)]
    named = [*(names.get(source, source) for source in where.sources), *titles]
    others = f" و{len(named) - _MAX_NAMED} غيرها" if len(named) > _MAX_NAMED else ""
    parts = ["، ".join(named[:_MAX_NAMED]) + others] if named else []
    since, until = numbers.date(where.since), numbers.date(where.until)
    if where.since and where.until:
        parts.append(f"يوم {since}" if since == until else f"من {since} إلى {until}")
    elif where.since or where.until:
        parts.append(f"منذ {since}" if where.since else f"حتى {until}")
    gone = "مقالات لم تعد في الفهرس" if where else ""
    return "، ".join(parts) or gone


def _find_titles(store: Store, articles: Iterable[str]) -> list[tuple[str, str]]:
    found = [(article, store.get_article(article)) for article in articles]
    return [(known.title, article) for article, known in found if known]


def _day(label: str, name: str) -> gr.Textbox:
    """Return a field that the browser's own code makes one for a date."""
    return gr.Textbox(label=label, elem_id=name, max_lines=1, rtl=True)


def _date(day: str) -> str:
    try:
        return numbers.date(filter_of((), day.strip(), "").since)
    except InputError:
        return f"«{day}»؟"


def _are_reversed(since: str | None, until: str | None) -> bool:
    first, last = parse_bound(since or ""), parse_bound(until or "")
    return bool(first and last and first > last)


def _chip(field: str, value: str, label: str) -> str:
    return (
        f'<button type="button" class="chip" data-drop="{field}" data-value="{attribute(value)}"'
        f' aria-label="إلغاء: {attribute(label)}">{bdi(label)}'
        '<span aria-hidden="true">✕</span></button>'
    )

"""The articles tab: add files, addresses and text, look through what is there, remove, rebuild."""

import json
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from index.arabic.dates import parse_date
from index.building.reports import BuildReport, Progress
from index.errors import JawabError
from index.store.contract import Store
from index.store.listing import ListedArticle
from ui.web import articles_view
from ui.web.access import Access
from ui.web.errors import failure
from ui.web.events import event_data
from ui.web.render import notice
from ui.web.served import Served
from ui.web.watched_part import WatchedPart
from ui.web.writing import Job, StoppedError, Work

logger = logging.getLogger(__name__)

PAGE = 50
ORDERS = [("الأحدث", "newest"), ("الأقدم", "oldest"), ("العنوان", "title"), ("المصدر", "source")]
_ANY = "كل المصادر"
_TICK = 0.3
"""Seconds after which the browser that asked for a build is told anew how far it is."""
_WATCH = 2.5
"""Seconds after which every browser is. Chosen: one small request each."""
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_REMOVE = """
let armed = null, timer;
element.addEventListener('click', event => {
  const button = event.target.closest('[data-remove]');
  if (!button) return;
  clearTimeout(timer);
  if (armed === button) {
    armed = null;
    trigger('remove_article', {id: button.dataset.remove});
    return;
  }
  const calm = () => {
    if (armed) armed.textContent = 'حذف';
    armed?.classList.remove('armed');
    armed = null;
  };
  calm();
  armed = button;
  button.textContent = 'تأكيد الحذف';
  button.classList.add('armed');
  timer = setTimeout(calm, 4000);
});
"""

_KINDS = (
    '<p class="hint"><bdi>PDF</bdi>، <bdi>Word</bdi>، نص، صفحات ويب، <bdi>RSS</bdi>،'
    " <bdi>ZIP</bdi></p>"
)
_STOP = """
element.addEventListener('click', event => {
  if (event.target.closest('[data-stop]')) trigger('stop_writing');
});
"""


class Seen(NamedTuple):
    """What a visitor has been shown of the writing; where it differs, there is more to show.

    Attributes:
        name: Of the index that is chosen.
        running: Number of the job that is running, or 0.
        done: Number of the job that was done last, or 0.
        articles: How many there are, also of what another process writes; 0 while a job runs.
        own: Number of the job that this visitor asked for last, or 0.
    """

    name: str = ""
    running: int = 0
    done: int = 0
    articles: int = 0
    own: int = 0


class ArticlesTab:
    """The articles of the chosen index, for those who may edit them and for those who may look."""

    def __init__(self, served: Served, access: Access) -> None:
        self._served = served
        self._private = access.private_addresses
        self._watched_part = WatchedPart(served, access)

    def build_line(self) -> None:
        """Create the line above the box that says how far an indexing is."""
        self._line = gr.HTML(elem_id="indexing", apply_default_css=False)

    def build(self, picker: gr.Dropdown) -> None:
        """Create the components and connect them; called inside a tab.

        Args:
            picker: Holds the name of the chosen index.
        """
        offset = gr.State(0)
        self._seen = gr.State(Seen())
        # A component, since the change of a state is told only of events that wait in the queue.
        self._news = gr.Textbox(visible="hidden", show_label=False, elem_id="art-news")
        self.stats = gr.HTML(elem_id="art-stats", apply_default_css=False)
        with gr.Column(elem_id="art-add") as adding, gr.Tabs():
            fields = _build_fields()
        job = gr.HTML(elem_id="art-job", js_on_load=_STOP, apply_default_css=False)
        told = gr.HTML(elem_id="art-told", apply_default_css=False)
        with gr.Column(elem_id="art-list") as found:
            with gr.Row(elem_id="art-find"):
                words = gr.Textbox(label="بحث في العناوين", rtl=True, elem_id="art-words")
                sources = gr.Dropdown([_ANY], value=_ANY, label="المصدر", elem_id="art-of")
                order = gr.Dropdown(ORDERS, value="newest", label="الترتيب", elem_id="art-order")
            table = gr.HTML(elem_id="art-table", apply_default_css=False, js_on_load=_REMOVE)
            with gr.Row(elem_id="art-pages") as pages:
                back = gr.Button("السابق", elem_id="art-back", size="sm")
                forth = gr.Button("التالي", elem_id="art-forth", size="sm")
        self._watched_part.build(picker)
        with gr.Accordion("صيانة", open=False, elem_id="art-care") as care:
            rebuild = gr.Button("إعادة بناء ملفات البحث", elem_id="art-rebuild", size="sm")

        self._query = query = [picker, words, sources, order, offset]
        paged = [table, offset, pages]
        self._listed = [*paged, sources, self.stats, found]
        self._watched = [told, job, self._line, self._seen, self._news]
        self._editing = [adding, care]
        quick: dict[str, Any] = {**_PRIVATE, "queue": False}
        for event in (words.change, sources.input, order.input):
            event(self._first_page, query, paged, **quick)
        back.click(self._previous_page, query, paged, **quick)
        forth.click(self._next_page, query, paged, **quick)
        written = gr.State("")
        writes: dict[str, Any] = {
            **_PRIVATE, "concurrency_id": "writing", "concurrency_limit": None,
            "trigger_mode": "multiple",
        }  # fmt: skip
        shown = [*self._watched, written]
        files, address, text = fields.files, fields.address, fields.text
        files.upload(self._add_files, [picker, files], [*shown, files], **writes)
        fields.fetch.click(self._add_address, [picker, address], shown, **writes).then(
            _empty_address, [written, address], [address], **quick
        )
        typed = [fields.title, fields.source, fields.date, text]
        fields.paste.click(self._add_text, [picker, *typed], shown, **writes).then(
            _empty_text, [written, fields.title, text], [fields.title, text], **quick
        )
        rebuild.click(self._rebuild, [picker], shown, **writes)
        table.remove_article(self._remove, [picker], shown, **writes)  # js_on_load triggers it
        job.stop_writing(self._stop, [picker], None, **quick)
        gr.Timer(_WATCH).tick(self._watch, [picker, self._seen], self._watched, **quick)
        picker.change(self._list, query, self._listed, **quick)
        picker.change(self._show_editing, [picker], self._editing, **quick)
        self.on_change(self._list, query, self._listed, **quick)

    def load(self, page: gr.Blocks) -> None:
        """Show what is there whenever the page is opened."""
        shown = [*self._listed, *self._editing, *self._watched]
        page.load(self._show_tab, self._query, shown, queue=False, **_PRIVATE)

    def on_change(
        self, step: Callable[..., Any], inputs: Any, outputs: Any, **options: Any
    ) -> None:
        """Do something in every browser when articles come or go; used like an event."""
        self._news.change(step, inputs, outputs, **options)

    def _store(self, index: str, request: gr.Request) -> Store:
        return self._served.seen_by(request)[index].index.store

    def _now(self, index: str, request: gr.Request) -> Seen:
        """Return what a visitor has seen who has seen everything."""
        indexes = self._served.seen_by(request)
        name = indexes.known(index)
        writing = indexes.writing(name)
        running, last = writing.running, writing.last
        return Seen(
            name,
            running.number if running else 0,
            last.number if last else 0,
            0 if running else indexes[name].index.store.count_articles(),
        )

    def _show_tab(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        listed = self._list(index, words, source, order, offset, request)
        *watched, _ = self._watch(index, Seen(), request)
        return (*listed, *self._show_editing(index, request), *watched, gr.skip())

    def _show_editing(self, index: str, request: gr.Request) -> tuple[Any, ...]:
        """Return what an index is edited with, for those who may."""
        allowed = self._served.may_edit(index, request)
        return gr.Column(visible=allowed), gr.Accordion(visible=allowed)

    def _watch(self, index: str, seen: Seen, request: gr.Request) -> tuple[Any, ...]:
        """Return what has come to show since a visitor last saw what is being written."""
        writing = self._served.seen_by(request).writing(index)
        now = self._now(index, request)._replace(own=seen.own)
        if now == seen and not now.running:
            return (*[gr.skip()] * 5,)
        told = gr.skip() if seen.name == now.name else ""
        job, line = self._show_running(index, request)
        others = seen.name == now.name and now.done not in {seen.done, seen.own}
        if others and not job and writing.last and self._served.may_edit(index, request):
            job = _describe_outcome(writing.last)
        return told, job, line, now, str(now)

    def _show_running(self, index: str, request: gr.Request) -> tuple[str, str]:
        """Return how far the running job is, here and above the box of the chat."""
        job = self._served.seen_by(request).writing(index).running
        if job is None or not job.sources:
            return "", ""
        ready = bool(self._store(index, request).count_articles())
        progress = articles_view.progress(
            job.progress,
            job.sources,
            stoppable=self._served.may_edit(index, request),
            stopping=job.stopped.is_set(),
        )
        return progress, articles_view.progress_line(job.progress, job.sources, ready=ready)

    def _stop(self, index: str, request: gr.Request) -> None:
        if self._served.may_edit(index, request):
            self._served.seen_by(request).writing(index).stop()

    def _list(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        stats, names = self._store(index, request).stats(), self._served.settings.sources
        choices = [(_ANY, _ANY), *((names.get(name, name), name) for name in stats.sources)]
        chosen = source if source in stats.sources else _ANY
        store = self._store(index, request)
        counts = store.days() if articles_view.is_short(stats) else store.months()
        return (
            *self._table(index, words, source, order, offset, request),
            gr.Dropdown(choices, value=chosen),
            articles_view.statistics(stats, counts, names),
            gr.Column(visible=bool(stats.articles)),
        )

    def _table(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        store = self._store(index, request)
        rows, total = _find_articles(store, words, source, order, offset)
        if not rows and offset:
            return self._table(index, words, source, order, 0, request)
        names = self._served.settings.sources
        rows = [row._replace(source=names.get(row.source, row.source)) for row in rows]
        table = articles_view.table(
            rows, total, offset, editable=self._served.may_edit(index, request)
        )
        return table, offset, gr.Row(visible=total > PAGE)

    def _first_page(
        self, index: str, words: str, source: str, order: str, _: int, request: gr.Request
    ) -> tuple[Any, ...]:
        return self._table(index, words, source, order, 0, request)

    def _previous_page(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        return self._table(index, words, source, order, max(0, offset - PAGE), request)

    def _next_page(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        store = self._store(index, request)
        more, _ = _find_articles(store, words, source, order, offset + PAGE, limit=1)
        return self._table(index, words, source, order, offset + PAGE if more else offset, request)

    def _add_files(
        self, index: str, files: list[str] | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        paths = [Path(file) for file in files or ()]
        adding = self._add(index, paths, request, "ستُضاف ملفاتك")
        for shown in adding:
            yield *shown, None  # the list of files; they are on this machine already

    def _add_address(
        self, index: str, address: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        url = (address or "").strip()
        if not url.startswith(("http://", "https://")):
            yield _warn("الرابط يبدأ بـ \u2066https://\u2069")
            return
        yield from self._add(index, [url], request, "سيُضاف رابطك", given=address)

    def _add_text(
        self, index: str, title: str, source: str, date: str, text: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        if not (text or "").strip():
            yield _warn("لا نص هنا بعد.")
            return
        if (date or "").strip() and not parse_date(date):
            yield _warn("يُكتب التاريخ هكذا: \u20662025-03-01\u2069")
            return
        name = re.sub(r"\W+", "-", title or text[:60]).strip("-")[:60] or "نص"
        fields = {"title": title, "source": source, "date": date, "text": text}
        article = {field: value for field, value in fields.items() if value}

        def work(progress: Progress) -> BuildReport:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, f"{name}.json")
                path.write_text(json.dumps(article, ensure_ascii=False), encoding="utf-8")
                return self._read(index, [path], progress, request)

        yield from self._write(index, request, work, "سيُضاف نصّك", sources=1, given=text)

    def _add(
        self,
        index: str,
        paths: Sequence[str | Path],
        request: gr.Request,
        later: str,
        given: str = "",
    ) -> Iterator[tuple[Any, ...]]:
        def work(progress: Progress) -> BuildReport:
            return self._read(index, paths, progress, request)

        yield from self._write(index, request, work, later, sources=len(paths), given=given)

    def _read(
        self,
        index: str,
        paths: Sequence[str | Path],
        progress: Progress,
        request: gr.Request,
    ) -> BuildReport:
        chosen = self._served.seen_by(request)[index].index
        return chosen.add(paths, progress=progress, allow_private=self._private)

    def _rebuild(self, index: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        def work(_: Progress) -> BuildReport:
            store = self._store(index, request)
            with store.writing():
                store.compact()
            return BuildReport()

        yield from self._write(index, request, work, "سيُعاد بناء الملفات")

    def _remove(
        self, index: str, asked: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        article = str(event_data(asked)["id"])

        def work(_: Progress) -> BuildReport:
            return self._served.seen_by(request)[index].index.remove([article])

        yield from self._write(index, request, work, "سيُحذف المقال")

    def _write(
        self,
        index: str,
        request: gr.Request,
        work: Work,
        later: str,
        *,
        sources: int = 0,
        given: str = "",
    ) -> Iterator[tuple[Any, ...]]:
        """Have something written; yield what to show of it, in the end also what was written.

        Args:
            index: Where to.
            request: Of the visitor who asks for it.
            work: What to do.
            later: That it will be done, told while it waits for its turn.
            sources: Files and addresses that are read.
            given: What a field of the page holds, to be emptied once this is stored.
        """
        if not self._served.may_edit(index, request):
            yield _warn("لا يُسمح بتعديل المقالات هنا.")
            return
        job = self._served.seen_by(request).writing(index).submit(work, sources=sources)
        while not job.done.wait(_TICK):
            waits = notice("info", f"تجري فهرسة أخرى الآن؛ {later} بعدها.") if job.waits else ""
            yield waits, *self._show_running(index, request), gr.skip(), gr.skip(), ""
        stored = isinstance(job.outcome, BuildReport) and not job.outcome.failures
        now = self._now(index, request)._replace(own=job.number)
        shown = _describe_outcome(job), *self._show_running(index, request), now, str(now)
        yield *shown, given if stored else ""


class _Fields(NamedTuple):
    """What is added, and the buttons that add it; files are as soon as they are there."""

    files: gr.File
    address: gr.Textbox
    fetch: gr.Button
    title: gr.Textbox
    source: gr.Textbox
    date: gr.Textbox
    text: gr.Textbox
    paste: gr.Button


def _build_fields() -> _Fields:
    with gr.Tab("رفع ملفات"):
        files = gr.File(
            label="اسحب الملفات إلى هنا أو انقر لاختيارها",
            file_count="multiple",
            elem_id="art-files",
            height=150,
        )
        gr.HTML(_KINDS, apply_default_css=False)
    with gr.Tab("إضافة رابط"):
        address = gr.Textbox(
            label="رابط مقال أو خلاصة (RSS)",
            placeholder="https://",
            elem_classes="ltr",
            elem_id="art-url",
        )
        fetch = gr.Button("إضافة الرابط", elem_id="art-fetch")
    with gr.Tab("لصق نص"):
        title = gr.Textbox(label="العنوان", rtl=True, elem_id="art-title")
        with gr.Row():
            source = gr.Textbox(label="المصدر", rtl=True, elem_id="art-source")
            date = gr.Textbox(label="التاريخ", rtl=True, max_lines=1, elem_id="art-date")
        text = gr.Textbox(label="النص", rtl=True, lines=6, elem_id="art-text")
        paste = gr.Button("إضافة النص", elem_id="art-paste")
    return _Fields(files, address, fetch, title, source, date, text, paste)


def _find_articles(
    store: Store, words: str, source: str, order: str, offset: int, limit: int = PAGE
) -> tuple[list[ListedArticle], int]:
    chosen = "" if source == _ANY else source
    return store.find_articles(words or "", source=chosen, order=order, offset=offset, limit=limit)


def _warn(title: str) -> tuple[Any, ...]:
    return (notice("warn", title), *[gr.skip()] * 4, "")


def _empty_address(written: str, address: str) -> Any:
    """Empty the field, unless what it holds was not stored."""
    return "" if address == written else gr.skip()


def _empty_text(written: str, title: str, text: str) -> tuple[Any, Any]:
    """Empty the fields of a text, unless what they hold was not stored."""
    return ("", "") if text == written else (gr.skip(), gr.skip())


def _describe_outcome(job: Job) -> str:
    outcome = job.outcome
    if isinstance(outcome, BuildReport):
        return articles_view.report(outcome)
    if isinstance(outcome, StoppedError):
        return articles_view.stopped()
    if not isinstance(outcome, JawabError):
        logger.error("writing to the index failed", exc_info=outcome)
    return failure("لم يتم ذلك.", outcome or RuntimeError())

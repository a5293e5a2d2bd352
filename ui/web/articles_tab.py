"""The articles tab: add files, addresses and text, look through what is there, remove, rebuild."""

import json
import logging
import queue
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.arabic.dates import parse_date
from index.building.reports import BuildProgress, BuildReport, Progress
from index.errors import JawabError
from index.store.contract import Store
from index.store.listing import ListedArticle
from ui.web import articles_view
from ui.web.access import Access
from ui.web.events import event_data
from ui.web.indexes import Indexes
from ui.web.render import notice

logger = logging.getLogger(__name__)

PAGE = 50
ORDERS = [("الأحدث", "newest"), ("الأقدم", "oldest"), ("العنوان", "title"), ("المصدر", "source")]
_ANY = "كل المصادر"
_TICK = 0.3
"""Seconds after which the browser is told anew how far a build is."""
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
  if (armed) armed.textContent = 'حذف';
  armed = button; button.textContent = 'تأكيد الحذف';
  timer = setTimeout(() => { button.textContent = 'حذف'; armed = null; }, 4000);
});
"""

Work = Callable[[Progress], BuildReport]
WorkReports = queue.Queue[BuildProgress | BuildReport | Exception]


class ArticlesTab:
    """The articles of the chosen index, for those who may edit them and for those who may look."""

    def __init__(self, indexes: Indexes, access: Access) -> None:
        self._indexes = indexes
        self._may_edit = access.may_edit
        self._private = access.private_addresses

    def build(self, picker: gr.Dropdown) -> None:
        """Create the components and connect them; called inside a tab.

        Args:
            picker: Holds the name of the chosen index.
        """
        offset = gr.State(0)
        self.stats = gr.HTML(elem_id="art-stats", apply_default_css=False)
        with gr.Column(elem_id="art-add", visible=True) as self._adding:
            with gr.Tabs():
                with gr.Tab("ملفات"):
                    files = gr.File(
                        label="أسقط الملفات هنا أو انقر لاختيارها",
                        file_count="multiple",
                        elem_id="art-files",
                        height=150,
                    )
                with gr.Tab("رابط"):
                    address = gr.Textbox(
                        label="رابط مقال أو خلاصة (RSS)",
                        placeholder="https://",
                        elem_classes="ltr",
                        elem_id="art-url",
                    )
                    fetch = gr.Button("أضف الرابط", elem_id="art-fetch")
                with gr.Tab("نص"):
                    title = gr.Textbox(label="العنوان", rtl=True, elem_id="art-title")
                    with gr.Row():
                        source = gr.Textbox(label="المصدر", rtl=True, elem_id="art-source")
                        date = gr.Textbox(
                            label="التاريخ", placeholder="2025-03-01", elem_id="art-date"
                        )
                    text = gr.Textbox(label="النص", rtl=True, lines=6, elem_id="art-text")
                    paste = gr.Button("أضف النص", elem_id="art-paste")
            rebuild = gr.Button("أعد بناء ملفات البحث", elem_id="art-rebuild", size="sm")
        told = gr.HTML(elem_id="art-told", apply_default_css=False)
        with gr.Row(elem_id="art-find"):
            words = gr.Textbox(label="بحث في العناوين", rtl=True, elem_id="art-words")
            sources = gr.Dropdown([_ANY], value=_ANY, label="المصدر", elem_id="art-of")
            order = gr.Dropdown(ORDERS, value="newest", label="الترتيب", elem_id="art-order")
        table = gr.HTML(elem_id="art-table", apply_default_css=False, js_on_load=_REMOVE)
        with gr.Row(elem_id="art-pages"):
            back = gr.Button("السابق", elem_id="art-back", size="sm")
            forth = gr.Button("التالي", elem_id="art-forth", size="sm")

        query = [picker, words, sources, order, offset]
        listed = [table, offset, sources, self.stats]
        self._shown, self._query = [*listed, self._adding], query
        quick: dict[str, Any] = {**_PRIVATE, "queue": False}
        for event in (words.change, sources.input, order.input):
            event(self._first_page, query, [table, offset], **quick)
        back.click(self._previous_page, query, [table, offset], **quick)
        forth.click(self._next_page, query, [table, offset], **quick)
        self._written_events = []
        for event, step, inputs, emptied in (
            (files.upload, self._add_files, [files], [files]),
            (fetch.click, self._add_address, [address], [address]),
            (paste.click, self._add_text, [title, source, date, text], [text]),
            (rebuild.click, self._rebuild, [], []),
            (table.remove_article, self._remove, [], []),  # js_on_load triggers it
        ):
            written = event(
                step, [picker, *inputs], [told, *emptied], concurrency_id="writing", **_PRIVATE
            )
            self._written_events.append(written.then(self._list, query, listed, **quick))
        picker.change(self._list, query, listed, **quick)

    def load(self, page: gr.Blocks) -> None:
        """Show what is there whenever the page is opened."""
        page.load(self._show_tab, self._query, self._shown, queue=False, **_PRIVATE)

    def on_change(
        self, step: Callable[..., Any], inputs: Any, outputs: Any, **options: Any
    ) -> None:
        """Do something whenever articles were added or removed; used like an event."""
        for event in self._written_events:
            event.then(step, inputs, outputs, **options)

    def _store(self, index: str) -> Store:
        return self._indexes[index].index.store

    def _show_tab(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        listed = self._list(index, words, source, order, offset, request)
        return (*listed, gr.Column(visible=self._may_edit(request)))

    def _list(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[Any, ...]:
        stats = self._store(index).stats()
        choices = [_ANY, *stats.sources]
        table, offset = self._table(index, words, source, order, offset, request)
        return (
            table,
            offset,
            gr.Dropdown(choices, value=source if source in choices else _ANY),
            articles_view.statistics(stats, self._store(index).months()),
        )

    def _table(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        rows, total = self._find_articles(index, words, source, order, offset)
        if not rows and offset:
            return self._table(index, words, source, order, 0, request)
        editable = self._may_edit(request)
        return articles_view.table(rows, total, offset, editable=editable), offset

    def _find_articles(
        self, index: str, words: str, source: str, order: str, offset: int, limit: int = PAGE
    ) -> tuple[list[ListedArticle], int]:
        chosen = "" if source == _ANY else source
        return self._store(index).find_articles(
            words or "", source=chosen, order=order, offset=offset, limit=limit
        )

    def _first_page(
        self, index: str, words: str, source: str, order: str, _: int, request: gr.Request
    ) -> tuple[str, int]:
        return self._table(index, words, source, order, 0, request)

    def _previous_page(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        return self._table(index, words, source, order, max(0, offset - PAGE), request)

    def _next_page(
        self, index: str, words: str, source: str, order: str, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        more, _ = self._find_articles(index, words, source, order, offset + PAGE, limit=1)
        return self._table(index, words, source, order, offset + PAGE if more else offset, request)

    def _add_files(
        self, index: str, files: list[str] | None, request: gr.Request
    ) -> Iterator[tuple[Any, Any]]:
        paths = [Path(file) for file in files or ()]
        for told in self._run_writing(request, lambda progress: self._add(index, paths, progress)):
            yield told, None

    def _add_address(
        self, index: str, address: str, request: gr.Request
    ) -> Iterator[tuple[Any, Any]]:
        address = (address or "").strip()
        if not address.startswith(("http://", "https://")):
            yield notice("warn", "اكتب رابطًا يبدأ بـ https://"), gr.skip()
            return
        for told in self._run_writing(
            request, lambda progress: self._add(index, [address], progress)
        ):
            yield told, ""

    def _add_text(
        self, index: str, title: str, source: str, date: str, text: str, request: gr.Request
    ) -> Iterator[tuple[Any, Any]]:
        if not (text or "").strip():
            yield notice("warn", "اكتب نص المقال أولًا."), gr.skip()
            return
        if (date or "").strip() and not parse_date(date):
            yield notice("warn", "اكتب التاريخ هكذا: 2025-03-01"), gr.skip()
            return
        with tempfile.TemporaryDirectory() as folder:
            name = re.sub(r"\W+", "-", title or text[:60]).strip("-")[:60] or "نص"
            path = Path(folder, f"{name}.json")
            given = {"title": title, "source": source, "date": date, "text": text}
            article = {name: value for name, value in given.items() if value}
            path.write_text(json.dumps(article, ensure_ascii=False), encoding="utf-8")
            for told in self._run_writing(
                request, lambda progress: self._add(index, [path], progress)
            ):
                yield told, ""

    def _add(self, index: str, paths: list[Any], progress: Progress) -> BuildReport:
        return self._indexes[index].index.add(paths, progress=progress, allow_private=self._private)

    def _rebuild(self, index: str, request: gr.Request) -> Iterator[str]:
        def work(_: Progress) -> BuildReport:
            with self._store(index).writing():
                self._store(index).compact()
            return BuildReport()

        yield from self._run_writing(request, work)

    def _remove(self, index: str, asked: gr.EventData, request: gr.Request) -> Iterator[str]:
        article = str(event_data(asked)["id"])
        yield from self._run_writing(
            request, lambda _: self._indexes[index].index.remove([article])
        )

    def _run_writing(self, request: gr.Request, work: Work) -> Iterator[str]:
        """Do a piece of writing in a thread and yield how far it is, then what it did."""
        if not self._may_edit(request):
            yield notice("warn", "لا يُسمح لك بتعديل المقالات.")
            return
        told: WorkReports = queue.Queue()

        def run() -> None:
            try:
                told.put(work(told.put))
            except Exception as error:  # noqa: BLE001  told to the reader below
                told.put(error)

        threading.Thread(target=run, daemon=True).start()
        while True:
            latest = _get_latest(told)
            if isinstance(latest, BuildProgress):
                yield articles_view.progress(latest)
            elif isinstance(latest, BuildReport):
                yield articles_view.report(latest)
                return
            elif isinstance(latest, Exception):
                yield _describe_failure(latest)
                return


def _get_latest(told: WorkReports) -> BuildProgress | BuildReport | Exception | None:
    """Return what was told last, or None when nothing was for a while."""
    try:
        found: BuildProgress | BuildReport | Exception = told.get(timeout=_TICK)
    except queue.Empty:
        return None
    while isinstance(found, BuildProgress) and not told.empty():
        found = told.get_nowait()
    return found


def _describe_failure(error: Exception) -> str:
    if isinstance(error, JawabError):
        return notice("error", "لم يتم ذلك.", str(error))
    logger.error("writing to the index failed", exc_info=error)
    return notice("error", "لم يتم ذلك.", "خطأ داخلي؛ التفاصيل في سجل الخادم.")

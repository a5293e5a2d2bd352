"""The sources that are watched, in the articles tab: seen by all who ask, changed by editors."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from index.articles.fetching import fetch, reaches_inside
from index.errors import InputError, JawabError
from index.watching.sources import WatchedSource, parse_source
from index.watching.state import WatchFolder
from ui.web.access import Access
from ui.web.errors import failure
from ui.web.events import event_data
from ui.web.render import notice
from ui.web.served import Served
from ui.web.watched_view import WatchedRow, list_sources

_TICK = 10.0
"""Seconds until an open list is shown anew; chosen, for a list that a process changes."""
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_EVERY = [
    ("كل ربع ساعة", "15m"), ("كل نصف ساعة", "30m"), ("كل ساعة", "1h"), ("كل 6 ساعات", "6h"),
    ("كل يوم", "1d"),
]  # fmt: skip
_CHANGE = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-watch]')?.dataset;
  if (data) trigger('change_source', {id: data.watch, do: data.do});
});
"""


class WatchedPart:
    """What is watched for the chosen index."""

    def __init__(self, served: Served, access: Access) -> None:
        self._served = served
        self._private = access.private_addresses

    def build(self, picker: gr.Dropdown) -> None:
        """Create the components and connect them; called inside the tab.

        Args:
            picker: Holds the name of the chosen index.
        """
        with gr.Accordion("المصادر المتابَعة", open=False, elem_id="watched") as part:
            listed = gr.HTML(elem_id="watch-list", apply_default_css=False, js_on_load=_CHANGE)
            with gr.Column(elem_id="watch-add") as adding:
                with gr.Row():
                    address = gr.Textbox(
                        label="رابط خلاصة (RSS) أو صفحة", placeholder="https://",
                        elem_classes="ltr", elem_id="watch-url",
                    )  # fmt: skip
                    name = gr.Textbox(label="اسم المصدر (اختياري)", rtl=True, elem_id="watch-name")
                    every = gr.Dropdown(_EVERY, value="1h", label="الزيارة", elem_id="watch-every")
                add = gr.Button("متابعة الرابط", elem_id="watch-new")
            told = gr.HTML(elem_id="watch-told", apply_default_css=False)
            timer = gr.Timer(_TICK, active=False)
        quick: dict[str, Any] = {**_PRIVATE, "queue": False}
        shown = [listed, adding]
        part.expand(self._show_all, [picker], [*shown, timer], **quick)
        part.collapse(lambda: gr.Timer(active=False), None, [timer], **quick)
        timer.tick(self._show, [picker], shown, **quick)
        picker.change(self._show, [picker], shown, **quick)
        add.click(
            self._add, [picker, address, name, every], [told, listed, address, name],
            concurrency_limit=4, **_PRIVATE,
        )  # fmt: skip
        listed.change_source(self._change, [picker], [told, listed], **_PRIVATE)

    def _folder(self, index: str, request: gr.Request) -> WatchFolder:
        return WatchFolder(self._served.seen_by(request)[index].index.store.place)

    def _show_all(self, index: str, request: gr.Request) -> tuple[Any, ...]:
        return (*self._show(index, request), gr.Timer(active=True))

    def _show(self, index: str, request: gr.Request) -> tuple[Any, ...]:
        """Return the list, and what it is changed with for those who may."""
        return self._list(index, request), gr.Column(visible=self._served.may_edit(index, request))

    def _list(self, index: str, request: gr.Request) -> str:
        folder = self._folder(index, request)
        paused = folder.load_added().paused
        rows = [
            WatchedRow(source, folder.load_state(source), source.id in paused)
            for source in folder.list_all()
        ]
        return list_sources(
            rows,
            time.time(),
            editable=self._served.may_edit(index, request),
            is_watched=folder.is_watched,
        )

    def _add(
        self, index: str, address: str, name: str, every: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Watch an address that can be fetched now, under the same rules as adding it once."""
        if not self._served.may_edit(index, request):
            yield _refuse()
            return
        yield notice("info", "يُفتح الرابط…"), gr.skip(), gr.skip(), gr.skip()
        try:
            table = {"url": (address or "").strip(), "name": (name or "").strip(), "every": every}
            source = parse_source(table)
            inside = self._private and reaches_inside(source.place)
            fetch(source.place, allow_private=inside)
            source = replace(source, allow_private=inside)
            self._folder(index, request).add(source)
        except JawabError as error:
            yield failure("لم يُضف المصدر.", error), gr.skip(), gr.skip(), gr.skip()
            return
        told = notice("info", "✓ أُضيف المصدر إلى المتابعة.")
        yield told, self._list(index, request), "", ""

    def _change(self, index: str, asked: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Pause, resume or remove a source."""
        if not self._served.may_edit(index, request):
            return _refuse()[:2]
        data = event_data(asked)
        folder = self._folder(index, request)
        try:
            source = _find(folder, str(data.get("id")))
            if data.get("do") == "remove":
                folder.remove(source)
            else:
                folder.pause(source, paused=data.get("do") == "pause")
        except JawabError as error:
            return failure("لم يتم ذلك.", error), gr.skip()
        return "", self._list(index, request)


def _find(folder: WatchFolder, source_id: str) -> WatchedSource:
    for source in folder.list_all():
        if source.id == source_id:
            return source
    raise InputError("no source is called so; see them with: jawab sources")


def _refuse() -> tuple[Any, ...]:
    return notice("warn", "لا يُسمح بتعديل المصادر هنا."), gr.skip(), gr.skip(), gr.skip()

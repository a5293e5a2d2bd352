"""The page: its parts, and which event leads to which step."""

from typing import TYPE_CHECKING, Any

import gradio as gr

from index.store.contract import Filter
from rag.question import MAX_QUESTION
from rag.writing.quoting import EXTRACTIVE
from ui.filters import parse_bound
from ui.web import render
from ui.web.access import Access, RateLimit
from ui.web.answering import Answering, State
from ui.web.api import publish_api
from ui.web.articles_tab import ArticlesTab
from ui.web.conversation_list import ConversationList, KeptAs
from ui.web.conversation_store import ConversationStore
from ui.web.events import event_data
from ui.web.examples import example_questions
from ui.web.feedback import REASONS, Feedback
from ui.web.feedback_tab import FeedbackTab
from ui.web.filter_fields import FilterFields
from ui.web.followed_part import FollowedPart
from ui.web.indexes import Indexes
from ui.web.served import Served
from ui.web.sessions import forget_replaced
from ui.web.settings_tab import SettingsTab

if TYPE_CHECKING:
    from collections.abc import Callable

_WAITING_ROOM = 256
"""Events that wait for their turn before a visitor is sent away; 50 who ask at once are 50."""
_HOUR, _DAY = 3600, 86_400
"""Every hour what was uploaded over a day ago is deleted; adding it to the index took less."""
_FOCUS = """() => {
  const writing = document.activeElement?.matches('input, textarea, select');
  if (!writing && !matchMedia('(pointer: coarse)').matches)
    document.querySelector('#q textarea')?.focus({preventScroll: true});
}"""
_KEEP = "text => { window.jawab?.keep(text); }"
_SAVE_FILE = "text => { window.jawab?.saveFile(text); }"
_SHOW_CHAT = "() => { document.querySelector('#tabs button[role=tab]')?.click(); }"
_SHOW_ARTICLE = """() => {
  const dialog = document.querySelector('#whole dialog');
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector('mark')?.scrollIntoView({block: 'center'});
}"""
# The browser's own code asks the server for these by an event on the header.
_HEADER_EVENTS = """
element.addEventListener('click', event => {
  if (event.target.closest('#new-btn')) trigger('new_chat');
});
for (const name of ['stop_answer', 'open_conversation', 'export_conversation', 'only_article',
  'open_link', 'ask_early'])
  element.addEventListener(`jawab:${name}`, event => trigger(name, event.detail));
"""
_OPEN_ARTICLE = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-article]')?.dataset;
  if (data) trigger('open_article', {id: data.article, start: data.start, end: data.end});
});
"""
_PRIVATE: dict[str, Any] = {"api_visibility": "private"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None, **_PRIVATE}


def build_page(
    indexes: Indexes,
    access: Access | None = None,
    limit: RateLimit | None = None,
    conversations: ConversationStore | None = None,
) -> gr.Blocks:
    """Return the page over one or several indexes; nothing is served yet.

    Args:
        indexes: What answers the questions.
        access: What visitors are allowed; None lets everyone do everything. Its rights name the
            indexes as these do.
        limit: How often they may ask; None for one of the page's own.
        conversations: What keeps those of signed-in readers; None leaves them to the browsers.
    """
    access = access or Access()
    limit = limit or RateLimit(access.rate)
    page: gr.Blocks
    with gr.Blocks(
        title="جواب",
        fill_height=True,
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(_HOUR, _DAY),
    ) as page:
        served = Served(indexes, access)
        _Page(indexes, served, access, limit, conversations).build(page)
        publish_api(served, limit)
    page.queue(default_concurrency_limit=4, max_size=_WAITING_ROOM)
    return page


class _Page:
    """The components of the page, and the events between them."""

    def __init__(
        self,
        indexes: Indexes,
        served: Served,
        access: Access,
        limit: RateLimit,
        conversations: ConversationStore | None,
    ) -> None:
        self._served = served
        marks = {"by-proxy": access.proxy, "on-server": conversations}
        self._marks = [name for name, there in marks.items() if there is not None]
        self._filters = FilterFields(served)
        feedback = {name: Feedback(indexes[name].index.store.place) for name in indexes.names}
        self._answering = Answering(served, feedback, limit, self._filters)
        self._conversations = ConversationList(served, self._filters, conversations)
        self._articles = ArticlesTab(served, access)
        self._feedback = FeedbackTab(served, feedback)
        self._followed = FollowedPart(served, access)
        self._settings = SettingsTab(served)

    def build(self, page: gr.Blocks) -> None:
        """Create everything; called inside the page."""
        self._blocks = page
        self.turns, self.busy, self.begun = gr.State([]), gr.State(False), gr.State("")
        self.conversation = gr.State(KeptAs())
        self.kept = gr.Textbox(visible=False)
        self.file = gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            self.header = gr.HTML(
                render.HEADER,
                elem_id="hdr",
                elem_classes=self._marks,  # for the browser's own code
                apply_default_css=False,
                js_on_load=_HEADER_EVENTS,
            )
            self.picker = self._index_picker()
        with gr.Tabs(elem_id="tabs"):
            with (
                gr.Tab("المحادثة", elem_id="tab-chat"),
                gr.Row(elem_id="chat-row", equal_height=False),
            ):
                self._chat_column()
                with gr.Column(scale=4, elem_id="src-col", min_width=300):
                    self.panel = gr.HTML(
                        render.EMPTY_PANEL,
                        elem_id="sources",
                        js_on_load=_OPEN_ARTICLE,
                        apply_default_css=False,
                    )
            with gr.Tab("المقالات", elem_id="tab-articles"):
                self._articles.build(self.picker)
            with gr.Tab("الجديد", elem_id="tab-news") as news:
                self._followed.build(news, self.picker)
            self._feedback.build(self.picker, self.file, _SAVE_FILE)
            with gr.Tab("الإعدادات", elem_id="tab-settings"):
                self._settings.build()
        self.whole = gr.HTML(elem_id="whole", js_on_load=None, apply_default_css=False)
        self._filters.connect(self.picker)
        self._connect_answers()
        self._connect_index(page)
        self._connect_conversations()
        self._connect_articles()

    def _index_picker(self) -> gr.Dropdown:
        names = self._served.open_to_all.names
        return gr.Dropdown(
            names,
            value=names[0] if names else None,
            label="الفهرس",
            elem_id="picker",
            container=False,
            show_label=False,
            visible=len(names) > 1,
            min_width=160,
            scale=0,
        )

    def _chat_column(self) -> None:
        with gr.Column(scale=7, elem_id="chat-col", min_width=320):
            self.chat = gr.Chatbot(
                label="المحادثة",
                show_label=False,
                elem_id="chat",
                rtl=True,
                layout="panel",
                height="100%",
                editable="user",
                sanitize_html=True,
                allow_tags=False,
                latex_delimiters=[],
                buttons=["copy"],
                feedback_options=("Like", "Dislike", *REASONS),
                group_consecutive_messages=False,
                autoscroll=False,
                **self._empty_state(self._served.open_to_all, ""),
            )
            self._articles.build_line()
            with gr.Column(elem_id="composer"):
                self.box = gr.Textbox(
                    show_label=False,
                    label="سؤالك",
                    rtl=True,
                    lines=1,
                    max_lines=6,
                    max_length=MAX_QUESTION,
                    submit_btn=True,
                    stop_btn=False,
                    autofocus=True,
                    elem_id="q",
                    **self._readiness(self._served.open_to_all, ""),
                )
            self._filters.build()
            self.hint = gr.HTML(self._hint(), elem_id="hint", apply_default_css=False)

    @staticmethod
    def _empty_state(seen: Indexes, index: str) -> dict[str, Any]:
        """Return what an empty conversation shows: examples, or that there are no articles."""
        articles = seen[index].index.store.newest_articles(40) if seen.names else []
        return {
            "placeholder": render.PLACEHOLDER if articles or not seen.names else render.EMPTY_INDEX,
            "examples": [{"text": question} for question in example_questions(articles)],
        }

    @staticmethod
    def _readiness(seen: Indexes, index: str) -> dict[str, Any]:
        """Return whether something can be asked."""
        ready = bool(seen.names and seen[index].index.store.count_articles())
        return {
            "placeholder": "سؤالك عن المقالات…" if ready else "لا توجد مقالات بعد",
            "interactive": ready,
        }

    def _state_of(self, index: str, request: gr.Request) -> tuple[Any, ...]:
        """Return the empty state, readiness, sources and hint of an index as it is now."""
        seen = self._served.seen_by(request)
        chat = gr.Chatbot(**self._empty_state(seen, index))
        box = gr.Textbox(**self._readiness(seen, index))
        return chat, box, self._filters.refresh_sources(seen, index), self._hint()

    def _hint(self) -> str:
        settings = self._served.settings
        return render.hint(
            is_written=settings.model != EXTRACTIVE, is_recorded=settings.record_questions == "on"
        )

    def _offer_indexes(self, request: gr.Request) -> gr.Dropdown:
        """Return the field of indexes with those that a visitor may ask."""
        names = self._served.seen_by(request).names
        return gr.Dropdown(names, value=names[0] if names else None, visible=len(names) > 1)

    def _connect_index(self, page: gr.Blocks) -> None:
        """Show what the chosen index holds, whenever that may have changed."""
        if not self._served.is_same_for_all:
            page.load(self._offer_indexes, None, [self.picker], **_QUIET)
        state = [self.chat, self.box, self._filters.fields[0], self.hint]
        page.unload(self._answering.leave)
        for event in (page.load, self._articles.on_change, self.picker.change):
            event(self._state_of, [self.picker], state, **_QUIET)
        self._begin_anew(self.picker.input)
        self._articles.load(page)
        self._feedback.load(page)
        self._settings.load(page)

    def _conversation_parts(self) -> list[Any]:
        """Return what holds a conversation; the fields of the filter are its last."""
        parts = [self.chat, self.turns, self.panel, self.busy, self.box, self.conversation]
        return [*parts, *self._filters.fields]

    def _begin_anew(self, event: Any) -> Any:
        """Begin an empty conversation on an event."""
        emptied = self._stop_on(event).then(
            self._conversations.empty, [self.picker], self._conversation_parts(), **_QUIET
        )
        self._filters.show_chips(emptied)
        return emptied

    def _connect_answers(self) -> None:
        """Show the question, answer, free the composer, keep the conversation."""
        steps, chat, box = self._answering, self.chat, self.box
        beginnings: list[tuple[Callable[..., Any], Callable[..., State], Any]] = [
            (box.submit, steps.begin, [box, chat, self.busy]),
            (chat.example_select, steps.begin_example, None),
            (chat.retry, steps.begin_again, [chat, self.busy]),
            (chat.edit, steps.begin_edited, [chat, self.busy]),
        ]
        started = [box, chat, self.busy, self.begun]
        self._running = [
            self._answer_after(on(step, inputs, started, **_QUIET))
            for on, step, inputs in beginnings
        ]
        chosen = chat.option_select(
            steps.begin_option,
            [chat, self.busy, self.picker, self.turns],
            [*started, *self._filters.fields],
            **_QUIET,
        )
        self._filters.show_chips(chosen)
        self._running.append(self._answer_after(chosen))
        stopped = self._stop_on(box.stop).then(
            steps.show_stopped, [chat, self.turns], [chat, self.turns, box, self.busy], **_QUIET
        )
        self._keep_after(stopped)
        undone = chat.undo(
            steps.undo, [chat, self.turns], [chat, self.turns, self.panel, box], **_QUIET
        )
        self._keep_after(undone).then(None, None, None, js=_FOCUS)
        chat.like(steps.rate, [chat, self.turns, self.picker], None, **_QUIET)

    def _stop_on(self, event: Any) -> Any:
        """Stop the answer on an event. What follows is a step of its own.

        In the same step, the last piece that was streamed would overwrite what it shows.
        """
        stopped = event(None, None, None, cancels=self._running, **_PRIVATE)
        return stopped.then(self._answering.stop, [self.begun], None, **_QUIET)

    def _answer_after(self, begun: Any) -> Any:
        """Answer after an event that began a turn; return what a stop must cancel."""
        streaming = begun.then(
            self._answering.answer,
            [self.begun, self.chat, self.turns, self.picker, *self._filters.fields],
            [self.chat, self.panel, self.turns],
            show_progress="hidden",
            concurrency_limit=2,
            concurrency_id="llm",
            trigger_mode="multiple",  # one that was stopped counts as running, and would bar it
            **_PRIVATE,
        )
        freed = streaming.then(
            self.finish, [self.begun], [self.box, self.busy], queue=False,
            show_progress="hidden", **_PRIVATE,
        )  # fmt: skip
        self._keep_after(freed).then(None, None, None, js=_FOCUS)
        return streaming

    async def finish(self, begun: str, request: gr.Request) -> State:
        """End a turn, on the event loop."""
        forget_replaced(self._blocks, request.session_hash)
        return self._answering.finish(begun)

    def _keep_after(self, event: Any) -> Any:
        """Keep the conversation as it is after an event."""
        return event.then(
            self._conversations.keep,
            [self.conversation, self.turns, self.picker],
            [self.conversation, self.kept],
            **_QUIET,
        ).then(None, [self.kept], None, js=_KEEP)

    def _connect_conversations(self) -> None:
        parts, header = self._conversation_parts(), self.header
        self._begin_anew(header.new_chat).then(None, None, None, js=_FOCUS)
        self._stop_on(header.stop_answer)  # the browser's code triggers it before the next
        header.ask_early(self._answering.tell_busy, None, None, **_QUIET)
        opened = header.open_conversation(
            self._conversations.open, None, [*parts, self.picker], **_QUIET
        )
        self._filters.show_chips(opened).then(None, None, None, js=_SHOW_CHAT)
        header.export_conversation(
            self._conversations.export, None, [self.file], **_QUIET
        ).then(None, [self.file], None, js=_SAVE_FILE)  # fmt: skip

    def _connect_articles(self) -> None:
        self.panel.open_article(  # an event that js_on_load triggers
            self._answering.whole_article, [self.picker], [self.whole], **_QUIET
        ).then(None, None, None, js=_SHOW_ARTICLE)
        only = self.header.only_article(self._only_article, None, self._filters.fields, **_QUIET)
        self._filters.show_chips(only).then(None, None, None, js=_SHOW_CHAT).then(
            None, None, None, js=_FOCUS
        )

        linked = self.header.open_link(
            self._open_link, None, [*self._filters.fields, self.picker], **_QUIET
        )
        self._filters.show_chips(linked)

    def _open_link(self, asked: gr.EventData, request: gr.Request) -> list[Any]:
        """Return the filter of a link to a question, and the index that was asked."""
        data, seen = event_data(asked), self._served.seen_by(request)
        index = seen.known(str(data["index"]))
        where = Filter(
            sources=tuple(map(str, data["sources"])),
            since=parse_bound(str(data["since"])),
            until=parse_bound(str(data["until"])),
            articles=tuple(map(str, data["articles"])),
        )
        return [*self._filters.restore(seen, index, where), index]

    def _only_article(self, asked: gr.EventData) -> list[Any]:
        return self._filters.select_article(str(event_data(asked)["id"]))

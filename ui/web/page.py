"""The page: chat on the right, the sources of the answer on the left."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from index.errors import JawabError
from index.store import Filter
from rag.answers import Answer
from rag.assistant import MAX_QUESTION, Assistant
from ui.filters import filter_of
from ui.web import render
from ui.web.access import Access, RateLimit, visitor_of
from ui.web.api import publish_api
from ui.web.articles_tab import ArticlesTab
from ui.web.examples import example_questions
from ui.web.feedback import REASONS, Feedback
from ui.web.render import Turn
from ui.web.settings_tab import SettingsTab

logger = logging.getLogger(__name__)

Message = dict[str, Any]
State = tuple[Any, ...]

_STREAM_SECONDS = 0.06
_RETRY = "__retry__"
_TOO_OFTEN = "سألتَ كثيرًا في دقيقة واحدة. انتظر قليلًا ثم أعد المحاولة."
_NO_DAY = "«{day}» ليس تاريخًا؛ اكتب مثل 2025-03-01."
_WAITING: Message = {
    "role": "assistant",
    "content": "",
    "metadata": {"title": "في انتظار الدور…", "status": "pending"},
}
_SEARCHING: Message = {**_WAITING, "metadata": {"title": "أبحث في المقالات…", "status": "pending"}}
_FOCUS = "() => { document.querySelector('#q textarea')?.focus({preventScroll: true}); }"
_OPEN_ARTICLE = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-article]')?.dataset;
  if (data) trigger('open_article', {id: data.article, start: data.start, end: data.end});
});
"""
_SHOW_ARTICLE = """() => {
  const dialog = document.querySelector('#whole dialog');
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector('mark')?.scrollIntoView({block: 'center'});
}"""
_PRIVATE: dict[str, Any] = {"api_visibility": "private"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None, **_PRIVATE}


def build_page(assistant: Assistant, access: Access | None = None) -> gr.Blocks:
    """Return the page over an assistant; nothing is served yet.

    Args:
        assistant: Answers the questions.
        access: What visitors are allowed; None lets everyone do everything.
    """
    access = access or Access()
    limit = RateLimit(access.per_minute)
    articles = assistant.index.store.count_articles()
    page: gr.Blocks
    with gr.Blocks(
        title="جواب", fill_height=True, fill_width=True, analytics_enabled=False
    ) as page:
        turns, busy, go = gr.State([]), gr.State(False), gr.State(False)
        header = gr.HTML(
            render.HEADER,
            elem_id="hdr",
            apply_default_css=False,
            js_on_load="element.addEventListener('click', event => {"
            " if (event.target.closest('#new-btn')) trigger('new_chat'); });",
        )
        articles_tab = ArticlesTab(assistant, access.may_edit)
        settings_tab = SettingsTab(assistant, access.may_edit)
        with gr.Tabs(elem_id="tabs"):
            with (
                gr.Tab("المحادثة", elem_id="tab-chat"),
                gr.Row(elem_id="chat-row", equal_height=False),
            ):
                with gr.Column(scale=7, elem_id="chat-col", min_width=320):
                    chat = _chatbot(assistant, empty=not articles)
                    with gr.Column(elem_id="composer"):
                        box = _question_box(interactive=bool(articles))
                    filters = _filter_fields(assistant)
                    gr.HTML(render.HINT, elem_id="hint", apply_default_css=False)
                with gr.Column(scale=4, elem_id="src-col", min_width=300):
                    panel = gr.HTML(
                        render.EMPTY_PANEL,
                        elem_id="sources",
                        js_on_load=_OPEN_ARTICLE,
                        apply_default_css=False,
                    )
            with gr.Tab("المقالات", elem_id="tab-articles"):
                articles_tab.build()
            with gr.Tab("الإعدادات", elem_id="tab-settings"):
                settings_tab.build()
        articles_tab.load(page)
        settings_tab.load(page)
        whole = gr.HTML(elem_id="whole", js_on_load=None, apply_default_css=False)
        steps = _Answering(assistant, limit)
        panel.open_article(  # an event that js_on_load triggers
            steps.whole_article, None, [whole], **_QUIET
        ).then(None, None, None, js=_SHOW_ARTICLE)
        _wire(steps, chat, box, panel, header, turns, busy, go, filters)
        publish_api(assistant, limit)
    page.queue(default_concurrency_limit=4, max_size=64)
    return page


def _filter_fields(assistant: Assistant) -> list[Any]:
    """Return fields for the articles that may be used: source, first and last day."""
    sources = list(assistant.index.stats().sources)
    with (
        gr.Accordion("ابحث في بعض المقالات فقط", open=False, elem_id="filters"),
        gr.Row(),
    ):
        return [
            gr.Dropdown(sources, multiselect=True, label="المصادر", elem_id="f-sources"),
            gr.Textbox(label="من يوم", placeholder="2025-01-01", elem_id="f-since", max_lines=1),
            gr.Textbox(label="إلى يوم", placeholder="2025-12-31", elem_id="f-until", max_lines=1),
        ]


def _chatbot(assistant: Assistant, *, empty: bool) -> gr.Chatbot:
    examples = [] if empty else example_questions(assistant.index.store.newest_articles(40))
    return gr.Chatbot(
        label="المحادثة",
        show_label=False,
        elem_id="chat",
        rtl=True,
        layout="panel",
        height="100%",
        placeholder=render.EMPTY_INDEX if empty else render.PLACEHOLDER,
        examples=[{"text": question} for question in examples],
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        buttons=["copy"],
        feedback_options=("Like", "Dislike", *REASONS),
        group_consecutive_messages=False,
        autoscroll=True,
    )


def _question_box(*, interactive: bool) -> gr.Textbox:
    return gr.Textbox(
        show_label=False,
        label="سؤالك",
        placeholder="اكتب سؤالك عن المقالات…" if interactive else "لا توجد مقالات بعد",
        rtl=True,
        lines=1,
        max_lines=6,
        max_length=MAX_QUESTION,
        submit_btn=interactive,
        stop_btn=False,
        autofocus=True,
        interactive=interactive,
        elem_id="q",
    )


class _Answering:
    """The steps of a turn; each takes and returns what the page holds."""

    def __init__(self, assistant: Assistant, limit: RateLimit) -> None:
        self._assistant = assistant
        self._limit = limit
        self._feedback = Feedback(assistant.index.store.folder)

    def begin(self, question: str, messages: list[Message], busy: bool) -> State:
        """Show the question at once, or say why not."""
        question = (question or "").strip()
        if busy:
            gr.Warning("انتظر انتهاء الإجابة الحالية أو أوقفها أولًا.", duration=5)
            return gr.skip(), gr.skip(), gr.skip(), False
        if not question:
            gr.Warning("اكتب سؤالًا أولًا.", duration=5)
            return gr.skip(), gr.skip(), gr.skip(), False
        return _started(messages, question)

    def begin_option(self, messages: list[Message], busy: bool, choice: gr.SelectData) -> State:
        """Ask again after an error, or ask a question that was suggested."""
        if busy:
            return gr.skip(), gr.skip(), gr.skip(), False
        if choice.value != _RETRY:
            return _started(messages, str(choice.value))
        last = max(i for i, message in enumerate(messages) if message["role"] == "user")
        return _started(messages[:last], render.message_text(messages[last]["content"]))

    @staticmethod
    def begin_example(choice: gr.SelectData) -> State:
        """Ask an example question."""
        return _started([], choice.value["text"])

    @staticmethod
    def begin_again(messages: list[Message], choice: gr.RetryData) -> State:
        """Ask the same question again."""
        position = choice.index if isinstance(choice.index, int) else choice.index[0]
        question = render.message_text(messages[position]["content"])
        return _started(messages[:position], question)

    def rate(
        self, messages: list[Message], turns: list[Turn], opinion: gr.LikeData, request: gr.Request
    ) -> None:
        """Write down what the reader thinks of an answer."""
        place = opinion.index if isinstance(opinion.index, int) else opinion.index[0]
        asked = [n for n in range(place + 1) if messages[n]["role"] == "user"]
        rated = [turn for turn in turns if asked and turn.position == asked[-1]]
        if not rated or opinion.liked is None:
            return
        try:
            self._feedback.add(rated[-1], opinion.liked, request.username or "")
        except OSError as error:
            logger.warning("cannot write %s: %s", self._feedback.path, error)
            gr.Warning("تعذّر حفظ ملاحظتك.", duration=5)
            return
        gr.Info("شكرًا، حُفظت ملاحظتك.", duration=3)

    def whole_article(self, asked: gr.EventData) -> str:
        """Return the dialog of the article that was asked for."""
        wanted = asked._data  # noqa: SLF001  Gradio gives it no other way
        article = self._assistant.index.store.get_article(str(wanted["id"]))
        if article is None:
            return ""
        return render.article_dialog(article, int(wanted["start"]), int(wanted["end"]))

    def answer(
        self,
        go: bool,
        messages: list[Message],
        turns: list[Turn],
        sources: list[str] | None,
        since: str,
        until: str,
        request: gr.Request,
    ) -> Iterator[State]:
        """Stream the answer to the last question into the chat and its sources into the panel."""
        if not go:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        messages = [m for m in messages if not _is_pending(m)]
        question = render.message_text(messages[-1]["content"])
        position = len(messages) - 1
        if not self._limit.allows(visitor_of(request)):
            yield [*messages, _failure(_TOO_OFTEN)], gr.skip(), turns
            return
        turns = [turn for turn in turns if turn.position < position]
        yield [*messages, _SEARCHING], gr.skip(), turns
        try:
            where = filter_of(sources, (since or "").strip(), (until or "").strip(), wrong=_NO_DAY)
            yield from self._stream(question, messages, turns, position, where)
        except JawabError as error:
            logger.warning("no answer: %s", error)
            yield [*messages, _failure(str(error))], gr.skip(), turns
        except Exception:
            logger.exception("no answer")
            yield [*messages, _failure("خطأ داخلي؛ التفاصيل في سجل الخادم.")], gr.skip(), turns

    def _stream(
        self,
        question: str,
        messages: list[Message],
        turns: list[Turn],
        position: int,
        where: Filter,
    ) -> Iterator[State]:
        history = [(turn.question, turn.answer.text) for turn in turns]
        turn_id, shown = f"t{uuid.uuid4().hex[:8]}", 0.0
        articles = self._assistant.index.store.count_articles()
        turn: Turn | None = None
        for answer in self._assistant.stream(question, history=history, filter=where):
            first = turn is None
            turn = Turn(turn_id, question, answer, position)
            step = _step(answer, articles)
            if first:
                yield [*messages, step], render.panel([*turns, turn], turn_id), [*turns, turn]
            elif time.perf_counter() - shown > _STREAM_SECONDS:
                shown = time.perf_counter()
                partial = _assistant(render.answer_markdown(turn))
                yield [*messages, step, partial], gr.skip(), gr.skip()
        if turn is None:
            return
        last = _assistant(render.whole_answer(turn))
        if options := render.suggestions(turn.answer):
            last["options"] = options
        whole = [*messages, step, last]
        yield whole, render.panel([*turns, turn], turn_id), [*turns, turn]


def _started(messages: list[Message], question: str) -> State:
    asked = {"role": "user", "content": render.plain_markdown(question)}
    box = gr.Textbox(value="", submit_btn=False, stop_btn=True)
    return box, [*messages, asked, _WAITING], True, True


def _assistant(content: str) -> Message:
    return {"role": "assistant", "content": content}


def _is_pending(message: Message) -> bool:
    return (message.get("metadata") or {}).get("status") == "pending"


def _step(answer: Answer, articles: int) -> Message:
    titles = dict.fromkeys(passage.article.title for passage in answer.passages)
    listed = "\n".join(f"- {render.plain_markdown(title)}" for title in titles)
    title = render.search_step(answer, articles)
    return {"role": "assistant", "content": listed, "metadata": {"title": title, "status": "done"}}


def _failure(reason: str) -> Message:
    return {
        "role": "assistant",
        "content": render.notice("error", "تعذّر إكمال الإجابة.", reason),
        "options": [{"value": _RETRY, "label": "إعادة المحاولة"}],
    }


def _finish(go: bool) -> State:
    return (gr.Textbox(submit_btn=True, stop_btn=False), False) if go else (gr.skip(), gr.skip())


def _stopped(messages: list[Message]) -> State:
    kept = [message for message in messages if not _is_pending(message)]
    note = _assistant(render.notice("info", "أوقفتَ الإجابة."))
    return [*kept, note], gr.Textbox(submit_btn=True, stop_btn=False), False


def _new_chat() -> State:
    box = gr.Textbox(value="", submit_btn=True, stop_btn=False)
    return [], [], render.EMPTY_PANEL, False, box


def _wire(
    steps: _Answering,
    chat: gr.Chatbot,
    box: gr.Textbox,
    panel: gr.HTML,
    header: gr.HTML,
    turns: gr.State,
    busy: gr.State,
    go: gr.State,
    filters: list[Any],
) -> None:
    """Connect the events: show the question, answer, free the composer.

    Stopping takes two steps: in one, the last streamed piece would overwrite the note.
    """
    started = [box, chat, busy, go]

    def answered(event: Any) -> Any:
        streaming = event.then(
            steps.answer,
            [go, chat, turns, *filters],
            [chat, panel, turns],
            show_progress="hidden",
            concurrency_limit=2,
            concurrency_id="llm",
            **_PRIVATE,
        )
        done = streaming.then(
            _finish, [go], [box, busy], queue=False, show_progress="hidden", **_PRIVATE
        )
        done.then(None, None, None, js=_FOCUS)
        return streaming

    beginnings: list[tuple[Callable[..., Any], Callable[..., State], Any]] = [
        (box.submit, steps.begin, [box, chat, busy]),
        (chat.example_select, steps.begin_example, None),
        (chat.option_select, steps.begin_option, [chat, busy]),
        (chat.retry, steps.begin_again, [chat]),
    ]
    running = [answered(on(step, inputs, started, **_QUIET)) for on, step, inputs in beginnings]
    box.stop(None, None, None, cancels=running, **_PRIVATE).then(
        _stopped, [chat], [chat, box, busy], **_QUIET
    )
    header.new_chat(  # an event that js_on_load triggers
        _new_chat,
        None,
        [chat, turns, panel, busy, box],
        cancels=running,
        queue=False,
        show_progress="hidden",
        **_PRIVATE,
    ).then(None, None, None, js=_FOCUS)
    chat.like(steps.rate, [chat, turns], None, **_QUIET)
    chat.clear(
        lambda: ([], render.EMPTY_PANEL, False),
        None,
        [turns, panel, busy],
        queue=False,
        show_progress="hidden",
        **_PRIVATE,
    )

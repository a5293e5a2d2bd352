"""The steps of a turn of the conversation; each takes and returns what the page holds."""

import logging
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from index.errors import JawabError
from index.store.contract import Filter
from rag import Assistant
from rag.answers import Answer
from rag.language.followup import History
from rag.writing.stopping import AnswerStoppedError, Stop
from ui.source_names import name_source, name_sources
from ui.web import render
from ui.web.access import RateLimit, visitor_of
from ui.web.conversations import new_id
from ui.web.errors import describe_error, failure, translate_notice
from ui.web.events import event_data
from ui.web.feedback import REASONS, Feedback
from ui.web.filter_fields import Chosen, FilterFields, describe_filter, make_filter
from ui.web.followed_part import save_question
from ui.web.render import Turn
from ui.web.served import Served
from ui.web.written_card import written_card

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Option = dict[str, str]
State = tuple[Any, ...]

_STREAM_SECONDS = 0.06
"""Between two states of an answer that is being written; chosen, since each is sent whole."""
_MAX_REMEMBERED = 10_000
"""Questions of which it is remembered that they were begun."""
_RETRY = "__retry__"
_RETRY_OPTION = {"value": _RETRY, "label": "إعادة المحاولة"}
_WIDEN = "__widen__"
_WIDEN_OPTION = {"value": _WIDEN, "label": "توسيع البحث"}
_FOLLOW = "__follow__"
_FOLLOW_OPTION = {"value": _FOLLOW, "label": "متابعة السؤال"}
_TOO_OFTEN = "بلغت الأسئلة حدّها في الدقيقة. الرجاء إعادة المحاولة بعد قليل."
_NOT_NOW = render.notice("error", "تعذّر إكمال الإجابة.", _TOO_OFTEN)
_WAITING: Message = {
    "role": "assistant",
    "content": "",
    "metadata": {"title": "في انتظار الدور…", "status": "pending"},
}
_SEARCHING: Message = {**_WAITING, "metadata": {"title": "يجري البحث…", "status": "pending"}}
_WRITING: Message = {
    **_WAITING,
    "metadata": {"title": "يكتب النموذج الإجابة…", "status": "pending"},
}


_BUSY = "لم تكتمل الإجابة الحالية بعد؛ يمكن انتظارها أو إيقافها."


class _Running:
    """Questions that are being answered, so that each is answered once; safe from threads.

    A question that is refused because another is being answered leads to ``answer`` too, and one
    that was stopped may still be searched for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: dict[str, tuple[Stop, str] | None] = {}

    def start(self, question: str, session: str) -> Stop | None:
        """Return what stops a visitor's question, or None where it was started before."""
        with self._lock:
            if question in self._started:
                return None
            stop = Stop()
            self._started[question] = stop, session
            while len(self._started) > _MAX_REMEMBERED:
                del self._started[next(iter(self._started))]
            return stop

    def stop(self, question: str = "", *, session: str = "") -> None:
        """Let nothing more be written for a question, or for any of a visitor's."""
        with self._lock:
            started = [(one, *running) for one, running in self._started.items() if running]
        for one, stop, whose in started:
            if one == question or (session and whose == session):
                stop.set()

    def end(self, question: str) -> None:
        with self._lock:
            self._started[question] = None

    def __contains__(self, question: str) -> bool:
        with self._lock:
            return self._started.get(question) is not None


class Answering:
    """Questions and answers of every visitor; what one conversation holds is passed in."""

    def __init__(
        self,
        served: Served,
        feedback: Mapping[str, Feedback],
        limit: RateLimit,
        filters: FilterFields,
    ) -> None:
        self._served = served
        self._filters = filters
        self._limit = limit
        self._running = _Running()
        self._feedback = feedback

    def begin(self, question: str, messages: list[Message], busy: bool) -> State:
        """Show the question at once, or say why not."""
        question = (question or "").strip()
        if busy:
            return _refuse(_BUSY)
        if not question:
            return _refuse("لا يوجد سؤال لإرساله.")
        return _start_turn(messages, question)

    @staticmethod
    def tell_busy() -> None:
        """Say why a question is not asked while another is answered."""
        _refuse(_BUSY)

    def begin_option(
        self,
        messages: list[Message],
        busy: bool,
        index: str,
        turns: list[Turn],
        choice: gr.SelectData,
        request: gr.Request,
    ) -> State:
        """Ask again after an error or of all articles, ask what is suggested, or save a question.

        What it returns ends with the fields of the filter.
        """
        kept: State = (*[gr.skip()] * len(self._filters.fields),)
        if busy:
            return *_refuse(), *kept
        if choice.value == _FOLLOW:
            self._save_question(index, turns, request)
            return *_refuse(), *kept
        if choice.value not in {_RETRY, _WIDEN}:
            return *_start_turn(messages, str(choice.value)), *kept
        last = max(i for i, message in enumerate(messages) if message["role"] == "user")
        question = render.message_text(messages[last]["content"])
        if choice.value == _WIDEN:
            kept = (*self._filters.clear(self._served.seen_by(request), index),)
        return *_start_turn(messages[:last], question), *kept

    def _save_question(self, index: str, turns: list[Turn], request: gr.Request) -> None:
        """Have the last question asked again of new articles, as it was understood."""
        if not turns:
            return
        last = turns[-1]
        question, sources = last.answer.standalone_question, last.filter.sources
        try:
            gr.Info(save_question(self._served, index, question, sources, request), duration=5)
        except JawabError as error:
            gr.Warning(describe_error(error), duration=5)

    @staticmethod
    def begin_example(choice: gr.SelectData) -> State:
        """Ask an example question."""
        return _start_turn([], choice.value["text"])

    @staticmethod
    def begin_again(messages: list[Message], busy: bool, choice: gr.RetryData) -> State:
        """Ask the same question again."""
        if busy:
            return _refuse()
        position = _find_position(choice.index)
        question = render.message_text(messages[position]["content"])
        return _start_turn(messages[:position], question)

    @staticmethod
    def begin_edited(messages: list[Message], busy: bool, edited: gr.EditData) -> State:
        """Ask what a question was changed to; what came after it is gone."""
        question = render.message_text(edited.value).strip()
        if busy or not question:
            return _refuse()
        return _start_turn(messages[: _find_position(edited.index)], question)

    def answer(
        self,
        begun: str,
        messages: list[Message],
        turns: list[Turn],
        index: str,
        sources: list[str] | None,
        since: str,
        until: str,
        articles: list[str] | None,
        request: gr.Request,
    ) -> Iterator[State]:
        """Stream the answer to the last question into the chat and its sources into the panel."""
        # A question that was refused begins nothing, and a page that has asked none has no id.
        stop = self._running.start(begun, request.session_hash or "") if begun else None
        if stop is None:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        try:
            chosen = (sources, since, until, articles)
            yield from self._answer(messages, turns, index, chosen, request, stop)
        finally:
            self._running.end(begun)

    def stop(self, begun: str) -> None:
        """Close the connection to the model that answers a question; its place is free then."""
        self._running.stop(begun)

    def leave(self, request: gr.Request) -> None:
        """Do the same for whoever has closed the page."""
        self._running.stop(session=request.session_hash or "")

    def _answer(
        self,
        messages: list[Message],
        turns: list[Turn],
        index: str,
        chosen: Chosen,
        request: gr.Request,
        stop: Stop,
    ) -> Iterator[State]:
        messages = [m for m in messages if not _is_pending(m)]
        question = render.message_text(messages[-1]["content"])
        position = len(messages) - 1
        if not self._limit.allows(visitor_of(request)):
            yield [*messages, _make_retry_message(_NOT_NOW)], gr.skip(), turns
            return
        turns = [turn for turn in turns if turn.position < position]
        yield [*messages, _SEARCHING], gr.skip(), turns
        try:
            where = make_filter(chosen)
            assistant = self._served.seen_by(request)[index]
            offered = [_FOLLOW_OPTION] if self._served.may_edit(index, request) else []
            answer = yield from self._stream(
                assistant, question, messages, turns, where, stop, offered
            )
            if answer and self._served.settings.record_questions == "on":
                self._record(answer, index, request)
        except AnswerStoppedError:
            return  # ``show_stopped`` says so
        except JawabError as error:
            logger.warning("no answer: %s", error)
            yield [*messages, _make_failure_message(error)], gr.skip(), turns
        except Exception as error:
            logger.exception("no answer")
            yield [*messages, _make_failure_message(error)], gr.skip(), turns

    @staticmethod
    def _stream(
        assistant: Assistant,
        question: str,
        messages: list[Message],
        turns: list[Turn],
        where: Filter,
        stop: Stop,
        offered: Sequence[Option],
    ) -> Generator[State, None, Answer | None]:
        history = [(turn.question, turn.answer.text) for turn in turns]
        turn_id, shown, position = new_id(), 0.0, len(messages) - 1
        store, names = assistant.index.store, assistant.settings.sources
        articles, scope = store.count_articles(where), describe_filter(where, store, names)
        turn: Turn | None = None
        for answer in assistant.stream(question, history=history, filter=where, stop=stop):
            first = turn is None
            answer = translate_notice(name_sources(answer, names))  # noqa: PLW2901
            turn = Turn(turn_id, question, answer, position, where, scope)
            step = _make_step_message(turn, articles)
            if first:
                writing = [_WRITING] if assistant.model and not answer.text else []
                yield [*messages, step, *writing], render.panel([*turns, turn]), [*turns, turn]
            elif time.perf_counter() - shown > _STREAM_SECONDS:
                shown = time.perf_counter()
                partial = _make_answer_message(written_card(turn.id, turn.answer))
                yield [*messages, step, partial, _WRITING], gr.skip(), gr.skip()
        if turn is None:
            return None
        kept, before = turn.trim(), turns
        turns = [*before, kept]
        yield [*messages, step, _make_last_message(kept, offered)], render.panel(turns), turns
        if kept.answer.found:
            kept = replace(kept, suggested=_suggest(assistant, turn, history))
            last = _make_last_message(kept, offered)
            yield [*messages, step, last], gr.skip(), [*before, kept]
        return kept.answer

    def _record(self, answer: Answer, index: str, request: gr.Request) -> None:
        feedback = self._feedback[self._served.seen_by(request).known(index)]
        try:
            feedback.record(answer)
        except OSError as error:
            logger.warning("cannot write %s: %s", feedback.questions, error)

    def finish(self, begun: str) -> State:
        """Free the box for the next question, unless the answer to this one still comes."""
        return (gr.skip(), gr.skip()) if begun in self._running else (free_box(), False)

    @staticmethod
    def show_stopped(messages: list[Message], turns: list[Turn]) -> State:
        """Say that the answer was stopped; an answer without text is no turn.

        One that is whole already is not stopped, only what may be asked next.
        """
        kept = [message for message in messages if not _is_pending(message)]
        asked = [place for place, message in enumerate(kept) if message["role"] == "user"]
        if asked and turns and turns[-1].answer.text and turns[-1].position == asked[-1]:
            return kept, turns, free_box(), False
        note = _make_answer_message(render.notice("info", "أُوقفت الإجابة."))
        return [*kept, note], [turn for turn in turns if turn.answer.text], free_box(), False

    @staticmethod
    def undo(messages: list[Message], turns: list[Turn], undone: gr.UndoData) -> State:
        """Take the last question back into the box."""
        position = _find_position(undone.index)
        question = render.message_text(messages[position]["content"])
        kept = [turn for turn in turns if turn.position < position]
        return messages[:position], kept, render.panel(kept), gr.Textbox(value=question)

    def rate(
        self,
        messages: list[Message],
        turns: list[Turn],
        index: str,
        opinion: gr.LikeData,
        request: gr.Request,
    ) -> None:
        """Write down what the reader thinks of an answer."""
        place = _find_position(opinion.index)
        asked = [n for n in range(place + 1) if messages[n]["role"] == "user"]
        rated = [turn for turn in turns if asked and turn.position == asked[-1]]
        if not rated or opinion.liked not in (True, False, *REASONS):
            return
        feedback = self._feedback[self._served.seen_by(request).known(index)]
        try:
            is_first = feedback.add(rated[-1], opinion.liked, request.username or "")
        except OSError as error:
            logger.warning("cannot write %s: %s", feedback.path, error)
            gr.Warning("تعذّر حفظ الملاحظة.", duration=5)
            return
        if is_first:
            gr.Info("شكرًا، حُفظت الملاحظة.", duration=3)

    def whole_article(self, index: str, asked: gr.EventData, request: gr.Request) -> str:
        """Return the dialog of the article that was asked for."""
        wanted = event_data(asked)
        assistant = self._served.seen_by(request)[index]
        article = assistant.index.store.get_article(str(wanted["id"]))
        if article is None:
            gr.Warning("لم يعد هذا المقال في الفهرس.", duration=5)
            return ""
        article = name_source(article, assistant.settings.sources)
        return render.article_dialog(article, int(wanted["start"]), int(wanted["end"]))


def replay_messages(turns: list[Turn]) -> list[Message]:
    """Return the messages of turns that were kept, each a question and its answer."""
    return [
        message
        for turn in turns
        for message in (
            _make_question_message(turn.question),
            *([_make_done_message(render.scope_line(turn))] if turn.scope else []),
            _make_last_message(turn),
        )
    ]


def _suggest(assistant: Assistant, turn: Turn, history: History) -> tuple[str, ...]:
    """Return what may be asked next; an answer stays as it is where that fails."""
    try:
        found = assistant.suggest(turn.answer, history=history, filter=turn.filter)
    except Exception:  # whatever fails, the answer is there
        logger.exception("no question could be offered")
        found = []
    return tuple(found or render.suggest_articles(turn.answer))


def _refuse(reason: str = "") -> State:
    if reason:
        gr.Warning(reason, duration=5)
    return (*[gr.skip()] * 4,)


def _start_turn(messages: list[Message], question: str) -> State:
    box = gr.Textbox(value="", submit_btn=False, stop_btn=True)
    return box, [*messages, _make_question_message(question), _WAITING], True, new_id()


def free_box(**changes: Any) -> gr.Textbox:
    """Return the box with its button for sending, and whatever else of it changes."""
    return gr.Textbox(submit_btn=True, stop_btn=False, **changes)


def _make_question_message(question: str) -> Message:
    return {"role": "user", "content": render.plain_markdown(question)}


def _make_answer_message(content: str) -> Message:
    return {"role": "assistant", "content": content}


def _find_position(index: int | tuple[int, int]) -> int:
    return index if isinstance(index, int) else index[0]


def _is_pending(message: Message) -> bool:
    return (message.get("metadata") or {}).get("status") == "pending"


def _make_last_message(turn: Turn, offered: Sequence[Option] = ()) -> Message:
    """Return the finished answer with what may be asked next, and what else is offered."""
    answer, options = turn.answer, list[Option]()
    if turn.filter and not answer.found and not answer.passages:
        told = render.notice("warn", "لا مقال يطابق التضييق.", render.scope_line(turn))
    else:
        told = render.whole_answer(turn)
    if answer.error:
        options.append(_RETRY_OPTION)
    if turn.filter and not answer.found:
        options.append(_WIDEN_OPTION)
    options += [{"value": question, "label": question} for question in turn.suggested]
    options += offered
    message = _make_answer_message(told)
    return {**message, "options": options} if options else message


def _make_step_message(turn: Turn, articles: int) -> Message:
    titles = dict.fromkeys(passage.article.title for passage in turn.answer.passages)
    listed = "\n".join(f"- {render.plain_markdown(title)}" for title in titles)
    return _make_done_message(render.search_step(turn, articles), listed)


def _make_done_message(title: str, content: str = "") -> Message:
    """Return a step that is done; its title is Markdown too."""
    metadata = {"title": render.plain_markdown(title), "status": "done"}
    return {"role": "assistant", "content": content, "metadata": metadata}


def _make_failure_message(error: Exception) -> Message:
    return _make_retry_message(failure("تعذّر إكمال الإجابة.", error))


def _make_retry_message(shown: str) -> Message:
    return {**_make_answer_message(shown), "options": [_RETRY_OPTION]}

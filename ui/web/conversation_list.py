"""The list of conversations: what the page's events do for it. The browser shows it.

It keeps the conversations, too, where nobody has a name.
"""

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from index.errors import InputError, JawabError
from index.store.contract import Filter
from ui.source_names import name_sources
from ui.web import render
from ui.web.answering import State, free_box, replay_messages
from ui.web.conversation_store import ConversationStore
from ui.web.conversations import (
    Conversation,
    new_id,
    read_conversation,
    title_of,
    to_markdown,
)
from ui.web.events import event_data
from ui.web.filter_fields import FilterFields
from ui.web.render import Turn
from ui.web.served import Served
from ui.web.word_export import to_docx

logger = logging.getLogger(__name__)

_FILES = {
    "word": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "markdown": ("md", "text/markdown"),
    "json": ("json", "application/json"),
}
"""Name of a format in the menu -> ending and type of its files."""


class ConversationList:
    """Keeps conversations and opens them again.

    Args:
        served: Which indexes a visitor may ask.
        filters: The fields that narrow a search.
        store: What keeps them on the server; None where the browser does.
    """

    def __init__(
        self, served: Served, filters: FilterFields, store: ConversationStore | None = None
    ) -> None:
        self._served = served
        self._filters = filters
        self._store = store

    def empty(self, index: str, request: gr.Request) -> State:
        """Return an empty conversation about an index; no filter is chosen.

        What is being written meanwhile stays in the box.
        """
        fields = self._filters.clear(self._served.seen_by(request), index)
        return [], [], render.EMPTY_PANEL, False, free_box(), "", *fields

    def keep(
        self, conversation: str, turns: list[Turn], index: str, request: gr.Request
    ) -> tuple[str, str]:
        """Keep a conversation, or give it to the browser to keep.

        Returns:
            Its id, and JSON with the id and all that the browser has to keep. Both are empty when
            nothing was asked; the id in the JSON is when nothing is left.
        """
        if not turns and not conversation:
            return "", ""
        kept = Conversation(
            id=conversation or new_id(),
            title=title_of(turns[0].question) if turns else "",
            index=self._served.seen_by(request).known(index),
            updated=datetime.now(UTC).isoformat(timespec="milliseconds"),
            turns=tuple(turns),
        )
        if self._store is None:
            return kept.id, kept.to_json()
        try:
            if turns:
                self._store.keep(_user_of(request), kept)
            else:
                self._store.delete(_user_of(request), kept.id)
        except JawabError as error:
            logger.warning("a conversation could not be kept: %s", error)
            gr.Warning("تعذّر حفظ هذه المحادثة.", duration=5)
        return kept.id, json.dumps({"id": kept.id if turns else ""})

    def open(self, asked: gr.EventData, request: gr.Request) -> State:
        """Show a conversation that was kept."""
        text = self._fetch(event_data(asked), request)
        kept = self._read(text, request)
        if kept is None:
            return (*[gr.skip()] * 7, *[gr.skip()] * len(self._filters.fields))
        seen = self._served.seen_by(request)
        index = seen.known(kept.index)
        if index != kept.index:
            gr.Warning(
                "فهرس هذه المحادثة غير مفتوح هنا؛ ما يأتي من أسئلة يُجاب من غيره.", duration=7
            )
        turns = list(kept.turns)
        panel, box = render.panel(turns), free_box(value="")
        fields = self._filters.restore(seen, index, turns[-1].filter if turns else Filter())
        return replay_messages(turns), turns, panel, False, box, kept.id, *fields, index

    def export(self, asked: gr.EventData, request: gr.Request) -> str:
        """Return a file of a conversation for the browser to save: its name, type and bytes."""
        data = event_data(asked)
        text = self._fetch(data, request)
        kept = self._read(text, request)
        if kept is None:
            return ""
        ending, kind = _FILES.get(str(data.get("format")), _FILES["markdown"])
        if ending == "json":
            laid_out = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
            content = f"{laid_out}\n".encode()
        else:
            content = to_docx(kept) if ending == "docx" else to_markdown(kept).encode()
        file = {
            "name": f"{kept.title or 'محادثة'}.{ending}",
            "type": kind,
            "base64": base64.b64encode(content).decode("ascii"),
        }
        return json.dumps(file, ensure_ascii=False)

    def _fetch(self, data: Mapping[str, Any], request: gr.Request) -> str:
        """Return the JSON of the conversation that an event names or brought; "" for none."""
        if self._store is None:
            return str(data["conversation"])
        try:
            return self._store.read(_user_of(request), str(data["id"])) or ""
        except JawabError as error:
            logger.warning("conversations cannot be read: %s", error)
            return ""

    def _read(self, text: str, request: gr.Request) -> Conversation | None:
        """Read a conversation; tell the reader when it is none, or about what he may not ask.

        What the browser has, the reader has; the server gives out no more than may be asked now.
        """
        try:
            kept = read_conversation(text)
        except InputError as error:
            logger.warning("a conversation could not be read: %s", error)
            gr.Warning("تعذّرت قراءة هذه المحادثة.", duration=5)
            return None
        if self._store and kept.index not in self._served.seen_by(request).names:
            gr.Warning("فهرس هذه المحادثة غير متاح هنا.", duration=5)
            return None
        names = self._served.settings.sources
        turns = (replace(turn, answer=name_sources(turn.answer, names)) for turn in kept.turns)
        return replace(kept, turns=tuple(turns))


def _user_of(request: gr.Request) -> str:
    """Return who signed in; where conversations are kept here, nobody else gets so far."""
    if not request.username:
        raise InputError("conversations are kept for those who sign in")
    return str(request.username)

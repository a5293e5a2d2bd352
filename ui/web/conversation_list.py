"""The list of conversations: what the server does for it; the browser keeps and shows it."""

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from index.errors import InputError
from index.store.contract import Filter
from ui.source_names import name_sources
from ui.web import render
from ui.web.answering import State, free_box, replay_messages
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
    """Hands conversations to the browser, and takes them back."""

    def __init__(self, served: Served, filters: FilterFields) -> None:
        self._served = served
        self._filters = filters

    def empty(self, index: str, request: gr.Request) -> State:
        """Return an empty conversation about an index; no filter is chosen.

        What is being written meanwhile stays in the box.
        """
        fields = self._filters.clear(self._served.seen_by(request), index)
        return [], [], render.EMPTY_PANEL, False, free_box(), "", *fields

    @staticmethod
    def keep(conversation: str, turns: list[Turn], index: str) -> tuple[str, str]:
        """Return the id of the conversation and its JSON; both empty when nothing was asked."""
        if not turns and not conversation:
            return "", ""
        kept = Conversation(
            id=conversation or new_id(),
            title=title_of(turns[0].question) if turns else "",
            index=index,
            updated=datetime.now(UTC).isoformat(timespec="milliseconds"),
            turns=tuple(turns),
        )
        return kept.id, kept.to_json()

    def open(self, asked: gr.EventData, request: gr.Request) -> State:
        """Show a conversation that the browser kept."""
        kept = self._read(event_data(asked))
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

    def export(self, asked: gr.EventData) -> str:
        """Return a file of a conversation for the browser to save: its name, type and bytes."""
        data = event_data(asked)
        kept = self._read(data)
        if kept is None:
            return ""
        ending, kind = _FILES.get(str(data.get("format")), _FILES["markdown"])
        if ending == "json":
            text = json.dumps(json.loads(str(data["conversation"])), ensure_ascii=False, indent=2)
            content = f"{text}\n".encode()
        else:
            content = to_docx(kept) if ending == "docx" else to_markdown(kept).encode()
        file = {
            "name": f"{kept.title or 'محادثة'}.{ending}",
            "type": kind,
            "base64": base64.b64encode(content).decode("ascii"),
        }
        return json.dumps(file, ensure_ascii=False)

    def _read(self, data: Mapping[str, Any]) -> Conversation | None:
        """Read the conversation that an event brought; tell the reader when it is none."""
        try:
            kept = read_conversation(str(data["conversation"]))
        except InputError as error:
            logger.warning("a conversation could not be read: %s", error)
            gr.Warning("تعذّرت قراءة هذه المحادثة.", duration=5)
            return None
        names = self._served.settings.sources
        turns = (replace(turn, answer=name_sources(turn.answer, names)) for turn in kept.turns)
        return replace(kept, turns=tuple(turns))

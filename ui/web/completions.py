"""Questions and answers as OpenAI's clients send and expect them: pure, nothing is served here."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from index.errors import InputError
from index.limits import MAX_READ, check_k
from index.store.contract import Filter
from rag.answers import Answer
from rag.langchain.chat_model import HUMAN, check_kinds, pair_turns, truncate_at_stop
from rag.language.followup import History
from ui.filters import filter_of
from ui.source_names import name_sources
from ui.web.answer_card import OCR_MARK
from ui.web.markup import direction
from ui.web.render import plain_markdown

Json = dict[str, Any]

_HEADINGS = {"rtl": "المصادر", "ltr": "Sources"}
_FOOTER = re.compile(rf"\n\n\*\*(?:{'|'.join(_HEADINGS.values())})\*\*\n\n1\. .*", re.DOTALL)
"""What ``list_sources`` put below an answer that comes back as history."""
_ADDRESS = re.compile(r"https?://[^\s<>]+")


_MOST_NAMES = 1_000
"""Publishers or articles of a filter. Chosen."""


def _refuse_halves(text: str) -> str:
    """Return text as it is; half a character of UTF-16 is none and can be stored nowhere."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("half of a surrogate pair is no character; send whole ones")
    return text


Word = Annotated[str, AfterValidator(_refuse_halves)]


class Asked(BaseModel):
    """How a question is answered, beside the question; what is left out is as the server has it."""

    model_config = ConfigDict(use_attribute_docstrings=True)  # they describe the fields to programs

    k: Annotated[
        int | None,
        BeforeValidator(lambda k: None if k is None else check_k(k, MAX_READ)),
        Field(json_schema_extra={"minimum": 1, "maximum": MAX_READ}),
    ] = None
    """How many passages to read."""
    sources: Annotated[list[Word], Field(max_length=_MOST_NAMES)] = []
    """Use only articles of these publishers."""
    since: str = ""
    """Use only articles from this day on, such as 2025-03-01."""
    until: str = ""
    """Use only articles up to this day."""
    articles: Annotated[list[Word], Field(max_length=_MOST_NAMES)] = []
    """Use only the articles of these ids."""

    def filter(self) -> Filter:
        """Return which articles may be used.

        Raises:
            InputError: A day is none.
        """
        return filter_of(self.sources, self.since, self.until, articles=self.articles)


class Question(Asked):
    """A question of a program; a field that is unknown is an error."""

    model_config = ConfigDict(extra="forbid")

    question: Word
    """In Arabic or another language."""
    index: str = ""
    """Name of the index; empty for the first that is served."""


class Turns(Question):
    """A question in a conversation."""

    history: list[tuple[Word, Word]] = []
    """Earlier turns, oldest first, each [question, answer]."""


class Part(BaseModel):
    """A part of a message."""

    type: Word
    text: Word = ""


class Message(BaseModel):
    """A message; only those of user and assistant are read."""

    role: str
    content: Word | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words, without the list of sources that was put below an answer."""
        text = "".join(part.text for part in self.parts)
        return text if self.role in HUMAN else _FOOTER.sub("", text)

    @property
    def parts(self) -> list[Part]:
        """What it consists of."""
        if isinstance(self.content, str):
            return [Part(type="text", text=self.content)]
        return self.content or []


class StreamOptions(BaseModel):
    """How a stream ends."""

    include_usage: bool = False


class Completion(Asked):
    """A request for a chat completion; what else OpenAI's clients send is not used."""

    model: str = ""
    """Name of the index; empty for the first that is served."""
    messages: list[Message]
    """The conversation; it ends with a user's question."""
    stream: bool | None = False
    """Whether the answer comes as it is written."""
    stream_options: StreamOptions | None = None
    stop: str | list[str] | None = None
    """The text ends before the first of these."""
    n: int | None = 1
    """There is one answer."""
    response_format: Json | None = None
    """Text alone."""
    list_sources: bool | None = None
    """Whether the sources stand below the text; left out, as the server was started."""

    def turns(self) -> tuple[str, History]:
        """Return the question and what was said before it.

        Raises:
            InputError: There is no open question, or more is asked for than text.
        """
        if self.n not in {None, 1}:
            raise InputError(f"there is one answer to a question; send n = 1, not {self.n}")
        if self.response_format and self.response_format.get("type") != "text":
            raise InputError(
                "answers are text; leave response_format out, and read the jawab field"
            )
        turns = pair_turns((message.role, message.text) for message in self.messages)
        asked = next(m for m in reversed(self.messages) if m.role in HUMAN)
        check_kinds(part.type for part in asked.parts)
        return turns

    def stops(self) -> list[str]:
        """Return the sequences that end the text."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return [sequence for sequence in given if sequence]


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished answer as a message.

    Attributes:
        text: What is said.
        annotations: Where it cites what, as OpenAI's ``url_citation``.
        details: The ``jawab`` field: ``Answer.to_dict()`` without text and passages.
    """

    text: str
    annotations: list[Json]
    details: Json


def compose_reply(
    answer: Answer, stops: list[str], names: Mapping[str, str], *, list_sources: bool
) -> Reply:
    """Return a finished answer as a message.

    Args:
        answer: With the publishers as they are written in the articles.
        stops: The text ends before the first of these.
        names: Publisher -> what it is called in the list.
        list_sources: Whether sources, and what the reader must know, stand below the text.
    """
    text = truncate_at_stop(answer.text, stops)
    annotations = [
        one for one in _annotate(answer) if one["url_citation"]["end_index"] <= len(text)
    ]
    if list_sources:
        text += _make_footer(name_sources(answer, names))
    details = answer.to_dict()
    del details["text"], details["passages"]
    return Reply(text, annotations, details)


def _annotate(answer: Answer) -> Iterator[Json]:
    """Yield what each mark of a text cites; positions count characters, half-open."""
    cited = {citation.number: citation for citation in answer.citations}
    segments = list(answer.segments()) if answer.sentences else []
    # The text begins without the white space that its first segment may begin with.
    at = -len(_mark(segments[0])) + len(_mark(segments[0]).lstrip()) if segments else 0
    for segment in segments:
        start, at = at, at + len(_mark(segment))
        if isinstance(segment, int):
            one = cited[segment]
            place = {"start_index": start, "end_index": at, "title": one.title, "url": one.url}
            yield {"type": "url_citation", "url_citation": place}


def _mark(segment: str | int) -> str:
    return f"[{segment}]" if isinstance(segment, int) else segment


def _make_footer(answer: Answer) -> str:
    """Return the sources as a list in Markdown, and the notice below it."""
    lines = []
    for one in answer.citations:
        told = [f"«{plain_markdown(one.title)}»", plain_markdown(one.source), one.date]
        told += [OCR_MARK] if one.ocr else []
        told += [f"<{one.url}>"] if _ADDRESS.fullmatch(one.url) else []
        lines.append(f"{one.number}. {' · '.join(part for part in told if part)}")
    heading = f"**{_HEADINGS[direction(answer.text)]}**"
    parts = [heading, "\n".join(lines)] if lines else []
    parts += [plain_markdown(answer.notice)] if answer.notice else []
    return "".join(f"\n\n{part}" for part in parts)


def make_event(content: Json) -> str:
    """Return an event of a stream."""
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"

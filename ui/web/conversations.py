"""Conversations as they are kept: JSON with every answer and what it rests on.

What comes back from a browser may hold anything: it is read field by field, and shown through
``render`` like whatever else comes from outside.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from index.articles.article import Article
from index.articles.chunking import Chunk
from index.articles.copies import Reprint
from index.errors import InputError
from index.search.search import Passage
from index.store.contract import Filter
from rag.answers import Answer, Citation, Sentence, group_versions, list_versions
from rag.language.relative_dates import RelativeDate
from ui.web import numbers
from ui.web.answer_card import OCR_MARK, VERSION_TITLES
from ui.web.markup import quoted
from ui.web.render import Turn, safe_url, scope_line

SCHEMA_VERSION = 1
MAX_CHARACTERS = 4_000_000
"""Characters of JSON that are read; chosen, not measured."""
_MAX_TITLE = 80
_BROKEN = "هذه المحادثة غير صالحة: {reason}."
_MARKUP = re.compile(r"([\\`*_\[\]<#])")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered, one question after the other.

    Attributes:
        id: Letters and digits, unique in the browser.
        title: What the list shows.
        index: Name of the index that was asked.
        updated: When the last answer came, in ISO 8601 with its time zone.
        turns: In order.
    """

    id: str
    title: str
    index: str
    updated: str
    turns: tuple[Turn, ...]

    def to_json(self) -> str:
        """Return the conversation as it is kept."""
        content = {
            "schema_version": SCHEMA_VERSION,
            "id": self.id,
            "title": self.title,
            "index": self.index,
            "updated": self.updated,
            "turns": [
                {
                    "question": turn.question,
                    "answer": turn.trim().answer.to_dict(),
                    "filter": asdict(turn.filter),
                    "scope": turn.scope,
                    "suggested": turn.suggested,
                }
                for turn in self.turns
            ],
        }
        return json.dumps(content, ensure_ascii=False)


def new_id() -> str:
    """Return an id for a turn or a conversation."""
    return f"t{uuid4().hex[:8]}"


def title_of(question: str) -> str:
    """Return what a conversation is called that begins with a question."""
    line = " ".join(question.split())
    return line if len(line) <= _MAX_TITLE else f"{line[: _MAX_TITLE - 1]}…"


def read_conversation(text: str) -> Conversation:
    """Read a conversation that a browser kept.

    Its turns get new ids; a turn's passages know no more of their article than was kept.

    Raises:
        InputError: It is none, or too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(_BROKEN.format(reason="أطول مما يُقرأ"))
    try:
        content = json.loads(text)
        return Conversation(
            id=re.sub(r"\W", "", str(content["id"]))[:20] or new_id(),
            title=str(content["title"]),
            index=str(content.get("index", "")),
            updated=str(content.get("updated", "")),
            turns=tuple(_parse_turns(content["turns"])),
        )
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        reason = f"{type(error).__name__} {error}"
        raise InputError(_BROKEN.format(reason=reason)) from None


def _parse_turns(rows: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """Read the turns; each is shown as a question, what it was asked of, and one answer."""
    turns, position = [], 0
    for row in rows:
        question, answer = str(row["question"]), _parse_answer(row["answer"])
        scope, where = str(row.get("scope", "")), _parse_filter(row.get("filter", {}))
        suggested = tuple(map(str, row.get("suggested", ())))
        turns.append(Turn(new_id(), question, answer, position, where, scope, suggested))
        position += 3 if scope else 2
    return turns


def _parse_filter(row: Mapping[str, Any]) -> Filter:
    return Filter(
        sources=tuple(map(str, row.get("sources", ()))),
        since=str(row.get("since", "")),
        until=str(row.get("until", "")),
        articles=tuple(map(str, row.get("articles", ()))),
    )


def _parse_answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        question=str(row["question"]),
        standalone_question=str(row["standalone_question"]),
        text=str(row["text"]),
        sentences=tuple(_parse_sentence(sentence) for sentence in row["sentences"]),
        citations=tuple(_parse_citation(citation) for citation in row["citations"]),
        passages=tuple(_parse_passage(passage) for passage in row["passages"]),
        found=bool(row["found"]),
        refusal=_parse_optional(row, "refusal"),
        model=str(row.get("model", "")),
        evidence=float(row.get("evidence", 0.0)),
        index_generation=int(row.get("index_generation", 0)),
        notice=_parse_optional(row, "notice"),
        error=_parse_optional(row, "error"),
        short=_parse_optional(row, "short"),
        opening=str(row.get("opening", "")),
        kind=str(row.get("kind", "fact")),
        differs=bool(row.get("differs")),
        incomplete=bool(row.get("incomplete")),
    )


def _parse_optional(row: Mapping[str, Any], name: str) -> str | None:
    return None if row.get(name) is None else str(row[name])


def _parse_place(row: Mapping[str, Any], name: str) -> int | None:
    return None if row.get(name) is None else int(row[name])


def _parse_sentence(row: Mapping[str, Any]) -> Sentence:
    return Sentence(
        text=str(row["text"]),
        citations=tuple(int(number) for number in row["citations"]),
        support=float(row["support"]),
        verdict=str(row.get("verdict", "supported" if row["supported"] else "unsure")),
        lead=str(row.get("lead", " ")),
        note=str(row.get("note", "")),
        label=str(row.get("label", "")),
        is_version=bool(row.get("is_version")),
        is_further=bool(row.get("is_further")),
    )


def _parse_citation(row: Mapping[str, Any]) -> Citation:
    return Citation(
        number=int(row["number"]),
        article_id=str(row["article_id"]),
        title=str(row["title"]),
        source=str(row["source"]),
        date=str(row["date"]),
        url=str(row["url"]),
        quote=str(row["quote"]),
        start=int(row["start"]),
        end=int(row["end"]),
        score=float(row["score"]),
        reprints=tuple(_parse_reprint(reprint) for reprint in row.get("reprints", ())),
        relative_dates=tuple(
            RelativeDate(str(date["words"]), str(date["date"]))
            for date in row.get("relative_dates", ())
        ),
        shown_start=int(row.get("shown_start", -1)),
        shown_end=int(row.get("shown_end", -1)),
        answer_start=_parse_place(row, "answer_start"),
        answer_end=_parse_place(row, "answer_end"),
        ocr=bool(row.get("ocr")),
    )


def _parse_reprint(row: Mapping[str, Any]) -> Reprint:
    names = ("article_id", "title", "source", "date", "url")
    return Reprint(**{name: str(row[name]) for name in names})


def _parse_passage(row: Mapping[str, Any]) -> Passage:
    name = str(row["article_id"])
    about = {field: str(row[field]) for field in ("title", "source", "date", "url")}
    return Passage(
        chunk=Chunk(name, int(row["start"]), int(row["end"]), str(row["text"])),
        article=Article(name, text="", ocr=bool(row.get("ocr")), **about),
        score=float(row["score"]),
        rank=int(row["rank"]),
    )


def to_markdown(conversation: Conversation) -> str:
    """Return a conversation as a document: every answer, and under it what it rests on."""
    parts = [f"# {_line(conversation.title)}"]
    if about := " · ".join(filter(None, (conversation.index, conversation.updated[:10]))):
        parts.append(_plain(about))
    for turn in conversation.turns:
        parts.append(f"## {_line(turn.question)}")
        if turn.scope:
            parts.append(f"_{_line(scope_line(turn))}_")
        parts += _format_answer(turn.answer)
    return "\n\n".join(parts) + "\n"


def _format_answer(answer: Answer) -> list[str]:
    notices = [f"_{_plain(answer.notice)}_"] if answer.notice else []
    if not answer.found:
        return [*notices, _plain(answer.text).replace("\n", "\n\n")]
    opening = [f"**{_line(answer.opening)}**"] if answer.opening else []
    parts = []
    for group in group_versions(answer.sentences):
        told = _format_versions(group, answer) if group[0].is_version else _format_text(group)
        parts.append(told)
    short = [f"**{_line(answer.short)}**"] if answer.short else []
    return [*notices, *short, *opening, *parts, *_format_sources(answer.citations)]


def _format_versions(group: Sequence[Sentence], answer: Answer) -> str:
    """Return a table of what articles say that differ."""
    rows = [VERSION_TITLES, ("---",) * len(VERSION_TITLES)]
    for value, label, citation in list_versions(group, answer.citations):
        said = f"**{_cell(value)}**" if value else _cell(citation.shown)
        called = f" ({_cell(label)})" if label else ""
        source = f"{_cell(citation.source or citation.title)} [{citation.number}]"
        rows.append((said + called, numbers.date(citation.date), source))
    above = "".join(f"**{_line(words)}**\n\n" for words in group[0].place.above)
    return above + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    return _line(text).replace("|", r"\|")


def _format_text(sentences: Iterable[Sentence]) -> str:
    """Return sentences with their marks, each in its place among the others."""
    text, in_list = "", False
    for sentence in sentences:
        place, said = sentence.place, _format_sentence(sentence)
        text += "".join(f"\n\n**{_line(words)}**" for words in place.above)
        if place.item:
            bullet = place.item.replace("  ", "    ")  # below «1.» as well as below «-»
            text += "\n" if in_list and not place.above else "\n\n"
            text += f"{bullet}{said}"
        else:
            text += ("\n\n" if place.is_new else " ") + said
        in_list = bool(place.item) or (in_list and not place.is_new)
    return text.strip()


def _format_sentence(sentence: Sentence) -> str:
    label = f"**{_line(sentence.place.words)}** " if sentence.place.words else ""
    parts = [_plain(s) if isinstance(s, str) else f"[{s}]" for s in sentence.segments()]
    return f"{label}{''.join(parts)}"


def _format_sources(citations: Sequence[Citation]) -> list[str]:
    if not citations:
        return []
    lines = []
    for citation in citations:
        about = [quoted(citation.title), citation.source, numbers.date(citation.date)]
        about += [OCR_MARK] if citation.ocr else []
        head = " — ".join(_line(part) for part in about if part)
        address = f" — <{url}>" if (url := _address(citation.url)) else ""
        lines.append(f"{citation.number}. {head}{address}\n   > {_line(citation.quote)}")
    return ["**المصادر**", "\n".join(lines)]


def _address(url: str) -> str:
    return "" if re.search(r"[\s<>]", url) else safe_url(url)


def _line(text: str) -> str:
    return _plain(" ".join(text.split()))


def _plain(text: str) -> str:
    """Return text as Markdown that shows it; programs that open the file may obey HTML."""
    return _MARKUP.sub(r"\\\1", text)

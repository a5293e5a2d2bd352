"""Read the fields above a text as journalists write them by hand: YAML, TOML or nearly so.

Every field is read by itself: one that is no YAML is taken as it is written, and costs no other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from index.arabic.dates import parse_date
from index.arabic.question_words import load_question_words
from index.arabic.words import fold
from index.articles.readers.headings import names_of

MAX_LETTERS = 64 * 1024
"""A block longer than this is text; the fields of an article take a few hundred letters."""

_CONTROLS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
_OPENING = re.compile(rf"[\s{_CONTROLS}]*(-{{3,}}|\+{{3}})[ \t{_CONTROLS}]*\n")
_CLOSING = {
    "-": re.compile(r"^(?:-{3,}|\.{3})[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+": re.compile(r"^\+{3}[ \t]*(?:\n|\Z)", re.MULTILINE),
}
_EMPTY_LINE = re.compile(r"^[ \t]*(?:\n|\Z)", re.MULTILINE)
_FIELD = {
    mark: re.compile(
        rf"^(?P<indent>[\s{_CONTROLS}]*)(?P<quote>[\"']?)"
        r"(?P<name>[^\W\d][\w .-]{0,30}?)(?P=quote)"
        rf"[ \t{_CONTROLS}]*{separator}(?P<space>\s*)(?P<value>.*)$"
    )
    for mark, separator in (("-", "[:：]"), ("+", "="))
}
_OPEN_VALUES = frozenset({"", "|", ">", "|-", ">-", "|+", ">+"})
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")
_COMMENT = re.compile(r"\s#\s.*$")
_HEADLINE = frozenset({"title", "headline", "العنوان", "عنوان"})
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]*")
_NAME_WORDS = 3
"""Words of a name that may end with a full stop («أ. ف. ب.»); one more and it is a sentence."""
_LONGEST_NAME = 12


@dataclass(slots=True)
class _Field:
    """A field as it is written: its name, its line, and the lines that go on from it."""

    name: str
    value: str
    below: list[str] = field(default_factory=list)


def parse_front_matter(text: str, names: Iterable[str]) -> tuple[dict[str, Any], str]:
    """Return the fields that stand above a text, and the text without them.

    A block between two rules holds fields if one of them is a field of an article, or if all have
    the names of programs (``layout: post``); anything else between rules is text, and so is an
    interview («الصحفي: لماذا؟»). Without a second rule the block ends at an empty line.

    Args:
        text: The whole text.
        names: What fields of an article are called, in lower case.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return {}, text
    mark, known = opening[1][0], frozenset(names)
    for end in (_CLOSING[mark], _EMPTY_LINE):
        closing = end.search(text, opening.end(), opening.end() + MAX_LETTERS)
        if closing is None:
            continue
        fields = list(_fields(text[opening.end() : closing.start()].split("\n"), mark, known))
        if _is_header(fields, known, closed=end is not _EMPTY_LINE):
            speech = _find_speech(fields, known)
            spoken = "".join(f"{one.name}: {one.value}\n" for one in speech)
            held = {one.name: _value(one) for one in fields if one not in speech}
            return held, spoken + text[closing.end() :]
    return {}, text


def _fields(lines: list[str], mark: str, known: frozenset[str]) -> Iterator[_Field]:
    """Yield the fields of a block; none if one of its lines belongs to none."""
    found: list[_Field] = []
    lines = [line.rstrip() for line in lines]
    first = next((line for line in lines if line.strip()), "")
    margin = len(first) - len(first.lstrip())
    for line in lines:
        inside = line[margin:] if not line[:margin].strip() else line.lstrip()
        start = _FIELD[mark].match(inside)
        if start and _begins_field(start, found, known):
            found.append(_Field(start["name"].strip(), start["value"].strip()))
        elif found and _goes_on(inside, found[-1]):
            found[-1].below.append(inside)
        elif inside.strip() and not inside.lstrip().startswith("#"):
            return
    yield from found


def _begins_field(start: re.Match[str], found: list[_Field], known: frozenset[str]) -> bool:
    """Tell whether a line begins a field; an indented one may belong to the field above it."""
    is_known = start["name"].strip().lower() in known
    if start["indent"][:1].isspace():
        return is_known and bool(found) and found[-1].value not in _OPEN_VALUES
    return is_known or bool(start["space"]) or not start["value"]


def _goes_on(line: str, above: _Field) -> bool:
    """Tell whether a line without a name belongs to the field above it."""
    if not line.strip():
        return True
    if line[0].isspace() or line[0] in "]}" or (line.startswith("- ") and not above.value):
        return True
    is_headline = above.name.lower() in _HEADLINE and above.value and all(above.below)
    return bool(is_headline) and not _STOP.search(line)


def _is_header(fields: list[_Field], known: frozenset[str], *, closed: bool) -> bool:
    sure = [one for one in fields if _is_sure(one, known)]
    if not fields or (not closed and fields[0] not in sure):
        return False
    if sure:
        return not all(map(_is_speaker, sure)) or all(_is_plain(one, known) for one in fields)
    return all(_IDENTIFIER.fullmatch(one.name) and not _STOP.search(one.value) for one in fields)


def _is_sure(one: _Field, known: frozenset[str]) -> bool:
    """Tell whether a field is surely one of an article: a name for one, and no speech after it."""
    if one.name.lower() not in known:
        return False
    is_title = bool(names_of((one.name,))["title"])
    return is_title or bool(parse_date(one.value)) or not _is_speech(one.value)


def _is_plain(one: _Field, known: frozenset[str]) -> bool:
    """Tell whether a line is no speech: a field of an article, or of a program."""
    return _is_sure(one, known) or _IDENTIFIER.fullmatch(one.name) is not None


def _is_speaker(one: _Field) -> bool:
    return bool(names_of((one.name,))["author"])


def _find_speech(fields: list[_Field], known: frozenset[str]) -> list[_Field]:
    """Return the lines that only look like fields: sentences with a colon, talk («الوزير: نعم»)."""
    others = [one for one in fields if not _is_plain(one, known) and not any(one.below)]
    is_talk = any(map(_is_speaker, others))
    return [one for one in others if is_talk or _STOP.search(one.value) or _is_speech(one.value)]


def _is_speech(value: str) -> bool:
    """Tell a sentence or a question from a name."""
    words, stop = fold(value).split(), _STOP.search(value)
    if len(words) > _LONGEST_NAME or (stop and (stop[0][0] != "." or len(words) > _NAME_WORDS)):
        return True
    return bool(words) and any(words[0] == fold(one.form) for one in load_question_words())


def _value(one: _Field) -> Any:
    """Return a field's value: as YAML has it where it is more than words on a line."""
    below = [line for line in one.below if line.strip()]
    if not below and one.value[:1] not in {'"', "'", "[", "{"}:
        is_headline = one.name.lower() in _HEADLINE
        return one.value if is_headline else _COMMENT.sub("", one.value)
    found = _as_yaml("\n".join([f"x: {one.value}", *one.below]))
    if found is not None:
        return found
    if not one.value and all(line.lstrip().startswith("- ") for line in below):
        return [line.lstrip()[2:].strip() for line in below]
    value = "" if one.value in _OPEN_VALUES else one.value
    if value[:1] in {'"', "'"} and value.count(value[0]) == 1:  # a quote that is never closed
        value = value[1:]
    return " ".join([value, *(line.strip() for line in below)]).strip()


def _as_yaml(fragment: str) -> Any:
    """Return the value in a fragment of YAML, all of it text; None when it is none."""
    try:
        found = yaml.load(fragment, _Loader)  # noqa: S506  # BaseLoader makes nothing but text
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return found.get("x") if isinstance(found, dict) and len(found) == 1 else None


class _Loader(yaml.BaseLoader):  # type: ignore[misc]
    """Reads YAML without aliases: nine lines of them can become gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)

"""Read a line of the Markdown that a model writes: what kind it is, and its sentences."""

import re
from typing import NamedTuple

from index.arabic.sentences import sentence_spans
from rag.checking.citations import move_marks_into_sentences, parse_citations

_FENCE = re.compile(r"(?:`{3,}|~{3,})\w*")
_RULE = re.compile(r"[-*_=|:+\s]*")
_HEADING = re.compile(r"#{1,6}\s+(.*?)[\s#]*")
_BOLD = re.compile(r"(\*\*|__)((?:(?!\1).)+)\1")
_ITEM = re.compile(
    r"(?:[-*+•·▪◦●○■‣–—]|\(?(?P<number>[0-9٠-٩۰-۹]{1,2})(?:[.)]|\s?[-–ـ](?!\s?\d)))\s+"
)
_BOLD_NUMBER = re.compile(r"(\*\*|__)([0-9٠-٩۰-۹]{1,2}[.)])\s*(\1)?\s*")
_QUOTED = re.compile(r"(?:>\s?)+")
_LABEL = re.compile(
    r"(\*\*|__)\s*(?P<label>[^*_\n.!?؟؛…۔:|]+?)(?:\s*:\s*\1\s*:?|\1\s*:|\1\s+[-–—](?=\s))\s*"
)
_LABEL_BEGINS, _LABEL_ENDS = "\ue000", "\ue001"
"""Private characters that stand around a label while the stars around it are taken away."""
_EMPHASIS = re.compile(
    r"(?<!\d)\*+(?=\S)|(?<=\S)\*+(?!\d)|\*{2,}|(?<!\w)_+(?=\S)|(?<=[^\s_])_+(?!\w)|`+|~~"
)
_TAG = re.compile(r"\s*<br\s*/?>|</?(?:b|strong|i|em|u|p|sup|mark)>", re.IGNORECASE)
# Without «[» inside: a model that repeats it would have each read up to the end.
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^)\s\[]*\)")
_LINK = re.compile(r"(\[[^\[\]\n.!?؟؛…]*\])\([^)\s\[]*\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_HAS_BEGUN = re.compile(r"[^\[【(<*_\\`]*[^\W_]|[\[【(][^\]】)]*[\]】)]+\s*[^\s\[【(]")
"""A sentence that is no mark, nor may still become one; that would belong to the one before."""
_INITIALS = re.compile(r"(?:^|[\s(«“\"])(?:و[^\W\d_]\.|(?:[^\W\d_]\.){2,})$")
_CLOSERS = ("»»»", "”", '"', "“")
"""What may still close a quotation, inside which no sentence ends."""


class Line(NamedTuple):
    """A line without the marks that it begins with.

    Attributes:
        body: What it says.
        indent: Characters of white space before it.
        is_item: Whether it is an item of a list.
        number: Of the item; 0 for a bullet.
    """

    body: str
    indent: int
    is_item: bool = False
    number: int = 0


def read_line(line: str, last: int = 0) -> Line:
    """Return a line without quotation sign and bullet.

    Args:
        line: As it stands.
        last: Number of the item before; «(87) كبسولة» is none, where that was not the 86th.

    >>> read_line("  ٢) بند")
    Line(body='بند', indent=2, is_item=True, number=2)
    >>> read_line("> * بند"), read_line("(87) كبسولة").is_item
    (Line(body='بند', indent=0, is_item=True, number=0), False)
    """
    body, indent = line.strip(), len(line) - len(line.lstrip())
    if quoted := _QUOTED.match(body):
        body = body[quoted.end() :]
    if bold := _BOLD_NUMBER.match(body):  # «**1. الطول:** …»
        body = f"{bold[2]} {'' if bold[3] else bold[1]}{body[bold.end() :]}"
    item = _ITEM.match(body)
    number = int(item["number"] or 0) if item else 0
    if item and (body[0] != "(" or number in {1, last + 1}):
        return Line(body[item.end() :], indent, True, number)
    return Line(body, indent)


def is_fence(line: str) -> bool:
    """Tell whether a line begins or ends code; what stands between is read like all else."""
    return bool(_FENCE.fullmatch(line.strip()))


def is_rule(line: str) -> bool:
    """Tell whether a line is only drawn, as below the header of a table."""
    return bool(_RULE.fullmatch(line))


def is_row(line: str) -> bool:
    """Tell whether a line is a row of a table; a stroke behind its first sentence makes none."""
    bare = line.strip()
    return bare.startswith("|") or (" | " in bare and " | " in split_sentences(bare)[0])


def split_row(line: str) -> list[str]:
    """Return the cells of a row.

    >>> split_row("| الطول | 72 كلم [1] |")
    ['الطول', '72 كلم [1]']
    """
    bare = line.strip().removeprefix("|").removesuffix("|")
    return [clean(cell) for cell in re.split(r"(?<!\\)\|", bare)]


def find_heading(line: str) -> str:
    """Return the words of a heading, or of a line of bold words alone; "" for any other line."""
    bare = line.strip()
    if heading := _HEADING.fullmatch(bare):
        return clean(heading[1])
    bold = _BOLD.fullmatch(bare.rstrip(" :"))
    title = clean(bold[2]) if bold else ""
    return "" if title.endswith((".", "!", "؟", "?", "…")) else title


def is_bold(body: str) -> bool:
    """Tell whether an item is nothing but bold words, so that what it says may stand below."""
    return bool(_BOLD.fullmatch(body.strip()))


def clean(text: str) -> str:
    """Return text without emphasis, code, escapes, images and the addresses of links.

    >>> clean("بلغ **72 كلم** في `القناة`"), clean("5 * 3 و2*4")
    ('بلغ 72 كلم في القناة', '5 * 3 و2*4')
    >>> clean("وصل [الوفد](http://a.example) [1](http://a.example/?q=1)")
    'وصل الوفد [1]'
    """
    plain = _LINK.sub(_strip_brackets, _IMAGE.sub("", _TAG.sub(_replace_tag, text)))
    return _EMPHASIS.sub("", _ESCAPED.sub(r"\1", plain)).strip()


def _strip_brackets(link: re.Match[str]) -> str:
    return link[1] if parse_citations(link[1]) else link[1][1:-1]


def _replace_tag(tag: re.Match[str]) -> str:
    return " " if "br" in tag[0].lower() else ""


def split_sentences(body: str) -> list[str]:
    """Return the sentences of a line with their marks; see ``split_label``."""
    body = body.replace(_LABEL_BEGINS, "").replace(_LABEL_ENDS, "")
    text = clean(_LABEL.sub(rf"{_LABEL_BEGINS}\g<label>{_LABEL_ENDS}", body))
    return _split(move_marks_into_sentences(text))


def split_label(sentence: str) -> tuple[str, str]:
    """Return the label before a sentence, or "", and the sentence.

    >>> split_label(*split_sentences("**الطول:** 72 كلم."))
    ('الطول', '72 كلم.')
    """
    if sentence.startswith(_LABEL_BEGINS):
        label, _, sentence = sentence[1:].partition(_LABEL_ENDS)
        return label.strip(), sentence.strip()
    plain = sentence.replace(_LABEL_BEGINS, "").replace(_LABEL_ENDS, ": ")
    return "", plain


def count_settled(sentences: list[str]) -> int:
    """Return how many sentences of a line under way stay as they are, however it goes on."""
    count = len(sentences) - 1
    while count and not _is_settled(sentences, count):
        count -= 1
    return count


def _is_settled(sentences: list[str], count: int) -> bool:
    if not _HAS_BEGUN.match(sentences[count]):
        return False
    text = " ".join(sentences[: count + 1])
    return all(_split(text + closer)[:count] == sentences[:count] for closer in _CLOSERS)


def _split(text: str) -> list[str]:
    """Return the sentences of a text; none ends after «ود.» or «أ.د.» before a name, nor at «؛»."""
    found: list[str] = []
    for start, end in sentence_spans(text):
        is_begun = found and (found[-1].endswith("؛") or _INITIALS.search(found[-1]))
        found[-1:] = (
            [f"{found[-1]} {text[start:end]}"] if is_begun else [*found[-1:], text[start:end]]
        )
    return found

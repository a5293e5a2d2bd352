"""What a model wrote, as HTML: paragraphs, lists, and the words in bold that stand before them.

It is HTML of one line, since Markdown would read on where a line ends; every word is escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from rag.answers import Answer, Citation, Sentence
from ui.web.answer_card import headline, one_line
from ui.web.markup import attribute, bdi, direction, escape, split_last_word


@dataclass(slots=True)
class _Block:
    """A line or an item, its HTML, the text that gives its direction, the items below it."""

    tag: str
    number: int = 1
    html: str = ""
    text: str = ""
    below: list["_Block"] = field(default_factory=list)


def written_card(turn: str, answer: Answer) -> str:
    """Return what is written so far, each sentence with links to its sources.

    Args:
        turn: Id of the turn, for the links to the sources.
        answer: Whose sentences a model wrote.
    """
    cited = {citation.number: citation for citation in answer.citations}
    blocks = [_head(answer.opening)] if answer.opening else []
    for sentence in answer.sentences:
        _add(blocks, sentence, turn, cited)
    body = "".join(_lay_out(list(run)) for _, run in groupby(blocks, key=lambda block: block.tag))
    return one_line(f'<div class="ans ans-written">{headline(answer)}{body}</div>')


def _add(
    blocks: list[_Block], sentence: Sentence, turn: str, cited: Mapping[int, Citation]
) -> None:
    place = sentence.place
    blocks += map(_head, place.above)
    if place.item:
        number = place.item.strip(" .-")
        block = _Block("ol" if number else "ul", number=int(number or 1))
        is_below = place.item.startswith(" ") and blocks and blocks[-1].tag in {"ol", "ul"}
        (blocks[-1].below if is_below else blocks).append(block)
    elif place.is_new or not blocks or blocks[-1].tag == "head":
        blocks.append(_Block("p"))
    last = blocks[-1].below[-1] if blocks[-1].below else blocks[-1]
    words = f"<strong>{bdi(place.words)}</strong> " if place.words else ""
    last.html += f"{' ' * bool(last.html)}{words}{_sentence(sentence, turn, cited)}"
    last.text += sentence.text


def _head(words: str) -> _Block:
    return _Block("head", html=escape(words), text=words)


def _sentence(sentence: Sentence, turn: str, cited: Mapping[int, Citation]) -> str:
    """Return a sentence, its marks on the line of its last word."""
    before, last = split_last_word(sentence.text)
    marks = "".join(_mark(turn, cited[number]) for number in sentence.citations)
    end = f'<span class="ans-end">{escape(last)} {marks}</span>' if marks else escape(last)
    note = f" {escape(sentence.note)}" if sentence.note else ""
    return f"{escape(before)}{end}{note}"


def _mark(turn: str, citation: Citation) -> str:
    about = " — ".join(part for part in (citation.title, citation.source) if part)
    link = f'href="#src-{turn}-{citation.number}" title="{attribute(about)}"'
    return f"<a {link}>{citation.number}</a>"


def _lay_out(run: list[_Block]) -> str:
    """Return blocks of one kind: a list, or lines one below the other."""
    tag = run[0].tag
    if tag not in {"ol", "ul"}:
        name = "ans-open" if tag == "head" else "ans-text"
        return "".join(
            f'<p class="{name}" dir="{direction(block.text)}">{block.html}</p>' for block in run
        )
    items = "".join(
        f'<li><p class="ans-text" dir="{direction(block.text)}">{block.html}</p>'
        f"{_lay_out(block.below) if block.below else ''}</li>"
        for block in run
    )
    start = f' start="{run[0].number}"' if run[0].number > 1 else ""
    return f'<{tag} class="ans-rows"{start}>{items}</{tag}>'

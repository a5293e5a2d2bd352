"""Find a list that an article writes out: «1. … 2. … 3. …», «أولا … ثانيا …», lines with bullets.

Who asks for a list and is told its first item alone has no answer.
"""

import re
from collections.abc import Sequence

from index.arabic.sentences import Span
from index.arabic.words import fold

_MOST_ITEMS = 15
_MOST_BETWEEN = 3
"""Sentences from an item to the next: an item may have more than one. Chosen."""
_NUMBER = re.compile(r"\W{0,2}(\d{1,2})\s?[.)\-–/:ـ](?!\d)")
_ORDINALS = (
    ("اولا", "الاول", "الاولي"), ("ثانيا", "الثاني", "الثانيه"), ("ثالثا", "الثالث", "الثالثه"),
    ("رابعا", "الرابع", "الرابعه"), ("خامسا", "الخامس", "الخامسه"), ("سادسا", "السادس", "السادسه"),
    ("سابعا", "السابع", "السابعه"), ("ثامنا", "الثامن", "الثامنه"), ("تاسعا", "التاسع", "التاسعه"),
    ("عاشرا", "العاشر", "العاشره"),
)  # fmt: skip
_PLACE_OF = {word: place for place, words in enumerate(_ORDINALS, 1) for word in words}
_FIRST_INSIDE = {
    "number": re.compile(r"(?<=[\s:])\W?1\s?[.)\-–/](?!\d)\s?\S"),
    "ordinal": re.compile(r"(?<=[\s:])[أا]ول[اًّ]+\b"),
}
"""A first item that stands behind what announces the list: «… ما يلي: 1. …»."""
_BULLET = re.compile(r"\s*([-–•*▪●])\s*\S")


def find_written_list(text: str, sentences: Sequence[Span], item: int) -> list[Span]:
    """Return the sentences of the list that a sentence is an item of; none where it is of none.

    Args:
        text: Of the article.
        sentences: All of it, in order.
        item: Which of them.

    >>> text = "للقرض شرطان. أولا السكن في المدينة. ثانيا عمل قار. والمكتب مفتوح."
    >>> from index.arabic.sentences import sentence_spans
    >>> [text[a:b] for a, b in find_written_list(text, sentence_spans(text), 1)]
    ['أولا السكن في المدينة.', 'ثانيا عمل قار.']
    """
    marks = [_read_mark(text[start:end]) for start, end in sentences]
    if marks[item] is None:
        return []
    first, last = _walk(marks, item, -1), _walk(marks, item, 1)
    return list(sentences[first : last + 1]) if first < last else []


def is_item(sentence: str) -> bool:
    """Tell whether a sentence begins as an item of a list does."""
    return bool(_NUMBER.match(sentence) or _BULLET.match(sentence))


def _read_mark(sentence: str) -> tuple[str, int] | None:
    """Return how an item is marked, and as the how manieth; None for what is no item."""
    if number := _NUMBER.match(sentence):
        return "number", int(number[1])
    if bullet := _BULLET.match(sentence):
        return bullet[1], 0
    word = next(iter(re.findall(r"\w+", fold(sentence)[:20])), "")
    place = _PLACE_OF.get(word) or _PLACE_OF.get(word.removeprefix("و"))
    if place:
        return "ordinal", place
    inside = (kind for kind, first in _FIRST_INSIDE.items() if first.search(sentence))
    return next(((kind, 1) for kind in inside), None)


def _walk(marks: Sequence[tuple[str, int] | None], item: int, step: int) -> int:
    """Return the last item in one direction that goes on with the same marks."""
    at = item
    for _ in range(_MOST_ITEMS):
        kind, place = marks[at] or ("", 0)
        wanted = (kind, place + step if place else 0)
        near = range(at + step, at + step * (_MOST_BETWEEN + 1), step)
        following = next((n for n in near if 0 <= n < len(marks) and marks[n] == wanted), None)
        if following is None:
            break
        at = following
    return at

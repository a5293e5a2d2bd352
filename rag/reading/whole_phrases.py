"""Widen the few words that answer to what can stand alone: a whole number, with what it counts."""

import re

from index.arabic.numbers import is_number_word
from index.arabic.sentences import Span
from index.arabic.words import fold
from rag.language.questions import Kind, is_function_word

CELL_END = " | "
MOST_CELLS = 2
"""Of a table's row that says by itself what its value is: «عدد العمال | 20». In one of more, the
line that names the columns says it."""
_NUMBER_BEFORE = re.compile(r"(?:\d+[.,٫٬])+$")
_NUMBER_AFTER = re.compile(r"(?:[.,٫٬]\d+|،\d{1,2}(?!\d))*\s?[%٪]?(?!\w)|(?:[.,٫٬]\d+)+")
"""What a number goes on with; behind the comma of «4،7» are two digits at most."""
_LETTERS = re.compile("(?:[^\\W\\d_]|[\u064b-\u0652])+")
_LETTERS_BEFORE = re.compile(f"{_LETTERS.pattern}$")
_LONGEST_WORD = 30
_STOP = re.compile(r"[.،؛:؟!]+$")
_OUTSIDE = re.compile(r"[وف]?(?:[بلك]|لل)?(?P<article>ال)?")
"""What is written with a word; of it the article belongs to the word."""
_NEXT_WORD = re.compile(r" ([^\W\d_]+)(?![\w'’])")


def widen_to_number(text: str, span: Span) -> Span:
    """Widen a span to the whole of a number that it holds a part of: «٧» to «٤٫٧٪»."""
    start, end = span
    before, after = _NUMBER_BEFORE.search(text[:start]), _NUMBER_AFTER.match(text, end)
    if before and text[start].isdigit():
        start = before.start()
    if after and text[end - 1].isdigit():
        end = after.end()
    return Span(start, end)


def widen(text: str, span: Span, kind: Kind) -> Span:
    """Return a span with what belongs to it: whole words, its whole number, what that counts."""
    whole = widen_to_number(text, _widen_to_words(text, span))
    return widen_to_unit(text, whole) if kind is Kind.HOW_MANY else whole


def _widen_to_words(text: str, span: Span) -> Span:
    """Return a span of whole words without the stop behind them: «شرف» of «أشرف» is no name.

    A particle that is written with a word may stay outside: «بتونس» tells of «تونس».
    """
    start, end = span
    before = _LETTERS_BEFORE.search(text[max(0, start - _LONGEST_WORD) : start])
    behind = _LETTERS.match(text, end)
    if before and text[start].isalpha():
        outside = _OUTSIDE.fullmatch(before[0])
        start -= len((outside["article"] or "") if outside else before[0])
    if behind and text[end - 1].isalpha():
        end = behind.end()
    stop = _STOP.search(text, start, end)
    return Span(start, stop.start() if stop and stop.start() > start else end)


def widen_to_unit(text: str, span: Span) -> Span:
    """Return a number with what it counts: «200» to «200 مليون دينار», «5» to «5 بالمائة».

    A span that does not end in a number stays as it is.
    """
    start, end = span
    if not _ends_in_number(text[start:end]):
        return span
    while found := _NEXT_WORD.match(text, end):
        word = fold(found[1])
        if not word or is_function_word(word):  # of «200 ـ 300» nothing is left
            break
        end = found.end()
        if not is_number_word(found[1]):
            break
    return Span(start, end)


def _ends_in_number(text: str) -> bool:
    last = "".join(text.split()[-1:])
    return last[-1:].isdigit() or (bool(last) and is_number_word(last))

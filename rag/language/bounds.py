"""Read what is said around a number that makes it no figure but a bound: «أكثر من», «نحو»."""

import re
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from index.arabic.numbers import is_number_word
from index.arabic.words import fold


class Bound(StrEnum):
    """How a number bounds the figure that it is told for."""

    NONE = ""
    LEAST = "least"
    MOST = "most"
    ABOUT = "about"


_BEFORE = 60
"""Characters before a number that are looked at: «تجاوزت ميزانية الفيلم الأخير 300 ألف»."""
_AFTER = 25
_ABOUT = 0.1
"""How far «نحو» reaches. Chosen."""
_FAR = 2
"""How many times a bound may be away from a figure: «أكثر من 10» misleads about 97. Chosen."""


def _any(words: str) -> str:
    return "|".join(map(fold, words.split()))


_NOT = (
    rf"(?:\b[وف]?(?:{_any('لا لم لن ليس ليست دون')})(?: {fold('أن')})?"
    rf" (?:(?!{fold('أن')} )\w+ ){{0,2}}?)"
)
_SOME = r"(?: \w+){0,5}? "
_OVER = (
    rf"\b[وف]?[بل]?(?:{_any('أكثر أزيد أعلى أكبر أطول')})(?: \w+)? من "
    rf"|\b[وفب]?(?:{_any('فوق')}) "
    rf"|\b[وف]?[يت]?(?:{_any('تجاوز فاق فوق تخط')})(?:ت|ي|وا|ون)?(?:{_SOME})"
    rf"|\b[وف]?(?:[يت]|ا)?(?:{_any('زاد زيد ربو')})(?:ت|وا)?(?:{_SOME})(?:{_any('عن على')}) "
)
_UNDER = (
    rf"\b[وف]?[بل]?(?:{_any('أقل أدنى أصغر أقصر')})(?: \w+)? من |\b[وفب]?(?:{_any('دون')}) "
    rf"|\b[وف]?[يت]?قل(?:ت)?(?:{_SOME}){fold('عن')} "
)
_NEAR = (
    rf"\b[وف]?[بلك]?(?:{_any('نحو حوالي قرابة زهاء تقريبا')}) "
    rf"|\b[وف]?[يت]?(?:{_any('قارب ناهز')})(?:ت)?(?:{_SOME})"
    rf"|\b[يت]?قرب من |\b(?:{_any('بحدود حدود قريب قريبا نحوا')}) (?:من )?"
)
_BOUND = re.compile(
    rf"(?:(?P<not>{_NOT})?(?:(?P<over>{_OVER})|(?P<under>{_UNDER}))|(?P<near>{_NEAR})"
    rf"|(?P<least>(?:{fold('على الأقل')}|{fold('كحد أدنى')}) )"
    rf"|(?P<most>(?:{fold('على الأكثر')}|{fold('كحد أقصى')}) ))$"
)
_BEHIND = re.compile(
    rf"(?: \w+)?[ ،]+(?:(?P<least>{fold('على الأقل')}|{fold('كحد أدنى')})"
    rf"|(?P<most>{fold('على الأكثر')}|{fold('كحد أقصى')})|(?P<near>{fold('تقريبا')}))\b"
)
_AT_ALL = frozenset(map(fold, ("الأقل", "الأكثر")))
_MOST_BETWEEN = 8
"""Words from «تجاوزت» to its number."""
_MARK = re.compile(r".*[\d،,.:؛؟!«»()\n]", re.DOTALL)
"""What stands before a mark or another number is said of something else."""


def read_bound(folded: str, start: int, end: int) -> Bound:
    """Return how the number at some place of a folded text bounds its figure.

    >>> said = fold("لم يتجاوز عددهم 30 في أكثر من 50 قرية، 90 منها على الأقل")
    >>> [read_bound(said, said.find(n), said.find(n) + 2).value for n in ("30", "50", "90")]
    ['most', 'least', 'least']
    """
    before = _MARK.sub("", folded[max(0, start - _BEFORE) : start])
    found = _BOUND.search(before) or _BEHIND.match(folded, end, end + _AFTER)
    if found is None:
        return Bound.NONE
    said = {name for name, words in found.groupdict().items() if words}
    if "near" in said:
        return Bound.ABOUT
    is_least = bool(said & {"over", "least"}) != ("not" in said)
    return Bound.LEAST if is_least else Bound.MOST


def holds(bound: Bound, number: Fraction, figure: Fraction) -> bool:
    """Tell whether a bounded number is true of a figure, as «أكثر من 90» of 97."""
    if bound is Bound.ABOUT:
        return abs(number - figure) <= _ABOUT * abs(figure)
    return {Bound.LEAST: number < figure, Bound.MOST: number > figure}.get(bound, False)


def misleads(number: Fraction, figure: Fraction) -> bool:
    """Tell whether a bound is too far from a figure to be told for it."""
    low, high = sorted((number, figure))
    return high > _FAR * low


def opens_bound(words: Sequence[str], place: int) -> bool:
    """Tell whether one of some folded words is there for a number only: «لا يقل عن 50»."""
    if words[place] in _AT_ALL:
        return words[place - 1] == fold("على")
    for n in range(place + 1, min(len(words), place + _MOST_BETWEEN)):
        if words[n].isdigit() or is_number_word(words[n]):
            found = _BOUND.search(" ".join(words[place:n]) + " ")
            return found is not None and found.start() == 0
    return False

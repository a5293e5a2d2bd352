"""Read the marks with which a model cites: ``[2]``, ``[2–4]``, ``(المصدر 2)``, ``[^2]``, 【2】."""

import re

from index.arabic.digits import DIGITS

_NUMBER = r"[0-9٠-٩۰-۹]{1,3}"
_TO = r"\s*(?:[-–—]|إلى|to)\s*"
_NAME = (
    r"(?:(?:ال)?(?:مصدر|مصادر|مقطع|مقاطع|مرجع|مراجع)(?:ان|ين)?(?:\s+رقم)?|sources?|passages?)[\s:]*"
)
_SEE = r"(?:(?:وفق|بحسب|حسب|انظر|راجع|see)\s+)?"
_NUMBERS = rf"\^?{_NUMBER}\^?(?:(?:{_TO}|\s*(?:[,،;؛و]|and)\s*)(?:{_NAME})?\^?{_NUMBER}\^?)*"
_BRACKETS = rf"[\[【]\s*(?:{_NAME})?(?:{_NUMBERS})(?:†[^\]】\n]*)?\s*[\]】]"
_ONE = (
    rf"\s*(?:\[{_BRACKETS}\]|\(\s*{_SEE}{_BRACKETS}\s*\)|{_BRACKETS}"
    rf"|\(\s*{_SEE}{_NAME}\[?(?:{_NUMBERS})\]?\s*\))"
)
_MARK = re.compile(rf"{_ONE}(?:\s*[،,و]?{_ONE})*", re.IGNORECASE)
"""One or several that stand together: «[1]، [2] و[3]»."""
_RANGE = re.compile(rf"({_NUMBER})\^?(?:{_TO}(?:{_NAME})?\^?({_NUMBER}))?", re.IGNORECASE)
_AFTER_STOP = re.compile(
    rf"(?<![.!?؟؛…۔])([.!?؟؛…۔]+[»”\"')\]]*)({_MARK.pattern}|\s*\(\s*{_NUMBERS}\s*\)\s*$)",
    re.IGNORECASE,
)
_ROUND = re.compile(rf"\s*\(\s*({_NUMBERS})\s*\)(?=[.!?؟؛…۔:]*$)")
_REFERENCES = re.compile(rf"{_NAME}|(?:ال)?مراجع|references", re.IGNORECASE)
_ALONE = re.compile(
    rf"\s*(?:\(\s*(?:{_NAME})?{_NUMBERS}\s*\)|{_NAME}{_NUMBERS})[\s.،,]*", re.IGNORECASE
)
_BARE = re.compile(rf"\s*{_NUMBERS}[\s.،,]*", re.IGNORECASE)


def parse_citations(text: str) -> list[int]:
    """Return the numbers cited in a text, in order, each once; zero is never a citation.

    >>> parse_citations("كما في [٢] ثم [1]."), parse_citations("[0]"), parse_citations("معًا [1، 2]")
    ([2, 1], [], [1, 2])
    >>> parse_citations("بين [2–4] و(المصدر 6)"), parse_citations("عام [2015] في (87) كبسولة (2)")
    ([2, 3, 4, 6], [])
    """
    return _read_numbers(" ".join(mark[0] for mark in _MARK.finditer(text)))


def strip_citations(text: str) -> str:
    """Return the text without citation marks.

    >>> strip_citations("وُقّع الإعلان في باريس [1][2].")
    'وُقّع الإعلان في باريس.'
    """
    return _MARK.sub("", text).strip()


def move_marks_into_sentences(text: str) -> str:
    """Return the text with each mark before the stop it follows, so that sentences end as marks do.

    >>> move_marks_into_sentences("وصل الوفد. [1] ثم غادر [2].")
    'وصل الوفد [1]. ثم غادر [2].'
    """
    return _AFTER_STOP.sub(r"\2\1", text)


def split_round_mark(sentence: str) -> tuple[str, list[int]]:
    """Return a sentence without the «(2)» at its end, and the numbers that this may cite.

    It may also be a number of the text, as in «المادة (2).».
    """
    if found := _ROUND.search(sentence):
        return sentence[: found.start()] + sentence[found.end() :], _read_numbers(found[1])
    return sentence, []


def read_bare_marks(text: str, *, cited: bool = False) -> list[int]:
    """Return the numbers of a text that holds nothing but marks.

    Args:
        text: Of a line or a cell.
        cited: Whether numbers without anything around them are marks too, as below «المصدر».

    >>> [read_bare_marks(cell) for cell in ("(2)", "المصدر 3", "[1][2]", "72 كم", "17")]
    [[2], [3], [1, 2], [], []]
    """
    rest = _MARK.sub("", text)
    is_bare = _ALONE.fullmatch(rest) or (cited and _BARE.fullmatch(rest))
    if re.search(r"\w", rest) and not is_bare:
        return []
    return _read_numbers(text)


def find_references(text: str) -> bool:
    """Tell whether words call a list of sources, or a line of it begins with its number.

    >>> [find_references(line) for line in ("المصادر", "[1] عنوان", "المصادر المائية [1]")]
    [True, True, False]
    """
    return bool(_REFERENCES.fullmatch(text.strip(" :.")) or _MARK.match(text))


def _read_numbers(marks: str) -> list[int]:
    numbers: dict[int, None] = {}
    for first, last in _RANGE.findall(marks):
        ends = sorted(int(number.translate(DIGITS)) for number in (first, last or first))
        numbers.update(dict.fromkeys(range(ends[0], ends[1] + 1)))
    numbers.pop(0, None)
    return list(numbers)

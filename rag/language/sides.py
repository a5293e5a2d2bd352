"""Take a comparison apart: one question for each side, so that each is looked for by itself."""

import re
from collections.abc import Sequence

from index.arabic.words import fold, stem
from rag.language.questions import PREPOSITION, build_question_word_pattern

_BETWEEN = re.compile(
    r"^(?P<before>.*?)(?<!\w)(?:ما )?(?:هو )?(?:قارن\w*|مقارنة|الفرق|الفارق|فرق|شنو الفرق"
    r"|شو الفرق)?\s*(?P<about>.*?)"
    r"(?<!\w)بين\s+(?P<sides>.+)$",
    re.DOTALL,
)
_OR = re.compile(
    r"^(?P<before>.*?)[،,:]?\s*(?P<first>[^،,:؟?]+?)[،,]?\s+(?:أم|ام)\s+(?P<second>.+)$", re.DOTALL
)
_FROM = re.compile(
    r"(?P<before>.*?)(?:يختلف|تختلف|اختلف|اختلفت|يفرق"
    r"|تفرق)\s+(?P<first>.+?)\s+عن\s+(?P<second>.+)$",
    re.DOTALL,
)
_AND = re.compile(
    r"\s+و(?!احد|زير|زار[ةت]|قت\b|سط|طن|فاة|ضع\b|لاي[ةت]|حدة|كال[ةت]|فد\b|اشنطن|صول\b|اقع|رقة"
    r"|صف\b|رد\b|عد\b|ثيق|جود\b)(?:بين\s+)?(?=\S)"
)
"""«و» before a side; not that of «واحدة», «وزير», «ولاية»."""
_PREPOSITIONS = frozenset({"في", "من", "على", "إلى", "عن", "متاع", "لدى", "عند", "بين"})
_ASKS = re.compile(
    r"^(?:و|ف)?(?:أيهما|ايهما|أيهم|أيّهما|من|ما|ماذا|كيف|هل|بماذا|فيم|فيما|كم|قارن\w*|مقارنة|لي"
    r"|لنا|بين|أي|اي)\b\s*"
)
_COMPARES = re.compile(
    r"\b(?:أكثر|أقل|أعلى|أدنى|أفضل|أسوأ|أكبر|أصغر|أسرع|أبطأ|أغلى|أرخص|أطول|أقصر|أقدم|أحدث|أريح"
    r"|الفرق|الفارق|المستفيد)\b\s*"
)
_BEFORE_AND_AFTER = re.compile(r"(?:ما )?(?:قبل|بعد)(?:ه|ها|هم)")
"""«وما قبله»: named only by the other side."""
_ASKING = rf"{PREPOSITION}(?:{build_question_word_pattern()})\b"
_TAIL = re.compile(r"[؟?.!]\s*.*$", re.DOTALL)
_END = re.compile(
    r"(?<=\S)\s+(?P<end>(?:في|من|عن|حول|بشأن|بخصوص|ضد|إزاء|تجاه|خلال)\s.+)$", re.DOTALL
)
"""What may go for both sides: «موقف أ وموقف ب من الاتفاق»."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LEAST = 2
"""Letters of a side."""


def split_sides(text: str) -> tuple[tuple[str, str], ...]:
    """Return the two sides that a question compares, each with the question for it alone.

    Args:
        text: A question that compares; empty where its sides are not plain.

    Returns:
        (side, question) twice, or nothing.

    >>> split_sides("قارن بين عدد القتلى في تونس وعدد القتلى في مصر")
    (('عدد القتلى في تونس', 'عدد القتلى في تونس؟'), ('عدد القتلى في مصر', 'عدد القتلى في مصر؟'))
    >>> split_sides("أيهما أكثر سكانا، تونس أم ليبيا؟")
    (('تونس', 'سكانا تونس؟'), ('ليبيا', 'سكانا ليبيا؟'))
    """
    plain = _TAIL.sub("", text.strip())
    if found := _OR.match(plain):
        about = _strip(found["before"])
        return _make(about, found["first"], found["second"])
    if found := _FROM.match(plain):
        return _make(_strip(found["before"]), found["first"], found["second"])
    if found := _BETWEEN.match(plain):
        about = _strip(f"{found['before']} {found['about']}")
        first, second = _cut(found["sides"])
        if _BEFORE_AND_AFTER.fullmatch(second) or re.match(_ASKING, second):
            return ()
        second, end = _split_end(first, second)
        whole = [f"{side} {end}" for side in _complete(about, first, second)]
        return _make(about, first, second, whole) if second else ()
    return ()


def _cut(sides: str) -> tuple[str, str]:
    """Return what stands on both sides of «و»: where both begin alike, else at the first."""
    places = [(sides[: m.start()], sides[m.end() :]) for m in _AND.finditer(sides)]
    begins = _stem_first(sides)
    alike = next((place for place in places if _stem_first(place[1]) == begins), None)
    return alike or (places[0] if places else (sides, ""))


def _split_end(first: str, second: str) -> tuple[str, str]:
    """Return the second side without its end, where that goes for both, and that end."""
    found = _END.search(second)
    if not found or _END.search(first) or _stem_first(first) != _stem_first(second):
        return second, ""
    return second[: found.start()], found["end"]


def _complete(about: str, first: str, second: str) -> tuple[str, str]:
    """Return both sides with what one leaves to the other.

    «مدة الصيام في الجزائر والصومال» compares how long in both.
    """
    left, right = first.split(), second.split()
    if about or _stem_first(first) == _stem_first(second):
        return first, second
    if right[0] in _PREPOSITIONS:
        if right[0] not in left:
            return first, second
        last = len(left) - 1 - left[::-1].index(right[0])
        return first, " ".join([*left[:last], *right])
    return " ".join([*left, *right[1:]]), " ".join([*left[:-1], *right])


def _stem_first(words: str) -> str:
    first = next(iter(fold(words).split()), "")
    return stem(first.removeprefix("ل").removeprefix("ب") if len(first) > 4 else first)


def _make(
    about: str, first: str, second: str, whole: Sequence[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the sides by name, each with its question: what both are about, and the whole side."""
    names = [_strip(side) for side in (first, second)]
    sides = [_strip(side) for side in whole or (first, second)]
    if min(map(len, sides)) < _LEAST:
        return ()
    years = [_YEAR.findall(side) for side in sides]
    made = []
    for name, side, own, others in zip(names, sides, years, reversed(years), strict=True):
        # «في تونس ومصر سنة 2017»: the year stands behind the second and goes for both.
        shared = "" if own or _YEAR.search(about) else " ".join(others)
        made.append((name, " ".join(f"{about} {side} {shared}".split()) + "؟"))
    return tuple(made)


def _strip(about: str) -> str:
    """Return what is compared without the words that ask to compare."""
    left = about
    while (shorter := _COMPARES.sub("", _ASKS.sub("", left.strip(" ،,:")))) != left:
        left = shorter
    return left.strip(" ،,:")

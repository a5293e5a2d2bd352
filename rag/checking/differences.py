"""Find what a claim says otherwise than what it rests on: figures, days, names, denials, opposites.

Where one small thing was exchanged the words are nearly the same, so each kind is looked for by
itself.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from index.arabic.dates import WEEKDAYS
from index.arabic.numbers import is_number_word
from index.arabic.sentences import sentence_spans
from index.arabic.words import fold, split_words, stem
from index.search.search import Passage
from rag.checking.alignment import Alignment, is_light
from rag.language.bounds import Bound, holds, misleads, opens_bound
from rag.language.names import LOW_ORDINALS, name_words
from rag.language.package_data import read_lines, read_weights, read_words
from rag.language.relative_dates import find_relative_dates, spell_date
from rag.language.statements import EDGE, Token, read_statement, tokens_match

_DAYS = frozenset(map(fold, WEEKDAYS))
_HALF = "#50%"
"""«نصف» is said of much that nobody counts."""
_BASIS_POINTS = [[fold(noun), fold("أساس")] for noun in ("نقطة", "نقاط")]
_SCALES = {
    fold(noun): scale
    for scale, nouns in (
        (10, "عقود العقود عقدين العقدين"),
        (100, "قرون القرون مئات المئات"),
        (10**3, "آلاف الآلاف"),
        (10**6, "ملايين الملايين"),
        (10**9, "مليارات المليارات بلايين البلايين"),
    )
    for noun in nouns.split()
}
"""What a bare number beside it is of: «المليارات الأربعة» are four thousand million."""
_UNITS = {
    fold(noun): number
    for number, nouns in enumerate(
        (
            "ثانية ثواني ثوان", "دقيقة دقائق", "ساعة ساعات", "يوم يوما أيام ليلة ليال",
            "أسبوع أسبوعا أسابيع", "شهر شهرا أشهر شهور", "سنة سنوات عام عاما أعوام",
            "متر مترا أمتار", "كيلومتر كيلومترا كيلومترات كلم كم", "طن طنا أطنان",
            "دولار دولارا دولارات", "يورو", "دينار دينارا دنانير", "درهم درهما دراهم",
            "ريال ريالا ريالات", "جنيه جنيها جنيهات", "ليرة ليرات",
        ),
        start=1,
    )
    for noun in nouns.split()
}  # fmt: skip
"""Days and minutes, or dinars and metres, have no sum."""
_DOUBLES = re.compile(r"\w*ضا?عف\w*|مرتين|مثلي")
"""What is told to double may be told as twice as much."""
_CERTAIN = 0.75
"""Share of what stands around a figure that must be told beside another figure for that one to be
what the sentence says."""
_CHANGED = 1
"""Words that a claim may have beyond a sentence to be that sentence with a denial: the verb, which
is in another form behind «لم»."""
_REACH = 5
"""Words on either side that are looked at as what stands around a word."""

_NEGATORS = frozenset(
    split_words(
        "لا لن لم ليس ليست ليسوا لست بدون دون عدم بعدم لعدم بلا ولا ولم ولن وليس وليست ودون"
        " وبدون وعدم فلا فلم فلن"
    )
)
_DENIES = re.compile(
    r"[وف]?(?:ي|ت|ا)?(?:نف[يت]|نفوا|نافي|نافيه|انكر|نكر|كذب|فند|دحض)(?:ت|وا|ا|ه|ها)?"
)
_NO_DENIAL = re.compile(r"(?:[يت]زال|[يت]زالون|سيما|بد|شك|اقل|[يت]نفك|باس)")
"""Behind a negator it says the contrary, or nothing."""
_EXCEPTS = frozenset(split_words("إلا سوى بل فقط وحده وحدها"))
_SCOPE = {False: (3, 8), True: (6, 12)}
"""Words that a negator, and a verb that denies, are said of, and how far away they stand."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a claim says otherwise.

    Attributes:
        kind: ``number``, ``day``, ``name``, ``denial`` or ``opposite``.
        word: Of the claim.
        told: What is told instead, where that is certain; "" otherwise.
    """

    kind: str
    word: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Exact:
    """The numbers, months and days that a claim may rest on.

    Attributes:
        told: Keys as :func:`read_statement` gives them, with what «أمس» means.
        sentences: All tokens of each sentence of the alignment.
    """

    told: frozenset[str]
    sentences: Sequence[tuple[Token, ...]]


def read_exact(passages: Sequence[Passage]) -> Exact:
    """Return the numbers, months and days of passages, their headlines and neighbours."""
    told: set[str] = set()
    sentences: list[tuple[Token, ...]] = []
    for passage in passages:
        article, start, end = passage.article, passage.chunk.start, passage.chunk.end
        around = [s for s in sentence_spans(article.text) if s[1] >= start - 1 and s[0] <= end + 1]
        first, last = (around[0][0], around[-1][1]) if around else (start, end)
        whole = f"{article.title}\n{article.text[min(first, start) : max(last, end)]}"
        told |= _list_exact(whole) | set(_list_ordinals(whole))
        meant = [found.date for found in find_relative_dates(whole, article.date)]
        for date in (*meant, article.date):
            told |= _list_exact(spell_date(date)) if date else set()
        inside = [passage.text[a:b] for a, b in sentence_spans(passage.text)]
        sentences += [_read_exact_tokens(text) for text in (*inside, article.title)]
    return Exact(frozenset(told), sentences)


def _list_exact(text: str) -> frozenset[str]:
    return frozenset(token.key for token in _read_exact_tokens(text) if token.exact)


def _read_exact_tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text, «50 نقطة أساس» as half a percent."""
    tokens = read_statement(text).tokens
    return tuple(
        one._replace(key=f"#{float(_value(one.key) / 100):g}%")
        if one.key.startswith("#") and _counts_points(tokens, n)
        else one
        for n, one in enumerate(tokens)
    )


def _counts_points(tokens: Sequence[Token], place: int) -> bool:
    return [after.word for after in tokens[place + 1 : place + 3]] in _BASIS_POINTS


def _list_ordinals(text: str) -> Iterator[str]:
    for word in name_words(split_words(text)):
        if word.startswith("#"):
            yield word
        elif word and word in LOW_ORDINALS:
            yield f"#{LOW_ORDINALS.index(word)}"


def find_differences(claim: str, alignment: Alignment, exact: Exact) -> list[Difference]:
    """Return what a claim says otherwise, those that are certain first.

    Args:
        claim: As it was written.
        alignment: Of its words.
        exact: Of the same passages.
    """
    found = [
        *_find_other_figures(claim, alignment, exact),
        *_find_denials(alignment),
        *_find_opposites(claim, alignment, exact),
    ]
    return sorted(found, key=lambda difference: not difference.told)


def _find_other_figures(claim: str, alignment: Alignment, exact: Exact) -> Iterator[Difference]:
    """Yield numbers, months and days that nothing has and that follow from nothing."""
    bare = {key.rstrip("%") for key in exact.told}
    near = [exact.sentences[n] for n in sorted(set(alignment.closest))]
    told = [figure for one in near for figure in _list_figures(one)]
    doubles = any(_DOUBLES.fullmatch(one.word) for tokens in near for one in tokens)
    told += [replace(one, value=2 * one.value) for one in told] if doubles else []
    tokens = _read_exact_tokens(claim)
    for place, token in enumerate(tokens):
        key = token.key
        if not token.exact or key in exact.told or key.rstrip("%") in bare or key == _HALF:
            if token.exact and _is_turned(token, near):
                yield Difference("opposite", token.word)
            continue
        if key.startswith("#") and _follows(tokens, place, told):
            continue
        rivals = [rival for one in near for rival in _find_rivals(tokens, place, one)]
        true = [rival for rival in rivals if _holds(token, rival)]
        if any(_says(token, rival) for rival in true):
            continue
        certain = alignment.coverage >= _CERTAIN and not true
        yield Difference(
            "number" if key.startswith("#") else "day",
            token.word,
            " / ".join(sorted({rival.word for rival in rivals})) if certain else "",
        )


def _holds(token: Token, rival: Token) -> bool:
    """Tell whether a bounded number is true of a figure that is not bounded the other way."""
    if token.bound is Bound.NONE or rival.bound not in {Bound.NONE, Bound.ABOUT, token.bound}:
        return False
    return holds(token.bound, _value(token.key), _value(rival.key))


def _says(token: Token, rival: Token) -> bool:
    """Tell whether a bound that holds says nothing else: a rounding may, and another bound."""
    rounds = token.bound is Bound.ABOUT or rival.bound is token.bound
    return not rounds and not misleads(_value(token.key), _value(rival.key))


def _is_turned(token: Token, near: Sequence[Sequence[Token]]) -> bool:
    """Tell whether «أقل من 300» is said of what is told as «أكثر من 300»."""
    told = [other.bound for tokens in near for other in tokens if other.key == token.key]
    turned = {Bound.LEAST: Bound.MOST, Bound.MOST: Bound.LEAST}.get(token.bound)
    return bool(told) and set(told) == {turned}


def _find_rivals(claim: Sequence[Token], place: int, told: Sequence[Token]) -> Iterator[Token]:
    """Yield the figures of a sentence that are of the same thing as one of a claim.

    Percentages are; other numbers where the same is counted, months behind the same number.
    """
    key, own = claim[place].key, {token.key for token in claim}
    for n, token in enumerate(told):
        if not token.exact or token.key in own or _kind(token.key) != _kind(key):
            continue
        if _counts_points(told, n) != _counts_points(claim, place):
            continue
        if _kind(key) == "#":
            beside = claim[place + 1], told[n + 1]
        else:
            beside = claim[place - 1], told[n - 1]
        counted = beside[0].key != EDGE and tokens_match(*beside)
        if _kind(key) == "%" or counted:
            yield token


def _kind(key: str) -> str:
    if key.startswith("#"):
        return "%" if key.endswith("%") else "#"
    return "day" if key in _DAYS else "month"


def _value(key: str) -> Fraction:
    return Fraction(key.strip("#%"))


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number and what stands behind it: what it counts, mostly."""

    value: Fraction
    is_percent: bool
    counted: Token

    def adds_to(self, other: "_Figure") -> bool:
        """Tell whether two figures are of one thing, so that their sum or difference is one too."""
        if self.value == other.value or self.is_percent != other.is_percent:
            return False
        units = {_UNITS.get(one.counted.word.removeprefix("ال"), 0) for one in (self, other)} - {0}
        return len(units) < 2


def _list_figures(tokens: Sequence[Token]) -> Iterator[_Figure]:
    for n, token in enumerate(tokens):
        if token.key.startswith("#"):
            yield _Figure(_value(token.key), token.key.endswith("%"), tokens[n + 1])


def _follows(claim: Sequence[Token], place: int, told: Collection[_Figure]) -> bool:
    """Tell whether a number is a sum or difference of two that are told, or the rest of a hundred.

    Of small numbers that would be true by chance. «المليارات الأربعة» and «ثلاثة عقود» tell of four
    thousand million and of thirty years.
    """
    value, is_percent = _value(claim[place].key), claim[place].key.endswith("%")
    beside = {_SCALES.get(claim[n].word, 1) for n in (place - 1, place + 1)} if value < 100 else {1}
    if value <= 1 or any(one.value == value * scale for one in told for scale in beside):
        return True
    if is_percent and any(one.is_percent and 100 - one.value == value for one in told):
        return True
    return value > 3 and any(
        value in {abs(one.value - other.value), one.value + other.value}
        for one, other in combinations(told, 2)
        if one.adds_to(other)
    )


def measure_missing_names(alignment: Alignment) -> float:
    """Return how much the word speaks against a claim that is likest to be a name and is not told.

    Which words name something is read from their vectors (``reading/missing_words.json``): of those
    that nothing has the most telling counts, by how far it is from all that is told. The vector of
    the first word is like a name's whatever it is.
    """
    vectors, words = alignment.claim.vectors, alignment.claim.words
    layer = _load_layer()
    if vectors is None or vectors.shape[1] != len(layer):
        return 0.0
    telling = np.maximum(vectors @ layer, 0) * (1 - alignment.best)
    return max(
        (
            float(telling[n])
            for n in alignment.content
            if n and not (words[n][0].isdigit() or is_number_word(words[n]))
        ),
        default=0.0,
    )


@cache
def _load_layer() -> NDArray[np.float32]:
    fitted = read_weights("reading/missing_words.json")["by_vector"]
    return np.array(fitted["vector"], np.float32)


def _find_denials(alignment: Alignment) -> Iterator[Difference]:
    """Yield what the nearest sentences deny and the claim says, and the other way round."""
    if not alignment.content:
        return
    told = _Denials(alignment.words, alignment.pieces, alignment.sentences)
    claim = alignment.claim
    own = _Denials(claim.words, claim.pieces, claim.sentences)
    near = np.isin(alignment.sentences, alignment.closest)
    for place, scope in told.found:
        if not near[place]:
            continue
        said = [n for word in scope if (n := _find_like(alignment, word)) is not None]
        if len(said) == len(scope) and len(said) > 1 and not any(map(own.governs, said)):
            certain = all(alignment.same[:, word].any() for word in scope)
            denied = " ".join(alignment.words[n] for n in (place, *scope)) if certain else ""
            yield Difference("denial", claim.words[said[0]], denied)
    sentence = int(alignment.by_sentence[alignment.content].mean(axis=0).argmax())
    inside = alignment.sentences == sentence
    changed = sum(not alignment.same[n, inside].any() for n in alignment.content)
    for place, scope in own.found:
        places = [[int(p) for p in np.flatnonzero(alignment.same[n] & inside)] for n in scope]
        stated = [found for found in places if found]
        if len(stated) < 2 or changed > _CHANGED:
            continue
        if not any(told.governs(n) for found in stated for n in found):
            words = " ".join(alignment.words[found[0]] for found in stated)
            yield Difference("denial", claim.words[place], words)


def _find_like(alignment: Alignment, told: int) -> int | None:
    """Return the content word of a claim that says a word that is told, if one does."""
    if not alignment.content:
        return None
    column = alignment.likeness[alignment.content, told]
    place = alignment.content[int(column.argmax())]
    like = float(column.max())
    return place if like >= 0.6 and like >= alignment.best[place] - 0.02 else None


class _Denials:
    """The denials of some words and what they are said of."""

    def __init__(
        self, words: Sequence[str], pieces: NDArray[np.int64], sentences: NDArray[np.int64]
    ) -> None:
        self._words = words
        self._pieces = pieces
        self._sentences = sentences
        self.found = [
            (n, scope) for n, word in enumerate(words) if (scope := self._find_scope(n, word))
        ]
        self._signs = [
            word in _NEGATORS or bool(_DENIES.fullmatch(word)) or _has_denying_sense(word)
            for word in words
        ]

    def _find_scope(self, place: int, word: str) -> list[int]:
        """Return the words that a denial is said of; none for what denies nothing."""
        denies = bool(_DENIES.fullmatch(word))
        if not denies and word not in _NEGATORS:
            return []
        following = self._words[place + 1 : place + 2]
        if not denies and following and _NO_DENIAL.fullmatch(following[0]):
            return []
        most, reach = _SCOPE[denies]
        scope: list[int] = []
        for n in range(place + 1, min(len(self._words), place + reach)):
            outside = self._sentences[n] != self._sentences[place]
            if outside or (not denies and self._pieces[n] != self._pieces[place]):
                break
            if self._words[n] in _EXCEPTS:
                return []
            if not is_light(self._words[n]):
                scope.append(n)
            if len(scope) == most:
                break
        return scope

    def governs(self, place: int) -> bool:
        """Tell whether something near a word denies it, in whatever way."""
        for n in range(max(0, place - 9), min(len(self._words), place + 4)):
            if self._signs[n] and self._sentences[n] == self._sentences[place]:
                verb_before = n < place and bool(_DENIES.fullmatch(self._words[n]))
                if verb_before or self._pieces[n] == self._pieces[place]:
                    return True
        return False


def _has_denying_sense(word: str) -> bool:
    known = _load_denying_words()
    return (
        word in known
        or (len(word) > 3 and word[0] in "وفبلك" and word[1:] in known)
        or (len(word) > 4 and word.startswith("ال") and word[2:] in known)
    )


@cache
def _load_denying_words() -> frozenset[str]:
    return frozenset(map(fold, read_words("checking/denying_words.txt")))


def _find_opposites(claim: str, alignment: Alignment, exact: Exact) -> Iterator[Difference]:
    """Yield words of the claim of which the nearest sentences have an opposite that it lacks.

    Those of a bound are none, unless its number is told: «أقل من 300» for «أكثر من 300».
    """
    bounded = {token.key for token in _read_exact_tokens(claim) if token.bound}
    bounded -= {_HALF, *exact.told}
    said = np.asarray(alignment.same.any(axis=0))
    words = alignment.claim.words
    for place, word in enumerate(words):
        frame = alignment.find_frame(place, _REACH)
        if not frame or not find_sides(word) or (bounded and opens_bound(words, place)):
            continue
        around = int(alignment.by_sentence[frame].mean(axis=0).argmax())
        near = np.flatnonzero(np.isin(alignment.sentences, [around, *alignment.closest]))
        if alignment.same[place, near].any():
            continue
        if any(are_opposites(word, alignment.words[n]) and not said[n] for n in near):
            yield Difference("opposite", word)


def are_opposites(one: str, other: str) -> bool:
    """Tell whether two folded words say the opposite of one another.

    >>> are_opposites("ارتفع", "وانخفض"), are_opposites("ارتفع", "صعد")
    (True, False)
    """
    first, second = find_sides(one), find_sides(other)
    return any((line, not side) in second for line, side in first)


def find_sides(word: str) -> frozenset[tuple[int, bool]]:
    """Return on which lines of the list a folded word stands, and whether on the left."""
    table = _load_opposites()
    return table.get(stem(word), frozenset()) | table.get(stem(word[1:]), frozenset())


@cache
def _load_opposites() -> dict[str, frozenset[tuple[int, bool]]]:
    lines = [line for line in read_lines("checking/opposites.txt") if "|" in line]
    found: dict[str, set[tuple[int, bool]]] = {}
    for number, line in enumerate(lines):
        for left, words in zip((True, False), line.split("|"), strict=True):
            for word in words.split():
                found.setdefault(stem(fold(word)), set()).add((number, left))
    return {word: frozenset(sides) for word, sides in found.items()}

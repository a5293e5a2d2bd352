"""Cut a sentence to the clause that answers, so that a reader sees it at once.

What is shown is an exact span of the sentence. A cut never falls inside a quotation, a bracket or a
number, and never drops what denies a word that stays or puts it under a condition.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.arabic.sentences import Span
from rag.language.statements import Token, read_statement

LEAST_WORDS, MOST_WORDS = 7, 25
"""Of a clause that is shown, where its sentence has as many."""

_SAYS = (
    r"(?:أ|ا)(?:ضاف|وضح|كد|شار|علن|فاد|عتبر|ستطرد|ردف|برز|عرب|بان|قر|خبر|بلغ|عترف)|قال|صرّ?ح"
    r"|ذكر|لفت|شدّ?د"
    r"|تابع|كشف|بيّ?ن|نوّ?ه|رجّ?ح|توقّ?ع|حذّ?ر|رأى|زعم|نقل|دعا"
)
_BORDER = re.compile(
    r"(?<!\d)[،,؛](?!\d)|(?<=\d)[،,؛](?=\s)|(?<!\d):|:(?!\d)|\n|\s[-–—]\s|\s(?=\*)|(?<=\))\s"
    r"|\s(?=(?:بينما|فيما|حيث|إذ|مشير[اةً]+|مضيف[اةً]+|مؤكد[اةً]+|موضح[اةً]+|مبين[اةً]+"
    r"|معتبر[اةً]+|لافت[اةً]+"
    r"|داعي[اةً]+|علم[اً]+ (?:أن|ان)|وذلك|وهو ما|وهي|مما|ما أدى|لكن|غير أن|إلا أن|في حين|كما"
    r"|وأن|وأنه|وأنها"
    rf"|[وف](?:{_SAYS})ت?)\b)"
)
_SOFT_BORDER = re.compile(
    r"\s(?=(?:و?الذي|و?التي|و?الذين|بهدف|من أجل|من اجل|لفائدة|من خلال|إلى جانب|الى جانب"
    r"|بالإضافة|مقابل|وفق|بحسب|حسب"
    r"|على خلفية|إثر|اثر|بسبب|نتيجة|جراء|ضمن|في إطار|فى اطار|في اطار|عن طريق|بعد|قبل|خلال|عقب"
    r"|يتم|سيتم|تم|بما|ينص|تنص"
    r"|قصد|خاصة|لا سيما|لتغطية|على أن|على ان|باستثناء|رغم|عند|لدى)\s)"
)
"""Where a clause that is too long by itself may be cut too."""
_CONDITION = re.compile(
    r"\s*(?:إذا|اذا|لو|إن لم|ما لم|بشرط|شرط أن|شريطة|على أن|إلا|الا|باستثناء|ما عدا|لكن|غير أن"
    r"|دون|من دون|بدون)\b"
)
"""Begins what would change the meaning of what stands before it if it were cut away."""
_UNCUT = re.compile(r"«[^»\n]*»|\"[^\"\n]*\"|“[^”\n]*”|\([^)\n]*\)|\[[^\]\n]*\]")
_LONGEST_UNCUT = 20
"""Words of a quotation or bracket from which on it may be cut inside."""

_CONNECTIVE = re.compile(
    r"(?:(?:و|ف)?(?:كما|لكن|هذا|من جهة أخرى|من جهة ثانية|من ناحية أخرى|من جانب آخر|في المقابل"
    r"|بالمقابل|في سياق متصل"
    r"|في السياق ذاته|في نفس السياق|من جهت(?:ه|ها|هم)|من جانب(?:ه|ها|هم)|(?:يشار|يذكر"
    r"|تجدر الإشارة|للإشارة|للتذكير)"
    r"(?: إلى| الى)?|بدور(?:ه|ها))[،,]?\s+)+(?!(?:أن|ان)\b)"
)
_ATTRIBUTION = re.compile(
    rf"(?:كما |قد |وقد )?[وفي]?(?:{_SAYS})ت?(?P<who>(?:\s+(?!(?:ب?[أإا]نّ?(?:ه|ها|هم|هما)?"
    rf"|الى|إلى)\s)[^\s،,:.؛«»\"“”]+){{0,9}}?)"
    r"(?:[،,]\s+[^،,:.؛\n]{0,60}[،,])?\s+(?:إلى |الى |على )?(?:ب?أنّ?|إنّ?|ان)\s+(?=\S)"
)
_COLON = re.compile(
    rf"(?:كما |قد |وقد )?[وفي]?(?:{_SAYS})ت?(?P<who>(?:\s+[^\s،,:.؛«\"]+){{1,9}}?)\s*:\s*(?=[«\"“])"
)
"""«وقال فلان: «…»»."""
_THAT = re.compile(r"\s*ب?(?:أنّ?|إنّ?|ان)\s+")
_PRONOUN = re.compile(r"(?:ه|ها|هم|هما)\b")
_BYLINE = re.compile(
    r"(?:[^\s.،:]{2,15}\s+){0,3}\(?[^\s.،:]{2,15}\)?\s?[-–—]\s*(?:(?:[^\s.،:]{2,12}\s){0,2}[^\s.،:]{2,12}\s?[-–—:]\s*)?(?=\S)"
)
_MOST_OF_A_BYLINE = 30
"""Characters of «تونس - وات -»; a longer opening is a sentence."""
_CIRCUMSTANCE = re.compile(
    r"\s+(?:في|خلال|اليوم|أمس|امس|صباح|مساء|يوم|عقب|إثر|اثر|على|لدى|عبر|ل?مراسل\S*|حول|بخصوص"
    r"|وهو|وهي|وهم)\s.*"
    r"|\s+(?:(?:ال(?:سبت|[أا]حد|[إا]ثنين|ثلاثاء|[أا]ربعاء|خميس|جمعة))\b|\d).*"
    r"|\s+(?:قائل|لل?صحا?فيي?ن|ل(?:وكالة|قناة|إذاعة|اذاعة|صحيفة|موقع)\b).*",
    re.DOTALL,
)
_HANGING = re.compile(
    r"(?:\s+(?:و|من|على|في|إلى|الى|عن|مع|أن|ان|وقد|قد|ثم|أو|بعد|قبل|التي|الذي|كما|حيث))+$"
)
"""Words with which nothing ends."""
_MOST_OF_A_LABEL = 8
"""Words before a colon that say what stands behind it: «الصنف الثالث: 25 دينارا»."""
_MOST_OF_A_NAME = 7
"""Words of who speaks; what is longer is more than a name."""


class Shown(NamedTuple):
    """What is shown of a sentence.

    Attributes:
        span: Into the text.
        speaker: Who says it, where that was left out; "" otherwise.
    """

    span: Span
    speaker: str = ""


def choose_clause(
    text: str,
    span: Span,
    answer: Span | None = None,
    worth: Callable[[str], float] = len,
    most: int = MOST_WORDS,
) -> Shown:
    """Return the clause of a sentence that answers.

    Args:
        text: Of the article.
        span: The sentence, or a few.
        answer: The answering words, where they are known.
        worth: What a piece of the sentence is worth; the best is shown where the answering words
            are not known.
        most: Words that are shown, where no cut is forbidden.

    >>> said = "وأضاف وزير النقل أن الجسر الذي طال انتظاره يفتتح في مايو، مشيرًا إلى أن كلفته كبيرة."
    >>> shown = choose_clause(said, Span(0, len(said)), most=10)
    >>> said[shown.span.start : shown.span.end], shown.speaker
    ('الجسر الذي طال انتظاره يفتتح في مايو', 'وزير النقل')
    """
    start, speaker = _skip_opening(text, span, answer)
    if len(text[start : span.end].split()) <= most:
        return Shown(Span(start, span.end), speaker)
    pieces = list(_split(text, Span(start, span.end), _BORDER))
    low, high = _find_core(text, pieces, answer, worth)
    if len(text[pieces[low].start : pieces[high].end].split()) > most:
        finer = [
            part for n in range(low, high + 1) for part in _split(text, pieces[n], _SOFT_BORDER)
        ]
        pieces[low : high + 1] = finer
        first, last = _find_core(text, finer, answer, worth)
        low, high = low + first, low + last
    low, high = _grow(text, pieces, low, high, most)
    while low and not _means_the_same(text, span, Span(pieces[low].start, pieces[high].end)):
        low -= 1  # what denies or conditions stands before what it reaches
    last = max((n for n in range(high + 1, len(pieces)) if _binds(text, pieces[n])), default=high)
    high = last  # or behind it: «إذا …», «ما لم …»
    low = _find_label(text, pieces, low)
    chosen = _trim(text, Span(pieces[low].start, pieces[high].end))
    if chosen.end < span.end and (hanging := _HANGING.search(text, chosen.start, chosen.end)):
        kept = answer.end if answer else chosen.start
        chosen = Span(chosen.start, max(hanging.start(), kept))
    return Shown(chosen, speaker if low == 0 else "")


def find_speaker(text: str) -> str:
    """Return who speaks in a sentence that begins by saying so; "" where that is not plain.

    >>> find_speaker("وقال وزير الصحة سعيد العايدي في تصريح إن الوضع مستقر.")
    'وزير الصحة سعيد العايدي'
    >>> find_speaker("وقالت ليلى الكيلاني للصحفيين: «الوضع مستقر».")
    'ليلى الكيلاني'
    """
    found = _match_saying(text, 0, len(text))
    return _name(found["who"]) if found else ""


def _match_saying(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the words with which a sentence begins that say who speaks; the group ``who``."""
    return _ATTRIBUTION.match(text, start, end) or _COLON.match(text, start, end)


def _name(words: str) -> str:
    name = _CIRCUMSTANCE.sub("", words).strip(" ،,")
    if re.search(r"\b(?:ذات|نفس|المصدر|ذاته|نفسه|المتحدث)\b|^(?:هذ[اهي]\w*|ذلك|تلك|هؤلاء)\b", name):
        return ""
    # «القيادي السابق في حركة … فلان»: the name stands behind what was cut off.
    if name != words.strip(" ،,") and all(word.startswith("ال") for word in name.split()):
        return ""
    return name if 1 < len(name.split()) <= _MOST_OF_A_NAME else ""


def _skip_opening(text: str, span: Span, answer: Span | None) -> tuple[int, str]:
    """Return where a sentence begins to say something, and who says it."""
    start, speaker = span.start, ""
    last = answer.start if answer else span.end
    byline = _BYLINE.match(text, start, span.end)
    if byline and byline.end() - start <= _MOST_OF_A_BYLINE and byline.end() <= last:
        start = byline.end()
    connective = _CONNECTIVE.match(text, start, span.end)
    if connective and connective.end() <= last:
        start = connective.end()
    said = _match_saying(text, start, span.end)
    if said and said.end() <= last and not _PRONOUN.match(text, said.end() - 1):
        named = _name(said["who"])
        # What is said without a name keeps who says it, unless that is only «وأضاف أن».
        if named or not said["who"].strip():
            start, speaker = said.end(), named
    if len(text[start : span.end].split()) < LEAST_WORDS // 2:
        return span.start, ""
    if not _means_the_same(text, span, Span(start, span.end)):
        return span.start, ""
    return start, speaker


def _split(text: str, span: Span, borders: re.Pattern[str]) -> Iterator[Span]:
    """Yield the pieces between which a sentence may be cut."""
    uncut = [
        (found.start(), found.end())
        for found in _UNCUT.finditer(text, span.start, span.end)
        if len(found[0].split()) <= _LONGEST_UNCUT
    ]
    start = span.start
    for border in borders.finditer(text, span.start, span.end):
        inside = any(a < border.start() < b - 1 or a < border.end() - 1 < b - 1 for a, b in uncut)
        if not inside and border.end() < span.end and text[start : border.end()].strip():
            yield Span(start, border.end())
            start = border.end()
    yield Span(start, span.end)


def _find_core(
    text: str, pieces: Sequence[Span], answer: Span | None, worth: Callable[[str], float]
) -> tuple[int, int]:
    """Return the first and last piece that must be shown."""
    if answer:
        held = [n for n, p in enumerate(pieces) if p.start < answer.end and answer.start < p.end]
        last = held[-1] if held else 0
        while last + 1 < len(pieces) and _introduces(text, pieces[last], pieces[last + 1]):
            last += 1  # who says it is nothing without what is said
        if held:
            return held[0], last
    counts = [worth(text[p.start : p.end]) for p in pieces]
    for n, following in enumerate(pieces[1:]):
        if _introduces(text, pieces[n], following):  # who says it; what is said comes behind
            counts[n] = -1.0
    best = counts.index(max(counts))
    return best, best


def _find_label(text: str, pieces: Sequence[Span], first: int) -> int:
    """Return the piece before a colon that says what the first one is of; else the first."""
    if not first:
        return first
    before = text[pieces[first - 1].start : pieces[first - 1].end].strip()
    is_label = before.endswith(":") and len(before.split()) <= _MOST_OF_A_LABEL
    return first - 1 if is_label else first


def _introduces(text: str, piece: Span, following: Span) -> bool:
    """Tell whether a piece only says who says what follows: «… أن …», «…: «…»»."""
    said = text[piece.start : piece.end].rstrip()
    return said.endswith(":") or bool(_THAT.match(text, following.start))


def _grow(text: str, pieces: Sequence[Span], low: int, high: int, most: int) -> tuple[int, int]:
    """Add neighbours while they fit: what stands before first, since it names what is spoken of."""

    def count(first: int, last: int) -> int:
        return len(text[pieces[first].start : pieces[last].end].split())

    while low > 0 and count(low - 1, high) <= most:
        low -= 1
    while high < len(pieces) - 1 and count(low, high + 1) <= most:
        high += 1
    while count(low, high) < LEAST_WORDS and (low > 0 or high < len(pieces) - 1):
        low, high = (low - 1, high) if low > 0 else (low, high + 1)
    return low, high


def _means_the_same(text: str, whole: Span, part: Span) -> bool:
    """Tell whether the words of a part are denied and conditioned as in the whole sentence."""
    tokens = _read(text[whole.start : whole.end])
    kept = _read(text[part.start : part.end])
    for first in range(len(tokens) - len(kept) + 1):
        window = tokens[first : first + len(kept)]
        if [t.key for t in window] == [t.key for t in kept]:
            return all(_reach(a) == _reach(b) for a, b in zip(window, kept, strict=True))
    return True


@lru_cache(maxsize=1_024)
def _read(text: str) -> tuple[Token, ...]:
    return tuple(token for token in read_statement(text).tokens if token.word)


def _reach(token: Token) -> tuple[bool, bool]:
    return token.denied, token.depends


def _binds(text: str, piece: Span) -> bool:
    """Tell whether a piece puts what stands before it under a condition, or limits it."""
    return bool(_CONDITION.match(text, piece.start, piece.end))


def _trim(text: str, span: Span) -> Span:
    start, end = span
    if that := _THAT.match(text, start, end):
        start = that.end()
    while start < end and (text[start].isspace() or text[start] in "،,؛:-–—"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "،,؛:-–—"):
        end -= 1
    return Span(start, end)

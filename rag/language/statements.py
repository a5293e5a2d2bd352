"""Read a sentence as a sequence of things that can be compared: words, numbers, months, sayings.

Each knows whether its sentence denies it or makes it depend on a condition.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from index.arabic.dates import MONTH_NAME, WEEKDAYS
from index.arabic.numbers import find_numbers
from index.arabic.words import fold, fold_names, skeleton, stem, term_of
from rag.language.bounds import Bound, read_bound
from rag.language.package_data import read_words
from rag.language.questions import is_function_word

SAYING = "saying"
"""Key of every verb of saying: «قال» and «صرّح» are one."""
EDGE = "edge"
"""Key of what stands before the first word of a sentence and after its last."""


class Token(NamedTuple):
    """A word or number of a statement.

    Attributes:
        key: What it is compared by: a term, or ``#value`` and ``#value%`` for a number.
        others: Further terms it may be matched by: what stands behind a one-letter clitic, and
            its consonants as ``~skeleton``.
        word: As it stands, folded.
        exact: Whether nothing else may stand for it: a number, a month, a day of the week.
        light: Whether it may be missing from a source: it says nothing of the matter.
        denied: Whether the sentence denies it.
        depends: Whether it stands under a condition or is only claimed.
        before: The preposition that governs it, or "".
        bound: Of a number: whether it is the figure itself.
    """

    key: str
    others: frozenset[str]
    word: str
    exact: bool
    light: bool
    denied: bool
    depends: bool
    before: str
    bound: Bound = Bound.NONE


class Statement(NamedTuple):
    """A sentence, or a few, as tokens in order; words without a subject of their own left out.

    Attributes:
        tokens: An edge before, after and between sentences.
        conditional: Whether any of it stands under a condition.
    """

    tokens: tuple[Token, ...]
    conditional: bool

    @property
    def matter(self) -> list[Token]:
        """The tokens that a source must hold."""
        return [token for token in self.tokens if not token.light]


_PIECE = re.compile(r"[^\W\d]+|[،,؛;:.!؟?()\[\]«»\"“”\n]")
_STOPS = frozenset("،,؛;:.!؟?\n")
_ENDS = frozenset(".!؟?\n")
_MONTHS = {
    term_of(fold(name)) for name in MONTH_NAME.split("|") if name.isalpha() and not name.isascii()
}
_DAY = re.compile(rf"[وفبل]?(?:{'|'.join(map(fold, WEEKDAYS))})")

_AUGUST = re.compile(r"(?<=\d )اب\b|\bاب(?=\s*/|\s+\d{4})")  # elsewhere «آب» is a father


def _fold_words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


_NEGATORS = _fold_words(
    "لا لن لم ليس ليست ليسوا غير بدون دون عدم بلا مش مو ماكو never no not without"
)
_TURNS = _fold_words("لكن بل إلا وإنما سوى لكنه لكنها لكنهم")
_CONDITIONS = _fold_words("إذا لو شريطة بشرط لولا زعم زعمت يزعم تزعم زاعما مزاعم ادعى ادعت يدعي if")
_TRANSPARENT = _fold_words(
    "يكن تكن يكون تكون يكونوا كان كانت يتم يحدث تحدث يسبق هو هي هم أن أنه أنها"
)
_AFTER_NOT = re.compile(r"(?:يزال|تزال|يزالون|سيما|بد|شك|اقل|ينفك|باس)\b|[يت]قل عن\b")
_BUT = re.compile(r"غير ان")
_OPENS = _fold_words("أن أنه أنها أنهم بأن بأنه صحة وجود حدوث احتمال ما أي that")
_DENIES = re.compile(
    r"(?:ي|ت)?(?:نف[يت]|نفوا|نافي|نافيه|استبعد|ستبعد|انكر|نكر|كذب|فند|دحض)(?:ت|وا|ا|ه|ها)?"
)
_SAYS = re.compile(
    r"(?:ي|ت)?(?:قال|قول|قل|صرح|اكد|ءكد|ؤكد|علن|اعلن|اوضح|وضح|افاد|فيد|ذكر|شدد|كشف|اضاف|ضيف|اعتبر|عتبر|لفت|اشار|شير"
    r"|راي|تابع|بين|اعرب|زعم|اخبر|ابلغ|نقل|كتب|ثبت|تبين)(?:ت|وا|ا|ه|ها|ون)?"
)
_NO_PROOF = _fold_words("صحة دليل أدلة صحيحا صحيح مؤكد")
_CLITICS = "وفبلك"
_PRESENT = "يتن"  # «يخفض» says of today what «خفض» says of yesterday
_SHORT = 3
_PREPOSITIONS = _fold_words("في على عن إلى من ضد مع أمام لدى نحو")


@cache
def _load_light_words() -> frozenset[str]:
    """Read the words that a claim may add without saying anything of the matter, as stems."""
    return frozenset(map(stem, read_words("language/light_words.txt")))


@lru_cache(maxsize=8_192)
def read_statement(text: str) -> Statement:
    """Return the tokens of a text.

    >>> [t.key for t in read_statement("قال الوزير إن ٢٥٪ من الطرق لم تُصلح").tokens]
    ['edge', 'saying', 'وزير', '#25%', 'طرق', 'تصلح', 'edge']
    >>> [t.word for t in read_statement("قال الوزير إن ٢٥٪ من الطرق لم تُصلح.").tokens if t.denied]
    ['تصلح']
    """
    found = _tokenize(_AUGUST.sub("اغسطس", fold_names(text)))
    tokens = (_EDGE, *found, _EDGE)
    return Statement(tokens, any(token.depends for token in tokens))


@lru_cache(maxsize=8_192)
def find_matter(text: str) -> frozenset[str]:
    """Return the keys of what a text tells.

    >>> sorted(find_matter("قال الوزير إن الطرق لم تُصلح"))
    ['تصلح', 'طرق', 'وزير']
    """
    return frozenset(token.key for token in read_statement(text).matter)


_EDGE = Token(EDGE, frozenset(), "", False, True, False, False, "")


class _Scope:
    """What denials and conditions reach, while a text is read from its beginning."""

    def __init__(self) -> None:
        self.negated = False
        self.pending = False
        self.denied = False
        self.depends = False
        self.before = ""

    def stop(self, mark: str) -> None:
        self.before = ""
        if mark in _ENDS:
            self.negated = self.pending = self.denied = self.depends = False
        elif mark in _STOPS:
            self.negated = False

    def read_function_word(self, word: str) -> bool:
        """Take note of a word that changes what follows; tell whether it is one."""
        bare = word[1:] if word[0] in "وف" and len(word) > 2 else word
        if bare in _TURNS or word in _TURNS:
            self.negated = self.pending = self.denied = False
        elif self.pending and bare in _OPENS:
            self.denied, self.pending = True, False
        elif bare in _NEGATORS or word in _NEGATORS:
            self.negated = True
        elif bare in _CONDITIONS or word in _CONDITIONS or (bare == "حال" and self.before == "في"):
            self.depends = True
        elif bare in _PREPOSITIONS:
            self.before = bare
            return False
        elif not (bare in _TRANSPARENT and self.negated):
            return False
        return True


def _tokenize(text: str) -> Iterator[Token]:
    scope = _Scope()
    found = find_numbers(text)
    spans = {number.start: number for number in found}
    position = 0
    while position < len(text):
        if number := spans.get(position):
            start, end = number.start, number.end
            made = _make_token(scope, f"#{number.key}", frozenset(), text[start:end], exact=True)
            yield made._replace(bound=read_bound(text, start, end))
            if number.counted:
                yield from _read_word(scope, number.counted, "")
            position = number.end
            continue
        piece = _PIECE.match(text, position)
        if piece is None:
            position += 1
            continue
        position = piece.end()
        word = piece[0]
        if not word[0].isalpha():
            scope.stop(word)
            if word in _ENDS and text[position:].strip():
                yield _EDGE
        else:
            yield from _read_word(scope, word, text[position:])


def _read_word(scope: _Scope, word: str, after: str) -> Iterator[Token]:
    if len(word) == 1:
        return
    if scope.negated and _AFTER_NOT.match(word + after):
        scope.negated = False
        return
    bare = word[1:] if word[0] in "وف" and len(word) > _SHORT else word
    if _BUT.match(bare + after):
        scope.negated = scope.pending = scope.denied = False
    elif scope.read_function_word(word):
        return
    elif _SAYS.fullmatch(bare):
        scope.pending = scope.negated
        yield _make_token(scope, SAYING, frozenset(), word, light=True)
    elif _DENIES.fullmatch(bare):
        scope.pending = True
        yield _make_token(scope, term_of(bare), frozenset(), word)
    elif scope.negated and bare in _NO_PROOF:
        scope.denied, scope.negated = True, False
    elif not is_function_word(word):
        term = term_of(word)
        inner = (
            {term_of(word[1:])} if len(word) > _SHORT and word[0] in _CLITICS + _PRESENT else set()
        )
        exact = term in _MONTHS or bool(_DAY.fullmatch(word))
        light = stem(word) in _load_light_words() or bool(inner & _load_light_words())
        others = inner | {"~" + skeleton(t) for t in (term, *inner)}
        yield _make_token(scope, term, frozenset(others), word, exact=exact, light=light)


def _make_token(
    scope: _Scope,
    key: str,
    others: frozenset[str],
    word: str,
    *,
    exact: bool = False,
    light: bool = False,
) -> Token:
    made = Token(
        key, others, word, exact, light, scope.denied != scope.negated, scope.depends, scope.before
    )
    scope.before, scope.negated = "", False
    return made


def tokens_match(one: Token, other: Token) -> bool:
    """Tell whether two tokens say the same."""
    if one.key == other.key:
        return True
    if one.exact or other.exact:
        return False
    return (
        one.key in other.others
        or other.key in one.others
        or not one.others.isdisjoint(other.others)
    )

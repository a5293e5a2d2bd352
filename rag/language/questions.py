"""What a question asks for, and which of its words carry meaning."""

import re
from enum import Enum
from functools import cache

from index.arabic.words import stem, term_of, words
from rag.language.package_data import read_words


class Kind(Enum):
    """The kind of thing a question asks for."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how many"
    WHY = "why"
    YES_NO = "yes/no"
    OTHER = "other"


# Folded; standard, Egyptian, Levantine, Gulf, Iraqi and Moroccan words, then English.
_OPENERS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.WHEN,
        r"متي|امتي|امته|ايمتي|وقتاش|فوقاش|شوكت|(?:في |ب)?اي (?:عام|سنه|يوم|تاريخ|شهر)|when\b",
    ),
    (Kind.WHERE, r"اين|وين|فين|منين|(?:في |ب)?اي (?:مدينه|بلد|دوله|مكان)|where\b"),
    (
        Kind.HOW_MANY,
        r"كم|بكم|قديش|اديش|شحال|اشحال|شكد|ما (?:هو |هي )?(?:عدد|نسبه|قيمه|كلفه|حجم|سعر|طول)"
        r"|how (?:many|much|long|old|far)",
    ),
    (Kind.WHY, r"لماذا|لم |ليش|ليه|علاش|ما (?:هو |هي )?(?:سبب|اسباب)|why\b"),
    (Kind.YES_NO, r"هل|واش|is |are |was |were |did |does |do |will |has |have |can "),
    (Kind.WHO, r"من (?!ال\w+ ان )|مين|منو|شكون|who\b|whom\b|whose\b"),
)
_PATTERNS = tuple((kind, re.compile(rf"(?:و|ف)?(?:{pattern})")) for kind, pattern in _OPENERS)


@cache
def _function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Read the words that carry no subject of their own, as they are written and as stems."""
    known = read_words("language/function_words.txt")
    return known, frozenset(map(stem, known))


def kind_of(question: str) -> Kind:
    """Return what a question asks for.

    >>> kind_of("ومتى بدأ الهجوم؟"), kind_of("من وقّع الإعلان؟"), kind_of("ما الخبر؟")
    (<Kind.WHEN: 'when'>, <Kind.WHO: 'who'>, <Kind.OTHER: 'other'>)
    """
    opening = " ".join(words(question)) + " "
    return next((kind for kind, pattern in _PATTERNS if pattern.match(opening)), Kind.OTHER)


def content_words(text: str) -> list[str]:
    """Return the folded words that carry meaning, in order."""
    return [word for word in words(text) if not is_function_word(word)]


def is_function_word(word: str) -> bool:
    """Tell whether a folded word, or what stands behind its «و» or «ف», carries no subject.

    >>> is_function_word("والذي"), is_function_word("له"), is_function_word("الله")
    (True, True, False)
    """
    return _is_function(word) or (word[0] in "وف" and len(word) > 1 and _is_function(word[1:]))


def _is_function(word: str) -> bool:
    known, stems = _function_words()
    # «الله» is no «له»: a word with the article must be known as it stands.
    return word in known or (not word.startswith("ال") and stem(word) in stems)


def content_terms(text: str) -> tuple[str, ...]:
    """Return the distinct terms that carry meaning, in order."""
    return tuple(dict.fromkeys(term_of(word) for word in content_words(text)))


def is_arabic(text: str) -> bool:
    """Tell whether most letters are Arabic; a text without letters counts as Arabic."""
    return len(re.findall("[\u0600-\u06ff]", text)) >= len(re.findall("[A-Za-z]", text))

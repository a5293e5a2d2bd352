"""What a question asks for, and which of its words carry meaning."""

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache

from index.arabic.question_words import load_question_words
from index.arabic.words import fold, split_words, stem, term_of
from rag.language.package_data import read_words

PREPOSITION = r"(?:(?:في|من|إلى|الى|الي|عن|على|علي|مع|حتى|حتي|منذ) |[بل])?"
"""What may stand before a question word, as it is typed or folded."""

_LEAST_TOLD, _MOST_TOLD = 3, 20
"""Words of a question that is said again inside a sentence. Chosen, not measured."""


class Kind(Enum):
    """The kind of thing a question asks for."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how many"
    WHY = "why"
    YES_NO = "yes/no"
    OTHER = "other"


# «أي عام» is known before «أي», «من أين» before «من»; «من المقرر أن …» asks nobody's name.
_ORDER = (Kind.WHEN, Kind.WHERE, Kind.HOW_MANY, Kind.WHY, Kind.YES_NO, Kind.WHO)
_NOBODY = r"(?!من ال\w+ ان )"


@cache
def _build_patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    """Return what a folded question of each kind begins with."""
    return tuple(
        (kind, re.compile(rf"{_NOBODY}(?:[وف])?{PREPOSITION}(?:{_build_alternatives(kind)})\b"))
        for kind in _ORDER
    )


def _build_alternatives(kind: Kind) -> str:
    name = kind.name.lower()
    forms = [fold(word.form) for word in load_question_words() if word.kind == name]
    # «ما عدد» may be asked as «ما هو عدد».
    return "|".join(re.sub(r"^ما ", "ما (?:هو |هي )?", form) for form in forms)


@cache
def build_question_word_pattern() -> str:
    """Return a pattern of every single word that asks, as it is typed and folded."""
    forms = [word.form for word in load_question_words() if " " not in word.form]
    distinct = dict.fromkeys([*forms, *map(fold, forms)])
    return "|".join(map(re.escape, sorted(distinct, key=len, reverse=True)))


@cache
def _load_function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Read the words that carry no subject of their own, as they are written and as stems."""
    asking = {fold(word.form) for word in load_question_words() if " " not in word.form}
    known = read_words("language/function_words.txt") | asking
    return known, frozenset(map(stem, known))


def detect_kind(spoken: Sequence[str]) -> Kind:
    """Return what a question asks for.

    Args:
        spoken: Its folded words.

    >>> detect_kind(split_words("ومتى بدأ الهجوم؟")), detect_kind(split_words("ما الخبر؟"))
    (<Kind.WHEN: 'when'>, <Kind.OTHER: 'other'>)
    """
    opening = " ".join(spoken) + " "
    return next((kind for kind, pattern in _build_patterns() if pattern.match(opening)), Kind.OTHER)


def find_what_is_asked(text: str) -> str:
    """Return what a question asks for, as it is said inside a sentence; "" where that is not plain.

    >>> find_what_is_asked("كم شخصا أوقف الحرس؟"), find_what_is_asked("ما هو سعر الهاتف؟")
    ('كم شخصا أوقف الحرس', 'سعر الهاتف')
    """
    plain = text.rstrip("؟? .!")
    words = plain.split()
    if not _LEAST_TOLD <= len(words) <= _MOST_TOLD or re.search(r"[.؟?!\n\[\]]", plain):
        return ""
    asking = [_asks_inside(fold(word)) for word in words]
    if any(asking[1:]):
        return ""
    if fold(words[0]) == "ما" and fold(words[1]) in {"هو", "هي", "هم"}:
        return " ".join(words[2:]) if len(words) > _LEAST_TOLD else ""
    if fold(words[0]) == "ما" and fold(" ".join(words[:2])) in _load_plain_question_words():
        return " ".join(words[1:])
    return " ".join(words) if asking[0] or fold(words[0]) == "ما" else ""


def _asks_inside(word: str) -> bool:
    known = _load_plain_question_words()
    return word in known or word.removeprefix("و") in known


@cache
def _load_plain_question_words() -> frozenset[str]:
    """Return what asks inside a sentence as it does alone, in the standard language."""
    return frozenset(
        fold(word.form)
        for word in load_question_words()
        if not word.standard
        and word.kind in {"who", "when", "where", "how_many", "why"}
        and not word.form.isascii()
    )


def content_words(text: str) -> list[str]:
    """Return the folded words that carry meaning, in order."""
    return [word for word in split_words(text) if not is_function_word(word)]


def is_function_word(word: str) -> bool:
    """Tell whether a folded word, or what stands behind its «و» or «ف», carries no subject.

    >>> is_function_word("والذي"), is_function_word("له"), is_function_word("الله")
    (True, True, False)
    """
    behind = word[1:] if word.startswith(("و", "ف")) else ""
    return _is_function(word) or (bool(behind) and _is_function(behind))


def _is_function(word: str) -> bool:
    known, stems = _load_function_words()
    # «الله» is no «له»: a word with the article must be known as it stands.
    return word in known or (not word.startswith("ال") and stem(word) in stems)


def content_terms(text: str) -> tuple[str, ...]:
    """Return the distinct terms that carry meaning, in order."""
    return terms_of(content_words(text))


def terms_of(content: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct terms of some folded words, in order."""
    return tuple(dict.fromkeys(map(term_of, content)))


def find_terms(text: str) -> frozenset[str]:
    """Return the terms of a sentence, also those behind a one-letter clitic.

    The index keeps «وفاز» whole, since cutting short words costs more than it finds there; inside
    one sentence the risk is small and the gain is the verb that answers.
    """
    spoken = split_words(text)
    inner = (word[1:] for word in spoken if len(word) >= 4 and word[0] in "وفبل")
    return frozenset(map(term_of, spoken)) | frozenset(map(term_of, inner))


def is_arabic(text: str) -> bool:
    """Tell whether most letters are Arabic; a text without letters counts as Arabic."""
    return len(re.findall("[\u0600-\u06ff]", text)) >= len(re.findall("[A-Za-z]", text))

"""Make a follow-up question stand alone, from what was asked before."""

import re
from collections.abc import Sequence
from functools import cache

from index.arabic.words import fold, normalize_for_embedding, split_words
from rag.language.package_data import read_words
from rag.language.questions import (
    PREPOSITION,
    build_question_word_pattern,
    content_terms,
    content_words,
    is_arabic,
)

History = Sequence[tuple[str, str]]
"""Earlier turns, oldest first: question and the answer's text."""

_IS = re.compile(r"^(?:ما|من) (?:هو|هي|هم) |^ما (?=\S+ \S)")
_POINTS_BACK = re.compile(
    r"\b(?:ذلك|تلك|فيه|فيها|عنه|عنها|منه|منها|المذكور\w*)\b|\b(?:هذا|هذه) ال\w+"
)
_PRONOUN = re.compile(
    r"\b(?:هو|هي|هم|هما|هذا|هذه|هناك|له|لها|لهم|عليه|عليها|به|بها|بعدها|بعده|قبلها|قبله|عندها|معه"
    r"|معها|نفسه|نفسها)\b"
)
_ATTACHED = re.compile(r"\b\w{2,}(?:ها|هم|هما|هن|(?<![وجقباش])ه)\b")
_DEFINITE = re.compile(r"[وف]?(?:[بك]?ال|لل)\w{3,}")
"""A word with the article has no pronoun behind it: «التفاهم», «للمنتزه»."""
_COPULA = re.compile(r"^(?:[وف])?(?:من|ما) (?:هو|هي|هم|هما) (?=\S)")
"""«من هو المتهم»: the pronoun means what follows, not what was said before."""
_RELATIVE = re.compile(r"\b(?:الذي|التي|الذين)\b")
_NAMES_ITSELF = re.compile(r"\b(?:هذا|هذه) (?:المقال|الخبر|الموقع)\w*")
_COMPLETED = re.compile(r"^.*?[؟?]\s*\((?P<topic>.*)\)$", re.DOTALL)
_FEW, _MANY = 2, 4
"""Content words: so few need more; so many rarely do. Chosen, not measured;
tests/rag/test_conversations.py has conversations that they must read right."""


@cache
def _build_conjunction_pattern() -> re.Pattern[str]:
    """Return what finds the «و» or «ف» of «ومتى» and «وفي أي»."""
    return re.compile(rf"^(?:و|ف)(?={PREPOSITION}(?:{build_question_word_pattern()})\b)")


@cache
def _build_opener_pattern() -> re.Pattern[str]:
    """Return what finds the question word that a question begins with."""
    behind = r"(?: (?:هو|هي|هم|الذي|التي)\b)?\s*"
    return re.compile(
        rf"^(?:و|ف)?{PREPOSITION}(?:{build_question_word_pattern()})\b{behind}", re.IGNORECASE
    )


def complete_follow_up(question: str, history: History) -> str:
    """Return the question with what it leaves unsaid, or as it is when it leaves nothing.

    A question leans on the last one when it begins with «و» or «ف» and a question word, has a
    pronoun, or says very little. What the last one was about is then added in brackets; a bare
    «ومتى؟» takes the place of the last question's own question word.

    >>> complete_follow_up("وكم عمرها؟", [("من هي سارة حداد؟", "")])
    'كم عمرها؟ (سارة حداد)'
    >>> complete_follow_up("ومتى؟", [("من سجل هدف الفوز في النهائي؟", "")])
    'متى سجل هدف الفوز في النهائي؟'
    """
    last = ""
    for asked, _answer in history:
        last = _rewrite(asked, last)
    return _rewrite(question, last)


def _rewrite(question: str, last: str) -> str:
    """Complete one question from the one before, which already stands alone."""
    question = question.strip()
    if not last or not is_follow_up(question):
        return question
    opening = _build_conjunction_pattern().sub("", question).rstrip("؟?!. ")
    mark = "؟" if is_arabic(question) else "?"
    completed = _COMPLETED.match(last)
    topic = completed["topic"] if completed else last
    if not content_words(opening):
        return f"{opening} {_build_opener_pattern().sub('', topic).rstrip('؟?!. ')}{mark}"
    if set(content_terms(topic)) <= set(content_terms(opening)):
        return question
    # «ما خطة الكهرباء؟» is about «خطة الكهرباء»; any other question says itself what about.
    about = _IS.sub("", topic).rstrip("؟?!. ") if _IS.match(topic) else topic
    return f"{opening}{mark} ({about})"


def is_follow_up(question: str) -> bool:
    """Tell whether a question cannot be understood without what was said before.

    >>> is_follow_up("ومتى؟"), is_follow_up("من وقّع إعلان باريس في القمة؟")
    (True, False)
    """
    folded = _NAMES_ITSELF.sub(" ", " ".join(split_words(question)))
    content = content_words(question)
    if named := _COPULA.match(folded):
        folded = folded[named.end() :]
        if _DEFINITE.match(folded):
            return _has_pronoun(question) and not _RELATIVE.search(folded)
    if _POINTS_BACK.search(folded):
        return True
    follows_on = _build_conjunction_pattern().match(folded)
    if len(content) >= _MANY:
        return bool(follows_on) and _has_pronoun(question)
    if len(content) < _FEW or follows_on or _PRONOUN.search(folded):
        return bool(folded.strip())
    return _has_pronoun(question) and not _RELATIVE.search(folded)


def _has_pronoun(question: str) -> bool:
    """Tell whether a pronoun is attached to any word of a question."""
    found = (match[0] for match in _ATTACHED.finditer(normalize_for_embedding(question)))
    return any(not _is_own_ending(fold(word)) for word in found)


def _is_own_ending(word: str) -> bool:
    """Tell whether the last letters of a folded word are its own: «التفاهم», «نزيه»."""
    behind = word[1:] if word[0] in "وفبلك" else word
    return bool(_DEFINITE.fullmatch(word)) or not _load_radical_words().isdisjoint({word, behind})


@cache
def _load_radical_words() -> frozenset[str]:
    return read_words("language/radical_h.txt")

"""Make a follow-up question stand alone, from what was asked before."""

import re
from collections.abc import Sequence

from index.arabic import fold, words
from rag.questions import content_words

History = Sequence[tuple[str, str]]
"""Earlier turns, oldest first: question and the answer's text."""

_LEANS_BACK = re.compile(
    r"^(?:و|ف)(?:ما|ماذا|متي|اين|كيف|كم|لماذا|من|هل|ليش|ليه|شو|فين|وين|مين|ايش)\b"
    r"|\b(?:هو|هي|هم|هما|ذلك|تلك|هذا|هذه|هناك|فيه|فيها|عنه|عنها|منه|منها|له|لها|لهم|عليه|عليها|به|بها"
    r"|بعدها|بعده|قبلها|قبله|عندها|معه|معها|نفسه|نفسها|المذكور\w*)\b"
    r"|^(?:لماذا|متي|اين|كيف|كم|من|ليش|ليه|وين|فين|امتي)$"
)
_NAMES_ITSELF = re.compile(r"\b(?:هذا|هذه) (?:المقال|الخبر|الموقع)\w*")
_FOLLOWS_ON = re.compile(
    r"^(?:و|ف)(?=(?:ما|ماذا|متى|أين|اين|كيف|كم|لماذا|من|هل|ليش|ليه|شو|وين|فين|مين|إيش|ايش)\b)"
)
_ATTACHED = re.compile(r"\b\w{3,}(?:ها|هم|هما|ته|تها)\b")
_FEW = 2
_CARRIED = 8


def stand_alone(question: str, history: History) -> str:
    """Return the question with what it leaves unsaid, or as it is when it leaves nothing.

    A question leans on the last one when it begins with «و» or «ف», has a pronoun, or says very
    little; then the last question's words that carry meaning are added to it.
    """
    last = ""
    for asked, _answer in history:
        last = _rewrite(asked, last)
    return _rewrite(question, last)


def _rewrite(question: str, last: str) -> str:
    """Complete one question from the one before, which already stands alone."""
    question = question.strip()
    if not last or not leans_back(question):
        return question
    carried = _words_to_carry(question, last)
    if not carried:
        return question
    opening = _FOLLOWS_ON.sub("", question).rstrip("؟?!. ")
    mark = "؟" if re.search("[\u0600-\u06ff]", question) else "?"
    return f"{opening} {' '.join(carried)}{mark}"


def leans_back(question: str) -> bool:
    """Tell whether a question cannot be understood without what was said before.

    >>> leans_back("ومتى؟"), leans_back("من وقّع إعلان باريس في القمة؟")
    (True, False)
    """
    folded = _NAMES_ITSELF.sub(" ", " ".join(words(question)))
    content = content_words(question)
    if len(content) >= 4 and not re.match(r"^(?:و|ف)", folded):
        return bool(re.search(r"\b(?:ذلك|تلك|عنها|عنه|فيها|فيه|منها|منه)\b", folded))
    if _LEANS_BACK.search(folded):
        return len(content) <= 3
    return (len(content) < _FEW and bool(content or words(question))) or (
        len(content) <= _FEW and bool(_ATTACHED.search(folded))
    )


def _words_to_carry(question: str, last: str) -> list[str]:
    """Return the last question's words that carry meaning, as they were written."""
    known = set(content_words(question))
    carried = []
    for word in re.findall(r"[^\s؟?!،,؛:«»\"“”()]+", last):
        plain = word.rstrip(".")
        if content_words(plain) and not known.intersection(words(fold(plain))):
            carried.append(plain)
    return carried[-_CARRIED:]

"""The form of answer that a question wants: a few words, a list, two sides, rows, a story."""

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache

from index.arabic.words import fold
from rag.language.package_data import read_lines
from rag.language.questions import Kind


class Form(Enum):
    """The form of an answer."""

    FACT = "fact"
    YES_NO = "yes/no"
    WHY = "why"
    LIST = "list"
    COMPARISON = "comparison"
    TIMELINE = "timeline"
    SUMMARY = "summary"
    SEVERAL = "several"


STORIES = frozenset({Form.SUMMARY, Form.TIMELINE})
"""Forms that are put together from many articles."""
_OF_KINDS = {Kind.YES_NO: Form.YES_NO, Kind.WHY: Form.WHY}

# «الجوائز», «المطالب», «الأسماء», «الشروط»: plurals by their pattern, behind «ما» or «أي».
_LETTER = "[بتثجحخدذرزسشصضطظعغفقكلمنهويءؤا]"
_PLURAL = re.compile(
    r"(?:(?:ما|ماهي|شنوه|شنو|وش|ايش|شو|ايه|اي) (?:هي |هم |هن |هما )?(?:ال)?"
    r"|(?:من|شكون|مين) (?:هم )?ال)(?:"
    rf"ا{_LETTER}{{2}}ا{_LETTER}|ا{_LETTER}{{3,4}}(?:ا)?{_LETTER}يه|{_LETTER}{{2}}اؤ{_LETTER}"
    rf"|ا{_LETTER}{{3}}ه|م{_LETTER}ا{_LETTER}ي?{_LETTER}|{_LETTER}وا{_LETTER}{{2}}|شروط|بنود|عيوب|حقوق|رسوم|دول"
    rf"|مدن|كتب|فرق|نقاط|قضايا|مزايا|هدايا|{_LETTER}{{3}}اء)\b"
)
# «الجوائز الخمس», «أكثر ثلاثة شعوب»
_NUMBERED = re.compile(
    r"\b(?:ال(?:ثلاث|اربع|خمس|ست|سبع|ثمان|تسع|عشر)|(?:اكثر|اول|اهم|اكبر|اكتر) (?:ثلاث|تلات|اربع"
    r"|خمس|ست|سبع|عشر))"
    r"(?:ه|ي|يه)?\b"
)


@cache
def _build_patterns() -> tuple[tuple[Form, str, re.Pattern[str]], ...]:
    rows = [line.split("\t") for line in read_lines("language/forms.tsv") if line.strip()]
    return tuple(
        (
            Form(form),
            where,
            re.compile(_BEFORE[where] + f"(?:{'|'.join(map(_translate, phrases.split()))})"),
        )
        for form, where, phrases in rows
    )


# «لماذا وقع» asks something else than «ماذا وقع».
_INSIDE = r"(?:^|(?<= ))(?:[وف]|[بل](?!ماذا)|ال)?"
_BEFORE = {"start": r"^(?:[وف])?", "inside": _INSIDE, "open": _INSIDE}
_SETTLED = frozenset({Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY, Kind.WHY, Kind.YES_NO})
"""Kinds of question that tell the form of answer themselves, whatever they are about."""
# «ماذا قال فلان عن قصة الفيلم؟» asks for his words.
_WORDS = re.compile(r"[وف]?(?:ماذا|شنوه?|وش|ايش|شو) (?:قال|صرح|اعلن|رد|علق|كتب)\w*\b")
# «هل يمكن تلخيص …؟», «هل لك أن تشرح …؟» ask for no yes.
_REQUEST = re.compile(r"هل (?:\w?مكن\w*|\w?ستطيع\w*|با?مكان\w*|لك|من|بوسع\w*)\b")


def _translate(phrase: str) -> str:
    """Return the pattern of a phrase of the table in a folded question."""
    words = [fold(word) if word not in {"…", "*"} else word for word in phrase.split("_")]
    signs = {"*": r"\w+", "…": r".+"}
    return " ".join(signs.get(w, re.escape(w).replace(r"\*", r"\w*")) for w in words) + r"\b"


def detect_form(spoken: Sequence[str], kind: Kind) -> Form:
    """Return the form of answer that a question wants.

    Args:
        spoken: Its folded words.
        kind: What it asks for.
    """
    text = " ".join(spoken)
    is_settled = bool(_WORDS.match(text)) or (kind in _SETTLED and not _REQUEST.match(text))
    for form, where, pattern in _build_patterns():
        if not (where == "open" and is_settled) and pattern.search(text):
            return form
    if kind in _OF_KINDS:
        return _OF_KINDS[kind]
    named = kind in {Kind.OTHER, Kind.WHO}
    return Form.LIST if named and (_PLURAL.match(text) or _NUMBERED.search(text)) else Form.FACT

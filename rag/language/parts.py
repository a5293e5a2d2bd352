"""Take a question that asks several things apart, so that each is asked by itself.

«كم عدد القتلى ومتى وقع الحادث؟» asks two things; each is searched, judged and answered alone.
"""

import re
from collections.abc import Sequence
from functools import cache

from index.arabic.words import QUOTED, fold
from rag.language.followup import complete_follow_up
from rag.language.questions import (
    PREPOSITION,
    build_question_word_pattern,
    content_words,
    is_arabic,
)

MAX_PARTS = 4
"""Parts that are asked by themselves; what else is asked stays with the last. Chosen."""
_MARK = re.compile(r"[؟?!]+")
_COMPLETED = re.compile(r".*[؟?]\s*\(.*\)", re.DOTALL)
"""What a follow-up looks like once it was completed: the brackets ask nothing."""
_EDGE = " ،,:;؛.-"
_ALSO = r"(?:(?:ايضا|أيضا|أيضًا|كذلك|كمان|برضه|برضو)\s+)?"
_OR = re.compile(r"(?:^|\s)(?:أم|ام|أو|او)\s")
"""«تلفزات أم ثلاجات؟» asks the same again."""
_LEAST_BEHIND_A_PREPOSITION = 3
"""Letters of a question word: «وبوش» is no «وب» and «وش»."""
_SHORT = frozenset({"كم", "اي"})
"""Shorter ones that no name has behind a preposition."""
_ALSO_OTHERWISE = frozenset({"لم", "ليه", "ممن", "فيمن"})
"""Words that ask at an end of a question and say other things inside it."""
_FROM = re.compile(
    r"(?:ثم|مع|بين|ضمن|وقت|قبل|بعد|خلال|غير|حول|جهه|ناحيه|اجل|دون|يوم|هنا|هناك|ذلك|حين|الان)"
    r"(?:ه|ها|هم|هما|نا)?\b|\w+ ان\b"
)
"""«ومن معه», «ومن المتوقع أن»: no one is asked for."""
_OF_BEFORE = re.compile(r"\w\s+من\s+\w")
_OF_WHO = re.compile(r"(?:هو|هي|هم|الذي|التي|الذين)\b|\w+(?:ه|ها|هم|هما|هن)\b")
"""What «ومن» asks about even behind another «من»: «جاء من تونس ومن سوريا» does not ask."""
_WHAT_ASKS = re.compile(r"(?:هو|هي|هم|اسم|عدد|سبب|مصير|رد|موقف)\b|\w+(?:ه|ها|هم|هما)\b")
_WHAT_IS = re.compile(r"(?:زال|زالت|يزال|تزال|دام|دامت|بعد|قبل|حول|عدا|خلا|كان|كانت)(?:ه|ها)?\b")
"""«وما زال», «وما بعده»: nothing is asked."""
_WHOLE = re.compile(
    r"\b[بو]?(?:لخص\w*|تلخيص|ملخص\w*|خلاصه|موجزا?|ايجاز|اختصار|اختصر\w*|احكي?(?:لي|لنا)?|اشرح\w*"
    r"|قارن\w*|مقارنه|الفرق بين|رتب(?:لي)?)\b"
)
"""Asks for a story or two sides as a whole: what it lists behind are aspects of it."""
_ABOUT = re.compile(r"\s(?:عن|حول|بشأن|بخصوص)\s.+$", re.DOTALL)


@cache
def _build_border() -> re.Pattern[str]:
    """Return what finds where another question begins: «، كم», «ومتى», «، وفي أي»."""
    return re.compile(
        rf"(?P<end>(?:[،,]\s*(?:ثم\s+)?و?|\s+(?:ثم\s+|و))\s*{_ALSO})(?P<part>(?P<before>{PREPOSITION})"
        rf"(?P<word>{build_question_word_pattern()})\b)",
        re.IGNORECASE,
    )


@cache
def _build_asking() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:[وف])?{PREPOSITION}(?:{build_question_word_pattern()})\b", re.I)


@cache
def _build_conjunction() -> re.Pattern[str]:
    """Return what finds the «و» of «ومتى», but not that of «وش» and «وين»."""
    words = build_question_word_pattern()
    return re.compile(rf"^\s*(?!(?:{words})\b)و(?={PREPOSITION}(?:{words})\b)", re.I)


def strip_conjunction(part: str) -> str:
    """Return a part without the «و» that it leans with.

    >>> strip_conjunction("ومتى؟"), strip_conjunction("وين صار الحادث؟")
    ('متى؟', 'وين صار الحادث؟')
    """
    return _build_conjunction().sub("", part)


def split_question(text: str) -> tuple[str, ...]:
    """Return the questions that a question asks, in its words; none where it asks one thing.

    Those that lean on the first one that names anything begin with «و», or are a question word
    alone: that one is what was asked before them.

    >>> split_question("كم كلفة الجسر ومتى افتتح؟"), split_question("متى وأين افتتح الجسر؟")
    (('كم كلفة الجسر؟', 'ومتى افتتح؟'), ('متى؟', 'أين افتتح الجسر؟'))
    >>> split_question("كم سائحا جاء من تونس ومن سوريا؟")
    ()
    """
    if not is_arabic(text) or _WHOLE.search(fold(text)) or _COMPLETED.fullmatch(text.strip()):
        return ()
    parts = list(dict.fromkeys(f"{part.strip(_EDGE)}؟" for part in _find_parts(text)))
    if len(parts) < 2:
        return ()
    if shared := _share_end(parts):
        return tuple(shared)
    place = next((n for n, part in enumerate(parts) if content_words(part)), 0)
    return (*parts[: place + 1], *(_lean(part, parts[place]) for part in parts[place + 1 :]))


def _share_end(parts: list[str]) -> list[str]:
    """Return the parts with what the last one says for all that ask the same; none otherwise.

    «ماذا قال أ وماذا قال ب عن ج؟»
    """
    end = _ABOUT.search(parts[-1])
    if not end or any(_ABOUT.search(one) for one in parts[:-1]) or len({*map(_open, parts)}) > 1:
        return []
    return [*(f"{part.rstrip('؟')}{end[0]}" for part in parts[:-1]), parts[-1]]


def _open(part: str) -> str:
    """Return how a part begins, the same for «ماذا قال» and «ماذا قالت»."""
    return " ".join(word[:3] for word in part.split()[:2])


def _lean(part: str, first: str) -> str:
    """Return a later part so that it leans on the first one where it says too little itself."""
    leaning = f"و{part}"
    return part if complete_follow_up(leaning, [(first, "")]) == leaning else leaning


def _find_parts(text: str) -> list[str]:
    """Return what asks, in order; what does not ask stays with what stands before or behind it."""
    found: list[tuple[str, bool]] = []
    quoted = [quotation.span() for quotation in QUOTED.finditer(text)]
    for stretch, is_marked in _split_at_marks(text, quoted):
        for number, part in enumerate(_cut(stretch)):
            # What ends in a question mark of its own asks, whatever its words.
            marked = number == 0 and is_marked and not _OR.search(part)
            asks = _asks(part) or (marked and bool(content_words(part)))
            if found and not (asks and found[-1][1] and len(found) < MAX_PARTS):
                before, did = found[-1]
                found[-1] = f"{before.rstrip(_EDGE)}، {part}", did or asks
            else:
                found.append((strip_conjunction(part) if found else part, asks))
    return [part for part, _ in found]


def _split_at_marks(text: str, quoted: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Return what stands between question marks, and whether it is one of several that end in one.

    Marks inside quotations part nothing; what holds no word is left out.
    """
    marks = [mark for mark in _MARK.finditer(text) if not _is_inside(mark.start(), quoted)]
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    kept = [
        (text[a:b], n < len(marks))
        for n, (a, b) in enumerate(zip(starts, ends, strict=True))
        if re.search(r"\w", text[a:b])
    ]
    return [(stretch, is_marked and len(kept) > 1) for stretch, is_marked in kept]


def _is_inside(place: int, quoted: Sequence[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in quoted)


def _cut(stretch: str) -> list[str]:
    """Return the questions of a stretch, whatever stands before the first with it."""
    quoted = [quotation.span() for quotation in QUOTED.finditer(stretch)]
    borders = [
        border
        for border in _build_border().finditer(stretch)
        if _is_question(border, stretch) and not _is_inside(border.start(), quoted)
    ]
    starts = [0, *(border.start("part") for border in borders)]
    ends = [*(border.start("end") for border in borders), len(stretch)]
    return [stretch[a:b] for a, b in zip(starts, ends, strict=True)]


def _is_question(border: re.Match[str], stretch: str) -> bool:
    """Tell whether a word that may ask does so inside a question."""
    word, behind = fold(border["word"]), fold(stretch[border.end() :]).strip()
    if word in _ALSO_OTHERWISE:
        return not behind
    if border["before"] and len(word) < _LEAST_BEHIND_A_PREPOSITION and word not in _SHORT:
        return False
    if word == "من":
        before = fold(stretch[: border.start()])
        return not _FROM.match(behind) and bool(
            _OF_WHO.match(behind) or not _OF_BEFORE.search(before)
        )
    if word == "ما":
        return bool(_WHAT_ASKS.match(behind)) and not _WHAT_IS.match(behind)
    return True


def _asks(part: str) -> bool:
    """Tell whether words hold one that asks: in «الجسر الجديد، متى افتتح؟» the first do not."""
    return bool(_build_asking().search(part))

"""Recognise the sentences in which a model says that the passages do not answer."""

import re

from index.arabic.words import fold
from index.search.passage_words import WRITTEN_WORD


def _any(words: str) -> str:
    return "|".join(fold(word) for word in words.split())


_SOURCES = (
    rf"(?:ل|ب|و|ف)?(?:{_any('المقاطع المقالات النصوص الوثائق المصادر المقتطفات المستندات الفقرات')}"
    rf"|{_any('المقطع المقطعين المقطعان المقال المقالين المقالان النص السياق المعلومات')}"
    rf"|{_any('للمقاطع للمقالات للنصوص المواد البيانات')})"
)
_ANSWER = rf"(?:ال|لل)?(?:{_any('جواب جوابا إجابة سؤال سؤالك أجيب')})"
_OPENING = (
    rf"(?:(?:{_any('عذرا للأسف معذرة آسف لكن ولكن إلا غير أن أنه أنني أني فإن حاليا')})[،,.:\s]+"
    rf"|(?:{_any('بناء استنادا وفقا بحسب حسب')}) [^،,.]{{0,40}}[،,]\s*"
    rf"|في {_SOURCES}[^،,.]{{0,20}}[،,]\s*|{fold('أما')} [^،,.]{{0,40}}[،,]?\s)*"
)
_FINDS = _any(
    "أجد أعثر نجد نعثر يرد ترد تذكر يذكر تذكرها تذكره يذكرها يذكره تتطرق يتطرق تتناول يتناول تحدد"
    " يحدد توضح يوضح تشر تشير يشير تتضمن يتضمن تحتوي تحتو يحتوي يحتو تقدم يقدم توفر يوفر تتوفر"
    " يتوفر تتوافر يتوافر توجد يوجد تجيب يجيب تجب تورد يورد تكفي يكفي ذكر يمكن"
    " يمكنني أستطيع أملك أعلم أعرف معلومات تخبر تفصح تكشف تبين تفد تفيد تدل"
)
_DENIES = (
    rf"(?:و|ف)?(?:لم|لا|لن|ما) (?:{_FINDS})\b"
    rf"|(?:و|ف)?(?:ليست? (?:في|لدي|هناك|ثمه|بين|ضمن)|خلت|تخلو|يتعذر|تعذر)\b"
    rf"|{_any('غير')} (?:{_any('مذكور مذكورة متوفر متوفرة وارد واردة')})\b"
)
_REFUSAL = re.compile(
    rf"{_OPENING}(?:{_DENIES}|(?:{_SOURCES}|{_ANSWER})[^،,.]{{0,40}} (?:{_DENIES}))"
)
_SAYS_MORE = re.compile(
    rf"\b(?:{_any('لكن ولكن لكنه ولكنه لكنها ولكنها لكنهم بل')}|{fold('غير أن')}|{fold('إلا أن')})"
    r"(?:ه|ها|هم)?\b|https?://|www\."
)
"""What follows «لا تذكر المقاطع اسمه، لكنه …» is a claim like any other."""
_ABOUT = re.compile(rf"(?<!\w)(?:{_SOURCES}|{_ANSWER})(?!\w)")
_EDGE = " .،,:;؛–—-"
_ENGLISH = re.compile(
    r"(?:sorry,? |unfortunately,? |however,? |but )*(?:i (?:could not|couldn't|cannot|can't|did not"
    r"|didn't|found no|do not|don't)|(?:the|these) (?:passages|articles|sources|texts?|context|"
    r"provided \w+) (?:do|does) ?(?:not|n't)|there is no (?:answer|information|mention))"
)


_BUT = re.compile(r"^(?:و?لكن|but|however|yet)\b[\s،,:]*", re.IGNORECASE)


def strip_phrase(sentence: str, phrase: str) -> str:
    """Return what a sentence says beside a phrase of refusal, or all of it where that is nothing.

    >>> strip_phrase("لم أجد جوابا، لكن الوزير وعد بجسر.", "لم أجد جوابًا")
    'الوزير وعد بجسر.'
    """
    words = list(WRITTEN_WORD.finditer(sentence))
    said = [fold(word[0]) for word in words]
    known = [fold(word[0]) for word in WRITTEN_WORD.finditer(phrase)]
    for first in range(len(said) - len(known) + 1):
        if said[first : first + len(known)] == known:
            before = sentence[: words[first].start()]
            behind = sentence[words[first + len(known) - 1].end() :]
            rest = f"{before.rstrip(_EDGE)} {_BUT.sub('', behind.lstrip(_EDGE))}".strip()
            return rest if WRITTEN_WORD.search(rest) else sentence
    return sentence


def is_refusal(sentence: str) -> bool:
    """Tell whether a sentence says that the passages, or some of them, do not answer.

    >>> is_refusal("لا تذكر المقاطع ميزانية الفيلم."), is_refusal("لا تذكر الوزارة كلفة الجسر.")
    (True, False)
    """
    said = fold(sentence).strip(' *_-"«»')
    found = _ENGLISH.match(said) or (_REFUSAL.match(said) if _ABOUT.search(said) else None)
    return found is not None and not _SAYS_MORE.search(said, found.end())

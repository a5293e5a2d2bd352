"""Recognise the sentences in which a model says that the passages do not answer."""

import re

from index.arabic.words import fold
from index.search.passage_words import WRITTEN_WORD


def _any(words: str) -> str:
    return "|".join(fold(word) for word in words.split())


_GIVEN = (
    rf"(?:{_any('المتاحة المتاح المقدمة المقدم المتوفرة المتوفر المعطاة المعطى المرفقة المرفق')}"
    rf"|{_any('المسترجعة المطلوبة المزودة المعروضة أعلاه')})(?! (?:{fold('لدى')} ال|لل)\w)"
)
"""What an everyday noun must be called to mean what a model was given."""
_PASSAGES = (
    rf"(?:ال|لل)?(?:{_any('مقاطع مقالات مقتطفات فقرات مقطع مقطعين مقطعان مقال مقالين مقالان')})"
)
_EVERYDAY = rf"(?:ال|لل)(?:{_any('نصوص وثائق مصادر مستندات نص سياق معلومات معلومة مواد بيانات')})"
"""Nouns that articles have too: «البيانات لا تكشف أسماء المرضى» may be a sentence of one."""
_SOURCES = (
    rf"(?:[لبوف]?{_PASSAGES}|[بوف]?{_EVERYDAY}(?: \w+)? {_GIVEN}"
    rf"|(?:{_any('في ضمن')}) (?:{_any('هذه هذا')} )?{_EVERYDAY}(?! ال\w))(?!\w)"
)
_GIVEN_TEXTS = re.compile(rf"(?<!\w){_SOURCES}")
_ANSWER = rf"(?:ال|لل|ل)?(?:{_any('جواب جوابا إجابة أجيب')})(?!\w)"
_QUESTION = rf"(?:ال|لل)?(?:{_any('سؤال سؤالك')})(?!\w)"
_REST = r"[^،,.]{0,60}"
_OPENING = (
    rf"(?:(?:{_any('عذرا للأسف معذرة آسف لكن ولكن إلا غير أن أنه أنني أني فإن حاليا')})[،,.:\s]+"
    rf"|(?:{_any('بناء استنادا وفقا بحسب حسب')}) [^،,.]{{0,40}}[،,]\s*"
    rf"|{fold('في')} (?:{_PASSAGES}|{_EVERYDAY})[^،,.]{{0,20}}[،,]\s*"
    rf"|{fold('أما')} [^،,.]{{0,40}}[،,]?\s)*"
)
_NOT = rf"(?:و|ف)?(?:{_any('لم لا لن ما')})"
_I_FIND = _any(
    "أجد أعثر نجد نعثر أملك نملك أعلم أعرف أدري أستطع أستطيع أتمكن نتمكن يمكنني يمكننا يسعني"
)
_I_LACK = (
    rf"(?:و|ف)?(?:ليس (?:{_any('لدي بإمكاني بوسعي')})|لا علم لي|لا (?:{_any('معلومات إجابة')}) لدي)"
)
_FINDS = _any(
    "يرد ترد تذكر يذكر تذكرها تذكره يذكرها يذكره تتطرق يتطرق تتناول يتناول تحدد يحدد توضح يوضح"
    " تشر تشير يشير تتضمن يتضمن تحتوي تحتو يحتوي يحتو تقدم يقدم توفر يوفر تجيب يجيب تجب يجب تورد"
    " يورد تكفي يكفي ذكر تخبر تفصح تكشف تبين تفد تفيد تدل تسمح يظهر تظهر يعرف يفهم يستفاد"
)
_THERE_IS = _any("توجد يوجد تتوفر يتوفر تتوافر يتوافر أجد أملك")
_CAN = (
    rf"(?:{_any('يمكن يتسنى')})"
    rf" (?:{_any('الإجابة تحديد معرفة استخراج استنتاج الجزم التأكد العثور')})"
)
_DONE = rf"يتم (?:{_any('ذكر التطرق تحديد توضيح العثور تناول الإشارة')})\w*"
_NO = _any("جواب إجابة ذكر معلومات تفاصيل إشارة")
_ABSENT = (
    rf"{fold('غير')} (?:{_any('مذكور متوفر وارد متاح موجود واضح محدد معروف')})(?:{fold('ة')}|ا)?"
)
_DENIES = (
    rf"{_NOT} (?:{_FINDS}|{_THERE_IS}|{_CAN}|{_DONE}|{_NO})\b"
    rf"|(?:و|ف)?(?:{_any('ليس ليست')} (?:{_any('في لدي هناك ثمة بين ضمن')})"
    rf"|{_any('خلت تخلو يتعذر تعذر خالية')})\b"
    rf"|{_ABSENT}\b|{_any('لا')} (?:{_any('علاقة صلة')})\b"
)
_NOBODY = rf"(?:(?!(?:{_any('إن إنه إنها أن أنه أنها قال')})\b)[^\s،,.:]+ ){{0,8}}"
"""A subject that nobody says something of."""
_REFUSAL = re.compile(
    rf"{_OPENING}(?:"
    rf"{_NOT} (?:{_I_FIND})\b(?:{_REST}(?:{_SOURCES}|{_ANSWER}|{_QUESTION})|$)|{_I_LACK}\b"
    rf"|{_NOT} (?:{_I_FIND}) (?:ذلك|{_ANSWER})$"
    rf"|(?:{_DENIES}){_REST}{_SOURCES}"
    rf"|{_SOURCES}{_REST}(?:{_DENIES})"
    rf"|{_NOT} (?:{_THERE_IS}|{_CAN}|{fold('إجابة')}|جواب)\b(?:{_REST} |\s?){_ANSWER}"
    rf"|{_NOT} (?:{_CAN}|جواب|{fold('إجابة')})(?!\w){_REST}(?:{_QUESTION}|{_SOURCES}|$)"
    rf"|{_ANSWER} {_REST}{_ABSENT}"
    rf"|{_NOBODY}(?:{_DENIES}) (?:{_any('في ضمن')}) (?:\w+ )?(?:{_PASSAGES}|{_SOURCES})"
    rf"|{_NOBODY}{fold('خارج')} (?:{_any('عن')} )?(?:نطاق )?{_SOURCES}"
    rf"|{_NOBODY}(?:{_any('لا علاقة')}|لا) (?:\w+ )?ب{_QUESTION})"
)
_SAYS_MORE = re.compile(
    rf"\b(?:{_any('لكن ولكن لكنه ولكنه لكنها ولكنها لكنهم بل')}|{fold('غير أن')}|{fold('إلا أن')})"
    rf"(?:ه|ها|هم)?\b|[،,؛;] ?(?:{_any('وقد أما فيما بينما علما')})\b"
    rf"|[،,؛;] ?و(?:{_any('بلغ تبلغ يبلغ كان كانت قال قالت أعلن أعلنت ذكر ذكرت')})\w*|https?://|www\."
)
"""What follows «لا تذكر المقاطع اسمه، لكنه …» is a claim like any other."""
_EDGE = " .،,:;؛–—-"
_ENGLISH = re.compile(
    r"(?:(?:i'm |i am )?sorry,? (?:but )?|unfortunately,? |however,? |but |based on [^,.]{0,40}, )*"
    r"(?:i (?:could not|couldn't|cannot|can't|did not|didn't|found no|do not|don't|am unable)"
    r"|(?:the|these|provided) (?:\w+ )?(?:passages|articles|sources|texts?|context)(?: provided)?"
    r" (?:do|does) ?(?:not|n't)|there is no (?:answer|information|mention)"
    r"|no (?:answer|information)\b|the answer is not)"
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


def split_refusal(sentence: str) -> tuple[str, str]:
    """Return the refusal that a sentence begins with, and what it says beside that; each may be "".

    >>> split_refusal("لا تذكر المقاطع من صممه، وقد افتتح الأحد.")
    ('لا تذكر المقاطع من صممه.', 'وقد افتتح الأحد.')
    """
    words = list(WRITTEN_WORD.finditer(sentence))
    for word in words[2:]:
        first = sentence[: word.start()].rstrip(_EDGE)
        more = f"{sentence[len(first) : word.start()].strip() or '،'} {sentence[word.start() :]}"
        if _SAYS_MORE.match(fold(more).lstrip()) or _SAYS_MORE.match(fold(more[1:]).lstrip()):
            if is_refusal(first):
                return f"{first}.", sentence[word.start() :]
            return "", sentence
    return (sentence, "") if is_refusal(sentence) else ("", sentence)


def speaks_of_passages(sentence: str) -> bool:
    """Tell whether a sentence is about what a model was given, as «تتحدث المقاطع عن أمور أخرى»."""
    return bool(_GIVEN_TEXTS.search(fold(sentence)))


def is_refusal(sentence: str) -> bool:
    """Tell whether a sentence says that the passages, or some of them, do not answer.

    >>> is_refusal("لا تذكر المقاطع ميزانية الفيلم."), is_refusal("لا تذكر الوزارة كلفة الجسر.")
    (True, False)
    """
    said = fold(sentence).strip(' *_-"«».')
    found = _ENGLISH.match(said) or _REFUSAL.match(said)
    return found is not None and not _SAYS_MORE.search(said, found.end())

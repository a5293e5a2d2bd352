"""Make a follow-up question stand alone, from what was asked before."""

import re
from collections.abc import Sequence
from functools import cache

from index.arabic.question_words import load_question_words
from index.arabic.words import fold, normalize_for_embedding, split_words, term_of
from rag.language.package_data import read_words
from rag.language.questions import (
    PREPOSITION,
    build_question_word_pattern,
    content_terms,
    content_words,
    is_arabic,
    terms_of,
)

History = Sequence[tuple[str, str]]
"""Earlier turns, oldest first: question and the answer's text."""

_IS = re.compile(r"^(?:ما|من) (?:هو|هي|هم) |^ما (?=\S+ \S)")
_POINTS_BACK = re.compile(
    r"\b(?:ذلك|تلك|فيه|فيها|عنه|عنها|منه|منها|المذكور\w*)\b|\b(?:هذا|هذه) ال\w+"
    r"|\bال\w+ (?:ده|دا|دي|هاد|هادا|هيدا|هاي|هاذي|هذي)\b|^و(?:بعد|قبل|مع|عند)(?:ها|هم|ه)\b"
)
_PRONOUN = re.compile(
    r"\b(?:هو|هي|هم|هما|هذا|هذه|هناك|له|لها|لهم|عليه|عليها|به|بها|بعدها|بعده|قبلها|قبله|عندها|معه"
    r"|معها|نفسه|نفسها)\b"
)
_ATTACHED = re.compile(
    r"\b(?:\w{2,}(?:ها|هم|هما|هن|(?<![وجقباش])ه)"
    r"|[وفبل]?(?:كتب|حزب|قلب|سبب|منصب|لقب|ملعب|حساب|نائب|أسباب)ه)\b"
)
"""«نسبه» is «نسبة» more often than «his descent»; words in «ب» without such a form are listed."""
_LIKE_PRONOUN = re.compile(r"\w(?:ها|هما?|هن|ه)$")
_DEFINITE = re.compile(r"[وف]?(?:[بك]?ال|لل)\w{3,}")
"""A word with the article has no pronoun behind it: «التفاهم», «للمنتزه»."""
_COPULA = re.compile(r"^(?:[وف])?(?:من|ما) (?:هو|هي|هم|هما) (?=\S)")
"""«من هو المتهم»: the pronoun means what follows, not what was said before."""
_RELATIVE = re.compile(r"\b(?:الذي|التي|الذين)\b")
_RESUMED = re.compile(r"\b(ال(?:ل?ذي|ل?ت[يى]|ذين|ل[يى]))\b(.*)", re.DOTALL)
_PRONOUN_OF = {"الذي": "ه", "التي": "ها", "الذين": "هم", "": "ه|ها|هم"}
"""Which pronouns stand for what a relative one is about: «الشجرة التي يستخرج منها الصمغ»."""
_FILLER = re.compile(r"^(?:طيب|طب|حسن[اً]+|تمام|أوكي|اوكي|ok|okay|well)[،,]?\s+", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"\s+(?:كان|كانت|ذلك|تلك|ده|كده|هذا|was|is|did|it|that|this)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_NAMES_ITSELF = re.compile(r"\b(?:هذا|هذه) (?:المقال|الخبر|الموقع)\w*")
_WHAT_OF = re.compile(r"^[وف]ما (?:هو |هي )?(?!ا\w{2,3} )\w+ (?!ال)\w+$")
"""«وما عاصمة تشيلي؟» names another thing; «وما أهم رواية؟» and «وما سعر التذكرة؟» do not."""
_NO_SUBJECT = re.compile(
    r"^(?:[وف]?كم مره \w+|(?:متي|اين|كيف|لماذا|هل) (?:نال|تولي|تقلد|شغل|حصد)ت? ال\w+)$"
)
"""«كم مرة سجن؟», «متى نال الجائزة؟»: who is not said. Verbs that the noun behind cannot do."""
_MORE = re.compile(
    r"[وف]?(?:(?:ا?عط(?:ي?ني|ينا)|هات|زي?د(?:ني|نا)?|ار?يد|نحب|بدي|عايز|ابغي|اذكر|فسر|اشرح|وضح|فصل"
    r"|احك)(?: لي| لنا)?\b ?)?"
    r"(?:(?:من )?(?:ال)?(?:مزيد|تفاصيل|معلومات|توضيح\w*|شرح\w*|تفسير\w*|تفصيل\w*|اكثر|اخري|اوسع"
    r"|اوفر|فسر|لي) ?)*"
)
"""«أعطني تفاصيل أكثر», «المزيد», «فسّر أكثر»: nothing is said but that more is wanted."""
_NOUN_ASKED = re.compile(r"^(?:[وف])?(?:(?:ما|من) (?:هو|هي|هم) |ما (?=\S+ \S)|كم (?=عدد ))")
_HEAD = re.compile(r"^(?:سبب|اسباب|أسباب|قصة|عدد|حصيلة|تفاصيل|موعد|مكان|تاريخ) (?=\S)")
"""What was asked of something; another question is asked of the thing itself."""
_COMPLETED = re.compile(r"^.*?[؟?]\s*\((?P<topic>.*)\)$", re.DOTALL)
_FEW, _MANY = 2, 4
"""Content words: so few need more; so many rarely do. Chosen, not measured;
tests/rag/test_conversations.py has conversations that they must read right."""


@cache
def _build_about_pattern() -> re.Pattern[str]:
    """Return what finds a question that names only what is otherwise: «وماذا عن 2023؟»."""
    what = [word.form for word in load_question_words() if word.standard == "ما"]
    return re.compile(
        rf"^و?(?:ماذا|{'|'.join(map(re.escape, what))}) عن "
        r"|^و(?=(?:في|عن|عل[ىي]|بعد|قبل|منذ|خلال|لدى|عند) )"
        r"|^(?:and )?(?:what|how) about |^and (?=(?:in|for|after|before) )",
        re.IGNORECASE,
    )


@cache
def _build_conjunction_pattern() -> re.Pattern[str]:
    """Return what finds the «و» or «ف» of «ومتى» and «وفي أي»."""
    return re.compile(
        rf"^(?:و|ف|and )(?={PREPOSITION}(?:{build_question_word_pattern()})\b)", re.IGNORECASE
    )


@cache
def _build_opener_pattern() -> re.Pattern[str]:
    """Return what finds the question word that a question begins with."""
    behind = r"(?: (?:هو|هي|هم|الذي|التي)\b)?\s*"
    return re.compile(
        rf"^(?:و|ف)?{PREPOSITION}(?:{build_question_word_pattern()})\b{behind}", re.IGNORECASE
    )


@cache
def _build_question_word() -> re.Pattern[str]:
    """Return what is a question word and nothing else."""
    return re.compile(rf"{PREPOSITION}(?:{build_question_word_pattern()})", re.IGNORECASE)


def complete_follow_up(question: str, history: History) -> str:
    """Return the question with what it leaves unsaid, or as it is when it leaves nothing.

    A question leans on the last one when it begins with «و» or «ف» and a question word, has a
    pronoun, or says very little. What the last one was about is then added in brackets; a bare
    «ومتى؟» takes the place of the last question's own question word, and the year of «وماذا عن
    2023؟» that of the last question's year.

    >>> complete_follow_up("وكم عمرها؟", [("من هي سارة حداد؟", "")])
    'كم عمرها؟ (سارة حداد)'
    >>> complete_follow_up("ومتى؟", [("من سجل هدف الفوز في النهائي؟", "")])
    'متى سجل هدف الفوز في النهائي؟'
    >>> complete_follow_up("وماذا عن 2023؟", [("كم بلغ الإنتاج عام 2022؟", "")])
    'كم بلغ الإنتاج عام 2023؟'
    """
    last = told = ""
    for asked, answer in history:
        last = _rewrite(asked, last, told)
        told = f"{last}\n{answer}"
    return _rewrite(question, last, told)


def _rewrite(question: str, last: str, told: str) -> str:
    """Complete one question from the one before, which already stands alone, and its answer."""
    question = question.strip()
    if not last or not is_follow_up(question, told):
        return question
    opening = _build_conjunction_pattern().sub("", _FILLER.sub("", question)).rstrip("؟?!. ")
    mark = "؟" if is_arabic(question) else "?"
    completed = _COMPLETED.match(last)
    topic = completed["topic"] if completed else last
    if year := _other_year(opening, topic):
        return year
    asked = _SAYS_NOTHING.sub("", opening)
    is_bare = bool(_build_question_word().fullmatch(asked))
    if is_bare and _NOUN_ASKED.match(topic):
        about = _HEAD.sub("", _NOUN_ASKED.sub("", topic).rstrip("؟?!. "))
        return f"{asked}{mark} ({about})"
    if is_bare and is_arabic(asked) == is_arabic(topic):
        return f"{asked} {_build_opener_pattern().sub('', topic).rstrip('؟?!. ')}{mark}"
    if set(content_terms(topic)) <= set(content_terms(opening)):
        return question
    # «ما خطة الكهرباء؟» is about «خطة الكهرباء»; any other question says itself what about.
    about = _IS.sub("", topic).rstrip("؟?!. ") if _IS.match(topic) else topic
    return f"{opening}{mark} ({about})"


def _other_year(opening: str, topic: str) -> str:
    """Return the last question asked of another year, or "" where nothing but one is asked."""
    about = _build_about_pattern().match(opening)
    years = _YEAR.findall(opening)
    if not about or len(years) != 1 or len(_YEAR.findall(topic)) > 1:
        return ""
    rest, mark = topic.rstrip("؟?!. "), "؟" if is_arabic(topic) else "?"
    if _YEAR.search(rest):
        return f"{_YEAR.sub(years[0], rest)}{mark}"
    return f"{rest} {'في عام' if is_arabic(topic) else 'in'} {years[0]}{mark}"


def is_follow_up(question: str, told: str = "") -> bool:
    """Tell whether a question cannot be understood without what was said before.

    Args:
        question: As it was typed.
        told: The question before it and its answer, where they are known: a question that names
            only a noun of which they do not speak is a new one.

    >>> is_follow_up("ومتى؟"), is_follow_up("من وقّع إعلان باريس في القمة؟")
    (True, False)
    """
    question = _RESUMED.sub(_without_resumed, _FILLER.sub("", question))
    if _MORE.fullmatch(" ".join(split_words(question))):
        return bool(question.strip())
    return _leans_back(question) and not (told and _names_another(question, told))


def _leans_back(question: str) -> bool:
    """Tell the same from the words of the question alone."""
    folded = _NAMES_ITSELF.sub(" ", " ".join(split_words(question)))
    content = content_words(question)
    follows_on = _build_conjunction_pattern().match(folded)
    if (named := _COPULA.match(folded)) and content:
        folded = folded[named.end() :]
        if _DEFINITE.match(folded):
            unsaid = bool(follows_on) and len(content) < _FEW
            return unsaid or (_has_pronoun(question) and not _RELATIVE.search(folded))
        if len(content) < _FEW:
            return _ends_in_pronoun(question)
        follows_on = None
    unsaid = bool(_POINTS_BACK.search(folded) or _NO_SUBJECT.match(folded))
    if unsaid or (_build_about_pattern().match(question) and len(content) < _MANY):
        return True
    if len(content) >= _MANY:
        return bool(follows_on) and _has_pronoun(question)
    if len(content) < _FEW or follows_on or _PRONOUN.search(folded):
        return bool(folded.strip())
    return _has_pronoun(question) and not _RELATIVE.search(folded)


def _names_another(question: str, told: str) -> bool:
    """Tell whether all that a short question names is a noun that was not spoken of.

    Nouns that are of something («السبب») or stand for it («الحادث») are not such.
    """
    folded, content = " ".join(split_words(question)), content_words(question)
    if len(content) == 1 and not folded.startswith(("و", "ف")):
        named = content[0].startswith("ال") and not _points_back(folded)
    else:
        named = bool(_WHAT_OF.match(folded)) and not _has_pronoun(question)
    terms = set(terms_of(content))
    return named and terms.isdisjoint(_load_relational()) and terms.isdisjoint(content_terms(told))


def _points_back(folded: str) -> bool:
    return bool(
        _POINTS_BACK.search(folded)
        or _PRONOUN.search(folded)
        or _build_about_pattern().match(folded)
    )


def _without_resumed(found: re.Match[str]) -> str:
    """Take off the pronouns that stand for what a relative one is about."""
    pronoun = _PRONOUN_OF[fold(found[1]).replace("اللي", "").replace("الل", "ال")]
    return found[1] + re.sub(rf"(?<=\w\w)(?:{pronoun})\b", "", found[2])


def _ends_in_pronoun(question: str) -> bool:
    """Tell «من هو مخرجه؟» from «من هو موزارت؟»."""
    last = normalize_for_embedding(question).rstrip("؟?!. ").rsplit(" ", 1)[-1]
    return bool(_LIKE_PRONOUN.search(last)) and not _is_own_ending(fold(last))


def _has_pronoun(question: str) -> bool:
    """Tell whether a pronoun is attached to any word of a question."""
    found = (match[0] for match in _ATTACHED.finditer(normalize_for_embedding(question)))
    return any(not _is_own_ending(fold(word)) for word in found)


def _is_own_ending(word: str) -> bool:
    """Tell whether the last letters of a folded word are its own: «التفاهم», «نزيه»."""
    behind = word[1:] if word[0] in "وفبلك" else word
    if word.endswith("الله"):
        return True
    return bool(_DEFINITE.fullmatch(word)) or not _load_radical_words().isdisjoint({word, behind})


@cache
def _load_relational() -> frozenset[str]:
    return frozenset(map(term_of, read_words("language/relational_words.txt")))


@cache
def _load_radical_words() -> frozenset[str]:
    return read_words("language/radical_h.txt")

"""Notice when articles differ: other figures, other days, or one denies what the other says."""

import re
from collections.abc import Sequence

from index.arabic.numbers import find_numbers
from index.arabic.words import fold
from index.search.search import Passage
from rag.language.questions import Kind
from rag.language.statements import EDGE, SAYING, Statement, Token, read_statement, tokens_match
from rag.question import Question
from rag.reading.relevance import ScoredSentence

# Chosen, not measured; tests/rag/reading/test_disagreement.py has the articles that must differ or
# agree with them.
_MIN_CHANCE = 0.02
"""Chance of being the answer from which on a sentence may differ from the one chosen."""
_MIN_SHARED = 0.4
"""Share of the shorter sentence's words that both must hold to speak of the same thing."""
_MIN_SHARED_OPPOSED = 0.75
"""The same where one denies what the other says."""
_MIN_SHARED_WORDS = 2
"""Words that both must hold in any case."""
_MAX_DATE_PARTS = 3
"""Day, month and year: a sentence with more of them tells of several days."""
_MAX_VERSIONS = 3
_ROUNDED = 0.1
"""Share by which a figure that is told as about right may be off. Chosen."""
_ABOUT = re.compile(
    r"(?:نحو|حوالي|قرابه|زهاء|[يت]قارب|[يت]?ناهزت?|اكثر من|اقل من|[يت]فوق|فاقت?|[يت]?تجاوزت?"
    r"|[يت]قل عن|[يت]زيد ع(?:لي|ن))"
    r" ?ب?$"
)
_PART = re.compile(
    r"\b(?:من )?بين(?:هم|ها|هن)\b|\bمن(?:هم|هن)\b|^(?:و)?(?:من )?بين (?:ال)?\w+|\bوحد(?:ه|ها"
    r"|هم)\b|\bمن اصل\b"
    r"|\b(?:المرحله|الدفعه|الشريحه|اليوم|الليله|الشوط) الاول[يه]?\b|\bيومه الاول\b"
    r"|\bليله الافتتاح\b|\bالربع الاخير\b"
)


def find_other_versions(
    question: Question, passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> list[ScoredSentence]:
    """Return the sentences of other articles that differ from the best sentence.

    Args:
        question: As it was understood.
        passages: Best first.
        sentences: Of the passages, best first.

    Returns:
        At most one sentence of each article; empty where the articles agree.
    """
    if not sentences:
        return []
    best = sentences[0]
    article = passages[best.passage].article
    known = {article.id, *(reprint.article_id for reprint in passages[best.passage].reprints)}
    found: list[ScoredSentence] = []
    for sentence in sentences[1:]:
        other = passages[sentence.passage].article
        if sentence.chance < _MIN_CHANCE or len(found) == _MAX_VERSIONS - 1:
            break
        titles = (article.title, other.title)
        if other.id not in known and is_disagreement(question, best.text, sentence.text, titles):
            known.add(other.id)
            found.append(sentence)
    return found


def is_disagreement(
    question: Question, one: str, other: str, titles: tuple[str, str] = ("", "")
) -> bool:
    """Tell whether two sentences answer a question differently.

    They must be about the same thing: each holds, or its article's title does, every word of the
    question that the other one holds.

    Args:
        question: As it was understood.
        one: A sentence.
        other: One of another article.
        titles: Of their articles.

    >>> from rag.question import understand
    >>> asked = understand("كم عدد المصابين في الحريق؟")
    >>> is_disagreement(asked, "أصيب 9 عمال في حريق المصنع.", "أصيب ستة عمال في حريق المصنع.")
    True
    >>> is_disagreement(asked, "أصيب 9 عمال في حريق المصنع.", "أصيب تسعة عمال في الحريق.")
    False
    """
    first, second = read_statement(one), read_statement(other)
    pairs = [(a, b) for a in _list_words(first) for b in _list_words(second) if tokens_match(a, b)]
    if _find_question_terms(question, one, titles[0]) != _find_question_terms(
        question, other, titles[1]
    ):
        return False
    shared = len({a.key for a, _ in pairs})
    shorter = min(len({t.key for t in _list_words(s)}) for s in (first, second))
    if shared < _MIN_SHARED_WORDS or shared < _MIN_SHARED * shorter:
        return False
    if _tells_of_a_part(one) or _tells_of_a_part(other) or _is_rounded(one, other):
        return False
    opposed = shared > _MIN_SHARED_WORDS and shared >= _MIN_SHARED_OPPOSED * shorter
    if opposed and any(a.denied != b.denied for a, b in pairs):
        return True
    if question.kind is Kind.WHEN:
        days = _list_dates(first), _list_dates(second)
        told = min(len(_find_question_terms(question, sentence, "")) for sentence in (one, other))
        enough = 2 * told >= len(question.terms)
        return enough and max(map(len, days)) <= _MAX_DATE_PARTS and _is_incompatible(*days)
    counted = frozenset(question.terms) if question.kind is not Kind.HOW_MANY else None
    return _has_other_figures(first, second, counted)


def _tells_of_a_part(sentence: str) -> bool:
    """Tell whether a sentence counts some of a whole: «بينهم ستة», «المرحلة الأولى وحدها»."""
    return bool(_PART.search(fold(sentence)))


def _is_rounded(one: str, other: str) -> bool:
    """Tell whether «نحو 300» of one sentence is the «298» of the other."""
    for rounded, exact in ((one, other), (other, one)):
        words = fold(rounded)
        about = [float(n.value) for n in find_numbers(rounded) if _ABOUT.search(words[: n.start])]
        told = [float(n.value) for n in find_numbers(exact)]
        if any(abs(a - b) <= _ROUNDED * max(abs(a), abs(b)) for a in about for b in told):
            return True
    return False


def _find_question_terms(question: Question, sentence: str, title: str) -> frozenset[str]:
    """Return which terms of a question a sentence or its title holds, in any form."""
    said = [*_list_words(read_statement(sentence)), *_list_words(read_statement(title))]
    asked = [token for token in question.statement.tokens if not token.light]
    terms = frozenset(question.terms)
    return frozenset(
        token.key
        for token in asked
        if token.key in terms and any(tokens_match(token, other) for other in said)
    )


def _list_words(statement: Statement) -> list[Token]:
    return [token for token in statement.matter if not token.exact]


def _list_dates(statement: Statement) -> frozenset[str]:
    return frozenset(token.key for token in statement.tokens if token.exact)


def _is_incompatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether neither holds all of the other: «3 مايو» and «مايو» agree."""
    return bool(one and other) and not one <= other and not other <= one


def _has_other_figures(one: Statement, other: Statement, counted: frozenset[str] | None) -> bool:
    """Tell whether the same thing is counted differently.

    Args:
        one: A statement.
        other: Another one.
        counted: Terms one of which must be what is counted; None where anything may be.
    """
    for _, noun in _find_counts(one):
        if counted is not None and noun.key not in counted and noun.others.isdisjoint(counted):
            continue
        others = [figure for figure, thing in _find_counts(other) if tokens_match(noun, thing)]
        said = {figure for figure, thing in _find_counts(one) if tokens_match(noun, thing)}
        if others and said.isdisjoint(others):
            return True
    return False


def _find_counts(statement: Statement) -> list[tuple[str, Token]]:
    """Return each number with the word after it, and with the one before it."""
    tokens = [token for token in statement.tokens if token.key != SAYING]
    found = []
    for before, number, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if number.key.startswith("#"):
            found += [
                (number.key, near)
                for near in (after, before)
                if near.key != EDGE and not near.exact
            ]
    return found

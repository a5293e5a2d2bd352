"""A question as it was understood: made once, handed from step to step, never read again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from index.arabic.dialects import normalize_dialect
from index.arabic.numbers import find_number_values
from index.arabic.words import QUOTED, split_words
from index.embedding.word_vectors import word_spans
from index.errors import InputError
from index.search.query import Query
from rag.language.followup import History, complete_follow_up, is_follow_up
from rag.language.forms import Form, detect_form
from rag.language.names import Name, find_names, find_years, name_words, years_in_words
from rag.language.parts import split_question
from rag.language.questions import (
    Kind,
    content_terms,
    content_words,
    detect_kind,
    find_terms,
    is_arabic,
    is_function_word,
    terms_of,
)
from rag.language.sides import split_sides
from rag.language.statements import Statement, read_statement

MAX_QUESTION = 2_000
"""Characters of a question; a longer one is refused."""

Spell = Callable[[str], str]
"""Question -> the same, spelled right."""

Rewrite = Callable[[str, History], str | None]
"""Question and history -> the question so that it stands alone; None where that failed."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with all that later steps need to know of it.

    Attributes:
        asked: As it was typed, without white space around it.
        standalone: As it is understood without what was said before, and spelled right.
        text: The same in the standard language; what is searched for.
        language: ``ar`` or ``en``: what it is answered in.
        is_arabic: Whether ``text`` is in Arabic letters, as what is found may be.
        kind: What it asks for.
        form: The form of answer that it wants.
        words: The folded words of ``text``, in order.
        terms: The distinct terms of those that carry meaning, in order.
        forms: For each word of ``query.embedded`` the terms that it may have in an article; none
            where it carries no meaning.
        own_terms: The same of what was typed, without what history added.
        names: What it asks about, so that nothing is answered about another.
        years: Years it names.
        statement: ``text`` as tokens that can be compared with those of a sentence.
        query: What the index is asked.
        parts: What it asks, where that is several things, or the sides that it compares: each
            stands alone.
        side: Of a comparison, which side it asks about; "" otherwise.
    """

    asked: str
    standalone: str
    text: str
    language: str
    is_arabic: bool
    kind: Kind
    form: Form
    words: tuple[str, ...]
    terms: tuple[str, ...]
    forms: tuple[frozenset[str], ...]
    own_terms: tuple[str, ...]
    names: tuple[Name, ...]
    years: frozenset[str]
    statement: Statement
    query: Query
    parts: tuple["Question", ...] = ()
    side: str = ""

    @property
    def is_completed(self) -> bool:
        """Whether it is understood otherwise than it was typed."""
        return self.asked != self.standalone


def understand(
    asked: str,
    history: History = (),
    topic: str = "",
    *,
    spell: Spell | None = None,
    rewrite: Rewrite | None = None,
) -> Question:
    """Read a question.

    Args:
        asked: In Arabic, a dialect of it, or another language.
        history: Earlier turns, oldest first: (question, answer text).
        topic: What a question without history leans on, if on anything.
        spell: Writes a question's words as the articles do; None leaves them as they were typed.
        rewrite: Makes a question stand alone that has history; None, and where it fails, leaves
            that to rules.

    Raises:
        InputError: The question is empty or too long.
    """
    asked = asked.strip()
    if not asked:
        raise InputError("the question is empty; write a question")
    if len(asked) > MAX_QUESTION:
        raise InputError(f"the question is longer than {MAX_QUESTION} characters; shorten it")
    spelled = spell(asked) if spell else asked
    if spelled != asked:
        return replace(understand(spelled, history, topic, rewrite=rewrite), asked=asked)
    told = history or ([(topic, "")] if topic else [])
    rewritten = _rewrite(asked, told, rewrite) if history or _leans(asked, told) else None
    whole = _read(asked, rewritten or complete_follow_up(asked, told))
    if sides := _read_sides(whole):
        return replace(whole, parts=sides)
    parts = _read_parts(rewritten) if rewritten else _read_parts(asked, told)
    return replace(whole, parts=parts, form=Form.SEVERAL) if parts else whole


def _read_sides(whole: Question) -> tuple[Question, ...]:
    """Read the question for each side of a comparison."""
    if whole.form is not Form.COMPARISON:
        return ()
    sides = split_sides(whole.text)
    return tuple(
        replace(_read(question, question), side=side, form=Form.SEVERAL) for side, question in sides
    )


def _read_parts(asked: str, history: History = ()) -> tuple[Question, ...]:
    """Read each thing that a question asks; those that lean on one are asked after it."""
    parts = split_question(asked)
    first = next((part for part in parts if content_words(part)), "")
    leaning = [*history, (first, "")] if first else history
    return tuple(
        _read(part, complete_follow_up(part, history if part == first else leaning))
        for part in parts
    )


def _read(asked: str, standalone: str) -> Question:
    query = Query.of(standalone)
    spoken = split_words(query.text)
    terms = terms_of([word for word in spoken if not is_function_word(word)])
    kind = detect_kind(spoken)
    return Question(
        asked=asked,
        standalone=standalone,
        text=query.text,
        language="ar" if is_arabic(asked) else "en",
        is_arabic=is_arabic(query.text),
        kind=kind,
        form=detect_form(spoken, kind),
        words=tuple(spoken),
        terms=terms,
        forms=_find_forms(query),
        own_terms=terms if standalone == asked else content_terms(normalize_dialect(asked)),
        names=find_names(spoken),
        years=find_years(spoken) | years_in_words(query.text),
        statement=read_statement(query.text),
        query=query,
    )


def _leans(asked: str, history: History) -> bool:
    return bool(history) and is_follow_up(asked, "\n".join(history[-1]))


def _rewrite(asked: str, history: History, rewrite: Rewrite | None) -> str | None:
    """Return what something makes of a question; None where that is the same or asks another."""
    rewritten = rewrite(asked, history) if rewrite else None
    if rewritten is None or split_words(rewritten) == split_words(asked):
        return None
    return rewritten if _is_kept(asked, rewritten, leans=_leans(asked, history)) else None


def _is_kept(asked: str, rewritten: str, *, leans: bool) -> bool:
    """Tell whether a rewritten question asks all that was typed, and about the same.

    Numbers, names, quoted titles and parts stay; of a question that stands alone every word that
    carries meaning, and nothing is added to it.
    """
    before, after = (normalize_dialect(text) for text in (asked, rewritten))
    typed, told = split_words(before), split_words(after)
    if not find_number_values(before) <= find_number_values(after):
        return False
    names = {term for name in find_names(typed) for term in name.terms}
    quoted = {term for title in QUOTED.findall(before) for term in content_terms(title)}
    if not names | quoted <= {*find_terms(after), *terms_of(name_words(told))}:
        return False
    if len(split_question(before)) > len(split_question(after)):
        return False
    if detect_kind(typed) not in {Kind.OTHER, detect_kind(told)}:
        return False
    return leans or set(content_terms(before)) == set(content_terms(after))


def _find_forms(query: Query) -> tuple[frozenset[str], ...]:
    words = (query.embedded[start:end] for start, end in word_spans(query.embedded))
    return tuple(
        find_terms(word).union(terms) if content_words(word) else frozenset()
        for word, terms in zip(words, query.word_terms, strict=True)
    )

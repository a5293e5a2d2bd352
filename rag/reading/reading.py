"""What was read for a question: all that an answer is written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.arabic.sentences import Span
from index.search.search import Passage
from rag.language.forms import STORIES, Form
from rag.language.signs import detect_sign
from rag.language.statements import read_statement
from rag.question import Question
from rag.reading.close_reading import CloseReading, ReadSpan, choose_again, find_headline
from rag.reading.disagreement import find_other_versions
from rag.reading.relevance import ScoredSentence

_OF_KIND = 2.0
"""What the kind of thing asked for is worth beside a term. Chosen."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a writer is to answer from.

    Attributes:
        question: As it was understood.
        passages: In the order they are numbered.
        sentences: Those read closely, best first.
        versions: Sentences of other articles that differ from the best one.
        short: The few words of the best sentence that answer, or None.
        spans: The likeliest answering words, best first.
        groups: Where passages are grouped by the parts of the question, each part by the position
            of its first passage.
        missing: Parts that no passage answers.
        length: Of the answer: ``short``, ``normal`` or ``long``.
    """

    question: Question
    passages: Sequence[Passage]
    sentences: Sequence[ScoredSentence] = ()
    versions: Sequence[ScoredSentence] = ()
    short: str | None = None
    spans: Sequence[ReadSpan] = ()
    groups: Mapping[int, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    length: str = "normal"

    def find_answer(self, passage: int, span: Span, least: float = 0.0) -> Span | None:
        """Return the words inside a span that answer best; None where the reader saw none.

        Args:
            passage: Position of the passage, from 0.
            span: Into the article's text.
            least: How far above the logit of no answer they must be.
        """
        for found in self.spans:
            inside = span.start <= found.span.start and found.span.end <= span.end
            if inside and found.window.passage == passage and found.margin > least:
                return found.span
        return None

    def weigh_piece(self, piece: str) -> float:
        """Return how much a piece of a sentence says of what is asked.

        It is the number of the question's terms, and more where it holds the kind of thing asked
        for; of what changed or happened, where it has a number or a day that the question has not.
        """
        question, tokens = self.question, read_statement(piece).tokens
        asked = frozenset(question.terms)
        held = sum(token.key in asked or not token.others.isdisjoint(asked) for token in tokens)
        if question.form in STORIES:
            known = {token.key for token in question.statement.tokens}
            of_kind = any(token.exact and token.key not in known for token in tokens)
        else:
            of_kind = bool(detect_sign(question.kind, piece))
        return held + _OF_KIND * of_kind

    @property
    def is_updated(self) -> bool:
        """Whether the versions are of several days, so that the newest takes the place of others.

        What is told otherwise on one and the same day, or on a day that is not known, differs.
        """
        dates = {self.passages[version.passage].article.date for version in self.versions}
        own = self.passages[self.sentences[0].passage].article.date if self.sentences else ""
        return bool(dates) and bool(own) and "" not in dates and own not in dates

    @property
    def all_versions(self) -> list[ScoredSentence]:
        """The best sentence and those that differ from it, the newest first; none if none does."""
        if not self.versions:
            return []
        return sorted(
            [self.sentences[0], *self.versions],
            key=lambda sentence: self.passages[sentence.passage].article.date,
            reverse=True,
        )


def read_passages(
    question: Question,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
    length: str = "normal",
) -> Reading:
    """Look among the sentences for other versions and for the few words that answer.

    Args:
        question: As it was understood.
        passages: In the order they are numbered.
        sentences: By their words, best first.
        read: What the reader said of them.
        length: Of the answer: ``short``, ``normal`` or ``long``.
    """
    chosen = choose_again(sentences, read)
    # Only what asks for one value can be answered with another; a story has many.
    one_value = question.form in {Form.FACT, Form.YES_NO, Form.SEVERAL}
    # A list, a story or both sides of a comparison are not told in a few words.
    few = one_value or question.form is Form.WHY
    return Reading(
        question,
        passages,
        chosen,
        versions=find_other_versions(question, passages, chosen) if one_value else (),
        short=find_headline(question, passages, chosen, read) if few else None,
        spans=read.spans,
        length=length,
    )

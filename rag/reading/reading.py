"""What was read for a question: all that an answer is written from."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.search.query import WeightedQuery
from index.search.search import Passage
from rag.question import Question
from rag.reading.close_reading import CloseReading, choose_again, find_headline
from rag.reading.disagreement import find_other_versions
from rag.reading.relevance import ScoredSentence, match_words
from rag.reading.short_answers import find_short_answer


@dataclass(frozen=True, slots=True)
class Reading:
    """What a writer is to answer from.

    Attributes:
        question: As it was understood.
        passages: In the order they are numbered.
        sentences: Those read closely, best first.
        versions: Sentences of other articles that differ from the best one.
        short: The few words of the best sentence that answer, or None.
    """

    question: Question
    passages: Sequence[Passage]
    sentences: Sequence[ScoredSentence] = ()
    versions: Sequence[ScoredSentence] = ()
    short: str | None = None

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
    query: WeightedQuery,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
) -> Reading:
    """Look among the sentences for other versions and for the few words that answer.

    Args:
        question: As it was understood.
        query: The same as ranking saw it.
        passages: In the order they are numbered.
        sentences: By their words, best first.
        read: What the reader said of them.
    """
    chosen = choose_again(sentences, read)
    return Reading(
        question,
        passages,
        chosen,
        versions=find_other_versions(question, passages, chosen),
        short=(
            find_headline(question, passages, chosen, read)
            if read.windows
            else _find_short(question, query, passages, chosen)
        ),
    )


def _find_short(
    question: Question,
    query: WeightedQuery,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
) -> str | None:
    matches = match_words(question, query, passages)
    if not sentences or not matches:
        return None
    best = sentences[0]
    text = passages[best.passage].article.text
    found = find_short_answer(question, text, best, matches[best.passage])
    return found.text if found else None

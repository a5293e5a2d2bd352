"""What was read for a question: all that an answer is written from."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.search.search import Passage
from rag.question import Question
from rag.reading.close_reading import CloseReading, choose_again, find_headline
from rag.reading.disagreement import find_other_versions
from rag.reading.relevance import ScoredSentence


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
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
) -> Reading:
    """Look among the sentences for other versions and for the few words that answer.

    Args:
        question: As it was understood.
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
        short=find_headline(question, passages, chosen, read),
    )

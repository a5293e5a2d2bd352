"""How the words of a passage match those of a question, from the vectors stored in the index."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.arabic.sentences import Span
from index.embedding.vectors import FloatMatrix, FloatVector
from index.search.passage_words import PassageWords
from index.search.query import WeightedQuery

FEATURES = (
    "words_matched",
    "words_with_title",
    "words_around",
    "least_matched",
    "asked_for",
    "function_words",
    "pooled_similarity",
)
"""What :meth:`WordMatches.features` gives for a sentence."""

_BEFORE, _AFTER = 20, 10
"""Words around a sentence that belong to what it speaks of. Chosen; the feature's weight is fitted
(``python -m benchmarks.train_relevance``)."""


class QuestionWords:
    """The words of a question with their vectors, and which of them carry meaning."""

    def __init__(
        self, query: WeightedQuery, content: frozenset[str], stressed: frozenset[str] = frozenset()
    ) -> None:
        """Take the words of a question.

        Args:
            query: As ranking saw the question.
            content: Its terms that carry meaning.
            stressed: Those that count twice.
        """
        self.vectors, word_terms = query.vectors.words, query.query.word_terms
        self.content = np.array([not content.isdisjoint(t) for t in word_terms], bool)
        if not self.content.any():
            self.content = np.ones(len(self.vectors), bool)
        twice = np.array([not stressed.isdisjoint(t) for t in word_terms], np.float32)
        rarity = query.word_weights * self.content * (1 + twice)
        self.shares: FloatVector = rarity / np.float32(max(float(rarity.sum()), 1e-9))
        self.mean = _normalize(self.vectors.mean(axis=0))


@dataclass(frozen=True, eq=False)
class WordMatches:
    """The words of one passage compared with those of a question."""

    asked: QuestionWords
    words: PassageWords

    @cached_property
    def vectors(self) -> FloatMatrix:
        """Vectors of the words of the passage, shape (passage words, dimension)."""
        return self.words.vectors()

    @cached_property
    def cosines(self) -> NDArray[np.float32]:
        """Cosines, shape (question words, passage words)."""
        found: NDArray[np.float32] = self.asked.vectors @ self.vectors.T
        return found

    @cached_property
    def title(self) -> NDArray[np.float32]:
        """The best match of each word of the question in the headline, shape (question words,)."""
        if not len(self.words.title):
            return np.zeros(len(self.asked.vectors), np.float32)
        return self.best(self.asked.vectors @ self.words.title_vectors().T)

    @staticmethod
    def best(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the best match of each word of the question; 0 where there is no word."""
        if not cosines.shape[1]:
            return np.zeros(len(cosines), np.float32)
        found: NDArray[np.float32] = cosines.max(axis=1)
        return found

    def features(self, span: Span) -> dict[str, float]:
        """Return how well a sentence matches the question, by the names in ``FEATURES``."""
        place = self.words.within(span)
        own = self.best(self.cosines[:, place])
        titled = np.maximum(own, self.title)
        around = slice(max(0, place.start - _BEFORE), place.stop + _AFTER)
        asked = self.asked
        function = own[~asked.content]
        vectors = self.vectors[place]
        return {
            "words_matched": float(asked.shares @ own),
            "words_with_title": float(asked.shares @ titled),
            "words_around": float(asked.shares @ self.best(self.cosines[:, around])),
            "least_matched": float(titled[asked.content].min()),
            "asked_for": float(own[0]),
            "function_words": float(function.mean()) if len(function) else 0.0,
            "pooled_similarity": float(asked.mean @ _normalize(vectors.mean(axis=0)))
            if len(vectors)
            else 0.0,
        }


def _normalize(vector: FloatVector) -> FloatVector:
    length = float(np.linalg.norm(vector))
    found: FloatVector = vector / length if length else vector
    return found

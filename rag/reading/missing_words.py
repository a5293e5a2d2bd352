"""Words of a question that an article lacks, and how much each of them speaks against it.

«كم مصابا في حريق صفاقس؟» is not answered by an article that never says صفاقس, but one that lacks
«وقع» may tell it in another word. Which words must be there is read from the vector that the
embedder gives each of them inside the question: one layer, in ``missing_words.json``, learned by
``benchmarks/train_missing_words.py`` from questions that articles answer and from near misses. No
list says what is a name. Where an index holds no vectors of words, their rarity must do.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arabic.words import skeleton
from index.search.query import WeightedQuery
from index.search.search import Passage
from index.store.bm25 import compute_idf
from rag.language.package_data import read_weights
from rag.language.questions import find_terms
from rag.question import Question

OF_A_WORD = ("rarity", "unknown", "bias")
"""What is known of a word without its vector: its idf, as a share of the highest there is, and
whether it is the highest."""
_BEGINNING = 1_500
"""Letters of an article that are looked at beside the passage: they say what it is about. Chosen
for the time it takes."""
_ENOUGH = 1_000
"""Chunks from which on a word that none has tells how a question is put: misspelled, in a dialect.
In fewer it tells little but that little was written. Chosen between the 25 and the 2,837 articles
that the gate is fitted on."""
_MOST = 4.0
"""Beyond it more missing words say no more. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class MissingWords:
    """What the words of a question say against passages that lack them.

    Attributes:
        totals: For each passage minus the logarithm of the chance that none of the words that it
            lacks had to be there, from 0 to 4; empty where that was not measured.
        worst: For each passage the same of the one word that says most, from 0.
        unknown: Words of the question that none of many articles has; 0 where they are few. As
            they are often misspelled, they say less against a passage than others that it lacks.
    """

    totals: tuple[float, ...] = ()
    worst: tuple[float, ...] = ()
    unknown: int = 0

    def get_total(self, passage: int) -> float:
        """Return what they say together against a passage; 0 where that was not measured."""
        return self.totals[passage] if self.totals else 0.0

    def get_worst(self, passage: int) -> float:
        """Return what the one that says most says against a passage; 0 where not measured."""
        return self.worst[passage] if self.worst else 0.0


def measure_missing(
    question: Question, query: WeightedQuery, passages: Sequence[Passage]
) -> MissingWords:
    """Return how much the words that each passage lacks speak against it.

    Args:
        question: As it was understood.
        query: The same as ranking saw it.
        passages: Any.
    """
    known = describe_words(query)
    words = [
        (forms, float(surprise))
        for forms, surprise in zip(question.forms, _judge_words(query, known), strict=True)
        if forms
    ]
    lacking = [_list_lacking(words, list_terms(_show(passage))) for passage in passages]
    never = known[:, OF_A_WORD.index("unknown")]
    unknown = [forms for forms, of in zip(question.forms, never, strict=True) if forms and of]
    return MissingWords(
        tuple(min(_MOST, math.fsum(surprises)) for surprises in lacking),
        tuple(max(surprises, default=0.0) for surprises in lacking),
        len(unknown) if query.totals.chunks >= _ENOUGH else 0,
    )


def list_terms(text: str) -> frozenset[str]:
    """Return the terms of a text, and their skeletons as ``~skeleton``."""
    terms = find_terms(text)
    return terms | {"~" + skeleton(term) for term in terms}


def is_missing(forms: frozenset[str], terms: frozenset[str]) -> bool:
    """Tell whether a text has no form of a word, in no known spelling."""
    return forms.isdisjoint(terms) and terms.isdisjoint("~" + skeleton(form) for form in forms)


def describe_words(query: WeightedQuery) -> NDArray[np.float32]:
    """Return what is known of each word without its vector, shape (words, 3): ``OF_A_WORD``."""
    never = compute_idf(0, query.totals.chunks)
    rarest = [
        max((query.idf.get(term, never) for term in terms), default=0.0)
        for terms in query.query.word_terms
    ]
    rows = [(idf / never if never else 0.0, float(idf >= never), 1.0) for idf in rarest]
    return np.array(rows, np.float32).reshape(-1, len(OF_A_WORD))


def compute_surprises(
    vectors: NDArray[np.float32], known: NDArray[np.float32], weights: Mapping[str, Any]
) -> NDArray[np.float32]:
    """Return minus the log of the chance that each word may be missing, shape (words,).

    Args:
        vectors: Of the words inside their question, shape (words, dimension); not looked at where
            the weights have none for them.
        known: What is known of them without, shape (words, 3).
        weights: Of a missing word, from ``missing_words.json``.
    """
    logits = known @ np.array([weights.get(name, 0.0) for name in OF_A_WORD], np.float32)
    if "vector" in weights:
        logits = logits + vectors @ np.array(weights["vector"], np.float32)
    found: NDArray[np.float32] = np.logaddexp(0.0, logits)
    return found


def _show(passage: Passage) -> str:
    article = passage.article
    beginning = article.text[: min(_BEGINNING, passage.chunk.start)]
    return f"{article.title}\n{beginning}\n{passage.text}"


def _judge_words(query: WeightedQuery, known: NDArray[np.float32]) -> NDArray[np.float32]:
    fitted = read_weights("reading/missing_words.json")
    vectors, size = query.vectors.words, len(fitted["by_vector"]["vector"])
    name = "by_vector" if vectors.shape == (len(known), size) else "by_rarity"
    return compute_surprises(vectors, known, fitted[name])


def _list_lacking(
    words: Sequence[tuple[frozenset[str], float]], terms: frozenset[str]
) -> list[float]:
    return [surprise for forms, surprise in words if is_missing(forms, terms)]

"""What is searched for: a question, folded, split and analysed once.

:class:`Query` is made from text alone; :class:`WeightedQuery` is the same as ranking sees it in one
state of an index, with its vectors and the rarity of its terms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arabic.dates import months_in
from index.arabic.dialects import normalize_dialect
from index.arabic.words import analyse, normalize_for_embedding
from index.embedding.contract import Embedder, WordwiseEmbedder
from index.embedding.vectors import FloatMatrix, FloatVector
from index.embedding.word_vectors import rotate, word_spans
from index.store.bm25 import Totals, compute_idf, mark_skeleton
from index.store.contract import StoreReader

_NO_WORDS = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Query:
    """A question for searching; the same for every index and embedder.

    Attributes:
        text: In the standard language.
        embedded: As embedders are shown it.
        terms: Its analysed terms, in order.
        word_terms: The analysed terms of each word of ``embedded``.
        dates: Months and years it names, as ``YYYY-MM`` and ``YYYY``.
    """

    text: str
    embedded: str
    terms: tuple[str, ...]
    word_terms: tuple[tuple[str, ...], ...]
    dates: tuple[str, ...]

    @classmethod
    def of(cls, question: str) -> "Query":
        """Return the query of a question, which may be in a dialect."""
        text = normalize_dialect(question)
        embedded = normalize_for_embedding(text)
        words = [tuple(analyse(embedded[start:end])) for start, end in word_spans(embedded)]
        return cls(text, embedded, tuple(analyse(text)), tuple(words), tuple(months_in(text)))


class QueryVectors(NamedTuple):
    """What an embedder makes of a query.

    Attributes:
        vector: Its embedding, shape (dimension,).
        words: Vectors of its words as they are compared, shape (n, dimension); n is 0 where the
            embedder gives none.
    """

    vector: FloatVector
    words: FloatMatrix = _NO_WORDS


def embed_query(embedder: Embedder, query: Query) -> QueryVectors:
    """Embed a query, its words too where the embedder sees them."""
    if not isinstance(embedder, WordwiseEmbedder):
        return QueryVectors(embedder.embed_query(query.embedded))
    vector, words = embedder.embed_query_wordwise(query.embedded)
    return QueryVectors(vector, rotate(words))


@dataclass(frozen=True, eq=False)
class WeightedQuery:
    """A query as ranking sees it in one state of an index.

    Attributes:
        query: What is searched for.
        vectors: What the index's embedder makes of it.
        idf: Weight of each term and of each ``~skeleton``.
        totals: Sizes of the corpus.
    """

    query: Query
    vectors: QueryVectors
    idf: Mapping[str, float]
    totals: Totals

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The distinct terms, in order."""
        return tuple(dict.fromkeys(self.query.terms))

    @cached_property
    def skeletons(self) -> tuple[str, ...]:
        """The distinct skeletons of the terms, as ``~skeleton``."""
        return compute_skeletons(self.terms)

    @cached_property
    def neighbours(self) -> tuple[tuple[str, str], ...]:
        """Pairs of different terms that follow one another."""
        pairs = pairwise(self.query.terms)
        return tuple((one, other) for one, other in pairs if one != other)

    @cached_property
    def word_weights(self) -> NDArray[np.float32]:
        """Rarity of each word that has a vector, shape (n,), summing to 1."""
        words = self.query.word_terms if len(self.vectors.words) else ()
        rarity = [max((self.idf.get(term, 0.0) for term in terms), default=0.0) for terms in words]
        total = sum(rarity)
        shares = [value / total if total else 1 / len(rarity) for value in rarity]
        return np.array(shares, np.float32)


def compute_skeletons(terms: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct skeletons of some terms, as ``~skeleton``."""
    return tuple(dict.fromkeys(map(mark_skeleton, terms)))


def weigh_query(reader: StoreReader, query: Query, vectors: QueryVectors) -> WeightedQuery:
    """Look up what the corpus says of a query's terms."""
    terms = tuple(dict.fromkeys(query.terms))
    names = [*terms, *compute_skeletons(terms)]
    frequencies, totals = reader.document_frequencies(names), reader.totals()
    idf = {name: compute_idf(frequencies.get(name, 0), totals.chunks) for name in names}
    return WeightedQuery(query, vectors, idf, totals)

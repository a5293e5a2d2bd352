"""The contract of a store: where articles, chunks, vectors and terms live.

Chunking, analysis, embedding and ranking stay outside, so they are the same on every engine.
:class:`index.sqlite_store.SqliteStore` is the one that ships.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles import Article
from index.chunking import Chunk
from index.dense import Hit
from index.vectors import FloatMatrix, FloatVector


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may be found; empty fields allow all.

    Attributes:
        sources: Publishers, as written in the articles.
        since: First day, ``YYYY-MM-DD``; articles without a date are left out.
        until: Last day, ``YYYY-MM-DD``; articles without a date are left out.
        articles: Article ids.
    """

    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    articles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sources or self.since or self.until or self.articles)


@dataclass(frozen=True, slots=True, eq=False)
class ArticleChunks:
    """An article to store, cut, analysed and embedded.

    Attributes:
        article: The article.
        chunks: Its chunks in order.
        hashes: Of the text embedded for each chunk.
        terms: Analysed terms of each chunk, in order.
        title_terms: Analysed terms of the title.
        vectors: Shape (len(chunks), dimension).
    """

    article: Article
    chunks: Sequence[Chunk]
    hashes: Sequence[str]
    terms: Sequence[Sequence[str]]
    title_terms: Sequence[str]
    vectors: FloatMatrix


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as ranking needs it."""

    key: int
    article_key: int
    start: int
    end: int
    terms: tuple[str, ...]
    title_terms: tuple[str, ...]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What one ``apply`` changed."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sizes that BM25 needs: chunks, and their average length in terms (title included)."""

    chunks: int
    average_length: float


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Counts for people."""

    articles: int
    chunks: int
    dated: int
    first_date: str
    last_date: str
    sources: Mapping[str, int] = field(default_factory=dict)
    generation: int = 0
    unpublished_chunks: int = 0
    bytes_on_disk: int = 0
    updated: str = ""


class Reader(Protocol):
    """One consistent state of a store."""

    generation: int

    def dense(self, vector: FloatVector, k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks nearest to a vector, best first."""
        ...

    def lexical(self, terms: Sequence[str], k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks that share most with the terms, best first."""
        ...

    def fetch(self, chunk_keys: Sequence[int]) -> dict[int, StoredChunk]:
        """Return stored chunks by key; keys that are gone are missing."""
        ...

    def articles(self, article_keys: Sequence[int]) -> dict[int, Article]:
        """Return articles by key."""
        ...

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; skeletons are asked as ``~skeleton``."""
        ...

    def totals(self) -> Totals:
        """Return the sizes that BM25 needs."""
        ...


class Store(Protocol):
    """Where an index lives."""

    def known(self) -> Mapping[str, str]:
        """Return article id -> content hash."""
        ...

    def apply(self, upserts: Iterable[ArticleChunks], deletes: Iterable[str] = ()) -> ApplyReport:
        """Add, replace and remove articles in one transaction; doing it twice changes nothing."""
        ...

    def read(self) -> AbstractContextManager[Reader]:
        """Open one consistent state for reading."""
        ...

    def compact(self) -> None:
        """Bring the derived files up to date and publish them."""
        ...

    def stats(self) -> StoreStats:
        """Return counts for people."""
        ...

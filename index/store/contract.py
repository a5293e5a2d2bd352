"""The contract of a store: where articles, chunks, vectors and terms live.

Chunking, analysis, embedding and ranking stay outside, so they are the same on every engine.
:class:`index.store.local.store.SqliteStore` is the one that ships.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.articles.chunking import Chunk
from index.articles.copies import Reprint
from index.embedding.contract import EmbedderIdentity
from index.embedding.embedded import Embedded
from index.embedding.vectors import FloatVector


class Hit(NamedTuple):
    """A chunk key and how well it matched; higher is better, comparable within one list."""

    key: int
    score: float


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
        embedded: What the embedder made of each chunk.
    """

    article: Article
    chunks: Sequence[Chunk]
    hashes: Sequence[str]
    terms: Sequence[Sequence[str]]
    title_terms: Sequence[str]
    embedded: Sequence[Embedded]


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as ranking needs it.

    Attributes:
        key: Its own.
        article_key: Of its article.
        article_id: Of its article.
        family: The same for all reprints of one story.
        date: Of its article, ``YYYY-MM-DD`` or "".
        start: Into the article's text.
        end: Into the article's text.
        terms: Its analysed terms, in order.
        title_terms: Those of its article's title.
        vector: Shape (dimension,).
        words: Packed vectors of its words (see :mod:`index.embedding.word_vectors`), if it has any.
    """

    key: int
    article_key: int
    article_id: str
    family: int
    date: str
    start: int
    end: int
    terms: tuple[str, ...]
    title_terms: tuple[str, ...]
    vector: NDArray[np.float32]
    words: bytes = b""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What a build needs to know of a stored article."""

    content_hash: str
    text_hash: str
    publisher: str
    origin: str


@dataclass(frozen=True, slots=True)
class Move:
    """A stored article that is now found elsewhere, its title and text unchanged.

    Attributes:
        old_id: Its id so far.
        article: What it is now; its ``text`` is not looked at.
        content_hash: Of the article with its text.
    """

    old_id: str
    article: Article
    content_hash: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What one ``apply`` changed."""

    added: int = 0
    replaced: int = 0
    moved: int = 0
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
    reprints: int = 0
    generation: int = 0
    unpublished_chunks: int = 0
    bytes_on_disk: int = 0
    updated: str = ""


class Reader(Protocol):
    """One consistent state of a store.

    Attributes:
        generation: Of the derived files.
        embedder: What its vectors were made with.
    """

    generation: int
    embedder: EmbedderIdentity

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

    def reprints(self, article_keys: Sequence[int]) -> dict[int, tuple[Reprint, ...]]:
        """Return the other articles of each article's family, by date; most have none."""
        ...

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; skeletons are asked as ``~skeleton``."""
        ...

    def totals(self) -> Totals:
        """Return the sizes that BM25 needs."""
        ...


class Store(Protocol):
    """Where an index lives."""

    def known(self) -> Mapping[str, KnownArticle]:
        """Return article id -> what is known of it."""
        ...

    def apply(
        self,
        upserts: Iterable[ArticleChunks],
        deletes: Iterable[str] = (),
        *,
        moves: Iterable[Move] = (),
        files: Mapping[str, str] | None = None,
    ) -> ApplyReport:
        """Add, replace, move and remove articles in one transaction; twice changes nothing more.

        Args:
            upserts: Articles to add or replace.
            deletes: Ids of articles to remove; unknown ones are passed over.
            moves: Articles found elsewhere now.
            files: Path -> digest of files that are stored completely once this is done.
        """
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

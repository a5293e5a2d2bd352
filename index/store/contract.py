"""The contract of a store: where articles, chunks, vectors and terms live.

Chunking, analysis, embedding and ranking stay outside, so they are the same on every engine.
:func:`index.store.opening.open_store` chooses the engine, and nothing else names one. What a store
has to do is what ``tests/index/store/test_contract.py`` asks of it.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.articles.copies import Reprint
from index.embedding.embedded import Embedded
from index.embedding.vectors import FloatVector
from index.store.bm25 import Statistics, Totals
from index.store.changes import ApplyReport, ArticleChunks, KnownArticle, Move
from index.store.listing import ListedArticle, StoreStats
from index.store.manifest import Manifest
from index.store.verification import Verification


class Hit(NamedTuple):
    """A chunk key and how well it matched; higher is better, comparable within one list."""

    key: int
    score: float


def take_best(hits: Iterable[Hit], k: int) -> list[Hit]:
    """Return the k best hits, best first; of equal ones those that were stored first."""
    return heapq.nsmallest(k, hits, key=lambda hit: (-hit.score, hit.key))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may be found; empty fields allow all.

    Attributes:
        sources: Publishers, as written in the articles.
        since: First day, ``YYYY-MM-DD``; articles without a date are left out.
        until: Last day, ``YYYY-MM-DD``; articles without a date are left out.
        articles: Article ids.
        without: Ids of articles that are not found.
        indexed_since: Time from which on an article was stored with its present text: UTC, ISO 8601
            to the second (``2026-01-31T12:00:00+00:00``).
    """

    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    articles: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    indexed_since: str = ""

    def __bool__(self) -> bool:
        days = self.since or self.until or self.indexed_since
        return bool(self.sources or days or self.articles or self.without)


@dataclass(frozen=True, slots=True, eq=False)
class StoredChunk:
    """A chunk as ranking needs it.

    Attributes:
        key: Its own, unique within one state of the store.
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

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands among all chunks: articles as they were stored, then places in them."""
        return self.article_key, self.start


class StoreReader(Protocol):
    """One consistent state of a store; a key means nothing outside it."""

    @property
    def generation(self) -> int:
        """Number of the derived files; grows by one whenever they are published."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What this state was built with."""
        ...

    @property
    def incomplete(self) -> bool:
        """Whether a part of the index does not answer; what it holds is not found."""
        ...

    def dense(self, vector: FloatVector, k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks nearest to a vector, best first.

        Raises:
            InputError: k is no number of passages (:func:`index.limits.check_k`).
        """
        ...

    def lexical(
        self,
        terms: Sequence[str],
        k: int,
        where: Filter | None = None,
        *,
        statistics: Statistics | None = None,
    ) -> list[Hit]:
        """Return the k chunks of the highest BM25 (:mod:`index.store.bm25`), best first.

        Args:
            terms: Analysed terms.
            k: How many; fewer come back when fewer share a term.
            where: Which articles may be found.
            statistics: Of the collection that this is a part of, so that scores of its parts can be
                compared; None for what this knows itself.

        Raises:
            InputError: k is no number of passages (:func:`index.limits.check_k`).
        """
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


class Staging(Protocol):
    """A migration under way: every article anew, beside what is there and answers meanwhile."""

    def counts(self) -> tuple[int, int]:
        """Return how many articles are staged, and how many there are."""
        ...

    def pending(self, count: int) -> list[Article]:
        """Return some of the articles that are not staged yet, ``count`` at most."""
        ...

    def put(self, items: Sequence[ArticleChunks]) -> None:
        """Stage articles; what was put survives an interruption."""
        ...

    def publish(self) -> int:
        """Put what is staged in the place of what was, at once; return how many chunks it has."""
        ...


class Store(Protocol):
    """Where an index lives. Many may read while one writes.

    ``apply``, ``compact``, ``compact_if_needed`` and ``stage`` want the right to write
    (``writing``).
    """

    @property
    def place(self) -> str:
        """Where it is, as the commands take it."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it was built with, as it is now."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Hold the right to write; reading goes on meanwhile.

        Raises:
            IndexLockedError: Another process holds it.
            IndexWriteError: There is no room, or writing is not allowed.
        """
        ...

    def apply(
        self,
        upserts: Iterable[ArticleChunks],
        deletes: Iterable[str] = (),
        *,
        moves: Iterable[Move] = (),
        files: Mapping[str, str] | None = None,
    ) -> ApplyReport:
        """Remove, move, then add or replace articles in one transaction, all of it or nothing.

        Doing it twice changes nothing more.

        Args:
            upserts: Articles to add or replace.
            deletes: Ids of articles to remove; unknown ones are passed over.
            moves: Articles found elsewhere now; unknown ones are passed over.
            files: Path -> digest of files that are stored completely once this is done; "" forgets
                one. A file is forgotten when an article of it is removed or moved.
        """
        ...

    def compact(self) -> None:
        """Bring the derived files up to date and publish them as a new generation."""
        ...

    def compact_if_needed(self, *, growing: bool = False) -> bool:
        """Publish a new generation when much has changed since the last; tell whether it did.

        Args:
            growing: Whether more is about to come, so that only doubling is worth a publication.
        """
        ...

    def stage(self, manifest: Manifest) -> Staging:
        """Begin a migration, or go on with an interrupted one to the same manifest."""
        ...

    def known(self) -> Mapping[str, KnownArticle]:
        """Return article id -> what a build needs to know of it."""
        ...

    def files(self) -> Mapping[str, str]:
        """Return path -> digest of the files that are stored completely."""
        ...

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """Return what is stored by the hash of the text that was embedded, for those known."""
        ...

    def read(self) -> AbstractContextManager[StoreReader]:
        """Open one consistent state for reading; safe in any thread."""
        ...

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        ...

    def count_articles(self, where: Filter | None = None) -> int:
        """Return how many articles there are, or how many a filter allows."""
        ...

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        ...

    def find_articles(
        self,
        words: str = "",
        *,
        source: str = "",
        order: str = "newest",
        offset: int = 0,
        limit: int | None = 50,
    ) -> tuple[list[ListedArticle], int]:
        """Return one page of the articles, and how many there are on all pages.

        Args:
            words: That the title must hold, in any form («مدارس» finds «المدرسة»), or the id.
            source: The publisher; "" for any.
            order: A name in :data:`index.store.listing.ORDERS`.
            offset: How many to skip.
            limit: How many to return at most; None for all.

        Raises:
            InputError: There is no such order.
        """
        ...

    def months(self) -> list[tuple[str, str, int]]:
        """Return (month as ``YYYY-MM``, publisher, articles), the oldest month first."""
        ...

    def days(self) -> list[tuple[str, str, int]]:
        """Return (day as ``YYYY-MM-DD``, publisher, articles), the oldest day first."""
        ...

    def stats(self) -> StoreStats:
        """Return counts for people."""
        ...

    def verify(self) -> Verification:
        """Check everything that can be checked without the embedder; nothing is mended."""
        ...

    def backup(self, copy: str | Path) -> "Store":
        """Copy one consistent state, also while somebody writes; return the copy, opened.

        Args:
            copy: Where to; the copy is an index of its own.

        Raises:
            InputError: There is an index already.
            IndexWriteError: The copy cannot be written.
        """
        ...

    def close(self) -> None:
        """Let go of what this thread holds; it may go on using the store."""
        ...

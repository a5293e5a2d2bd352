"""Find the passages for a question: candidates from both sides, one ranking over all of them."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from index.arabic.sentences import Span
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.articles.copies import Reprint
from index.embedding.contract import Embedder, WordwiseEmbedder
from index.embedding.embedders import embedder_like
from index.errors import ShardAwayError, StateLostError
from index.limits import MAX_PASSAGES, check_k
from index.search.candidates import Candidate, find_candidates, select_candidates
from index.search.passage_words import PassageWords, locate_words
from index.search.query import Query, WeightedQuery, embed_query, weigh_query
from index.search.ranking import (
    Weights,
    compute_contributions,
    load_weights,
)
from index.search.reranking import RERANK_DEPTH, Reranker
from index.search.spelling import correct_spelling
from index.store.contract import Filter, Store, StoredChunk, StoreReader
from index.store.listing import StoreStats
from index.store.manifest import Manifest
from index.store.opening import Place, open_store

if TYPE_CHECKING:
    from index.building.reports import BuildReport, Progress

logger = logging.getLogger(__name__)
Found = TypeVar("Found")
_ATTEMPTS = 5
"""Times a question is asked where shards are restarted meanwhile. Chosen."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it was found.

    Attributes:
        chunk: The span of the article.
        article: The whole article.
        score: Cosine plus lexical bonuses; higher is better, comparable within one question.
        rank: 1 for the best.
        scores: What each feature added to the score.
        reprints: Other articles of the index that say the same in nearly the same words; they are
            not found beside this one.
        words: Where its words stand, with their vectors; None where the embedder gives none.
    """

    chunk: Chunk
    article: Article
    score: float
    rank: int
    scores: Mapping[str, float] = field(default_factory=dict)
    reprints: tuple[Reprint, ...] = ()
    words: PassageWords | None = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The article's own words."""
        return self.chunk.text


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """Passages for one question, from one generation of the index.

    Attributes:
        passages: Best first.
        query: As ranking saw it: embedded, analysed, with the rarity of its terms.
        generation: Of the derived files they were found in.
        chunks: How many chunks were searched.
        incomplete: Whether a part of the index did not answer; what it holds was not searched.
    """

    passages: tuple[Passage, ...]
    query: WeightedQuery
    generation: int
    chunks: int
    incomplete: bool = False


class SearchIndex:
    """An index and the embedder it was built with, open for questions."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None = None,
        *,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.store = store
        self.reranker = reranker
        self.embedder = embedder or embedder_like(store.manifest.embedder)
        self._follows = embedder is None
        self._chosen_weights = weights

    @property
    def weights(self) -> Weights:
        """What each feature of a candidate counts for."""
        wordwise = isinstance(self.embedder, WordwiseEmbedder)
        return self._chosen_weights or load_weights(wordwise=wordwise)

    @property
    def manifest(self) -> Manifest:
        """What the index was built with."""
        return self.store.manifest

    def search(
        self, question: str | Query, *, k: int = 8, where: Filter | None = None
    ) -> list[Passage]:
        """Return the k best passages for a question, best first; errors as for ``find``."""
        return list(self.find(question, k=k, where=where).passages)

    def find(
        self, question: str | Query, *, k: int = 8, where: Filter | None = None
    ) -> SearchResult:
        """Return the k best passages with what the corpus says of the question's terms.

        Args:
            question: As it was asked, or what was made of it already.
            k: How many; fewer come back where there are fewer.
            where: Which articles may be found.

        Raises:
            InputError: k is no whole number from 1 to 1,000.
            IndexMismatchError: The index was embedded again with an embedder other than the one
                this was opened with.
            ShardAwayError: A part of the index stopped answering again and again.
        """
        check_k(k)
        query = _make_query(question)
        return _ask_again(lambda: self._find(query, k, where))

    def _find(self, query: Query, k: int, where: Filter | None) -> SearchResult:
        with self._open_weighted(query) as (reader, weighed):
            wanted = max(k, RERANK_DEPTH) if self.reranker else k
            best = select_candidates(
                reader, self._rank(find_candidates(reader, weighed, where)), wanted
            )
            keys = [candidate.chunk.article_key for candidate in best]
            articles, reprints = reader.articles(keys), reader.reprints(keys)
            passages = [
                replace(
                    self._make_passage(candidate, articles[candidate.chunk.article_key], rank),
                    reprints=reprints.get(candidate.chunk.article_key, ()),
                )
                for rank, candidate in enumerate(best, start=1)
            ]
            found = SearchResult(
                tuple(passages),
                weighed,
                reader.generation,
                weighed.totals.chunks,
                reader.incomplete,
            )
        if self.reranker is None:
            return found
        return replace(found, passages=_rerank(self.reranker, query.text, passages)[:k])

    def read_whole(self, passages: Iterable[Passage]) -> dict[str, Passage]:
        """Return the articles of some passages as one passage each, by id.

        Those are missing that are no longer as they were found, and all where a part of the index
        does not answer.

        Args:
            passages: As they were found; of those of one article the first gives its score.
        """
        found: dict[str, Passage] = {}
        for passage in passages:
            found.setdefault(passage.article.id, passage)
        try:
            return _ask_again(lambda: self._read_whole(found))
        except ShardAwayError as error:
            logger.warning("articles are not read whole: %s", error)
            return {}

    def _read_whole(self, found: Mapping[str, Passage]) -> dict[str, Passage]:
        with self.store.read() as reader:
            if not found or reader.manifest.embedder != self.embedder.identity:
                return {}
            anywhere = np.ones(reader.manifest.dimension, np.float32)
            where = Filter(articles=tuple(found))
            hits = reader.dense(anywhere, MAX_PASSAGES, where)
            chunks = list(reader.fetch([hit.key for hit in hits]).values())
            articles = reader.articles(list({chunk.article_key for chunk in chunks}))
            if len(hits) == MAX_PASSAGES or reader.incomplete:  # words may be missing of any
                return {}
        words: dict[int, list[PassageWords | None]] = defaultdict(list)
        for chunk in chunks:
            words[chunk.article_key].append(_locate_words(articles[chunk.article_key], chunk))
        return {
            article.id: _widen(found[article.id], words[key])
            for key, article in articles.items()
            if article == found[article.id].article
        }

    def _adopt_embedder(self, built: Manifest) -> None:
        """Take up the embedder that the index was embedded again with.

        Raises:
            IndexMismatchError: This was opened with an embedder of its own, or this version of
                Jawab has another one of that name; asking for it again would never end.
        """
        if not self._follows:
            built.require(self.embedder.identity, self.store.place)
        embedder = embedder_like(built.embedder)
        built.require(embedder.identity, self.store.place)
        self.embedder = embedder

    def correct_spelling(
        self, question: str, is_right: Callable[[str], bool] = lambda _: False
    ) -> str:
        """Return a question with misspelled words as the articles spell them.

        Args:
            question: As it was typed.
            is_right: Tells of a folded word whether it is right whatever the articles say.

        Raises:
            ShardAwayError: A part of the index stopped answering again and again.
        """

        def ask() -> str:
            with self.store.read() as reader:
                return correct_spelling(reader, question, self.embedder.count_tokens, is_right)

        return _ask_again(ask)

    def candidates(self, question: str | Query, where: Filter | None = None) -> list[Candidate]:
        """Return every chunk that either side finds, best first, reprints included."""
        query = _make_query(question)

        def ask() -> list[Candidate]:
            with self._open_weighted(query) as (reader, weighed):
                return self._rank(find_candidates(reader, weighed, where))

        return _ask_again(ask)

    @contextmanager
    def _open_weighted(self, query: Query) -> Iterator[tuple[StoreReader, WeightedQuery]]:
        """Open one state of the index, with the query as ranking sees it there."""
        while True:
            embedder = self.embedder
            vectors = embed_query(embedder, query)
            with self.store.read() as reader:
                built = reader.manifest
                if built.embedder == embedder.identity:
                    built.require(embedder.identity, self.store.place)
                    yield reader, weigh_query(reader, query, vectors)
                    return
            self._adopt_embedder(built)

    def _rank(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        weights = self.weights
        return sorted(candidates, key=lambda c: (-c.score(weights), *c.chunk.order))

    def _make_passage(self, candidate: Candidate, article: Article, rank: int) -> Passage:
        chunk = candidate.chunk
        parts = compute_contributions(candidate.features, self.weights)
        text = article.text[chunk.start : chunk.end]
        return Passage(
            chunk=Chunk(article.id, chunk.start, chunk.end, text),
            article=article,
            score=sum(parts.values()),
            rank=rank,
            scores=parts,
            words=_locate_words(article, chunk),
        )

    def stats(self) -> StoreStats:
        """Return counts for people."""
        return self.store.stats()

    def add(
        self,
        paths: Iterable[str | Path],
        *,
        progress: "Progress | None" = None,
        columns: Mapping[str, str] | None = None,
        allow_private: bool = False,
        ocr: bool = False,
    ) -> "BuildReport":
        """Add or replace articles and remove none; see :func:`index.add_articles`."""
        from index.building.build import add_articles

        with self.store.read() as reader:
            built = reader.manifest
        if built.embedder != self.embedder.identity:
            self._adopt_embedder(built)
        return add_articles(
            paths,
            self.store,
            embedder=self.embedder,
            progress=progress,
            columns=columns,
            allow_private=allow_private,
            ocr=ocr,
        )

    def remove(self, ids: Iterable[str]) -> "BuildReport":
        """Remove articles by id; see :func:`index.building.build.remove_articles`."""
        from index.building.build import remove_articles

        return remove_articles(ids, self.store)


def _locate_words(article: Article, chunk: StoredChunk) -> PassageWords | None:
    return locate_words(article, Span(chunk.start, chunk.end), chunk.words, len(chunk.vector))


def _widen(passage: Passage, words: Sequence[PassageWords | None]) -> Passage:
    """Return the whole article of a passage, with the words of its chunks."""
    text = passage.article.text
    known = [one for one in words if one]
    return replace(
        passage,
        chunk=Chunk(passage.article.id, 0, len(text), text),
        words=reduce(PassageWords.merge, known) if len(known) == len(words) else None,
    )


def _ask_again(ask: Callable[[], Found]) -> Found:
    """Do something that reads the index, anew where a part of it stopped answering meanwhile."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return ask()
        except StateLostError as error:
            logger.warning("asking again: %s", error)
    return ask()


def _make_query(question: str | Query) -> Query:
    return Query.of(question) if isinstance(question, str) else question


def _rerank(reranker: Reranker, question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Add what a reranker says to the scores of the first passages; the others stay behind."""
    read, rest = passages[:RERANK_DEPTH], passages[RERANK_DEPTH:]
    said = reranker.score(question, [f"{p.article.title}\n{p.text}" for p in read])
    scored = [
        replace(
            passage,
            score=passage.score + float(value),
            scores={**passage.scores, "reranker": float(value)},
        )
        for passage, value in zip(read, said, strict=True)
    ]
    ordered = [*sorted(scored, key=lambda p: (-p.score, p.rank)), *rest]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ordered, start=1))


def open_index(
    place: Place, *, embedder: Embedder | None = None, reranker: Reranker | None = None
) -> SearchIndex:
    """Open an index for searching.

    Args:
        place: The index folder, or a store that is open.
        embedder: Must be the one it was built with; None takes that one.
        reranker: Reads the best passages again beside the question.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexMismatchError: It was built with another embedder or version.
        IndexDamagedError: Its database cannot be read.
    """
    store = open_store(place)
    index = SearchIndex(store, embedder, reranker=reranker)
    store.manifest.require(index.embedder.identity, store.place)
    return index

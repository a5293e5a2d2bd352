"""Find the passages for a question: candidates from both sides, one ranking over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.arabic import analyse, for_embedding
from index.articles import Article
from index.chunking import Chunk
from index.embedders import embedder_like
from index.embedding import Embedder
from index.manifest import Manifest
from index.ranking import Weights, contributions, features, prepare
from index.sqlite_store import SqliteStore
from index.store import Filter, StoredChunk, StoreStats
from index.vectors import FloatVector

CANDIDATES = 50
"""Chunks taken from either side before ranking."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it was found.

    Attributes:
        chunk: The span of the article.
        article: The whole article.
        score: Cosine plus lexical bonuses; higher is better, comparable within one question.
        rank: 1 for the best.
        scores: What each feature added to the score.
    """

    chunk: Chunk
    article: Article
    score: float
    rank: int
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The article's own words."""
        return self.chunk.text


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """Passages for one question, from one generation of the index.

    Attributes:
        passages: Best first.
        vector: The question's embedding.
        idf: Rarity of each of the question's terms in this corpus.
        generation: Of the derived files they were found in.
        chunks: How many chunks were searched.
    """

    passages: tuple[Passage, ...]
    vector: FloatVector
    idf: Mapping[str, float]
    generation: int
    chunks: int


class SearchIndex:
    """An index folder and the embedder it was built with, open for questions."""

    def __init__(
        self, store: SqliteStore, embedder: Embedder, *, weights: Weights | None = None
    ) -> None:
        self.store = store
        self.embedder = embedder
        self._weights = weights or Weights()

    @property
    def manifest(self) -> Manifest:
        """What the index was built with."""
        return self.store.manifest

    def search(self, question: str, *, k: int = 8, where: Filter | None = None) -> list[Passage]:
        """Return the k best passages for a question, best first."""
        return list(self.find(question, k=k, where=where).passages)

    def find(self, question: str, *, k: int = 8, where: Filter | None = None) -> SearchResult:
        """Return the k best passages with what the corpus says of the question's terms."""
        vector = self.embedder.embed_query(for_embedding(question))
        terms = analyse(question)
        with self.store.read() as reader:
            asked = prepare(reader, vector, terms)
            hits = [
                *reader.dense(vector, CANDIDATES, where),
                *reader.lexical(asked.terms, CANDIDATES, where),
            ]
            chunks = reader.fetch([hit.key for hit in hits]).values()
            scored = [(chunk, features(asked, chunk)) for chunk in chunks]
            best = sorted(scored, key=self._order)[:k]
            articles = reader.articles([chunk.article_key for chunk, _ in best])
            generation = reader.generation
        passages = tuple(
            self._passage(chunk, values, articles[chunk.article_key], rank)
            for rank, (chunk, values) in enumerate(best, start=1)
        )
        return SearchResult(passages, vector, asked.idf, generation, asked.totals.chunks)

    def _order(self, scored: tuple[StoredChunk, Mapping[str, float]]) -> tuple[float, int]:
        chunk, values = scored
        return -sum(contributions(values, self._weights).values()), chunk.key

    def _passage(
        self, chunk: StoredChunk, values: Mapping[str, float], article: Article, rank: int
    ) -> Passage:
        parts = contributions(values, self._weights)
        text = article.text[chunk.start : chunk.end]
        return Passage(
            chunk=Chunk(article.id, chunk.start, chunk.end, text),
            article=article,
            score=sum(parts.values()),
            rank=rank,
            scores=parts,
        )

    def stats(self) -> StoreStats:
        """Return counts for people."""
        return self.store.stats()


def open_index(folder: str | Path, *, embedder: Embedder | None = None) -> SearchIndex:
    """Open an index for searching.

    Args:
        folder: The index folder.
        embedder: Must be the one it was built with; None takes that one.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexMismatchError: It was built with another embedder or version.
        IndexDamagedError: Its database cannot be read.
    """
    store = SqliteStore.open(Path(folder))
    stored = store.manifest.embedder
    if embedder is None:
        embedder = embedder_like(stored)
    store.manifest.require(embedder.identity, folder)
    return SearchIndex(store, embedder)

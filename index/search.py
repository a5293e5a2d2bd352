"""Find the passages for a question: candidates from both sides, one ranking over all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.arabic import analyse, for_embedding
from index.articles import Article
from index.chunking import Chunk
from index.copies import Reprint, repeats
from index.embedders import embedder_like
from index.embedding import Embedder
from index.manifest import Manifest
from index.ranking import Weights, contributions, features, prepare, trained_weights
from index.sqlite_store import SqliteStore
from index.store import Filter, Reader, StoredChunk, StoreStats
from index.vectors import FloatVector

if TYPE_CHECKING:
    from index.reports import BuildReport, Progress
    from index.verification import Verification

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
        reprints: Other articles of the index that say the same in nearly the same words; they are
            not found beside this one.
    """

    chunk: Chunk
    article: Article
    score: float
    rank: int
    scores: Mapping[str, float] = field(default_factory=dict)
    reprints: tuple[Reprint, ...] = ()

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
        self,
        store: SqliteStore,
        embedder: Embedder | None = None,
        *,
        weights: Weights | None = None,
    ) -> None:
        self.store = store
        self.embedder = embedder or embedder_like(store.manifest.embedder)
        self._follows = embedder is None
        self._weights = weights or trained_weights()

    @property
    def manifest(self) -> Manifest:
        """What the index was built with."""
        return self.store.manifest

    def search(self, question: str, *, k: int = 8, where: Filter | None = None) -> list[Passage]:
        """Return the k best passages for a question, best first."""
        return list(self.find(question, k=k, where=where).passages)

    def find(self, question: str, *, k: int = 8, where: Filter | None = None) -> SearchResult:
        """Return the k best passages with what the corpus says of the question's terms.

        Raises:
            IndexMismatchError: The index was embedded again with an embedder other than the one
                this was opened with.
        """
        terms, text = analyse(question), for_embedding(question)
        while True:
            embedder = self.embedder
            vector = embedder.embed_query(text)
            with self.store.read() as reader:
                if reader.embedder == embedder.identity:
                    return self._found(reader, vector, terms, k, where)
            self._follow()

    def _follow(self) -> None:
        """Take up the embedder that the index was embedded again with."""
        if not self._follows:
            self.manifest.require(self.embedder.identity, self.store.folder)
        self.embedder = embedder_like(self.manifest.embedder)

    def _found(
        self,
        reader: Reader,
        vector: FloatVector,
        terms: Sequence[str],
        k: int,
        where: Filter | None,
    ) -> SearchResult:
        asked = prepare(reader, vector, terms)
        hits = [
            *reader.dense(vector, CANDIDATES, where),
            *reader.lexical(asked.terms, CANDIDATES, where),
        ]
        chunks = reader.fetch([hit.key for hit in hits]).values()
        scored = [(chunk, features(asked, chunk)) for chunk in chunks]
        best = _without_repeats(reader, sorted(scored, key=self._order), k)
        keys = [chunk.article_key for chunk, _ in best]
        articles, reprints = reader.articles(keys), reader.reprints(keys)
        passages = tuple(
            replace(
                self._passage(chunk, values, articles[chunk.article_key], rank),
                reprints=reprints.get(chunk.article_key, ()),
            )
            for rank, (chunk, values) in enumerate(best, start=1)
        )
        return SearchResult(passages, vector, asked.idf, reader.generation, asked.totals.chunks)

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

    def add(
        self,
        paths: Iterable[str | Path],
        *,
        progress: "Progress | None" = None,
        columns: Mapping[str, str] | None = None,
        allow_private: bool = False,
    ) -> "BuildReport":
        """Add or replace articles and remove none; see :func:`index.build.add_articles`."""
        from index.build import add_articles

        return add_articles(
            paths,
            self.store.folder,
            embedder=self.embedder,
            progress=progress,
            columns=columns,
            allow_private=allow_private,
        )

    def remove(self, ids: Iterable[str]) -> "BuildReport":
        """Remove articles by id; see :func:`index.build.remove_articles`."""
        from index.build import remove_articles

        return remove_articles(ids, self.store.folder)

    def verify(self) -> "Verification":
        """Check that the index is whole; see :func:`index.verification.verify_index`."""
        from index.verification import verify_index

        return verify_index(self.store.folder)


def _without_repeats(
    reader: Reader, scored: Sequence[tuple[StoredChunk, Mapping[str, float]]], k: int
) -> list[tuple[StoredChunk, Mapping[str, float]]]:
    """Return the k best without what a reprint found before them says as well.

    A paragraph that only the reprint has is kept.
    """
    found: list[tuple[StoredChunk, Mapping[str, float]]] = []
    chosen: dict[int, int] = {}
    for chunk, values in scored:
        if len(found) == k:
            break
        first = chosen.setdefault(chunk.family, chunk.article_key)
        if first != chunk.article_key:
            texts = reader.articles([first, chunk.article_key])
            part = texts[chunk.article_key].text[chunk.start : chunk.end]
            if repeats(part, texts[first].text):
                continue
        found.append((chunk, values))
    return found


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
    index = SearchIndex(store, embedder)
    store.manifest.require(index.embedder.identity, folder)
    return index

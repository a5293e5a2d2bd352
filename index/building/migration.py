"""Embed an index again, with another embedder or by another version of Jawab.

Articles are cut, analysed and embedded beside what is there, which answers meanwhile; a migration
that was interrupted goes on where it stopped, and takes effect at once.
"""

import time
from collections.abc import Sequence

from index.articles.article import Article
from index.building.cutting import collect_texts, cut_article
from index.building.reports import BuildProgress, Progress
from index.embedding.contract import Embedder
from index.embedding.embedded import embed_new
from index.embedding.embedders import embedder_like
from index.store.changes import ArticleChunks
from index.store.contract import Store
from index.store.manifest import Manifest
from index.store.opening import Place, open_store, upgrade_store

_BATCH_ARTICLES = 64
"""Articles in one transaction; chosen, as for builds: some hundred chunks."""


def migrate_index(
    place: Place, *, embedder: Embedder | None = None, progress: Progress | None = None
) -> int:
    """Cut, analyse and embed every article again; return how many chunks there are now.

    Vectors are kept where embedder and text stay the same. An index of the format before is brought
    to this one first, without embedding.

    Args:
        place: The index folder, or a store that is open.
        embedder: The new embedder; None keeps the one the index was built with.
        progress: Called often with how far the migration is.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexLockedError: Another process is writing to it.
        IndexWriteError: The disk is full, or the folder may not be written to.
    """
    upgraded = upgrade_store(place)
    store = open_store(place)
    with store.writing():
        built = store.manifest
        embedder = embedder or embedder_like(built.embedder)
        if upgraded and built == Manifest(embedder.identity, built.dimension):
            return store.stats().chunks
        return _Migration(store, embedder, progress).run()


class _Migration:
    """One migration under way; the right to write is held."""

    def __init__(self, store: Store, embedder: Embedder, progress: Progress | None) -> None:
        self._store = store
        self._embedder = embedder
        self._progress = progress
        self._same_embedder = embedder.identity == store.manifest.embedder
        self._started = time.perf_counter()
        self._chunks = 0

    def run(self) -> int:
        staging = self._store.stage(Manifest(self._embedder.identity))
        self._report_progress(*staging.counts())
        while articles := staging.pending(_BATCH_ARTICLES):
            staging.put(self._embed(articles))
            self._report_progress(*staging.counts())
        return staging.publish()

    def _embed(self, articles: Sequence[Article]) -> list[ArticleChunks]:
        """Cut, analyse and embed articles."""
        cut = [cut_article(article, self._embedder.count_tokens) for article in articles]
        texts = collect_texts(cut)
        known = self._store.embedded(texts) if self._same_embedder else {}
        embedded = embed_new(self._embedder, texts, known)
        self._chunks += len(embedded) - len(known)
        return [item.with_embedded(embedded) for item in cut]

    def _report_progress(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(
                BuildProgress(
                    fraction=done / total if total else 1.0,
                    files=0,
                    articles=done,
                    chunks=self._chunks,
                    failures=0,
                    seconds=time.perf_counter() - self._started,
                )
            )

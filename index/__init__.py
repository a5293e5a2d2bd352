"""Articles in, passages out: the index that answers are built on."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.articles.article import Article
    from index.articles.chunking import Chunk
    from index.building.build import (
        add_articles,
        build_index,
        remove_articles,
    )
    from index.building.reports import BuildProgress, BuildReport
    from index.building.verification import verify_index
    from index.embedding.embedders import load_embedder
    from index.search.search import Passage, SearchIndex, open_index
    from index.store.contract import Filter

__all__ = [
    "Article",
    "BuildProgress",
    "BuildReport",
    "Chunk",
    "Filter",
    "Passage",
    "SearchIndex",
    "add_articles",
    "build_index",
    "load_embedder",
    "open_index",
    "remove_articles",
    "verify_index",
]

_HOME = {
    "Article": "articles.article",
    "BuildProgress": "building.reports",
    "BuildReport": "building.reports",
    "Chunk": "articles.chunking",
    "Filter": "store.contract",
    "Passage": "search.search",
    "SearchIndex": "search.search",
    "add_articles": "building.build",
    "build_index": "building.build",
    "load_embedder": "embedding.embedders",
    "open_index": "search.search",
    "remove_articles": "building.build",
    "verify_index": "building.verification",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import index`` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'index' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"index.{_HOME[name]}"), name)

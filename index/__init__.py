"""Articles in, passages out: the index that answers are built on."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.articles import Article
    from index.build import (
        add_articles,
        build_index,
        remove_articles,
    )
    from index.chunking import Chunk
    from index.embedders import load_embedder
    from index.reports import BuildProgress, BuildReport
    from index.search import Passage, SearchIndex, open_index
    from index.store import Filter
    from index.verification import verify_index

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
    "Article": "articles",
    "BuildProgress": "reports",
    "BuildReport": "reports",
    "Chunk": "chunking",
    "Filter": "store",
    "Passage": "search",
    "SearchIndex": "search",
    "add_articles": "build",
    "build_index": "build",
    "load_embedder": "embedders",
    "open_index": "search",
    "remove_articles": "build",
    "verify_index": "verification",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import index`` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'index' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"index.{_HOME[name]}"), name)

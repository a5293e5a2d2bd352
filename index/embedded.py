"""What is embedded for a chunk."""

import hashlib

from index.arabic import for_embedding
from index.articles import Article


def embedded_text(article: Article, text: str) -> str:
    """Return what is embedded for a chunk's text: itself under the article's headline.

    An untitled article's title is its own opening words, which would add nothing.
    """
    headline = article.title.rstrip("…")
    if not headline or article.text.startswith(headline):
        return for_embedding(text)
    return for_embedding(f"{headline}\n{text}")


def embedded_hash(text: str) -> str:
    """Return the hash under which the vector of an embedded text is known."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]

"""What is embedded for a chunk, and what comes out of it."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from index.arabic.words import normalize_for_embedding
from index.articles.article import Article
from index.embedding.contract import Embedder, WordwiseEmbedder
from index.embedding.vectors import FloatVector
from index.embedding.word_vectors import pack

_EMBED_CHUNKS = 64
"""Chunks embedded between two reports of progress; chosen, not measured."""


class Embedded(NamedTuple):
    """What the embedder made of a chunk.

    Attributes:
        vector: Shape (dimension,), unit length.
        words: Packed vectors of its words; empty where the embedder gives none.
    """

    vector: FloatVector
    words: bytes = b""


def headline_of(article: Article) -> str:
    """Return an article's title, or "" where it is its own opening words, which add nothing."""
    headline = article.title.rstrip("…")
    return "" if article.text.startswith(headline) else headline


def compose_embedded_text(article: Article, text: str) -> str:
    """Return what is embedded for a chunk's text: itself under the article's headline."""
    headline = headline_of(article)
    return normalize_for_embedding(f"{headline}\n{text}" if headline else text)


def hash_embedded_text(text: str) -> str:
    """Return the hash under which the vector of an embedded text is known."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def embed_new(
    embedder: Embedder,
    texts: Mapping[str, str],
    known: Mapping[str, Embedded],
    done: Callable[[int], None] = lambda count: None,
) -> dict[str, Embedded]:
    """Embed those texts that are not known yet.

    Args:
        embedder: The one the index is built with.
        texts: Hash -> text to embed.
        known: What is known by hash.
        done: Called with how many texts were embedded, after every few.

    Returns:
        What is known now, by hash.
    """
    found = dict(known)
    for part in split_new(texts, known):
        found.update(zip(part, embed(embedder, [texts[h] for h in part]), strict=True))
        done(len(part))
    return found


def split_new(texts: Mapping[str, str], known: Collection[str]) -> Iterator[list[str]]:
    """Yield the hashes of texts that are not known yet, as many as are embedded at once."""
    # Texts of like length together waste least on padding.
    order = sorted(texts.keys() - set(known), key=lambda hash_: (len(texts[hash_]), hash_))
    for start in range(0, len(order), _EMBED_CHUNKS):
        yield order[start : start + _EMBED_CHUNKS]


def embed(embedder: Embedder, texts: Sequence[str]) -> list[Embedded]:
    """Embed texts, and their words where the embedder does that."""
    if not isinstance(embedder, WordwiseEmbedder):
        return [Embedded(vector) for vector in embedder.embed_passages(texts)]
    wordwise = embedder.embed_passages_wordwise(texts)
    rows = pack(np.concatenate([text.words for text in wordwise]))
    ends = np.cumsum([len(text.words) for text in wordwise])
    return [
        Embedded(text.vector, rows[end - len(text.words) : end].tobytes())
        for text, end in zip(wordwise, ends, strict=True)
    ]

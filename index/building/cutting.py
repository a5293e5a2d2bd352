"""Cut and analyse an article: all that is stored of it but what the embedder makes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.arabic.words import analyse
from index.articles.article import Article
from index.articles.chunking import Chunk, TokenCounter, chunk_article
from index.articles.copies import compute_bands, compute_signature
from index.embedding.embedded import Embedded, compose_embedded_text, hash_embedded_text
from index.store.changes import ArticleChunks


@dataclass(frozen=True, slots=True)
class CutArticle:
    """An article cut into chunks, with what is embedded and matched for each.

    Attributes:
        article: The article.
        chunks: Its chunks in order.
        texts: What is embedded for each.
        hashes: Of those texts.
        terms: Analysed terms of each chunk.
        title_terms: Analysed terms of the title.
        bands: Of the signature of the text.
    """

    article: Article
    chunks: Sequence[Chunk]
    texts: Sequence[str]
    hashes: Sequence[str]
    terms: Sequence[Sequence[str]]
    title_terms: Sequence[str]
    bands: Sequence[int]

    def with_embedded(self, embedded: Mapping[str, Embedded]) -> ArticleChunks:
        """Return it as it is stored.

        Args:
            embedded: What the embedder made of its texts, by hash.
        """
        return ArticleChunks(
            article=self.article,
            chunks=self.chunks,
            hashes=self.hashes,
            terms=self.terms,
            title_terms=self.title_terms,
            embedded=[embedded[hash_] for hash_ in self.hashes],
            bands=self.bands,
        )


def collect_texts(articles: Iterable[CutArticle]) -> dict[str, str]:
    """Return what is embedded for some articles, by hash."""
    return {h: t for cut in articles for h, t in zip(cut.hashes, cut.texts, strict=True)}


def cut_article(article: Article, count_tokens: TokenCounter) -> CutArticle:
    """Cut and analyse an article."""
    chunks = chunk_article(article, count_tokens)
    texts = [compose_embedded_text(article, chunk.text) for chunk in chunks]
    return CutArticle(
        article=article,
        chunks=chunks,
        texts=texts,
        hashes=[hash_embedded_text(text) for text in texts],
        terms=[analyse(chunk.text) for chunk in chunks],
        title_terms=analyse(article.title),
        bands=compute_bands(compute_signature(article.text)),
    )

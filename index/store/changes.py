"""What a build hands to a store, and what it gets back."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.articles.article import Article
from index.articles.chunking import Chunk
from index.articles.copies import compute_bands, compute_signature
from index.embedding.embedded import Embedded


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """What a store decides when it stores an article, where that was decided already.

    Attributes:
        key: Of the article.
        first_chunk: Key of its first chunk; the others follow.
        family: The same for an article and its reprints.
    """

    key: int
    first_chunk: int
    family: int


@dataclass(frozen=True, slots=True, eq=False)
class ArticleChunks:
    """An article to store, cut, analysed and embedded.

    Attributes:
        article: The article.
        chunks: Its chunks in order.
        hashes: Of the text embedded for each chunk.
        terms: Analysed terms of each chunk, in order.
        title_terms: Analysed terms of the title.
        embedded: What the embedder made of each chunk.
        placement: Its keys and family; None lets the store choose.
        bands: Of the signature of its text, by which reprints are found; None if not known.
    """

    article: Article
    chunks: Sequence[Chunk]
    hashes: Sequence[str]
    terms: Sequence[Sequence[str]]
    title_terms: Sequence[str]
    embedded: Sequence[Embedded]
    placement: Placement | None = None
    bands: Sequence[int] | None = None

    def find_bands(self) -> Sequence[int]:
        """Return the bands of the signature of its text."""
        if self.bands is not None:
            return self.bands
        return compute_bands(compute_signature(self.article.text))


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What a build needs to know of a stored article."""

    content_hash: str
    text_hash: str
    publisher: str
    origin: str


@dataclass(frozen=True, slots=True)
class Move:
    """A stored article that is now found elsewhere, its title and text unchanged.

    Attributes:
        old_id: Its id so far.
        article: What it is now; its ``text`` is not looked at.
        content_hash: Of the article with its text.
    """

    old_id: str
    article: Article
    content_hash: str


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What one ``apply`` changed."""

    added: int = 0
    replaced: int = 0
    moved: int = 0
    removed: int = 0
    chunks: int = 0

    def __add__(self, other: "ApplyReport") -> "ApplyReport":
        return ApplyReport(
            added=self.added + other.added,
            replaced=self.replaced + other.replaced,
            moved=self.moved + other.moved,
            removed=self.removed + other.removed,
            chunks=self.chunks + other.chunks,
        )

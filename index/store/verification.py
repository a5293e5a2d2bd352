"""What makes an index whole, on any engine."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.articles.article import Article
from index.embedding.embedded import compose_embedded_text, hash_embedded_text


@dataclass(frozen=True, slots=True)
class Verification:
    """What was counted and what is wrong.

    Attributes:
        articles: Articles in the store.
        chunks: Chunks in the store.
        published: Chunks in the files derived from it.
        problems: One sentence each; empty when the index is whole.
    """

    articles: int
    chunks: int
    published: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def count_misplaced(article: Article, chunks: Iterable[tuple[int, int, str]]) -> int:
    """Return how many chunks of an article are not what was embedded for them.

    Args:
        article: The article as it is stored.
        chunks: Start, end and hash of the embedded text of each chunk.
    """
    return sum(
        hash_embedded_text(compose_embedded_text(article, article.text[start:end])) != known
        for start, end, known in chunks
    )

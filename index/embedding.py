"""What an index needs of an embedder."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from index.vectors import FloatMatrix, FloatVector


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes two embedders interchangeable; an index remembers it.

    The prefixes are put before every text and are part of the model.
    """

    id: str
    revision: str
    query_prefix: str
    passage_prefix: str

    def to_dict(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)


class Embedder(Protocol):
    """What an index needs of an embedder."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision and prefixes; known without loading the model."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed pieces of articles, shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> FloatVector:
        """Embed a question, shape (dimension,)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as the model sees them, without special ones."""
        ...

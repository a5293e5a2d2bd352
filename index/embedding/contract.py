"""What an index needs of an embedder."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

from index.embedding.vectors import FloatMatrix, FloatVector
from index.embedding.word_vectors import Wordwise


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes two embedders interchangeable; an index remembers it.

    Attributes:
        id: Its name.
        revision: Which model of that name; "" where it is not known.
        query_prefix: Put before every question, as part of the model; "" puts nothing.
        passage_prefix: Put before every passage.
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


@runtime_checkable
class WordwiseEmbedder(Embedder, Protocol):
    """An embedder that also gives every word a vector, for late interaction.

    Its word vectors are those ``word_vectors.npz`` was measured on.
    """

    def embed_passages_wordwise(self, texts: Sequence[str]) -> list[Wordwise]:
        """Embed pieces of articles and their words."""
        ...

    def embed_query_wordwise(self, text: str) -> Wordwise:
        """Embed a question and its words."""
        ...


class LockingEmbedder(ABC):
    """An embedder that encodes one batch at a time, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token_lock = self._lock

    @property
    @abstractmethod
    def identity(self) -> EmbedderIdentity:
        """Name, revision and prefixes."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed pieces of articles, shape (len(texts), dimension)."""
        with self._lock:
            return self._encode_passages(list(texts))

    def embed_query(self, text: str) -> FloatVector:
        """Embed a question, shape (dimension,)."""
        with self._lock:
            return self._encode_query(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as the model sees them, without special ones."""
        if not texts:
            return []
        with self._token_lock:
            return self._token_counts(list(texts))

    @abstractmethod
    def _encode_passages(self, texts: list[str]) -> FloatMatrix:
        """Return a unit vector per text; called by one thread at a time."""

    @abstractmethod
    def _encode_query(self, text: str) -> FloatVector:
        """Return the unit vector of a question; called by one thread at a time."""

    @abstractmethod
    def _token_counts(self, texts: list[str]) -> list[int]:
        """Return how many tokens each text has; called by one thread at a time."""

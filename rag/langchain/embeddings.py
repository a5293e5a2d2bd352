"""An embedder of Jawab as LangChain ``Embeddings``, for vector stores of one's own."""

from langchain_core.embeddings import Embeddings

from index.arabic.words import normalize_for_embedding
from index.embedding.contract import Embedder
from index.embedding.embedders import load_embedder


class JawabEmbeddings(Embeddings):
    """Embeds texts as the index does: prefixes put before them, Arabic spellings made one.

    Args:
        embedder: An embedder, or the name of one as :func:`index.embedding.embedders.load_embedder`
            takes it; None means the bundled one. Its model loads when first used.

    Raises:
        EmbedderError: No such embedder is bundled.
    """

    def __init__(self, embedder: Embedder | str | None = None) -> None:
        if embedder is None or isinstance(embedder, str):
            embedder = load_embedder(embedder)
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed pieces of articles; every vector has unit length."""
        if not texts:
            return []
        vectors = self.embedder.embed_passages([normalize_for_embedding(text) for text in texts])
        return [[float(value) for value in vector] for vector in vectors]

    def embed_query(self, text: str) -> list[float]:
        """Embed a question; the vector has unit length."""
        return [float(value) for value in self.embedder.embed_query(normalize_for_embedding(text))]

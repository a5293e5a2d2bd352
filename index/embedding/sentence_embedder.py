"""Any sentence-transformers model as an embedder."""

from typing import Any

import numpy as np

from index.embedding.contract import EmbedderIdentity, PrefixingEmbedder
from index.embedding.hub_models import load_model
from index.embedding.vectors import FloatMatrix
from index.errors import EmbedderError


class SentenceTransformerEmbedder(PrefixingEmbedder):
    """A ``SentenceTransformer`` with prefixes, loaded on first use, safe from threads."""

    def __init__(self, identity: EmbedderIdentity) -> None:
        super().__init__(identity)
        self._model: Any = None
        self._tokenizer: Any = None

    def _encode(self, texts: list[str]) -> FloatMatrix:
        vectors = self._loaded().encode(
            texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def _token_counts(self, texts: list[str]) -> list[int]:
        encodings = self._fast_tokenizer().encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def _fast_tokenizer(self) -> Any:
        if self._tokenizer is None:
            self._tokenizer = self._loaded().tokenizer.backend_tokenizer
            self._tokenizer.no_truncation()
        return self._tokenizer

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_model(
                self._identity.id,
                "embedder",
                _sentence_transformer,
                error=EmbedderError,
                otherwise="use the bundled one, which needs none",
            )
        return self._model


def _sentence_transformer() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer

"""Any sentence-transformers model as an embedder."""

from collections.abc import Callable
from typing import Any

import numpy as np

from index.embedding.contract import EmbedderIdentity, LockingEmbedder
from index.embedding.hub_models import load_model
from index.embedding.vectors import FloatMatrix, FloatVector
from index.errors import EmbedderError

_OPTIONS: dict[str, Any] = {
    "batch_size": 32,
    "normalize_embeddings": True,
    "show_progress_bar": False,
}


class SentenceTransformerEmbedder(LockingEmbedder):
    """A ``SentenceTransformer``, loaded on first use, safe from threads.

    Where the identity has a prefix, that is put before texts; else the model's own prompts for
    queries and documents are.
    """

    def __init__(self, identity: EmbedderIdentity) -> None:
        super().__init__(identity)
        self._model: Any = None
        self._tokenizer: Any = None

    def _encode_passages(self, texts: list[str]) -> FloatMatrix:
        prompt = self._identity.passage_prefix or None
        return np.asarray(self._load_model().encode_document(texts, prompt=prompt, **_OPTIONS))

    def _encode_query(self, text: str) -> FloatVector:
        prompt = self._identity.query_prefix or None
        found: FloatVector = np.asarray(
            self._load_model().encode_query([text], prompt=prompt, **_OPTIONS)
        )[0]
        return found

    def _token_counts(self, texts: list[str]) -> list[int]:
        encodings = self._load_tokenizer().encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def _load_tokenizer(self) -> Any:
        if self._tokenizer is None:
            self._tokenizer = self._load_model().tokenizer.backend_tokenizer
            self._tokenizer.no_truncation()
        return self._tokenizer

    def _load_model(self) -> Any:
        if self._model is None:
            self._model = load_model(
                self._identity.id,
                "embedder",
                lambda: _loader(self._identity.revision),
                error=EmbedderError,
                otherwise="use the bundled one, which needs none",
            )
        return self._model


def _loader(revision: str) -> Callable[[str], Any]:
    """Return what loads a model by name; an empty revision is the newest."""
    from sentence_transformers import SentenceTransformer

    return lambda name: SentenceTransformer(name, revision=revision or None)

"""Any sentence-transformers model as an embedder."""

import logging
import os
import time
from typing import Any

import numpy as np

from index.embedding import EmbedderIdentity, PrefixingEmbedder
from index.errors import EmbedderError
from index.vectors import FloatMatrix

logger = logging.getLogger(__name__)


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
            started = time.perf_counter()
            self._model = _load_model(self._identity.id)
            seconds = time.perf_counter() - started
            logger.info("loaded %s in %.1f s", self._identity.id, seconds)
        return self._model


def _load_model(name: str) -> Any:
    """Load a SentenceTransformer on the CPU or the GPU that is there.

    Raises:
        EmbedderError: It cannot be loaded; the text says why and what to do.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(name)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).split("\n", 1)[0]
        raise EmbedderError(
            f"cannot load the embedder {name!r}: {reason}; check the name and the network,"
            " or use the bundled one, which needs none"
        ) from error

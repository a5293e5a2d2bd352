"""Score passages again with a model that reads question and passage together; opt-in.

A cross-encoder costs tens to hundreds of milliseconds a passage on a processor, so it is a setting.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.hub_models import load_model
from index.errors import RerankerError

RERANK_DEPTH = 20
"""Passages read by a reranker, the best of the ranking before it. Chosen for its time, which grows
with them; ``python -m benchmarks.retrieval --reranker ID`` measures what it gains."""


class Reranker(Protocol):
    """What scores passages by reading them beside the question."""

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each text answers the question, in [0, 1], shape (len(texts),)."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers ``CrossEncoder`` with one output; loaded on first use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._model: Any = None

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each text answers the question, in [0, 1].

        Raises:
            RerankerError: The model cannot be loaded, or has more than one output.
        """
        if not texts:
            return np.zeros(0, np.float32)
        with self._lock:
            if self._model is None:
                self._model = _load(self.name)
            pairs = [(question, text) for text in texts]
            scores = self._model.predict(pairs, batch_size=8, show_progress_bar=False)
        found: NDArray[np.float32] = np.asarray(scores, np.float32)
        return found


def _load(name: str) -> Any:
    model = load_model(
        name,
        "reranker",
        _load_cross_encoder,
        error=RerankerError,
        otherwise="leave the setting `reranker` empty",
    )
    if model.num_labels != 1:
        raise RerankerError(
            f"{name!r} gives {model.num_labels} scores for a pair; a reranker gives one"
        )
    return model


def _load_cross_encoder() -> Callable[[str], Any]:
    from sentence_transformers import CrossEncoder
    from torch.nn import Sigmoid

    return lambda name: CrossEncoder(name, activation_fn=Sigmoid())

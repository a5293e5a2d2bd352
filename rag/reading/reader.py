"""Read a question and passages together: which words answer, or that none do.

The reader is the bundled encoder with small adapters and heads, trained by
``benchmarks/train_reader.py``; they are merged into a graph of its own when it is first used. The
vectors of the index have nothing to do with it.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError
from rag.reading.reader_input import (
    MAX_ANSWER,
    FoundSpan,
    ReaderInput,
    encode_pair,
    find_best_spans,
    pad,
)

WEIGHTS = "reading/reader.npz"
"""What the training wrote, below ``rag``; ``reader.json`` beside it says on what and how."""
_BATCH = 8
"""Windows that are read at a time."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What was read in one passage.

    Attributes:
        spans: The likeliest answers, best first; empty where the passage is.
        answerable: Logit that the passage answers, of the window that does best.
        kinds: Logits of what the question asks for, in the order of the card.
    """

    spans: Sequence[FoundSpan]
    answerable: float
    kinds: NDArray[np.float32]


class Reader:
    """Reads passages for a question; safe to use from several threads, one of which reads."""

    def __init__(self, graph: Path, tokenizer: Any) -> None:
        """Compile the graph.

        Args:
            graph: The ``.xml`` file, adapters merged.
            tokenizer: A ``tokenizers.Tokenizer``, the encoder's.
        """
        from index.embedding.e5.graph import E5Graph

        self._graph = E5Graph(graph)
        self._tokenizer = tokenizer
        self._lock = Lock()  # one request of the graph serves one thread at a time

    @classmethod
    def load(cls, weights: Path) -> "Reader":
        """Return the reader of a file that the training wrote.

        Raises:
            EmbedderError: The bundled encoder is not there on this platform.
        """
        from tokenizers import Tokenizer

        from index.embedding.e5.bundle import GRAPH, TOKENIZER, reading_folder

        data = weights.read_bytes()
        with np.load(weights) as arrays:
            tensors = dict(arrays)
        heads = {
            name: (tensors.pop(f"{name}.w"), tensors.pop(f"{name}.b"))
            for name in ("tokens", "whole")
        }
        folder = reading_folder(hashlib.sha256(data).hexdigest()[:12], tensors, heads)
        return cls(folder / GRAPH, Tokenizer.from_file(str(folder / TOKENIZER)))

    def read(
        self,
        question: str,
        passages: Sequence[str],
        *,
        count: int = 3,
        longest: int = MAX_ANSWER,
    ) -> list[PassageReading]:
        """Read the passages, all in as few batches as there may be.

        Args:
            question: As it was asked.
            passages: Their texts; the spans are into them.
            count: Spans of each passage at most.
            longest: Tokens of a span at most.
        """
        windows = [encode_pair(self._tokenizer, question, passage) for passage in passages]
        flat = [window for part in windows for window in part]
        batches = [flat[at : at + _BATCH] for at in range(0, len(flat), _BATCH)]
        logits = [row for batch in batches for row in self._infer(batch)]
        read, first = [], 0
        for part in windows:
            rows = logits[first : first + len(part)]
            first += len(part)
            read.append(_combine(part, rows, count, longest))
        return read

    def _infer(
        self, windows: Sequence[ReaderInput]
    ) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        with self._lock:
            tokens, whole = self._graph(*pad(windows))
        return list(zip(tokens, whole, strict=True))


class _Loaded:
    """The reader that ships with the product, loaded once."""

    lock = Lock()
    reader: Reader | None = None
    is_missing = False


def load_reader() -> Reader | None:
    """Return the reader that ships with the product; None where it cannot be had, told once."""
    with _Loaded.lock:
        if _Loaded.reader is None and not _Loaded.is_missing:
            try:
                with resources.as_file(resources.files("rag").joinpath(WEIGHTS)) as path:
                    _Loaded.reader = Reader.load(path)
            except EmbedderError as error:
                _Loaded.is_missing = True
                _log.warning("answers are chosen without the reader: %s", error)
        return _Loaded.reader


def _combine(
    windows: Sequence[ReaderInput],
    logits: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
    count: int,
    longest: int,
) -> PassageReading:
    """Return what was read in the windows of one passage; the overlap is read twice."""
    found: dict[Any, FoundSpan] = {}
    for window, (tokens, _) in zip(windows, logits, strict=True):
        for span in find_best_spans(
            window, tokens[:, 0], tokens[:, 1], count=count, longest=longest
        ):
            if span.span not in found or found[span.span].margin < span.margin:
                found[span.span] = span
    best = sorted(found.values(), key=lambda span: -span.margin)[:count]
    _, whole = max(logits, key=lambda row: float(row[1][0]))
    return PassageReading(best, float(whole[0]), whole[1:])

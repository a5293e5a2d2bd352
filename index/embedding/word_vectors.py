"""A vector for every word of a chunk, in 96 bytes: what late interaction compares.

An encoder gives each token a vector that knows its neighbours. Those of a word's tokens are
averaged, centred (the vectors of all words point mostly the same way), turned by a fixed rotation
that spreads what they hold evenly over the dimensions, and kept in two bits a dimension. On the
development sets that ranks as well as half-precision numbers, which take eight times the room
(docs/decisions/0015-late-interaction.md).
"""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embedding.vectors import FloatMatrix, FloatVector

VERSION = "words-1"
"""Changes whenever the same text may get other word vectors; part of the embedder's identity."""

_WORD = re.compile(r"\w+")
_BITS = 2
CODES_PER_BYTE = 8 // _BITS
_THRESHOLD = 0.9816
_LEVELS = np.array([-1.510, -0.4528, 0.4528, 1.510], np.float32)
"""The best four values for a normal variable and where one gives way to the next (Max 1960); what
two bits cost beside other forms: docs/decisions/0015-late-interaction.md."""


class Wordwise(NamedTuple):
    """A text and its words, embedded.

    Attributes:
        vector: Of the whole text.
        words: Of each word that :func:`word_spans` finds, shape (words, dimension), any length; all
            zeros for a word beyond what the model reads.
    """

    vector: FloatVector
    words: NDArray[np.float32]


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text that is embedded are, as half-open spans."""
    return [found.span() for found in _WORD.finditer(text)]


def pool_words(
    tokens: NDArray[np.float32],
    offsets: Sequence[tuple[int, int]],
    spans: Sequence[tuple[int, int]],
) -> NDArray[np.float32]:
    """Return the mean of the token vectors of each word.

    Args:
        tokens: Shape (tokens, dimension), in the order of the text.
        offsets: Characters that each token covers, in order.
        spans: Characters of each word, in order.

    Returns:
        Shape (words, dimension).
    """
    if not spans or not len(tokens):
        return np.zeros((len(spans), tokens.shape[1]), np.float32)
    starts, ends = np.array(spans).T
    first = np.searchsorted([end for _, end in offsets], starts, side="right")
    last = np.maximum(first, np.searchsorted([start for start, _ in offsets], ends, side="left"))
    sums = np.concatenate([np.zeros((1, tokens.shape[1])), np.cumsum(tokens, axis=0, dtype="f8")])
    means = (sums[last] - sums[first]) / np.maximum(last - first, 1)[:, None]
    found: NDArray[np.float32] = means.astype(np.float32)
    return found


def rotate(words: NDArray[np.float32]) -> FloatMatrix:
    """Return word vectors as they are compared: centred, of unit length, rotated.

    Args:
        words: As the model gives them, shape (words, dimension).
    """
    centred = np.where(words.any(axis=1, keepdims=True), words - _load_mean(), 0)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    rows: FloatMatrix = (centred / np.maximum(norms, 1e-9)) @ _compute_rotation(words.shape[1])
    return rows


def pack(words: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return word vectors in two bits a dimension, shape (words, dimension / 4).

    Args:
        words: As the model gives them, shape (words, dimension).
    """
    scaled = rotate(words) * (np.sqrt(words.shape[1]) / _THRESHOLD)
    codes = np.clip(np.floor(scaled) + 2, 0, 3).astype(np.uint8)
    rows: NDArray[np.uint8] = codes[:, ::4] | codes[:, 1::4] << 2 | codes[:, 2::4] << 4
    rows |= codes[:, 3::4] << 6
    return rows


def unpack(data: bytes, dimension: int) -> FloatMatrix:
    """Return packed word vectors as unit rows, to be compared with those of :func:`rotate`."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, dimension // CODES_PER_BYTE)
    values, squares = _compute_tables()
    lengths = np.sqrt(np.take(squares, rows).sum(axis=1))
    # take() is ten times as fast as values[rows]
    found: FloatMatrix = np.take(values, rows, axis=0).reshape(len(rows), dimension)
    found /= lengths[:, None]
    return found


@cache
def _compute_tables() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for every byte its values, shape (256, 4), and the sum of their squares."""
    shifts = np.arange(CODES_PER_BYTE) * _BITS
    codes = (np.arange(256)[:, None] >> shifts) & (2**_BITS - 1)
    values = _LEVELS[codes]
    return values, (values**2).sum(axis=1)


@cache
def _load_mean() -> NDArray[np.float32]:
    file = resources.files("index.embedding").joinpath("word_vectors.json")
    return np.array(json.loads(file.read_text(encoding="utf-8"))["mean"], np.float32)


@cache
def _compute_rotation(dimension: int) -> NDArray[np.float32]:
    """Return an orthogonal matrix that depends on nothing but its size.

    A cosine transform after changes of sign that follow no pattern, as in Ailon and Chazelle, "The
    fast Johnson-Lindenstrauss transform" (2009).
    """
    row, column = np.arange(dimension)[:, None], np.arange(dimension)[None, :]
    matrix = np.cos(np.pi * row * (column + 0.5) / dimension) * np.sqrt(2 / dimension)
    matrix[0] /= np.sqrt(2)
    digests = (hashlib.sha256(bytes([n])).digest() for n in range(1 + dimension // 256))
    bits = np.unpackbits(np.frombuffer(b"".join(digests), np.uint8))[:dimension]
    rotation: NDArray[np.float32] = (matrix * (1.0 - 2.0 * bits)).T.astype(np.float32)
    return rotation

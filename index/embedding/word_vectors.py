"""A vector for every word of a chunk, in 24 bytes: what late interaction compares.

An encoder gives each token a vector that knows its neighbours. Those of a word's tokens are
averaged, centred (the vectors of all words point mostly the same way) and quantised by products
(Jegou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011): turned so that
each 16 dimensions hold as much as any other 16, of which a byte names the nearest of 256 values.
That ranks as well as two bits a dimension, which take four times the room, because half of what
words differ in lies in a twelfth of the dimensions (docs/decisions/0049-a-chunk-costs-less.md).
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embedding.vectors import FloatMatrix, FloatVector

VERSION = "words-2"
"""Changes whenever the same text may get other word vectors; part of the embedder's identity."""

_WORD = re.compile(r"\w+")
DIMENSIONS_PER_BYTE = 16
"""What was tried beside it: docs/decisions/0049-a-chunk-costs-less.md."""
_MOST_AT_ONCE = 4_096
"""Words packed at once, whose nearest values are looked for in 4 MB. Chosen."""


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


class Codebook(NamedTuple):
    """What words are packed with; measured by ``benchmarks/train_words.py``.

    Attributes:
        mean: Of the vectors of all words, shape (dimension,).
        basis: An orthogonal matrix whose columns are the dimensions that are packed.
        values: What a byte may stand for, shape (bytes, 256, DIMENSIONS_PER_BYTE).
        squares: Their lengths squared, shape (bytes, 256).
    """

    mean: FloatVector
    basis: FloatMatrix
    values: NDArray[np.float32]
    squares: FloatMatrix


@cache
def load_codebook() -> Codebook:
    """Return the codebook that ships."""
    file = resources.files("index.embedding").joinpath("word_vectors.npz")
    with file.open("rb") as data, np.load(data, allow_pickle=False) as stored:
        mean, basis, values = (
            stored[name].astype(np.float32) for name in ("mean", "basis", "values")
        )
    return Codebook(mean, basis, values, (values**2).sum(axis=2))


def rotate(words: NDArray[np.float32]) -> FloatMatrix:
    """Return word vectors as they are compared: centred, of unit length, rotated.

    Args:
        words: As the model gives them, shape (words, dimension).
    """
    book = load_codebook()
    rows: FloatMatrix = centre(words, book.mean) @ book.basis
    return rows


def centre(words: NDArray[np.float32], mean: FloatVector) -> FloatMatrix:
    """Return what word vectors differ in from the mean of all, of unit length; zeros stay so."""
    centred = np.where(words.any(axis=1, keepdims=True), words - mean, 0)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    rows: FloatMatrix = (centred / np.maximum(norms, 1e-9)).astype(np.float32)
    return rows


def pack(words: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return word vectors in a byte for 16 dimensions, shape (words, dimension / 16).

    Args:
        words: As the model gives them, shape (words, dimension).
    """
    return pack_rows(rotate(words))


def pack_rows(rows: FloatMatrix) -> NDArray[np.uint8]:
    """Return word vectors as :func:`rotate` gives them in a byte for 16 dimensions."""
    book = load_codebook()
    codes = np.zeros((len(rows), len(book.values)), np.uint8)
    for first in range(0, len(rows), _MOST_AT_ONCE):
        part = slice(first, first + _MOST_AT_ONCE)
        split = rows[part].reshape(-1, len(book.values), DIMENSIONS_PER_BYTE)
        for place, (values, squares) in enumerate(zip(book.values, book.squares, strict=True)):
            codes[part, place] = (split[:, place] @ values.T - squares / 2).argmax(axis=1)
    return codes


def unpack(data: bytes, dimension: int) -> FloatMatrix:
    """Return packed word vectors as unit rows, to be compared with those of :func:`rotate`."""
    book = load_codebook()
    rows = np.frombuffer(data, np.uint8).reshape(-1, dimension // DIMENSIONS_PER_BYTE)
    places = rows + 256 * np.arange(rows.shape[1])
    lengths = np.sqrt(np.take(book.squares, places).sum(axis=1))
    # take() is ten times as fast as values[rows]
    flat = book.values.reshape(-1, DIMENSIONS_PER_BYTE)
    found: FloatMatrix = np.take(flat, places, axis=0).reshape(len(rows), dimension)
    found /= lengths[:, None]
    return found

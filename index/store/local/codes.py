"""What is stored small: vectors in a byte a dimension, texts deflated.

The database and the search file hold the same codes. A vector is rotated first, which makes its
numbers much alike in size, whatever the embedder, so that one scale does for all.
"""

import zlib
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.embedding.rotation import compute_rotation
from index.embedding.vectors import FloatMatrix

Codes = NDArray[np.int8]
"""Shape (n, dimension)."""

_MOST = 127
_DEVIATIONS = 6
"""Standard deviations of a rotated number that the codes reach to. Chosen: of 384 numbers in each
of 2,435 vectors of news the greatest was 4.6, and a cosine is off by 0.0007 then."""


def compute_scale(dimension: int) -> float:
    """Return what a number of a rotated unit vector is multiplied by."""
    return float(_MOST * np.sqrt(dimension) / _DEVIATIONS)


def encode_vectors(vectors: FloatMatrix) -> Codes:
    """Return unit vectors in a byte a dimension."""
    dimension = vectors.shape[1]
    rotation = compute_rotation(dimension)
    # Row by row, as below: the product of many is rounded by how many threads share it too.
    scaled = np.empty(vectors.shape, np.float32)
    for row, vector in zip(scaled, vectors, strict=True):
        row[:] = vector @ rotation
    scaled *= compute_scale(dimension)
    codes: Codes = np.clip(np.rint(scaled), -_MOST, _MOST).astype(np.int8)
    return codes


def decode_vectors(codes: Codes) -> FloatMatrix:
    """Return the vectors again, within a hundredth of their length."""
    if not len(codes):
        return np.zeros(codes.shape, np.float32)
    back = _compute_inverse(codes.shape[1])
    # Row by row: a product of many is rounded by how many there are, and a shard has fewer than one
    # index over all.
    return np.stack([row @ back for row in codes.astype(np.float32)])


@cache
def _compute_inverse(dimension: int) -> FloatMatrix:
    """Return the matrix that turns codes into vectors again."""
    back: FloatMatrix = compute_rotation(dimension).T / np.float32(compute_scale(dimension))
    return back


def stack_codes(blobs: Iterable[bytes]) -> Codes:
    """Return stored codes as rows; shape (0, 0) where there are none."""
    rows = [np.frombuffer(blob, np.int8) for blob in blobs]
    return np.stack(rows) if rows else np.zeros((0, 0), np.int8)


def deflate(text: str) -> bytes:
    """Return a text as it is stored."""
    stream = zlib.compressobj(zdict=_load_dictionary())
    return stream.compress(text.encode()) + stream.flush()


def inflate(data: bytes) -> str:
    """Return a stored text.

    Raises:
        ValueError: It is not whole.
    """
    stream = zlib.decompressobj(zdict=_load_dictionary())
    try:
        text = stream.decompress(data).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not stream.eof:
        raise ValueError("a stored text is cut short")
    return text


@cache
def _load_dictionary() -> bytes:
    """Return words that texts are likely to hold, chosen by ``benchmarks/train_dictionary.py``."""
    return resources.files("index.store.local").joinpath("dictionary.txt").read_bytes()

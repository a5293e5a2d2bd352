"""A rotation that spreads what vectors hold evenly over their dimensions."""

import hashlib
from functools import cache

import numpy as np

from index.embedding.vectors import FloatMatrix


@cache
def compute_rotation(dimension: int) -> FloatMatrix:
    """Return an orthogonal matrix that depends on nothing but its size.

    A cosine transform after changes of sign that follow no pattern, as in Ailon and Chazelle, "The
    fast Johnson-Lindenstrauss transform" (2009).
    """
    row, column = np.arange(dimension)[:, None], np.arange(dimension)[None, :]
    matrix = np.cos(np.pi * row * (column + 0.5) / dimension) * np.sqrt(2 / dimension)
    matrix[0] /= np.sqrt(2)
    digests = (hashlib.sha256(bytes([n])).digest() for n in range(1 + dimension // 256))
    bits = np.unpackbits(np.frombuffer(b"".join(digests), np.uint8))[:dimension]
    rotation: FloatMatrix = (matrix * (1.0 - 2.0 * bits)).T.astype(np.float32)
    return rotation

"""Read the file that carries multilingual-e5-small: sizes, tokenizer pieces, 4-bit weights."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError

_MAGIC = b"E5S1"
_Q4_0 = 1
_BLOCK_BYTES = 18  # fp16 scale + 16 bytes holding 32 weights
BLOCK = 32
"""Weights that share a scale."""


@dataclass(frozen=True, slots=True)
class Header:
    """Sizes of the BERT encoder in the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What the file holds.

    Attributes:
        header: Sizes of the encoder.
        pieces: Of the tokenizer, by id.
        piece_scores: Log probability of each piece.
        tensors: The weights by name, flat.
        word_blocks: The word embeddings as they are in the file.
    """

    header: Header
    pieces: list[str]
    piece_scores: list[float]
    tensors: dict[str, NDArray[np.float32]]
    word_blocks: bytes


def read_weights(data: bytes) -> Weights:
    """Read the whole file.

    Raises:
        EmbedderError: It is in another format.
    """
    reader = _Reader(data)
    header = reader.header()
    pieces, scores = reader.pieces()
    tensors, word_blocks = reader.tensors()
    return Weights(header, pieces, scores, tensors, word_blocks)


class _Reader:
    """Reads the file front to back; every number is little endian."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, dtype: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self._data, dtype, count, self._at)
        self._at += array.nbytes
        return array

    def header(self) -> Header:
        magic, version = self._take("4sI")
        if magic != _MAGIC or version != 1:
            raise EmbedderError("the bundled weights are in an unknown format")
        hidden, layers, heads, wide, vocabulary, positions, types, epsilon, _block = self._take(
            "7ifi"
        )
        return Header(hidden, layers, heads, wide, vocabulary, positions, types, epsilon)

    def pieces(self) -> tuple[list[str], list[float]]:
        count, _bos, _eos, _pad, _unk, blob_bytes = self._take("5iQ")
        ends = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = bytes(self._array("u1", blob_bytes))
        self._skip_normaliser_map()
        return [blob[a:b].decode() for a, b in pairwise(ends)], scores.tolist()

    def _skip_normaliser_map(self) -> None:
        _entries, size = self._take("iI")
        self._at += size

    def tensors(self) -> tuple[dict[str, NDArray[np.float32]], bytes]:
        (count,) = self._take("i")
        entries = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = bytes(self._array("u1", length)).decode()
            entries[name] = self._take("BIQQ")
        found = {name: self._tensor(kind, n, at) for name, (kind, n, at, _) in entries.items()}
        _, _, at, size = entries["emb.word"]
        return found, self._data[at : at + size]

    def _tensor(self, kind: int, count: int, at: int) -> NDArray[np.float32]:
        if kind != _Q4_0:
            return np.frombuffer(self._data, "<f4", count, at)
        return dequantise(np.frombuffer(self._data, "u1", count // BLOCK * _BLOCK_BYTES, at))


def merge_adapters(weights: Weights, adapters: Mapping[str, NDArray[Any]]) -> Weights:
    """Return weights with changes of low rank added to them (Hu et al. 2021).

    Args:
        weights: Of the encoder.
        adapters: For a weight ``l3.q.w`` that changes, ``l3.q.up`` and ``l3.q.down``, integers, and
            ``….scale``, what each row is multiplied by.
    """
    tensors = dict(weights.tensors)
    for name in [name.removesuffix(".up") for name in adapters if name.endswith(".up")]:
        up, down = (read_rows(adapters, f"{name}.{part}") for part in ("up", "down"))
        tensors[f"{name}.w"] = tensors[f"{name}.w"] + (up @ down).ravel()
    return replace(weights, tensors=tensors)


def read_rows(adapters: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    """Return a matrix that is kept as integers with a scale for each row."""
    scales: NDArray[np.float32] = adapters[f"{name}.scale"].astype(np.float32)
    return adapters[name].astype(np.float32) * scales


def dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of Q4_0 blocks: ``(nibble - 8) * scale``, low nibbles first.

    The layout is ggml's ``block_q4_0``: an fp16 scale and 16 bytes for 32 weights.
    """
    integers, scales = integers_and_scales(blocks)
    return (integers.astype(np.float32) * scales[:, None].astype(np.float32)).ravel()


def pack_blocks(rows: NDArray[np.float32]) -> bytes:
    """Return weights, shape (blocks, 32), as Q4_0 blocks; those that come from such are kept.

    As in ggml, the weight of largest size becomes -8.
    """
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)][:, None]
    scales = (largest / -8).astype("<f2")
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    nibbles = np.clip(np.rint(rows / divisor) + 8, 0, 15).astype(np.uint8)
    halves = nibbles[:, :16] | (nibbles[:, 16:] << 4)
    return np.concatenate([scales.view(np.uint8), halves], axis=1).tobytes()


def integers_and_scales(
    blocks: NDArray[np.uint8],
) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return Q4_0 blocks unscaled.

    Returns:
        The integers from -8 to 7, shape (blocks, 32), and the scale of each block.
    """
    rows = blocks.reshape(-1, _BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2")[:, 0]
    nibbles = np.concatenate((rows[:, 2:] & 15, rows[:, 2:] >> 4), axis=1)
    return nibbles.astype(np.int8) - np.int8(8), scales

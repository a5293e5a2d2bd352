"""Write the search files of a generation from the database."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.folder import publish_path
from index.store.local.codes import Codes, stack_codes
from index.store.local.dense import compute_sample_size, write_dense
from index.store.local.generation import Generation, compute_checksum
from index.store.local.lexical import write_lexical

_BLOCK = 20_000
"""Vectors in memory at once: 38 MB at 384 dimensions, as FAISS takes them."""


class ChunkRows(NamedTuple):
    """The statements that give the chunks of a generation, in key order.

    Attributes:
        vectors: Key and vector of every chunk.
        sample: Vectors of every n-th chunk, n being its one parameter.
        terms: Key and terms of every chunk, its title's included.
    """

    vectors: str
    sample: str
    terms: str


STORED = ChunkRows(
    vectors="SELECT key, vector FROM chunks ORDER BY key",
    sample="SELECT vector FROM chunks WHERE key % ? = 0",
    terms="SELECT c.key, a.terms || ' ' || inflate(c.terms) FROM chunks c"
    " JOIN articles a ON a.key = c.article ORDER BY c.key",
)


def write_generation(
    connection: sqlite3.Connection,
    folder: Path,
    generation: Generation,
    *,
    dimension: int,
    rows: ChunkRows = STORED,
) -> Generation:
    """Write the files of a generation under their names; return it with their checksums."""
    dense = folder / f"{generation.dense_name}.tmp"
    write_dense(
        dense,
        _load_vector_blocks(connection, rows.vectors),
        dimension=dimension or 1,
        count=generation.chunks,
        sample=_load_sample(connection, rows.sample, generation.chunks),
    )
    publish_path(dense, folder / generation.dense_name)
    lexical = folder / f"{generation.lexical_name}.tmp"
    lexical.mkdir()
    terms = write_lexical(lexical, connection.execute(rows.terms))
    publish_path(lexical, folder / generation.lexical_name)
    names = (generation.dense_name, generation.lexical_name)
    checksums = {name: compute_checksum(folder / name) for name in names}
    return replace(generation, terms=terms, checksums=checksums)


def _load_vector_blocks(
    connection: sqlite3.Connection, sql: str
) -> Iterator[tuple[NDArray[np.int64], Codes]]:
    cursor = connection.execute(sql)
    while rows := cursor.fetchmany(_BLOCK):
        keys = np.array([key for key, _ in rows], np.int64)
        yield keys, stack_codes(blob for _, blob in rows)


def _load_sample(connection: sqlite3.Connection, sql: str, chunks: int) -> Codes | None:
    """Return vectors spread evenly over the keys, to train an inverted file on."""
    if not chunks:
        return None
    step = max(1, chunks // compute_sample_size(chunks))
    blobs = [blob for (blob,) in connection.execute(sql, (step,))]
    return stack_codes(blobs) if blobs else None

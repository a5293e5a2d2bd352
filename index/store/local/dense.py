"""The vector side of a generation: a FAISS file over the chunks, searched without loading it."""

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.vectors import FloatVector
from index.store.contract import Hit
from index.store.local.codes import Codes, compute_scale, encode_vectors

# Else FAISS's threads keep the cores busy after each search, waiting for the next one, and the
# embedder takes twice as long. It is read when FAISS is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import faiss as _faiss

SCAN_LIMIT = 250_000
"""Chunks up to which every vector is compared; above, an inverted file narrows the search. Chosen,
not measured; ``python -m benchmarks.scale`` times searches on both sides of it."""
_MIN_CHUNKS_FOR_THREADS = 50_000
"""Chunks from which on a scan is shared among threads. Chosen, not measured;
``python -m benchmarks.scale`` times searches on both sides of it."""
_PROBES = 64
_COARSE_SEARCH = 128
"""Cells searched, and how widely they are looked for. Chosen, not measured: no command compares
what is found with all there is."""
_TRAINING_PER_CELL = 50
"""Vectors that a cell is trained on; FAISS asks for at least 39. Chosen, not measured."""


faiss: Any = _faiss  # its stubs lack half of what it has


class DenseIndex:
    """Nearest chunks by inner product of unit vectors, which is their cosine."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def open(cls, path: Path) -> "DenseIndex":
        """Map a file into memory.

        Raises:
            RuntimeError: It is missing, cut short or not a FAISS file.
        """
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    @property
    def size(self) -> int:
        """Number of chunks in the file."""
        return int(self._index.ntotal)

    def keys(self) -> NDArray[np.int64]:
        """Return the chunk keys in the file, in file order."""
        return np.array(faiss.vector_to_array(self._index.id_map), np.int64)

    def search(
        self,
        vector: FloatVector,
        k: int,
        *,
        only: NDArray[np.int64] | None = None,
        without: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """Return the k nearest chunks, best first.

        Args:
            vector: Shape (dimension,).
            k: How many; fewer come back when there are fewer.
            only: Keys to choose from; None means all.
            without: Keys to leave out.
        """
        if self.size == 0 or k < 1:
            return []
        # More threads than one pay only over many chunks. The setting is the calling thread's.
        faiss.omp_set_num_threads(1 if self.size < _MIN_CHUNKS_FOR_THREADS else os.cpu_count() or 1)
        parameters = self._parameters(_make_selector(only, without), everywhere=only is not None)
        asked = encode_vectors(vector[None, :]).astype(np.float32)
        products, keys = self._index.search(asked, min(k, self.size), params=parameters)
        scores = products[0] / compute_scale(len(vector)) ** 2
        pairs = zip(keys[0].tolist(), scores.tolist(), strict=True)
        return [Hit(key, score) for key, score in pairs if key >= 0]

    def _parameters(self, selector: Any, *, everywhere: bool) -> Any:
        """Return how to search; a choice of keys is looked for in every cell."""
        inner = faiss.downcast_index(self._index.index)
        if not isinstance(inner, faiss.IndexIVF):
            return faiss.SearchParameters(sel=selector)
        return faiss.SearchParametersIVF(
            nprobe=inner.nlist if everywhere else _PROBES,
            quantizer_params=faiss.SearchParametersHNSW(efSearch=_COARSE_SEARCH),
            sel=selector,
        )


def _make_selector(only: NDArray[np.int64] | None, without: NDArray[np.int64] | None) -> Any:
    if only is not None:
        kept = only if without is None else np.setdiff1d(only, without)
        return faiss.IDSelectorBatch(kept)
    if without is not None and len(without):
        return faiss.IDSelectorNot(faiss.IDSelectorBatch(without))
    return None


def write_dense(
    path: Path,
    blocks: Iterable[tuple[NDArray[np.int64], Codes]],
    *,
    dimension: int,
    count: int,
    sample: Codes | None = None,
) -> None:
    """Write the vectors of a generation.

    Args:
        path: The file to write.
        blocks: Keys, shape (n,), with the codes of their vectors, shape (n, dimension).
        dimension: Length of a vector.
        count: How many chunks there will be; decides between a scan and an inverted file.
        sample: Codes to train an inverted file on; needed above ``SCAN_LIMIT``.
    """
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if count <= SCAN_LIMIT or sample is None:
        inner = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
    else:
        inner = faiss.index_factory(
            dimension,
            f"IVF{compute_cells(count)}_HNSW32,SQ8_direct_signed",
            faiss.METRIC_INNER_PRODUCT,
        )
        inner.by_residual = False  # codes are whole numbers; what is left after a cell is not
        inner.train(sample.astype(np.float32))
    index = faiss.IndexIDMap(inner)
    for keys, codes in blocks:
        index.add_with_ids(codes.astype(np.float32), keys)
    faiss.write_index(index, str(path))


def compute_cells(count: int) -> int:
    """Return the number of cells of an inverted file: about 4·√n, as FAISS's guide advises."""
    return int(4 * math.sqrt(count))


def compute_sample_size(count: int) -> int:
    """Return how many vectors an inverted file over ``count`` chunks is trained on."""
    return min(count, compute_cells(count) * _TRAINING_PER_CELL)

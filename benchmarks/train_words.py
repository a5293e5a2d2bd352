"""Measure what the word vectors of the bundled encoder are packed with.

    python -m benchmarks.train_words --data ../shared/data [--write]

The mean of the words of the passages of ARCD and TyDi, which all that is fitted to word vectors
rests on; of these words and of 1,000 radio news the axes along which they differ, dealt out so that
each byte stands for as much as any other (Ge, He, Ke and Sun, "Optimized product quantization",
2013); and for each byte the 256 values that words are nearest to, by k-means. Prints how near
packed words are to themselves. Another basis wants ``benchmarks.train_missing_words`` again.
"""

import argparse
from itertools import islice
from pathlib import Path

import faiss
import numpy as np

from benchmarks.corpora import FOLDERS
from benchmarks.datasets import DEFAULT, read
from index.arabic.words import normalize_for_embedding
from index.embedding import word_vectors
from index.embedding.bundled import BUNDLED
from index.embedding.contract import WordwiseEmbedder
from index.embedding.embedders import load_embedder
from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import DIMENSIONS_PER_BYTE, centre

FILE = Path(word_vectors.__file__).with_name("word_vectors.npz")
_NEWS = 1_000
_LONGEST = 600
"""Characters of a text that are read: about a chunk."""
_SAMPLE = 60_000
"""Words that the values are fitted to; k-means asks for 39 for each of 256. Chosen."""
_TURNS = 15


def main() -> None:
    """Print how much is kept; write it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    embedder = load_embedder(BUNDLED)
    assert isinstance(embedder, WordwiseEmbedder)  # noqa: S101
    passages, news = _read_texts(options.data)
    told = np.concatenate([text.words for text in embedder.embed_passages_wordwise(passages)])
    mean = told[told.any(axis=1)].mean(axis=0).round(3)
    heard = [text.words for text in embedder.embed_passages_wordwise(news)]
    words = np.concatenate([told, *heard])
    words = words[words.any(axis=1)]
    rows = centre(words, mean)
    chosen = np.random.default_rng(1).permutation(len(rows))
    fitted, others = rows[chosen[:_SAMPLE]], rows[chosen[_SAMPLE:]]
    basis = _deal_out_axes(fitted).astype(np.float16)
    values = _fit_values(fitted @ basis.astype(np.float32)).astype(np.float16)
    kept = _measure_kept(others @ basis.astype(np.float32), values.astype(np.float32))
    print(f"{len(words)} words, {values.shape[0]} bytes each; cosine with what is kept {kept:.3f}")
    if options.write:
        np.savez_compressed(FILE, mean=mean.astype(np.float32), basis=basis, values=values)


def _read_texts(data: Path) -> tuple[list[str], list[str]]:
    """Return the beginnings of the passages of ARCD and TyDi, and of the news."""
    passages = [row for f in FOLDERS.values() for row in read(data, f, "passages.jsonl")]
    news = islice(read(data, "antcorpus", "articles.jsonl"), _NEWS)
    found = [
        [normalize_for_embedding(f"{row['title']}\n{row['text']}"[:_LONGEST]) for row in rows]
        for rows in (passages, news)
    ]
    return found[0], found[1]


def _deal_out_axes(rows: FloatMatrix) -> FloatMatrix:
    """Return the main axes as columns, the product of the spreads of each byte's as even as can be.

    The axes go, greatest spread first, to the byte whose product is least so far.
    """
    spreads, axes = np.linalg.eigh(np.cov(rows.T))
    order = np.argsort(-spreads)
    dealt: list[list[int]] = [[] for _ in range(rows.shape[1] // DIMENSIONS_PER_BYTE)]
    products = np.zeros(len(dealt))
    for axis in order:
        open_ = [n for n, held in enumerate(dealt) if len(held) < DIMENSIONS_PER_BYTE]
        least = min(open_, key=lambda n: products[n])
        dealt[least].append(int(axis))
        products[least] += np.log(spreads[axis] / spreads[order[-1]])
    found: FloatMatrix = axes[:, [axis for held in dealt for axis in held]].astype(np.float32)
    return found


def _fit_values(rows: FloatMatrix) -> FloatMatrix:
    quantizer = faiss.ProductQuantizer(rows.shape[1], rows.shape[1] // DIMENSIONS_PER_BYTE, 8)
    quantizer.cp.niter = _TURNS
    quantizer.train(np.ascontiguousarray(rows))
    values: FloatMatrix = faiss.vector_to_array(quantizer.centroids)
    return values.reshape(-1, 256, DIMENSIONS_PER_BYTE)


def _measure_kept(rows: FloatMatrix, values: FloatMatrix) -> float:
    """Return the mean cosine of words with what their bytes stand for."""
    parts = rows.reshape(len(rows), -1, DIMENSIONS_PER_BYTE)
    kept = np.empty_like(parts)
    for place, known in enumerate(values):
        nearness = parts[:, place] @ known.T - (known**2).sum(axis=1) / 2
        kept[:, place] = known[nearness.argmax(axis=1)]
    flat = kept.reshape(len(rows), -1)
    return float(((rows * flat).sum(axis=1) / np.linalg.norm(flat, axis=1)).mean())


if __name__ == "__main__":
    main()

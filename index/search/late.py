"""Late interaction: how well the words of a passage answer each word of a question.

As in Khattab and Zaharia, "ColBERT" (2020): for each word of the question its best match among the
words of the passage counts. Here the question's words weigh by rarity, and a passage gets more
where the matches lie near each other: its best stretches of 12, 20, 36 and 60 words and all of it
count alike.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import DIMENSIONS_PER_BYTE, unpack

_BLOCK = 4
"""Words whose best match is looked at as one, which makes stretches cheap; chosen, not swept."""
_STRETCHES = (3, 5, 9, 15)
"""In blocks of words. Four stretches instead of one lowered the held-out log loss from .521 to .509
on ARCD (docs/decisions/0015-late-interaction.md); no command that is kept compares them, and
``python -m benchmarks.scale`` measures their time."""


def compute_late_interaction(
    words: FloatMatrix, weights: NDArray[np.float32], passages: Sequence[bytes]
) -> NDArray[np.float32]:
    """Return how well each passage answers a question, word by word.

    Args:
        words: Of the question, as :func:`index.embedding.word_vectors.rotate` gives them, shape (n,
            dimension).
        weights: Of each of them, shape (n,), summing to 1.
        passages: Packed word vectors of each passage.

    Returns:
        Shape (passages,): weighted means of cosines; 0 for a passage without word vectors.
    """
    scores = np.zeros(len(passages), np.float32)
    present = [n for n, data in enumerate(passages) if data]
    if not present or not len(words):
        return scores
    dimension = words.shape[1]
    matched = words @ unpack(b"".join(passages[n] for n in present), dimension).T
    lengths = [DIMENSIONS_PER_BYTE * len(passages[n]) // dimension for n in present]
    blocks = _compute_block_maxima(matched, lengths)
    # The best match of each word of the question in every stretch, then over all of them.
    scales = []
    for size in (*_STRETCHES, blocks.shape[2]):
        best = _compute_sliding_maxima(blocks, size)
        scales.append(np.einsum("q,qps->ps", weights, best).max(axis=1))
    scores[present] = np.mean(scales, axis=0)
    return scores


def _compute_block_maxima(
    matched: NDArray[np.float32], lengths: Sequence[int]
) -> NDArray[np.float32]:
    """Return the best match in each block of words, shape (question words, passages, blocks).

    Where a passage has no more blocks, its last is repeated: that changes no maximum.

    Args:
        matched: Shape (question words, words of all passages).
        lengths: Words of each passage.
    """
    counts = np.array([-(-length // _BLOCK) for length in lengths])
    ends = np.cumsum(lengths)
    starts = [
        begin + _BLOCK * np.arange(count)
        for begin, count in zip(ends - lengths, counts, strict=True)
    ]
    best = np.maximum.reduceat(matched, np.concatenate(starts), axis=1)
    firsts = np.cumsum(counts) - counts
    places = firsts[:, None] + np.minimum(np.arange(counts.max()), counts[:, None] - 1)
    blocks: NDArray[np.float32] = best[:, places]
    return blocks


def _compute_sliding_maxima(blocks: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the maximum over every ``size`` neighbouring blocks; over all when there are fewer."""
    size = min(size, blocks.shape[2])
    covered, best = 1, blocks
    while covered < size:
        step = min(covered, size - covered)
        best = np.maximum(best[:, :, : best.shape[2] - step], best[:, :, step:])
        covered += step
    return best

"""Tell reprints: articles that say the same in nearly the same words.

A wire story printed by three papers is one source, not three. Candidates are found by MinHash with
locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3), then compared word by word. An article with a figure that the other lacks is
never a reprint: a corrected toll or the price of another day is news.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arabic.words import split_words

Signature = NDArray[np.uint32]
"""Shape (64,)."""

_HASHES, _BANDS = 64, 16
"""16 bands of 4 hashes: of articles that share 60 % of their shingles, 89 % meet in a band."""
_SHINGLE = 3
"""Words of a shingle. Chosen, not measured."""
_MIN_SHARED = 0.6
"""Share of the shingles of two articles that reprints have in common. Chosen, not measured; what it
found in a corpus: docs/decisions/0011-reprints.md."""
_MIN_REPEATED = 0.7
"""Share of a part's shingles from which a text repeats it. Chosen, not measured."""
_MAX_WORDS = 4_000
"""Words compared: one that begins alike for so long is taken for the same. Chosen, not
measured."""


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another article that says the same in nearly the same words."""

    article_id: str
    title: str
    source: str
    date: str
    url: str


def compute_signature(text: str) -> Signature:
    """Return the MinHash of a text's shingles of three words."""
    from datasketch import MinHash  # imports scipy; only writers need it

    found = MinHash(num_perm=_HASHES, hashfunc=zlib.crc32)
    found.update_batch([shingle.encode() for shingle in _split_shingles(text)])
    return np.asarray(found.hashvalues, np.uint32)


def compute_bands(found: Signature) -> list[int]:
    """Return a 64-bit number per band; reprints most likely share one."""
    rows = found.reshape(_BANDS, -1)
    return [_hash_band(bytes([n]) + row.tobytes()) for n, row in enumerate(rows)]


def _hash_band(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little", signed=True)


def is_reprint(text: str, other: str) -> bool:
    """Tell whether two texts are the same but for small changes, none of them in a figure.

    >>> is_reprint("افتتح الجسر يوم الأحد أمام 12 ضيفًا", "افتتح الجسر يوم الأحد أمام 15 ضيفًا")
    False
    """
    numbers, others = _find_numbers(text), _find_numbers(other)
    if not (numbers <= others or others <= numbers):
        return False
    mine, theirs = set(_split_shingles(text)), set(_split_shingles(other))
    return len(mine & theirs) >= _MIN_SHARED * len(mine | theirs)


def is_repeated(part: str, text: str) -> bool:
    """Tell whether a text says what a part of its reprint says, in nearly the same words.

    >>> is_repeated("افتتح الوزير الجسر الجديد", "أمس افتتح الوزير الجسر الجديد على النهر")
    True
    """
    if not _find_numbers(part) <= _find_numbers(text):
        return False
    said = set(_split_shingles(part))
    return len(said & set(_split_shingles(text))) >= _MIN_REPEATED * len(said)


def _split_shingles(text: str) -> Iterator[str]:
    found: Sequence[str] = split_words(text)[:_MAX_WORDS]
    for start in range(max(1, len(found) - _SHINGLE + 1)):
        yield " ".join(found[start : start + _SHINGLE])


def _find_numbers(text: str) -> set[str]:
    return {word for word in split_words(text) if re.fullmatch(r"\d+", word)}

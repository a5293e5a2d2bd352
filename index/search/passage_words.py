"""Where the words of a passage stand in its article, with the vectors stored for them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from index.arabic.sentences import Span
from index.arabic.words import normalize_for_embedding
from index.articles.article import Article
from index.embedding.embedded import headline_of
from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import DIMENSIONS_PER_BYTE, unpack, word_spans

# A word with the marks that normalize_for_embedding() leaves out, at which \w breaks.
WRITTEN_WORD = re.compile(
    "[\\w\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u00ad\u061c"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)


@dataclass(frozen=True, slots=True, eq=False)
class PassageWords:
    """The words of a stretch of an article.

    Attributes:
        starts: Where each begins in the article's text, ascending, shape (n,).
        rows: Packed vectors, shape (n, bytes).
        title: Packed vectors of the words of the headline, shape (m, bytes).
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.uint8]
    title: NDArray[np.uint8]

    def merge(self, other: "PassageWords") -> "PassageWords":
        """Return the words of both of two passages of one article, each once."""
        starts, first = np.unique(np.concatenate([self.starts, other.starts]), return_index=True)
        return PassageWords(starts, np.concatenate([self.rows, other.rows])[first], self.title)

    def cut(self, span: Span) -> "PassageWords":
        """Return the words that begin in a span of the article's text."""
        inside = self.within(span)
        return PassageWords(self.starts[inside], self.rows[inside], self.title)

    def within(self, span: Span) -> slice:
        """Return which words begin in a span of the article's text."""
        first, last = np.searchsorted(self.starts, span)
        return slice(int(first), int(last))

    def vectors(self) -> FloatMatrix:
        """Return the vectors of the words as unit rows, shape (n, dimension)."""
        return _unpack_rows(self.rows)

    def title_vectors(self) -> FloatMatrix:
        """Return those of the headline's words, shape (m, dimension)."""
        return _unpack_rows(self.title)


def locate_words(
    article: Article, span: Span, packed: bytes, dimension: int
) -> PassageWords | None:
    """Return where the words of a chunk stand whose vectors are stored.

    Args:
        article: Of the chunk.
        span: Of the chunk in the article's text.
        packed: Vectors of the words that were embedded: those of the headline, then the text's.
        dimension: Of the vectors.

    Returns:
        None where no vectors are stored, or they cannot be told to be of these words.
    """
    if not packed:
        return None
    rows = np.frombuffer(packed, np.uint8).reshape(-1, dimension // DIMENSIONS_PER_BYTE)
    title = len(word_spans(normalize_for_embedding(headline_of(article))))
    text = article.text[span.start : span.end]
    starts = [found.start() for found in WRITTEN_WORD.finditer(text)]
    if title + len(starts) != len(rows):
        starts = _align_embedded_words(text)
    if title + len(starts) != len(rows):
        return None
    return PassageWords(span.start + np.array(starts, np.int64), rows[title:], rows[:title])


def _align_embedded_words(text: str) -> list[int]:
    """Return where each word that is embedded stands: names of two words may have become one."""
    written = [
        (found.start(), word)
        for found in WRITTEN_WORD.finditer(text)
        for word in _split_embedded_words(found[0])
    ]
    pairs = SequenceMatcher(
        None, [word for _, word in written], _split_embedded_words(text), autojunk=False
    )
    starts: list[int] = []
    for kind, first, last, begin, end in pairs.get_opcodes():
        if kind == "equal":
            starts += [start for start, _ in written[first:last]]
        else:
            starts += [written[min(first, len(written) - 1)][0]] * (end - begin)
    return starts


def _split_embedded_words(text: str) -> list[str]:
    embedded = normalize_for_embedding(text)
    return [embedded[start:end] for start, end in word_spans(embedded)]


def _unpack_rows(rows: NDArray[np.uint8]) -> FloatMatrix:
    return unpack(rows.tobytes(), rows.shape[1] * DIMENSIONS_PER_BYTE)

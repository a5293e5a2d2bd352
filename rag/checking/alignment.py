"""Lay the words of a claim beside those of the passages it rests on.

In one and the same sentence the vector of a word is near that of a word that may stand in its
place. How near every word of a claim finds its like, and in which sentences, tells a paraphrase
from what the passages never say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import fold, normalize_for_embedding, stem
from index.embedding.contract import Embedder, WordwiseEmbedder
from index.embedding.embedded import headline_of
from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import rotate, word_spans
from index.search.passage_words import WRITTEN_WORD
from index.search.search import Passage
from rag.language.package_data import read_words
from rag.language.questions import is_function_word
from rag.language.statements import EDGE, SAYING, Token, read_statement

_BREAK = re.compile(r"[،؛:.!؟?()«»\"\n–-]")


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The words of a claim, or of a passage and its headline.

    Attributes:
        words: Folded, in order.
        vectors: Of each word, unit rows; None where the embedder gives none.
        sentences: Which sentence each word is of, ascending.
        pieces: Which stretch between two marks of punctuation each word is of.
        spans: Of each sentence, into the article's text; None for the headline.
    """

    words: tuple[str, ...]
    vectors: FloatMatrix | None
    sentences: NDArray[np.int64]
    pieces: NDArray[np.int64]
    spans: tuple[Span | None, ...]


def read_passage(passage: Passage) -> Told:
    """Return the words of a passage, those of its headline behind them."""
    text, known = passage.article.text, passage.words
    start, end = passage.chunk.start, passage.chunk.end
    starts = (
        [int(n) for n in known.starts]
        if known
        else [found.start() for found in WRITTEN_WORD.finditer(text, start, end)]
    )
    found = [WRITTEN_WORD.match(text, n) for n in starts]
    ends = [match.end() if match else n for match, n in zip(found, starts, strict=True)]
    head = normalize_for_embedding(headline_of(passage.article))
    title = word_spans(head)
    if known and len(title) != len(known.title):
        title = []
    spans = [Span(start + a, start + b) for a, b in sentence_spans(passage.text)]
    ends_of_sentences = [span.end for span in spans]
    sentences = np.searchsorted(ends_of_sentences, starts, side="right")
    pieces = _number_pieces(text, starts, ends)
    behind = len(title)
    vectors = None
    if known:
        rows = (known.vectors(), known.title_vectors()[:behind])
        vectors = np.concatenate([part for part in rows if len(part)])
    return Told(
        tuple(fold(text[a:b]) for a, b in zip(starts, ends, strict=True))
        + tuple(fold(head[a:b]) for a, b in title),
        vectors,
        np.concatenate([sentences, np.full(behind, len(spans))]).astype(np.int64),
        np.concatenate([pieces, np.full(behind, len(starts) + 1)]).astype(np.int64),
        (*spans, None),
    )


def read_claim(text: str, embedder: Embedder) -> Told:
    """Return the words of a claim."""
    said = normalize_for_embedding(text)
    places = word_spans(said)
    vectors = None
    if isinstance(embedder, WordwiseEmbedder):
        vectors = rotate(embedder.embed_passages_wordwise([said])[0].words)
    starts, ends = [a for a, _ in places], [b for _, b in places]
    return Told(
        tuple(fold(said[a:b]) for a, b in places),
        vectors,
        np.zeros(len(places), np.int64),
        _number_pieces(said, starts, ends),
        (Span(0, len(said)),),
    )


def _number_pieces(text: str, starts: Sequence[int], ends: Sequence[int]) -> NDArray[np.int64]:
    breaks = [
        bool(_BREAK.search(text[end:start])) for end, start in zip(ends, starts[1:], strict=False)
    ]
    return np.cumsum([0, *breaks]).astype(np.int64)[: len(starts)]


class Alignment:
    """A claim beside all that it rests on.

    Attributes:
        claim: Its words.
        told: What it rests on, one for each passage.
        words: Of all of them, in order.
        same: Which word of the claim is which of theirs, shape (words of the claim, words).
        likeness: Cosines, 1 where the words are the same; shape as ``same``.
        sentences: Of each word, counted through all passages.
        content: Places of the claim's words that say something of the matter.
    """

    def __init__(self, claim: Told, told: Sequence[Told]) -> None:
        self.claim = claim
        self.told = told
        self.words = [word for one in told for word in one.words]
        first = np.cumsum([0, *(len(one.spans) for one in told)])
        self.sentences = np.concatenate(
            [one.sentences + n for one, n in zip(told, first, strict=False)]
        )
        step = 1 + max(int(one.pieces[-1]) if len(one.pieces) else 0 for one in told)
        self.pieces = np.concatenate([one.pieces + n * step for n, one in enumerate(told)])
        self.same = _find_same(claim.words, self.words)
        rows = [one.vectors for one in told]
        self.likeness: NDArray[np.float32] = self.same.astype(np.float32)
        if claim.vectors is not None and all(part is not None for part in rows):
            vectors = np.concatenate([part for part in rows if part is not None])
            self.likeness = np.where(self.same, 1, claim.vectors @ vectors.T).astype(np.float32)
        self.content = [n for n, word in enumerate(claim.words) if not is_light(word)]

    @cached_property
    def best(self) -> NDArray[np.float32]:
        """The likeness of what is most like each word of the claim, shape (words,)."""
        found: NDArray[np.float32] = self.likeness.max(axis=1, initial=0)
        return found

    @cached_property
    def by_sentence(self) -> NDArray[np.float32]:
        """The same within each sentence, shape (words, sentences)."""
        count = sum(len(one.spans) for one in self.told)
        found = np.zeros((len(self.claim.words), count), np.float32)
        for n in range(count):
            inside = self.likeness[:, self.sentences == n]
            found[:, n] = inside.max(axis=1, initial=0)
        return found

    @cached_property
    def closest(self) -> tuple[int, int]:
        """The two sentences, or twice the one, that together come nearest to the claim."""
        if not self.content:
            return 0, 0
        rows = self.by_sentence[self.content]
        together = np.maximum(rows[:, :, None], rows[:, None, :]).mean(axis=0)
        first, second = divmod(int(together.argmax()), together.shape[1])
        return first, second

    @property
    def coverage(self) -> float:
        """How much of the claim these two say, in [0, 1]."""
        if not self.content:
            return 0.0
        return float(self.by_sentence[self.content][:, self.closest].max(axis=1).mean())

    def find_frame(self, place: int, reach: int) -> list[int]:
        """Return the content words around a word of the claim."""
        return [n for n in self.content if n != place and abs(n - place) <= reach]


def is_light(word: str) -> bool:
    """Tell whether a folded word says nothing of the matter."""
    bare = word[1:] if word[:1] in {"و", "ف"} else word
    return (
        len(word) < 2
        or is_function_word(word)
        or is_function_word(bare)
        or not _light_stems().isdisjoint({stem(word), stem(bare)})
    )


@lru_cache(1)
def _light_stems() -> frozenset[str]:
    return frozenset(map(stem, read_words("language/light_words.txt")))


@lru_cache(20_000)
def read_word(word: str) -> Token | None:
    """Return a folded word as a token; None for one without a subject of its own."""
    return next((token for token in read_statement(word).tokens if token.key != EDGE), None)


@lru_cache(20_000)
def _list_keys(word: str) -> frozenset[str]:
    """Return what a folded word is matched by."""
    token = read_word(word)
    if token is None or token.key == SAYING:
        return frozenset({word})
    return frozenset({word, token.key, *(() if token.exact else token.others)})


def _find_same(claim: Sequence[str], told: Sequence[str]) -> NDArray[np.bool_]:
    places: dict[str, list[int]] = {}
    for n, word in enumerate(told):
        for key in _list_keys(word):
            places.setdefault(key, []).append(n)
    found = np.zeros((len(claim), len(told)), bool)
    for n, word in enumerate(claim):
        for key in _list_keys(word):
            found[n, places.get(key, [])] = True
    return found

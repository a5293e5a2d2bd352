"""Tell whether a claim says in other words what its source says, by the vectors of the words.

In one and the same sentence the vector of a word is near that of a word that may stand in its
place without changing what is said, and far from that of another name. Opposites are near too, so
that known ones are told apart by a list.
"""

from collections.abc import Sequence
from functools import cache, cached_property

from index.arabic.sentences import Span
from index.arabic.words import fold, normalize_for_embedding, stem
from index.embedding.contract import Embedder, WordwiseEmbedder
from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import rotate, word_spans
from index.search.search import Passage
from rag.language.package_data import read_lines
from rag.language.statements import Statement, Token, read_statement, tokens_match

MIN_SYNONYM_COSINE = 0.7
"""Cosine from which on a word may stand for another. Of synonyms put into real sentences a half
reach it, of other names and nations none, of opposites a tenth (``benchmarks.grounding``)."""


class ClaimWords:
    """The words of a claim, embedded when they are first needed."""

    def __init__(self, text: str, embedder: Embedder) -> None:
        self.text = text
        self.embedder = embedder

    @cached_property
    def _vectors(self) -> dict[str, FloatMatrix]:
        """Vectors of each folded word, shape (times it occurs, dimension)."""
        if not isinstance(self.embedder, WordwiseEmbedder):
            return {}
        said = normalize_for_embedding(self.text)
        vectors = rotate(self.embedder.embed_passages_wordwise([said])[0].words)
        folded = [fold(said[start:end]) for start, end in word_spans(said)]
        return {
            word: vectors[[n for n, other in enumerate(folded) if other == word]]
            for word in set(folded)
        }

    def are_synonyms(
        self,
        missing: Sequence[Token],
        claim: Statement,
        source: Statement,
        passage: Passage,
        window: Span,
    ) -> bool:
        """Tell whether each missing word of the claim stands for some word of its source.

        Args:
            missing: Words of the claim that the source has not.
            claim: The claim, read.
            source: What the window says.
            passage: Where the window is; without vectors of words nothing is excused.
            window: Into the article's text.
        """
        if passage.words is None or not self._vectors:
            return False
        # Words of the source that no word of the claim repeats.
        free = {
            token.word
            for token in source.tokens
            if token.word and not any(tokens_match(token, other) for other in claim.tokens)
        }
        place = passage.words.within(window)
        written = [_read_word(passage.article.text, int(n)) for n in passage.words.starts[place]]
        kept = [n for n, word in enumerate(written) if word in free]
        if not kept:
            return False
        vectors = passage.words.vectors()[place][kept]
        return all(
            token.word in self._vectors
            and not any(_are_opposites(token.word, written[n]) for n in kept)
            and float((self._vectors[token.word] @ vectors.T).max()) >= MIN_SYNONYM_COSINE
            for token in missing
        )


def _read_word(text: str, start: int) -> str:
    statement = text[start : start + 40].split()
    tokens = read_statement(statement[0]).tokens[1:-1] if statement else ()
    return tokens[0].word if tokens else ""


def _are_opposites(one: str, other: str) -> bool:
    first, second = _find_sides(one), _find_sides(other)
    return any((line, not side) in second for line, side in first)


def _find_sides(word: str) -> frozenset[tuple[int, bool]]:
    table = _load_opposites()
    return table.get(stem(word), frozenset()) | table.get(stem(word[1:]), frozenset())


@cache
def _load_opposites() -> dict[str, frozenset[tuple[int, bool]]]:
    """Read the opposites: stem -> lines it stands on, and whether on the left."""
    lines = [line for line in read_lines("checking/opposites.txt") if "|" in line]
    found: dict[str, set[tuple[int, bool]]] = {}
    for number, line in enumerate(lines):
        for left, words in zip((True, False), line.split("|"), strict=True):
            for word in words.split():
                found.setdefault(stem(fold(word)), set()).add((number, left))
    return {word: frozenset(sides) for word, sides in found.items()}

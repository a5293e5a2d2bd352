"""Tell whether a claim says in other words what its source says, by the vectors of the words.

In one and the same sentence the vector of a word is near that of a word that may stand in its
place without changing what is said, and far from that of another name. Opposites are near too, so
that known ones are told apart by a list.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np

from index.arabic import fold, for_embedding, stem
from index.embedding import Embedder, WordwiseEmbedder
from index.search import Passage
from index.sentences import Span
from index.word_vectors import turned, word_spans
from rag.statements import Statement, Token, matches, read_statement

SAME_WORD = 0.7
"""Cosine from which on a word may stand for another. Of synonyms put into real sentences a half
reach it, of other names and nations none, of opposites a tenth (``benchmarks.grounding``)."""


def mean_the_same(
    missing: Sequence[Token],
    text: str,
    claim: Statement,
    source: Statement,
    passage: Passage,
    window: Span,
    embedder: Embedder,
) -> bool:
    """Tell whether each missing word of a claim stands for some word of its source.

    Args:
        missing: Words of the claim that the source has not.
        text: The claim.
        claim: The same, read.
        source: What the window says.
        passage: Where the window is.
        window: Into the article's text.
        embedder: The one the index was built with; one without vectors of words excuses nothing.
    """
    if passage.words is None or not isinstance(embedder, WordwiseEmbedder):
        return False
    free = {
        t.word for t in source.tokens if t.word and not any(matches(t, c) for c in claim.tokens)
    }
    place = passage.words.within(window)
    starts = passage.words.starts[place]
    written = [_word_at(passage.article.text, int(start)) for start in starts]
    kept = [n for n, word in enumerate(written) if word in free]
    if not kept:
        return False
    vectors = passage.words.vectors()[place][kept]
    said = for_embedding(text)
    claimed = turned(embedder.embed_passages_wordwise([said])[0].words)
    folded = [fold(said[start:end]) for start, end in word_spans(said)]
    for token in missing:
        own = [n for n, word in enumerate(folded) if word == token.word]
        if not own:
            return False
        cosines = (claimed[own] @ vectors.T).max(axis=0)
        allowed = np.array([not _opposed(token.word, written[n]) for n in kept])
        if not (allowed.all() and cosines.max() >= SAME_WORD):
            return False
    return True


def _word_at(text: str, start: int) -> str:
    statement = text[start : start + 40].split()
    tokens = read_statement(statement[0]).tokens[1:-1] if statement else ()
    return tokens[0].word if tokens else ""


def _opposed(one: str, other: str) -> bool:
    first, second = _sides(one), _sides(other)
    return any((line, not side) in second for line, side in first)


def _sides(word: str) -> frozenset[tuple[int, bool]]:
    table = _opposites()
    return table.get(stem(word), frozenset()) | table.get(stem(word[1:]), frozenset())


@cache
def _opposites() -> dict[str, frozenset[tuple[int, bool]]]:
    """Read the opposites: stem -> lines it stands on, and whether on the left."""
    data = resources.files("rag").joinpath("opposites.txt").read_text(encoding="utf-8")
    lines = [line for line in data.splitlines() if "|" in line and not line.startswith("#")]
    found: dict[str, set[tuple[int, bool]]] = {}
    for number, line in enumerate(lines):
        for left, words in zip((True, False), line.split("|"), strict=True):
            for word in words.split():
                found.setdefault(stem(fold(word)), set()).add((number, left))
    return {word: frozenset(sides) for word, sides in found.items()}

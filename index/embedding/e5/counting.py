"""Count the tokens of texts word by word: most words of a long text came before."""

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

# A word has the tokens it has alone if the tokenizer's normaliser neither drops a character of it
# nor turns one into a space, if no mark at its start joins the space before it, and if it is short.
_WORD = re.compile(r"(?![ً-ْ])[!-~À-ÖØ-öø-ÿ°•ء-غـ-ْ٠-٩٪ٱ-ۓ،؛؟«»“”‘’–—…]{1,64}+")
_WORDS = re.compile(rf"(?:{_WORD.pattern})?+(?: ++{_WORD.pattern})*+")
_MAX_WORDS = 200_000
"""Words remembered, some 150 bytes each. Chosen, not measured."""


def count_whole(tokenizer: Any, texts: list[str]) -> list[int]:
    """Return how many tokens a tokenizer makes of each text as a whole, without special ones."""
    encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]


class TokenCounts:
    """Counts tokens for one tokenizer; called by one thread at a time."""

    def __init__(self, count: Callable[[list[str]], list[int]]) -> None:
        """Remember how texts are counted whole.

        Args:
            count: Texts -> tokens of each.
        """
        self._count = count
        self._words: dict[str, int] = {"": 0}

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        split = [_split(text) for text in texts]
        self._learn({word for words, _ in split for word in words})
        whole = iter(self._count([stretch for _, stretches in split for stretch in stretches]))
        known = self._words
        return [
            sum(map(known.__getitem__, words)) + sum(islice(whole, len(stretches)))
            for words, stretches in split
        ]

    def _learn(self, words: set[str]) -> None:
        if len(self._words) > _MAX_WORDS:
            self._words = {"": 0}
        # A set less a dict's keys would look at every key.
        new = sorted(word for word in words if word not in self._words)
        self._words.update(zip(new, self._count(new), strict=True))


def _split(text: str) -> tuple[list[str], list[str]]:
    """Return the words that may be counted alone, and the stretches that must be counted whole."""
    words = text.split(" ")
    if _WORDS.fullmatch(text):
        return words, []
    alone: list[str] = []
    stretches = []
    done = 0
    for first, end in _find_stretches(words):
        alone += words[done:first]
        stretches.append(" ".join(words[first:end]))
        done = end
    return alone + words[done:], stretches


def _find_stretches(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that may change their neighbours, with a plain word on both sides.

    A last space, which is a token of its own, is such a word too.
    """
    plain, others = [], []
    for place, word in enumerate(words):
        if _WORD.fullmatch(word):
            plain.append(place)
        elif word or place == len(words) - 1:
            others.append(place)
    first = end = 0
    for other in others:
        place = bisect(plain, other)
        before = plain[place - 1] if place else 0
        if before >= end:
            if end:
                yield first, end
            first = before
        end = plain[place] + 1 if place < len(plain) else len(words)
    if end:
        yield first, end

"""Count the tokens of texts word by word: most words of a long text came before."""

import re
from collections.abc import Callable, Sequence

# Characters that the tokenizer's normaliser neither drops nor turns into spaces, so that each word
# has the tokens it has alone. Any other text is counted whole.
_PLAIN = re.compile(r"[ -~À-ÖØ-öø-ÿ°•ء-غـ-ْ٠-٩٪ٱ-ۓ،؛؟«»“”‘’–—…]*")
_WHOLE = re.compile(r"(?:^| )[ً-ْ]|[^ ]{65}| $")
"""A mark that joins the space before it, a long word, a last space that is a token of its own."""
_MAX_WORDS = 200_000
"""Words remembered; about 30 MB."""


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
        split = [text.split(" ") if _is_plain(text) else None for text in texts]
        self._learn({word for words in split if words for word in words})
        whole = iter(self._count([t for t, w in zip(texts, split, strict=True) if w is None]))
        known = self._words
        return [next(whole) if w is None else sum(map(known.__getitem__, w)) for w in split]

    def _learn(self, words: set[str]) -> None:
        if len(self._words) > _MAX_WORDS:
            self._words = {"": 0}
        # A set less a dict's keys would look at every key.
        new = sorted(word for word in words if word not in self._words)
        self._words.update(zip(new, self._count(new), strict=True))


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _WHOLE.search(text)

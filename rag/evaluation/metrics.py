"""Compare a short answer with gold ones, as SQuAD does (Rajpurkar et al. 2016), for Arabic."""

from collections import Counter
from collections.abc import Iterable

from index.arabic.words import split_words

_ARTICLE = "ال"


def exact_match(answer: str, golds: Iterable[str]) -> float:
    """Return 1 when an answer is a gold one, spelling, punctuation and the article «ال» aside.

    >>> exact_match("الأستاذ أحمد", ["أستاذ احمد."])
    1.0
    """
    return float(any(_tokenize(answer) == _tokenize(gold) for gold in golds))


def token_f1(answer: str, golds: Iterable[str]) -> float:
    """Return the highest harmonic mean of token precision and recall with a gold answer."""
    return max((_compute_f1(_tokenize(answer), _tokenize(gold)) for gold in golds), default=0.0)


def _compute_f1(found: list[str], gold: list[str]) -> float:
    common = sum((Counter(found) & Counter(gold)).values())
    return 2 * common / (len(found) + len(gold)) if common else 0.0


def _tokenize(text: str) -> list[str]:
    return [
        word.removeprefix(_ARTICLE) if len(word) > len(_ARTICLE) + 1 else word
        for word in split_words(text)
    ]

"""Check every sentence of an answer against what it cites, before anyone reads it.

A sentence is supported when some one or two neighbouring sentences of a passage hold its words,
all of its numbers, and do not differ from it in a negation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.arabic import fold, for_embedding, skeleton
from index.embedding import Embedder
from index.search import Passage
from index.sentences import Span, sentence_spans
from rag.citations import Claim
from rag.orders import gives_orders
from rag.questions import content_terms, is_arabic
from rag.relevance import terms_within

CITED_ENOUGH = 0.55
"""Share of a claim's content words its cited sentence must hold."""
UNCITED_ENOUGH = 0.75
"""The same for a claim that cites nothing, or not what supports it."""
_LONG = 4
"""Content words from which on two neighbouring sentences may share in supporting a claim, and some
of its words may be missing; those of a shorter one come together by chance."""
SAME_MEANING = 0.87
"""Cosine a claim in another language must reach, since no words can be compared."""

_NUMBERS = re.compile(r"\d+(?:[.,٫٬]\d+)*")
_NEGATION = re.compile(
    r"\b[وف]?(?:لا|لن|لم|ليس|ليست|ليسوا|غير|بدون|دون|نفي|نفت|ينفي|مش|مو|ماكو|never|no|not|without)\b"
)
_WORDS_FOR = {
    "1": "واحد واحده", "2": "اثنان اثنين اثنتان", "3": "ثلاثه ثلاث", "4": "اربعه اربع",
    "5": "خمسه خمس", "6": "سته ست", "7": "سبعه سبع", "8": "ثمانيه ثماني", "9": "تسعه تسع",
    "10": "عشره عشر", "11": "احدعشر", "12": "اثناعشر", "20": "عشرون عشرين", "30": "ثلاثون ثلاثين",
    "40": "اربعون اربعين", "50": "خمسون خمسين", "60": "ستون ستين", "70": "سبعون سبعين",
    "80": "ثمانون ثمانين", "90": "تسعون تسعين", "100": "مئه مائه", "1000": "الف",
}  # fmt: skip
_NUMBER_OF_WORD = {word: digits for digits, names in _WORDS_FOR.items() for word in names.split()}


@dataclass(frozen=True, slots=True)
class Support:
    """The words of a passage that stand behind a claim.

    Attributes:
        passage: Position of the passage, from 0.
        span: Into the article's text.
        score: In [0, 1]; 1 when the claim is a verbatim quote.
    """

    passage: int
    span: Span
    score: float


def find_support(claim: Claim, passages: Sequence[Passage], embedder: Embedder) -> Support | None:
    """Return the best support for a claim, or None when nothing supports it.

    Orders to the assistant are no claims. What the claim cites is tried first; another passage
    must support it more strongly.
    """
    if gives_orders(claim.text):
        return None
    cited = [number - 1 for number in claim.numbers if number <= len(passages)]
    others = [position for position in range(len(passages)) if position not in cited]
    for positions, enough in ((cited, CITED_ENOUGH), (others, UNCITED_ENOUGH)):
        found = [_best(claim.text, passages[p], p, enough, embedder) for p in positions]
        supports = [support for support in found if support is not None]
        if supports:
            return max(supports, key=lambda support: support.score)
    return None


def _best(
    text: str, passage: Passage, position: int, enough: float, embedder: Embedder
) -> Support | None:
    if exact := _verbatim(text, passage):
        return Support(position, exact, 1.0)
    short = len(content_terms(text)) < _LONG
    windows = _windows(passage, pairs=not short)
    enough = UNCITED_ENOUGH if short else enough
    if not is_arabic(text) and is_arabic(passage.text):
        return _by_meaning(text, passage, position, windows, embedder)
    scored = [
        Support(position, window, score)
        for window in windows
        if (score := _agreement(text, passage.article.text[window.start : window.end])) >= enough
    ]
    # Of equals the shortest quote says it best.
    return max(scored, key=lambda s: (round(s.score, 2), s.span.start - s.span.end), default=None)


def _verbatim(text: str, passage: Passage) -> Span | None:
    """Return where a claim stands in the passage word for word, white space aside."""
    spoken = text.strip().rstrip(".").split()
    if len(spoken) < 3:
        return None
    pattern = r"\s+".join(re.escape(word) for word in spoken) + r"\.?"
    found = re.search(pattern, passage.text)
    if found is None:
        return None
    return Span(passage.chunk.start + found.start(), passage.chunk.start + found.end())


def _windows(passage: Passage, *, pairs: bool) -> list[Span]:
    """Return every sentence, and with ``pairs`` every two neighbours, as spans of the article."""
    base = passage.chunk.start
    spans = [Span(base + start, base + end) for start, end in sentence_spans(passage.text)]
    return spans + [Span(a.start, b.end) for a, b in pairwise(spans) if pairs]


def _agreement(claim: str, source: str) -> float:
    """Return how much of a claim the source says, or 0 when they contradict each other."""
    if not numbers_in(claim) <= numbers_in(source, in_words=True):
        return 0.0
    terms = content_terms(claim)
    if not terms:
        return 0.0
    have = terms_within(source)
    bare = {skeleton(term) for term in have}
    held = sum(1.0 if t in have else 0.8 * (skeleton(t) in bare) for t in terms) / len(terms)
    if held >= CITED_ENOUGH and is_negated(claim) != is_negated(source):
        return 0.0
    return held


def _by_meaning(
    text: str, passage: Passage, position: int, windows: Sequence[Span], embedder: Embedder
) -> Support | None:
    fitting = [
        window
        for window in windows
        if numbers_in(text)
        <= numbers_in(passage.article.text[window.start : window.end], in_words=True)
    ]
    if not fitting:
        return None
    sources = [for_embedding(passage.article.text[w.start : w.end]) for w in fitting]
    vectors = embedder.embed_passages([for_embedding(text), *sources])
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    if cosines[best] < SAME_MEANING:
        return None
    return Support(position, fitting[best], float(cosines[best]))


def numbers_in(text: str, *, in_words: bool = False) -> frozenset[str]:
    """Return the numbers of a text in ASCII digits, thousands joined.

    >>> sorted(numbers_in("٢٥٠٬٠٠٠ دولار و3.5%"))
    ['250000', '3.5']
    """
    folded = fold(text)
    found = set()
    for number in _NUMBERS.findall(folded):
        plain = re.sub(r"[,٬](?=\d{3}(?:\D|$))", "", number).replace("٫", ".").replace(",", ".")
        found.add(plain)
    if in_words:
        spoken = re.findall(r"\w+", folded)
        found |= {_NUMBER_OF_WORD[w] for w in spoken if w in _NUMBER_OF_WORD}
        found |= {_NUMBER_OF_WORD[w[1:]] for w in spoken if w[1:] in _NUMBER_OF_WORD}
    return frozenset(found)


def is_negated(text: str) -> bool:
    """Tell whether a text denies something."""
    return bool(_NEGATION.search(fold(text)))

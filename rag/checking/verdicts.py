"""Judge every sentence of an answer by all that it cites, before anyone reads it.

*Supported* is what the rules of ``grounding`` find word for word, and what the cited passages
together say in words near enough, with no figure, day, name, denial or opposite that differs.
*Contradicted* is only what they certainly say otherwise. Everything else is *unsure*: a reader is
shown it with the nearest words of the articles.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from index.arabic.sentences import Span
from index.embedding.contract import Embedder
from index.search.search import Passage
from rag.checking.alignment import Alignment, Told, read_claim, read_passage
from rag.checking.claims import Claim
from rag.checking.differences import (
    Difference,
    Exact,
    find_differences,
    measure_missing_names,
    read_exact,
)
from rag.checking.grounding import Support, find_nearest, find_supports
from rag.language.questions import is_arabic

# Chosen on claims-1 of benchmarks/claims: ``python -m benchmarks.train_claims`` prints the shares
# for other pairs, ``python -m benchmarks.claims`` measures these on claims-2 too.
MIN_COVERAGE = 0.70
"""Share of a claim that two sentences must say for it to be supported."""
_LEAST_PARAPHRASED = 6
"""Content words of a claim that may be said in other words: a shorter one with one word exchanged
(«عرض المقطع 640 مترًا» for its length) is as near to its source as a true one. The shortest of the
true claims of claims-1 that are told in other words has 8."""
MAX_MISSING_NAME = 0.9
"""How much a word that is likest to be a name may speak against a claim."""
_MIN_RELATED = 0.6
"""Coverage below which a claim that cites nothing is about something else: 5 of the 147 true claims
of claims-1 have less."""
MIN_QUOTED = 0.5
"""Share of a claim that the sentences quoted for it must say: a headline, which says the rest, is
no quote. Chosen; of the sentences of other passages 99 in 100 say less than .53 of a true claim."""
_MIN_WORDS = 4
"""Content words without which nothing tells what a claim is about. Chosen."""
LINK = re.compile(r"https?://|www\.")
"""An address is shown only in the articles' own words: it may carry away what was asked."""
_NEW = 0.04
"""Share of a claim that a further sentence must say better to be cited too. Chosen."""


class Verdict(StrEnum):
    """What the articles say of a sentence."""

    SUPPORTED = "supported"
    UNSURE = "unsure"
    CONTRADICTED = "contradicted"
    DECLINED = "declined"
    """It says that the passages do not tell something."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of a claim.

    Attributes:
        verdict: What the articles say of it.
        supports: All that stand behind it, the strongest first; of an unsure one the nearest words.
        difference: The first thing that they seem to say otherwise, for certain of a contradicted
            one; None where nothing was found.
        is_related: Whether it cites one of the passages or is about what they tell.
        is_literal: Whether they say it word for word.
    """

    verdict: Verdict
    supports: tuple[Support, ...] = ()
    difference: Difference | None = None
    is_related: bool = True
    is_literal: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a second opinion may change what is shown."""
        if self.verdict is Verdict.SUPPORTED:
            return not self.is_literal
        return self.verdict is Verdict.UNSURE and self.is_related


class Checker:
    """Checks claims against the passages of one question.

    Attributes:
        passages: They.
    """

    def __init__(self, passages: Sequence[Passage], embedder: Embedder) -> None:
        self.passages = passages
        self._embedder = embedder
        self._told: dict[int, Told] = {}
        self._exact: dict[tuple[int, ...], Exact] = {}

    def check(self, claim: Claim) -> Check:
        """Return what the passages say of a claim."""
        strict = find_supports(claim, self.passages, self._embedder)
        if LINK.search(claim.text) and not (strict and strict[0].score == 1):
            return Check(Verdict.UNSURE, is_related=False)
        cited = [n - 1 for n in claim.numbers if n <= len(self.passages)]
        read = cited or list(range(len(self.passages)))
        if not read or not is_arabic(claim.text):
            return self._check_by_meaning(claim, strict)
        if strict:
            supports = (*strict, *self._find_more(claim, strict, cited))
            return Check(Verdict.SUPPORTED, supports, is_literal=True)
        alignment = self.align(claim.text, read)
        differences = self.find_differences(claim.text, alignment, read)
        quotes = self._quote(alignment, read, read)
        certain = next((one for one in differences if one.told), None)
        if certain:
            return Check(Verdict.CONTRADICTED, quotes[:1], certain)
        quoted = sum(quote.score for quote in quotes)
        if not differences and is_covered(alignment) and quoted >= MIN_QUOTED:
            return Check(Verdict.SUPPORTED, quotes)
        many = len(alignment.content) >= _MIN_WORDS
        related = bool(cited) or (many and alignment.coverage >= _MIN_RELATED)
        return Check(Verdict.UNSURE, quotes[:1], next(iter(differences), None), related)

    def _find_more(
        self, claim: Claim, strict: Sequence[Support], cited: Sequence[int]
    ) -> list[Support]:
        """Return what else that is cited says a claim in other words, and nothing otherwise."""
        own = {support.passage for support in strict}
        others = [n for n in cited if n not in own]
        if not others:
            return []
        said = read_claim(claim.text, self._embedder)
        quotes = self._quote(self._align(said, cited), others, cited)
        return [
            quote
            for quote in quotes
            if quote.score >= MIN_COVERAGE
            and not self.find_differences(
                claim.text, self._align(said, [quote.passage]), [quote.passage]
            )
        ]

    def align(self, text: str, read: Sequence[int]) -> Alignment:
        """Return the words of a claim beside those of some passages."""
        return self._align(read_claim(text, self._embedder), read)

    def _align(self, claim: Told, read: Sequence[int]) -> Alignment:
        for n in read:
            if n not in self._told:
                self._told[n] = read_passage(self.passages[n])
        return Alignment(claim, [self._told[n] for n in read])

    def find_differences(
        self, text: str, alignment: Alignment, read: Sequence[int]
    ) -> list[Difference]:
        """Return what a claim says otherwise than some passages."""
        key = tuple(read)
        if key not in self._exact:
            self._exact[key] = read_exact([self.passages[n] for n in read])
        return find_differences(text, alignment, self._exact[key])

    def _check_by_meaning(self, claim: Claim, strict: Sequence[Support]) -> Check:
        """Check a claim whose words cannot be compared."""
        if strict:
            return Check(Verdict.SUPPORTED, tuple(strict), is_literal=strict[0].score == 1)
        cited = [n - 1 for n in claim.numbers if 0 < n <= len(self.passages)]
        nearest = find_nearest(claim.text, cited, self.passages, self._embedder)
        return Check(Verdict.UNSURE, (nearest,) if nearest else (), is_related=bool(cited))

    def measure_said(self, text: str, position: int, span: Span) -> float:
        """Return how much of a claim some sentences of a passage say, in [0, 1].

        Of a claim in another language 0: its words cannot be compared.

        Args:
            text: The claim.
            position: Of the passage, from 0.
            span: Of whole sentences of it, into the article's text.
        """
        if not is_arabic(text):
            return 0.0
        alignment = self.align(text, [position])
        inside = [
            n
            for n, one in enumerate(alignment.told[0].spans)
            if one and span.start <= one.start < span.end
        ]
        if not alignment.content or not inside:
            return 0.0
        rows = alignment.by_sentence[alignment.content][:, inside]
        return float(rows.max(axis=1).mean())

    def _quote(
        self, alignment: Alignment, wanted: Sequence[int], read: Sequence[int]
    ) -> tuple[Support, ...]:
        """Return the sentences that say most of a claim, each adding to those before it.

        Args:
            alignment: Of the claim.
            wanted: Positions of the passages that may be quoted.
            read: Of those in the alignment, in its order.
        """
        rows = alignment.by_sentence[alignment.content]
        places = [
            (position, span)
            for position, told in zip(read, alignment.told, strict=True)
            for span in told.spans
        ]
        allowed = [n for n, (p, span) in enumerate(places) if span is not None and p in wanted]
        covered = np.zeros(len(rows), np.float32)
        chosen: list[int] = []
        while allowed and len(rows):
            gains = [float(np.maximum(covered, rows[:, n]).mean()) for n in allowed]
            best = int(np.argmax(gains))
            if chosen and gains[best] - float(covered.mean()) < _NEW:
                break
            chosen.append(allowed.pop(best))
            covered = np.maximum(covered, rows[:, chosen[-1]])
        return tuple(
            Support(position, Span(*span), round(float(rows[:, n].mean()), 4))
            for n in chosen
            for position, span in [places[n]]
            if span is not None
        )


def is_covered(alignment: Alignment) -> bool:
    """Tell whether passages together say a claim, in whatever words."""
    return (
        alignment.claim.vectors is not None
        and len(alignment.content) >= _LEAST_PARAPHRASED
        and alignment.coverage >= MIN_COVERAGE
        and measure_missing_names(alignment) <= MAX_MISSING_NAME
    )

"""Score the sentences of the found passages: which of them says what the question asks?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.arabic import analyse, fold, for_embedding, skeleton, term_of, words
from index.dates import MONTH_NAME
from index.embedding import Embedder, FloatVector
from index.search import Passage
from index.sentences import Span, sentence_spans
from rag.orders import gives_orders
from rag.questions import Kind, content_terms, kind_of

_READ = 18
"""Sentences embedded per question; encoding them is what an answer costs most."""
_LOW, _HIGH = 0.76, 0.92  # where E5 cosines of unrelated and of matching sentences lie

_NUMBER = re.compile(
    r"\d|\b(?:واحد|اثن|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع|عشر|مئ|مائ|الف|الاف|مليون|مليار|نصف|ثلث|ربع|ضعف)"
)
_TIME = re.compile(
    rf"\d{{4}}|\b(?:{MONTH_NAME}|السبت|الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|امس|اليوم|غدا"
    r"|صباح|مساء|عام|سنه|منذ|الماضي|المقبل|القادم)\b"
)
_REASON = re.compile(r"بسبب|نتيجه|لان|جراء|نظرا|بهدف|من اجل|يعود|ادي|ادت|سبب|ارجع|عز[ات]|كي\b")
_PLACE = re.compile(r"\bفي \w|\bب(?:مدينه|العاصمه|محافظه|ولايه|قريه)|\bمن \w|\bقرب |\bالي ")
_SIGNS = {
    Kind.HOW_MANY: _NUMBER,
    Kind.WHEN: _TIME,
    Kind.WHY: _REASON,
    Kind.WHERE: _PLACE,
}


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a passage and how well it fits the question.

    Attributes:
        passage: Position of its passage, from 0.
        span: Into the article's text.
        text: The article's own words.
        overlap: Share of the question's content words it holds, by rarity, in [0, 1].
        similarity: Cosine to the question; 0 where it was not computed.
        sign: Whether it holds the kind of thing asked for; None when no sign is known.
        score: All of it together; higher is better.
    """

    passage: int
    span: Span
    text: str
    overlap: float
    similarity: float
    sign: bool | None
    score: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: int
    span: Span
    text: str
    overlap: float
    sign: bool | None


def score_sentences(
    question: str,
    vector: FloatVector,
    idf: Mapping[str, float],
    passages: Sequence[Passage],
    embedder: Embedder,
) -> list[ScoredSentence]:
    """Return the sentences of the passages that were read closely, best first.

    Args:
        question: It stands alone.
        vector: Its embedding.
        idf: Rarity of its terms.
        passages: Best first.
        embedder: The one the index was built with.
    """
    candidates = _candidates(question, idf, passages)
    if not candidates:
        return []
    close = sorted(candidates, key=lambda c: -c.overlap + 0.05 * c.passage)[:_READ]
    similarities = embedder.embed_passages([for_embedding(c.text) for c in close]) @ vector
    scored = [
        ScoredSentence(
            passage=c.passage,
            span=c.span,
            text=c.text,
            overlap=c.overlap,
            similarity=float(similarity),
            sign=c.sign,
            score=_score(c, float(similarity)),
        )
        for c, similarity in zip(close, similarities, strict=True)
    ]
    return sorted(scored, key=lambda s: (-s.score, s.passage, s.span))


def _score(candidate: _Candidate, similarity: float) -> float:
    near = float(np.clip((similarity - _LOW) / (_HIGH - _LOW), 0, 1))
    return (
        0.5 * candidate.overlap
        + 0.5 * near
        + 0.15 * bool(candidate.sign)
        - 0.02 * min(candidate.passage, 5)
    )


def _candidates(
    question: str, idf: Mapping[str, float], passages: Sequence[Passage]
) -> list[_Candidate]:
    terms, kind = content_terms(question), kind_of(question)
    candidates, taken = [], set()
    for number, passage in enumerate(passages):
        title = frozenset(analyse(passage.article.title))
        before: frozenset[str] = frozenset()
        for start, end in sentence_spans(passage.text):
            text = passage.text[start:end]
            have = terms_within(text)
            key = fold(text)
            if key not in taken and len(text.split()) >= 3 and not gives_orders(text):
                taken.add(key)
                span = Span(passage.chunk.start + start, passage.chunk.start + end)
                overlap = term_overlap(terms, idf, have, title | before)
                candidates.append(_Candidate(number, span, text, overlap, sign_of(kind, text)))
            before = have
    return candidates


def terms_within(text: str) -> frozenset[str]:
    """Return the terms of a sentence, also those behind a one-letter clitic.

    The index keeps «وفاز» whole, since cutting short words costs more than it finds there; inside
    one sentence the risk is small and the gain is the verb that answers.
    """
    spoken = words(text)
    inner = (word[1:] for word in spoken if len(word) >= 4 and word[0] in "وفبل")
    return frozenset(map(term_of, spoken)) | frozenset(map(term_of, inner))


def term_overlap(
    terms: Sequence[str],
    idf: Mapping[str, float],
    have: frozenset[str],
    context: frozenset[str] = frozenset(),
) -> float:
    """Return the share of terms found, each weighed by its rarity, in [0, 1].

    A term found only by its consonants counts 0.8, one found only in the context (the title or
    the sentence before) 0.4.
    """
    bare = {skeleton(term) for term in have}
    total = found = 0.0
    for term in terms:
        weight = idf.get(term, 1.0)
        total += weight
        if term in have:
            found += weight
        elif skeleton(term) in bare:
            found += 0.8 * weight
        elif term in context:
            found += 0.4 * weight
    return found / total if total else 0.0


def sign_of(kind: Kind, text: str) -> bool | None:
    """Tell whether a text holds the kind of thing asked for; None when that cannot be told."""
    pattern = _SIGNS.get(kind)
    return bool(pattern.search(fold(text))) if pattern else None

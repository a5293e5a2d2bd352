"""Score the sentences of the found passages: which of them says what the question asks?

A linear model over readable features; its weights are in ``relevance.json`` with what they were
trained on, by ``benchmarks/train_relevance.py``.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import analyse, fold, normalize_for_embedding, skeleton
from index.embedding.contract import Embedder
from index.search.query import WeightedQuery
from index.search.search import Passage
from index.store.bm25 import compute_idf
from rag.language.package_data import read_weights
from rag.language.questions import Kind, find_terms, is_arabic
from rag.language.signs import detect_sign
from rag.question import Question
from rag.reading.word_matches import FEATURES as MATCHES
from rag.reading.word_matches import QuestionWords, WordMatches

SENTENCE_FEATURES = (
    "own_words",
    "with_title",
    "local_words",
    "first_term",
    "second_term",
    "number",
    "time",
    "reason",
    "place",
    "length",
    "position",
    "opening",
    "passage",
)
"""What is looked at in every sentence."""

FEATURES = {
    "wordwise": (*SENTENCE_FEATURES, *MATCHES),
    "plain": (*SENTENCE_FEATURES, "similarity"),
}
"""What a sentence is scored by, in the order of the weights: ``wordwise`` where the index holds the
vectors of its words, in the language of the question; ``plain`` elsewhere."""

_MAX_EMBEDDED = 18
"""Sentences embedded per question where no vectors of words are stored: 295 ms of an answer
(``python -m benchmarks.sentences``; docs/decisions/0016-stored-words-choose-sentences.md)."""
_SKELETON_SHARE = 0.8
"""What a term counts of which a sentence has the consonants only. Chosen, not measured."""
_TITLE_SHARE = 0.9
"""What a term counts that only the title has. Chosen, not measured."""
_SIGN_NAMES = {
    Kind.HOW_MANY: "number",
    Kind.WHEN: "time",
    Kind.WHY: "reason",
    Kind.WHERE: "place",
}


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a passage and how well it fits the question.

    Attributes:
        passage: Position of its passage, from 0.
        span: Into the article's text.
        text: The article's own words.
        overlap: Share of the question's content words it holds, by rarity, in [0, 1].
        sign: Whether it holds the kind of thing asked for; None when no sign is known.
        score: Logit; of two sentences with scores a and b, the first is the answer e^(a-b) times
            as likely.
        chance: That it is the answer, if any sentence read is; they sum to 1.
        features: What the score was computed from.
    """

    passage: int
    span: Span
    text: str
    overlap: float
    sign: bool | None = None
    score: float = 0.0
    chance: float = 0.0
    features: dict[str, float] = field(default_factory=dict)


def score_sentences(
    question: Question,
    query: WeightedQuery,
    passages: Sequence[Passage],
    embedder: Embedder,
) -> list[ScoredSentence]:
    """Return the sentences of the passages that were read closely, best first.

    The words that were asked themselves say what is wanted and count twice; those that history
    added say only about what.

    Args:
        question: As it was understood.
        query: The same as ranking saw it.
        passages: Best first.
        embedder: The one the index was built with.
    """
    own = question.own_terms
    weights = {
        term: query.idf.get(term, 1.0) * (2 if term in own else 1) for term in {*query.idf, *own}
    }
    candidates = list_sentences(question, weights, passages)
    if not candidates:
        return []
    if matches := match_words(question, query, passages, stressed=frozenset(own)):
        scored = [_score(s, matches[s.passage].features(s.span), "wordwise") for s in candidates]
    else:
        close = sorted(candidates, key=lambda s: -_compute_logit(s.features, "plain"))[
            :_MAX_EMBEDDED
        ]
        vectors = embedder.embed_passages([normalize_for_embedding(s.text) for s in close])
        cosines = map(float, vectors @ query.vectors.vector)
        scored = [
            _score(s, {"similarity": cosine}, "plain")
            for s, cosine in zip(close, cosines, strict=True)
        ]
    return rank_sentences(scored)


def rank_sentences(scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return sentences best first, with their chances; at least one."""
    chances = softmax([sentence.score for sentence in scored])
    rated = [replace(s, chance=chance) for s, chance in zip(scored, chances, strict=True)]
    return sorted(rated, key=lambda s: (-s.score, s.passage, s.span))


def match_words(
    question: Question,
    query: WeightedQuery,
    passages: Sequence[Passage],
    *,
    stressed: frozenset[str] = frozenset(),
) -> list[WordMatches]:
    """Return how the words of each passage match those of the question.

    Terms that are stressed count twice. Empty where the index holds no vectors of words, or the
    passages are in another language: the weights were fitted on questions in the language of the
    articles.
    """
    same = [passage for passage in passages if is_arabic(passage.text) == question.is_arabic]
    words = [passage.words for passage in same]
    located = [found for found in words if found is not None]
    if len(located) < len(passages) or not len(query.vectors.words):
        return []
    asked = QuestionWords(query, frozenset(question.terms), stressed)
    return [WordMatches(asked, found) for found in located]


def _score(sentence: ScoredSentence, more: Mapping[str, float], kind: str) -> ScoredSentence:
    values = {**sentence.features, **more}
    return replace(sentence, features=values, score=_compute_logit(values, kind))


def _compute_logit(values: Mapping[str, float], kind: str) -> float:
    weights: dict[str, float] = read_weights("reading/relevance.json")[kind]
    return sum(weight * values.get(name, 0.0) for name, weight in weights.items())


def softmax(scores: Sequence[float]) -> list[float]:
    """Return shares that sum to 1, e^(a-b) times as large for a score a as for a score b."""
    best = max(scores)
    odds = [math.exp(score - best) for score in scores]
    total = sum(odds)
    return [value / total for value in odds]


def list_sentences(
    question: Question, idf: Mapping[str, float], passages: Sequence[Passage]
) -> list[ScoredSentence]:
    """Return the sentences that could be quoted, each once, with all features but similarity."""
    terms, kind = question.terms, question.kind
    found: list[tuple[ScoredSentence, int, frozenset[str]]] = []
    taken: set[str] = set()
    for number, passage in enumerate(passages):
        for position, (start, end) in enumerate(sentence_spans(passage.text)):
            text = passage.text[start:end]
            key = fold(text)
            if key in taken or len(text.split()) < 3:
                continue
            taken.add(key)
            have = find_terms(text)
            span = Span(passage.chunk.start + start, passage.chunk.start + end)
            overlap = compute_overlap(terms, idf, have)
            sentence = ScoredSentence(number, span, text, overlap, sign=detect_sign(kind, text))
            found.append((sentence, position, have))
    local = _compute_local_idf(terms, [have for _, _, have in found])
    titles = [frozenset(analyse(passage.article.title)) for passage in passages]
    behind = [passage.score - passages[0].score for passage in passages]
    return [
        replace(
            sentence,
            features={
                **_compute_features(
                    sentence, position, have, terms, kind, idf, local, titles[sentence.passage]
                ),
                "passage": behind[sentence.passage],
            },
        )
        for sentence, position, have in found
    ]


def _compute_features(
    sentence: ScoredSentence,
    position: int,
    have: frozenset[str],
    terms: Sequence[str],
    kind: Kind,
    idf: Mapping[str, float],
    local: Mapping[str, float],
    title: frozenset[str],
) -> dict[str, float]:
    bare = {skeleton(term) for term in have}
    signs = dict.fromkeys(_SIGN_NAMES.values(), 0.0)
    if sentence.sign:
        signs[_SIGN_NAMES[kind]] = 1.0
    return {
        "own_words": sentence.overlap,
        "with_title": compute_overlap(terms, idf, have, title),
        "local_words": compute_overlap(terms, local, have),
        "first_term": float(bool(terms) and skeleton(terms[0]) in bare),
        "second_term": float(len(terms) > 1 and terms[1] in have),
        **signs,
        "length": math.log(len(sentence.text.split())),
        "position": min(position, 6) / 6,
        "opening": float(position == 0),
    }


def _compute_local_idf(
    terms: Sequence[str], sentences: Sequence[frozenset[str]]
) -> dict[str, float]:
    """Return how rare each term is among the candidates: what all share tells them apart least."""
    counts = Counter(term for have in sentences for term in terms if term in have)
    return {term: compute_idf(counts[term], len(sentences)) for term in terms}


def compute_overlap(
    terms: Sequence[str],
    idf: Mapping[str, float],
    have: frozenset[str],
    title: frozenset[str] = frozenset(),
) -> float:
    """Return the share of terms found, each weighed by its rarity, in [0, 1].

    A term found only by its consonants counts less, and so does one found only in the title: an
    article rarely repeats in a sentence what its headline said.
    """
    bare = {skeleton(term) for term in have}
    total = found = 0.0
    for term in terms:
        weight = idf.get(term, 1.0)
        total += weight
        if term in have:
            found += weight
        elif skeleton(term) in bare:
            found += _SKELETON_SHARE * weight
        elif term in title:
            found += _TITLE_SHARE * weight
    return found / total if total else 0.0

"""Find the few words of a sentence that answer a question: a name, a date, a number, a place.

Every word gets a logit from what is known of it (how it matches the question word, how far it is
from the question's own words, its vector) and the best run of words is the answer, if it is clear.
The weights are in ``short_answers.json``, with what they were trained on, by
``benchmarks/train_short_answers.py``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.arabic.numbers import is_number_word
from index.arabic.sentences import Span
from index.arabic.words import fold, term_of
from index.search.passage_words import WRITTEN_WORD, PassageWords
from rag.language.package_data import read_weights
from rag.language.questions import Kind, is_function_word
from rag.question import Question
from rag.reading.relevance import ScoredSentence
from rag.reading.whole_phrases import CELL_END, MOST_CELLS, widen_to_number
from rag.reading.word_matches import WordMatches

FEATURES = (
    "asked_for",
    "function_words",
    "best_match",
    "weighted_match",
    "matches_around",
    "in_question",
    "is_function_word",
    "has_digit",
    "distance",
    "log_distance",
    "after_mark",
    "before_mark",
    "in_brackets",
    "place",
    "bias",
)
"""What is known of a word besides its vector."""

MODELS = {Kind.WHO: "who", Kind.WHEN: "when", Kind.WHERE: "where", Kind.HOW_MANY: "how_many"}
"""Kinds of question that a few words can answer, each with weights of its own."""

# Chosen, not measured; what the features made with them count for is fitted by the same command as
# the weights.
_MAX_DISTANCE = 15
"""Words from which on a word of the question is as far as any."""
_NO_DISTANCE = 20
"""Words from the question's, where the text has none of them: farther than any counts."""
_REACH = 4.0
"""Words over which a match spreads to its neighbours, falling by 1/e."""
MIN_CHANCE = {Kind.WHO: 0.9, Kind.WHEN: 0.8, Kind.WHERE: 0.75, Kind.HOW_MANY: 0.85}
"""Mean chance of the words chosen from which on they are shown, by what is asked for. Chosen:
``python -m benchmarks.train_short_answers`` reports how many are shown then, and how many of them
are right; names are found too rarely to be shown more often."""
MIN_SENTENCE_CHANCE = 0.6
"""Chance of their sentence to be the answer from which on they are shown; chosen with them."""
_MAX_WORDS = 12
"""Words beyond which it is no short answer but a sentence."""
_BREAKS = re.compile(r"[.؟!؛:…]|\s\|\s")


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words that answer.

    Attributes:
        text: As they stand in the article.
        span: Into the article's text.
        chance: Mean chance of its words to be part of the answer, in [0, 1].
    """

    text: str
    span: Span
    chance: float


def find_short_answer(
    question: Question, text: str, sentence: ScoredSentence, matches: WordMatches
) -> ShortAnswer | None:
    """Return the words of a sentence that answer, where the question asks for such and it is clear.

    Args:
        question: As it was understood.
        text: Of the article.
        sentence: The best one.
        matches: The words of its passage beside those of the question.
    """
    counted = _find_counted(
        question.counted, text, find_word_spans(text, sentence.span, matches.words)
    )
    if counted and sentence.chance >= MIN_SENTENCE_CHANCE:
        return counted
    if text.count(CELL_END, *sentence.span) >= MOST_CELLS:
        return None
    found = find_best_words(question, text, sentence.span, matches)
    clear = MIN_CHANCE.get(question.kind, 1.0)
    return (
        found
        if found and sentence.chance >= MIN_SENTENCE_CHANCE and found.chance >= clear
        else None
    )


def find_best_words(
    question: Question, text: str, span: Span, matches: WordMatches
) -> ShortAnswer | None:
    """Return the words that answer most likely; None where nothing speaks for any."""
    model = MODELS.get(question.kind)
    words = find_word_spans(text, span, matches.words)
    if model is None or not words:
        return None
    logits = compute_word_features(question, text, span, matches) @ _load_weights()[model]
    first, last = _find_best_run(logits, text, words)
    first, last = _trim(first, last, text, words)
    if first > last:
        return None
    chance = float((1 / (1 + np.exp(-logits[first : last + 1]))).mean())
    found = widen_to_number(text, Span(words[first].start, words[last].end))
    return ShortAnswer(text[found.start : found.end], found, chance)


def _find_counted(noun: str, text: str, words: Sequence[Span]) -> ShortAnswer | None:
    """Return the number that stands before what «كم سيارة؟» counts, if it stands there once."""
    if not noun:
        return None
    found = []
    for place, word in enumerate(words):
        first = place
        while (
            first
            and is_number_word(text[words[first - 1].start : words[first - 1].end])
            and CELL_END not in text[words[first - 1].end : words[first].start]
        ):
            first -= 1
        if first < place and term_of(fold(text[word.start : word.end])) == noun:
            found.append(Span(words[first].start, word.end))
    if len(found) != 1:
        return None
    return ShortAnswer(text[found[0].start : found[0].end], found[0], 1.0)


def find_word_spans(text: str, span: Span, words: PassageWords) -> list[Span]:
    """Return the spans of the words of a sentence, in the order of their vectors."""
    spans = []
    for start in words.starts[words.within(span)]:
        found = WRITTEN_WORD.match(text, int(start))
        spans.append(Span(int(start), found.end() if found else int(start) + 1))
    return spans


def compute_word_features(
    question: Question, text: str, span: Span, matches: WordMatches
) -> NDArray[np.float32]:
    """Return what is known of each word of a sentence, its vector last.

    Returns:
        Shape (words, len(FEATURES) + dimension).
    """
    words = find_word_spans(text, span, matches.words)
    place = matches.words.within(span)
    cosines, vectors = matches.cosines[:, place], matches.vectors[place]
    content = matches.asked.content
    best = cosines[content].max(axis=0)
    order = np.arange(len(words))
    near = np.exp(-np.abs(order[:, None] - order[None, :]) / _REACH)
    asked = set(question.terms)
    folded = [fold(text[word.start : word.end]) for word in words]
    of_question = np.array([bool(asked & _list_terms(word)) for word in folded])
    function = np.array([not word or is_function_word(word) for word in folded])
    away = _compute_distance(of_question & ~function)
    marked = [bool(re.search(r"\S", text[a.end : b.start])) for a, b in pairwise(words)]
    brackets = [
        text.count("(", span.start, w.start) > text.count(")", span.start, w.start) for w in words
    ]
    columns = (
        cosines[0],
        cosines[~content].mean(axis=0) if (~content).any() else np.zeros(len(words)),
        best,
        matches.asked.shares @ cosines,
        near / near.sum(axis=1, keepdims=True) @ best,
        of_question,
        function,
        [any(c.isdigit() for c in word) for word in folded],
        np.minimum(away, _MAX_DISTANCE) / _MAX_DISTANCE,
        np.log1p(away),
        [True, *marked],
        [*marked, True],
        brackets,
        order / max(1, len(words)),
        np.ones(len(words)),
    )
    known = np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
    return np.concatenate([known, vectors], axis=1)


def _list_terms(word: str) -> set[str]:
    inner = {term_of(word[1:])} if len(word) > 3 and word[0] in "وفبلك" else set()
    return {term_of(word)} | inner if word else set()


def _compute_distance(of_question: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how many words each word is from the nearest word of the question."""
    places = np.flatnonzero(of_question)
    order = np.arange(len(of_question))
    if not len(places):
        return np.full(len(order), _NO_DISTANCE, np.float32)
    away: NDArray[np.float32] = np.abs(order[:, None] - places[None, :]).min(axis=1)
    return away.astype(np.float32)


def _find_best_run(
    logits: NDArray[np.float32], text: str, words: Sequence[Span]
) -> tuple[int, int]:
    """Return the run of neighbouring words with the highest sum that no full stop parts."""
    best, found = -np.inf, (0, 0)
    total, begin = 0.0, 0
    for place, logit in enumerate(logits):
        parted = place and _BREAKS.search(text, words[place - 1].end, words[place].start)
        if total <= 0 or parted:
            total, begin = 0.0, place
        total += float(logit)
        if total > best:
            best, found = total, (begin, place)
    return found


def _trim(first: int, last: int, text: str, words: Sequence[Span]) -> tuple[int, int]:
    """Leave out words at the edges that say nothing alone."""

    def empty(place: int) -> bool:
        return is_function_word(fold(text[words[place].start : words[place].end]) or "من")

    while first <= last and empty(last):
        last -= 1
    while first <= last and empty(first):
        first += 1
    if last - first >= _MAX_WORDS:
        return last + 1, last
    return first, last


@cache
def _load_weights() -> dict[str, NDArray[np.float32]]:
    weights = read_weights("reading/short_answers.json")
    return {name: np.array(values, np.float32) for name, values in weights.items()}

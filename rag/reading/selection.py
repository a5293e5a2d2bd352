"""Choose the sentences that an answer consists of, as the form that the question wants asks for."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.arabic.words import fold
from index.search.search import Passage
from rag.language.forms import STORIES, Form
from rag.language.statements import find_matter, read_statement
from rag.question import Question
from rag.reading.relevance import ScoredSentence
from rag.reading.story import keep_story

# Chosen on the questions of benchmarks/news_questions/other_kinds.jsonl with even numbers and the
# development questions of ``python -m benchmarks.news_questions``, whose report has the answers.
_MOST = {
    Form.FACT: 4,
    Form.YES_NO: 3,
    Form.WHY: 4,
    Form.LIST: 5,
    Form.COMPARISON: 5,
    Form.TIMELINE: 7,
    Form.SUMMARY: 7,
    Form.SEVERAL: 3,
}
"""Sentences of an answer of normal length."""
_FURTHER = {Form.TIMELINE: 4, Form.SUMMARY: 4}
"""Sentences that are told behind them, to who wants to know more."""
_LENGTHS = {"short": 0.5, "normal": 1.0, "long": 2.0}
"""Sentences and words of an answer, as a share of those of a normal one. Chosen."""
_WITHIN = {
    Form.FACT: 2.0,
    Form.YES_NO: 2.0,
    Form.WHY: 3.0,
    Form.LIST: 3.0,
    Form.COMPARISON: 3.5,
    Form.TIMELINE: 6.0,
    Form.SUMMARY: 9.0,
    Form.SEVERAL: 2.0,
}
"""How far below the best sentence a further one may score."""
_ENOUGH_CHANCE = 0.8
"""Chance that one of the sentences taken is the answer, from which on only near ones are taken."""
_DOUBTFUL = 3
"""Sentences that are taken, however they score, while that chance is not reached."""
_MOST_WORDS = 270
"""Words of all sentences of a normal answer together, a longer one than the next line says counted
so; of those told behind them in proportion."""
_MOST_COUNTED = 60
_LEAST_OF_A_STORY = 8
"""Words of a sentence that tells a part of a story."""
_MOST_OF_ONE_ARTICLE = 3
"""Rows by date that one article gives where several tell."""
_REPETITION_SHARE = 0.6
"""Of the shorter sentence's terms: it says the same again."""

_BEST_FIRST = frozenset({Form.FACT, Form.YES_NO, Form.SEVERAL})
"""Forms of which each sentence answers by itself; those of others stand in an article's order."""

_BOILERPLATE = re.compile(
    r"^(?:اقرا ايضا|اقراوا ايضا|اقرا المزيد|رابط (?:ال)?(?:خبر|صوره|فيديو)|شاهد (?:ايضا|الفيديو"
    r"|بالفيديو)|للمزيد|المصدر :?"
    r"|المزيد من|تابعونا|تابعنا|انقر هنا|اضغط هنا|حقوق النشر|جميع الحقوق|الصوره|صوره|تصوير"
    r"|ارشيفيه|كلمات مفتاحيه|الكلمات الدلاليه"
    r"|استمعوا? (?:الي|الى)|لمتابعه|read (?:more|also)|related|copyright|photo)\b"
)
_LONGEST_RECURRING = 12
"""Words of a line that a source may put under each of its articles."""


class Selection(NamedTuple):
    """The sentences that an answer consists of, in the order that they are told.

    Attributes:
        told: Those that answer.
        further: Those that tell more of the same story.
    """

    told: Sequence[ScoredSentence] = ()
    further: Sequence[ScoredSentence] = ()


class _Room(NamedTuple):
    """How much an answer may hold.

    Attributes:
        told: Sentences that answer.
        most: Those and what is told behind them.
        words: Of all sentences together.
    """

    told: int
    most: int
    words: float

    @classmethod
    def of(cls, form: Form, length: str) -> "_Room":
        """Return that of an answer of this form and length."""
        told = math.ceil(_MOST[form] * _LENGTHS[length])
        most = told + (_FURTHER.get(form, 0) if length == "normal" else 0)
        return cls(told, most, _MOST_WORDS * _LENGTHS[length] * most / told)

    def fits(self, chosen: Sequence[ScoredSentence], sentence: ScoredSentence) -> bool:
        """Tell whether a sentence has room beside those chosen; the first one always has."""
        if not chosen or len(chosen) == self.most:
            return not chosen
        words = sum(min(len(s.text.split()), _MOST_COUNTED) for s in (*chosen, sentence))
        return words <= self.words


def select_sentences(
    question: Question,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    length: str = "normal",
) -> Selection:
    """Return the sentences that answer; all of them tell one story.

    Args:
        question: As it was understood.
        passages: Those that the sentences are of.
        sentences: Best first.
        length: ``short``, ``normal`` or ``long``.
    """
    if not sentences:
        return Selection()
    told = keep_story(passages, _leave_out_boilerplate(passages, sentences))
    near = _list_near(told, _WITHIN[question.form])
    room = _Room.of(question.form, length)
    if question.form is Form.TIMELINE:
        chosen = _choose_rows(question, passages, near, room)
    elif question.form is Form.SUMMARY:
        chosen = _cover_story(question, passages, near, room)
    else:
        chosen = _choose_best(near, room)
    if question.form in STORIES:
        return Selection(
            _by_date(passages, chosen[: room.told]), _by_date(passages, chosen[room.told :])
        )
    if question.form in _BEST_FIRST:
        return Selection(chosen)
    order = {s.passage: i for i, s in reversed(list(enumerate(chosen)))}
    return Selection(sorted(chosen, key=lambda s: (order[s.passage], s.span)))


def _list_near(sentences: Sequence[ScoredSentence], within: float) -> list[ScoredSentence]:
    """Return those that score near the best, and while none is sure a few more."""
    least, sure = sentences[0].score - within, 0.0
    near: list[ScoredSentence] = []
    for sentence in sentences:
        if sentence.score < least and (len(near) >= _DOUBTFUL or sure >= _ENOUGH_CHANCE):
            break
        near.append(sentence)
        sure += sentence.chance
    return near


def _is_repetition(one: ScoredSentence, other: ScoredSentence) -> bool:
    """Tell whether two sentences say the same."""
    first, second = find_matter(one.text), find_matter(other.text)
    return len(first & second) >= _REPETITION_SHARE * min(len(first), len(second))


def _choose_best(near: Sequence[ScoredSentence], room: _Room) -> list[ScoredSentence]:
    chosen: list[ScoredSentence] = []
    for sentence in near:
        if room.fits(chosen, sentence) and not any(_is_repetition(sentence, c) for c in chosen):
            chosen.append(sentence)
    return chosen


def _choose_rows(
    question: Question, passages: Sequence[Passage], near: Sequence[ScoredSentence], room: _Room
) -> list[ScoredSentence]:
    """Return sentences each of which tells a number or a day that no other has told."""
    chosen: list[ScoredSentence] = []
    articles: Counter[str] = Counter()
    told = set(_find_figures(question.text))
    for sentence in near:
        article = passages[sentence.passage].article.id
        new = _find_figures(sentence.text) - told
        crowded = articles[article] >= _MOST_OF_ONE_ARTICLE and len(articles) > 1
        if new and not crowded and room.fits(chosen, sentence):
            chosen.append(sentence)
            articles[article] += 1
            told |= new
    return chosen or _choose_best(near, room)


def _cover_story(
    question: Question, passages: Sequence[Passage], near: Sequence[ScoredSentence], room: _Room
) -> list[ScoredSentence]:
    """Return sentences that together tell most: each adds words that none before it has.

    A greedy choice of the sentence with the most new words, for its length and as far as it and its
    article are near the question: the gain is submodular, so greedy is near the best (Lin and
    Bilmes, ACL 2011). A word counts more the more articles have it.
    """
    left = [s for s in near if len(s.text.split()) >= _LEAST_OF_A_STORY] or list(near)
    weights = _weigh_terms(question, passages, left)
    nearest: dict[int, float] = defaultdict(lambda: -math.inf)
    for sentence in left:
        nearest[sentence.passage] = max(nearest[sentence.passage], sentence.score)
    chosen: list[ScoredSentence] = []
    told: set[str] = set()

    def gain(sentence: ScoredSentence) -> float:
        new = sum(weights[term] for term in find_matter(sentence.text) - told)
        near = 0.4 * sentence.score + 0.6 * nearest[sentence.passage]
        return float(new * math.exp(0.5 * near) / len(sentence.text.split()) ** 0.5)

    while fitting := [s for s in left if s not in chosen and room.fits(chosen, s)]:
        best = max(fitting, key=gain)
        if gain(best) <= 0:
            break
        chosen.append(best)
        told |= find_matter(best.text)
    return chosen


def _weigh_terms(
    question: Question, passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> Mapping[str, float]:
    articles = defaultdict(set)
    for sentence in sentences:
        for term in find_matter(sentence.text):
            articles[term].add(passages[sentence.passage].article.id)
    asked = frozenset(question.terms)
    return {
        term: len(known) ** 0.5 * (1.5 if term.startswith("#") else 1) * (2 if term in asked else 1)
        for term, known in articles.items()
    }


def _by_date(passages: Sequence[Passage], chosen: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    return sorted(chosen, key=lambda s: (passages[s.passage].article.date, s.passage, s.span))


def _leave_out_boilerplate(
    passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> list[ScoredSentence]:
    """Return the sentences without those that say nothing of their own; all if none is left.

    A line is left out that recurs in other articles of its source, repeats its title, or begins as
    links, captions and notices do.
    """
    lines = Counter(
        (passage.article.source, line)
        for passage in passages
        for line in {fold(line) for line in passage.text.splitlines()}
        if len(line.split()) <= _LONGEST_RECURRING
    )
    kept = []
    for sentence in sentences:
        article = passages[sentence.passage].article
        line = fold(sentence.text)
        recurs = lines[article.source, line] > 1
        # Of an article without a title the first sentence is taken for one; that one has a stop.
        headline = line == fold(article.title) and not sentence.text.endswith((".", "!", "؟"))
        if not recurs and not headline and not _BOILERPLATE.match(line):
            kept.append(sentence)
    return kept or list(sentences)


@lru_cache(maxsize=4_096)
def _find_figures(text: str) -> frozenset[str]:
    return frozenset(token.key for token in read_statement(text).tokens if token.exact)

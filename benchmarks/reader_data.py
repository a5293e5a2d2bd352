"""Make what the reader is trained on: questions, passages, where in them the answer is, or nowhere.

    python -m benchmarks.reader_data --data ../shared/data --sample 40
    python -m benchmarks.reader_data --data ../shared/data --output made --count 50000

From the train split of ARCD and half of TyDi QA come questions of people; from the articles of ANT
come questions made from their sentences (:mod:`benchmarks.cloze`) and headlines as questions about
their bodies. Beside the passage that answers stand near misses: the same passage without its
sentence, another one of the same title, the nearest other article. Questions that nothing answers
are made by exchanging a name, number or place, and by asking for a detail that is not told.

Articles that a question or headline of the sets asks for are left out, with their reprints; one in
twenty of the rest is held out. Questions about ANT itself are never read. One in five of the
questions of people that might be trained on is kept for those who fit what uses the reader: of what
it learned by heart it is too sure.
"""

import argparse
import gzip
import hashlib
import heapq
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cloze import Clause, Cloze, find_clauses, make_cloze_questions
from benchmarks.corpora import FOLDERS, questions
from benchmarks.datasets import DEFAULT, read
from benchmarks.news_words import NewsWords, tokens_of
from index.arabic.dates import WEEKDAYS
from index.arabic.question_words import load_question_words
from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import analyse, fold, split_words
from rag.language.questions import Kind, detect_kind, is_function_word
from rag.language.signs import detect_sign

KINDS = ("who", "when", "where", "how many", "which", "what", "why", "statement")
"""What a question asks for; ``statement``: whether, or what, is told."""

SHARES = {
    "gold": 0.25,
    "written": 0.45,
    "cloze": 0.13,
    "headline": 0.05,
    "exchanged": 0.09,
    "other detail": 0.03,
}
"""How often a question is of each source. Chosen."""

WRITTEN = Path(__file__).parent / "news_questions"
"""Questions that were written for this project on articles of ANT, three in five of them near
misses: ``train.jsonl`` and, on held-out articles, ``held_out.jsonl``."""

_WAY_SHARE = 0.15
"""Largest share of cloze questions made in one way: days of the week are the easiest to make."""
_MAX_CHARS = (220, 330, 440)
"""Characters of a passage at most, by chance: of a long one the reader is shown what is best."""
_MIN_REST = 60
_HELD_OUT = 20
_KEPT = 5
_COMMON = 400
"""Articles from which on a term tells none from another."""
_REASON = re.compile(
    r"احتجاج|مطالب|تنديد|خلفيه|(?<!\w)(?:علي )?اثر (?=\w)|عقب |جراء|قصد |بعد ان|(?<!\w)ل\w{4,}"
)
"""What may tell a reason, at the widest."""
_FRONT = {"who": "من", "when": "متى", "where": "أين", "how many": "كم", "why": "لماذا"}


class Reading(NamedTuple):
    """A passage to read for a question.

    Attributes:
        passage: Its text.
        spans: Where the answer stands in it; empty where it does not.
        source: ``own``, ``cut``, ``sibling``, ``near`` or ``other``.
    """

    passage: str
    spans: tuple[Span, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the passages that are read for it together.

    Attributes:
        question: As it is asked.
        kind: Of ``KINDS``.
        source: Of ``SHARES``.
        way: How it was made, for those who look at a sample.
        readings: At least one.
    """

    question: str
    kind: str
    source: str
    way: str
    readings: tuple[Reading, ...]


class HeldOut(NamedTuple):
    """A question of an article that nothing was trained on.

    Attributes:
        question: As it is asked.
        how: ``asked``, ``exchanged`` or ``other detail``; only the first has an answer.
        title: Of the article that answers, or "".
        answer: As it stands there, or "".
    """

    question: str
    how: str
    title: str = ""
    answer: str = ""


class _Passage(NamedTuple):
    title: str
    text: str


class Retrieval:
    """Finds the passages nearest to a question by rare words, as a search would."""

    def __init__(self, passages: Sequence[_Passage]) -> None:
        """Index the terms of the passages."""
        self.passages = passages
        self.place_of = {passage: number for number, passage in enumerate(passages)}
        self._folded = [fold(passage.text) for passage in passages]
        self._terms = [frozenset(analyse(f"{p.title} {p.text}")) for p in passages]
        counts = Counter(term for terms in self._terms for term in terms)
        self._places: dict[str, list[int]] = defaultdict(list)
        for number, terms in enumerate(self._terms):
            for term in terms:
                if counts[term] <= _COMMON:
                    self._places[term].append(number)

    def nearest(self, question: str, own: int, answers: Sequence[str]) -> list[int]:
        """Return the nearest passages that hold no answer and are no reprint, best first."""
        scores: dict[int, float] = defaultdict(float)
        for term in set(analyse(question)):
            places = self._places.get(term, [])
            for place in places:
                scores[place] += math.log(len(self.passages) / len(places))
        near = [
            place for place in heapq.nlargest(8, scores, key=scores.__getitem__) if place != own
        ]
        return [n for n in near if not self._tells(n, own, answers)][:3]

    def _tells(self, number: int, own: int, answers: Sequence[str]) -> bool:
        mine, other = self._terms[own], self._terms[number]
        if len(mine & other) > 0.45 * len(mine | other):
            return True
        return any(answer in self._folded[number] for answer in answers)


class ReaderData:
    """The sets and articles, and the examples made from them."""

    def __init__(self, data: Path, *, articles: int | None = None, written: Path = WRITTEN) -> None:
        """Read the sets and learn the words of the news.

        Args:
            data: Folder of the sets.
            articles: How many articles of news to take; all if None.
            written: Folder of the questions that were written on them.
        """
        self._data, self._written_folder = data, written
        self._gold = read_gold(data)
        news = list(_read_news(data))[:articles]
        self._news = [p for p in news if not _is_held(p.text)]
        self._held_news = [p for p in news if _is_held(p.text)]
        self.words = NewsWords(p.text for p in self._news)

    def stream(self, seed: int) -> Iterator[Example]:
        """Yield examples without end, the same ones for the same seed."""
        chance = random.Random(seed)
        makers: Mapping[str, Callable[[random.Random], Example | None]] = {
            "gold": self._make_gold,
            "written": self._make_written,
            "cloze": self._make_cloze,
            "headline": self._make_headline,
            "exchanged": self._make_exchanged,
            "other detail": self._make_other_detail,
        }
        while True:
            source = chance.choices(list(SHARES), list(SHARES.values()))[0]
            example = makers[source](chance)
            if example:
                yield example

    def held_out(self) -> dict[str, list[Example]]:
        """Return what is never trained on, by set.

        Each question comes with its own passage, and with that without the sentence that answers.
        """
        found: dict[str, list[Example]] = {}
        for name in FOLDERS:
            rows = [g for g in self._gold if g.held_out and g.set == name]
            found[name] = [
                _with_cut(Example(r.question, r.kind, "gold", r.set, ()), r.passage, r.spans)
                for r in rows
            ]
        found["news"] = [
            _with_cut(Example(c.text, c.kind, "cloze", c.way, ()), p, (c.answer,))
            for p in self._held_news
            for c in make_cloze_questions(p.text, self.words)
        ]
        found["written"] = [
            Example(
                row.question,
                row.kind,
                "written",
                row.miss,
                (Reading(passage.text, _find_all(passage.text, row.answers), "own"),),
            )
            for row, passage in self._read_written("held_out.jsonl")
        ]
        return found

    def of_held_out_news(self) -> "ReaderData":
        """Return the same with the held-out articles in place of those that are trained on."""
        found = copy(self)
        vars(found)["_news"] = self._held_news
        return found

    def has(self, text: str) -> bool:
        """Tell whether an article is among the news that questions are made from."""
        return text in self._news_texts

    @cached_property
    def _news_texts(self) -> frozenset[str]:
        return frozenset(passage.text for passage in self._news)

    def near_misses(self, chance: random.Random, count: int) -> Iterator["HeldOut"]:
        """Yield questions of the news, and those that come near but have no answer.

        Args:
            chance: Chooses.
            count: How many articles are asked; each once as it is, once with a name, number,
                place or day exchanged, and one for a detail that it does not tell.
        """
        for _ in range(count):
            number, cloze = self._choose_cloze(chance)
            passage = self._news[number]
            answer = passage.text[cloze.answer.start : cloze.answer.end]
            yield HeldOut(vary(cloze.text, chance), "asked", passage.title, answer)
            exchanged = self._exchange(cloze.text, f"{passage.title} {passage.text}", chance)
            if exchanged:
                yield HeldOut(vary(exchanged, chance), "exchanged")
            if other := self._make_other_detail(chance):
                yield HeldOut(other.question, "other detail")

    # Questions of people.

    @cached_property
    def _train_gold(self) -> list["Gold"]:
        return [
            row for row in self._gold if not (row.held_out or is_kept(row.question)) and row.spans
        ]

    @cached_property
    def _encyclopaedia(self) -> Retrieval:
        held = {row.passage for row in self._gold if row.held_out}
        passages = {row.passage: None for row in self._gold if row.passage not in held}
        return Retrieval(list(passages))

    def _make_gold(self, chance: random.Random) -> Example:
        row = chance.choice(self._train_gold)
        own = _window(row.passage, row.spans, chance)
        answers = [fold(answer) for answer in row.answers]
        others = [
            p
            for p in self._encyclopaedia.passages
            if p.title == row.passage.title and not _holds(p.text, answers)
        ]
        more = [_whole(p, "sibling", chance) for p in chance.sample(others, min(1, len(others)))]
        place = self._encyclopaedia.place_of.get(row.passage)
        if place is not None:
            near = self._encyclopaedia.nearest(row.question, place, answers)
            more += [_whole(self._encyclopaedia.passages[n], "near", chance) for n in near[:2]]
        readings = _choose(own, _cut(row.passage, row.spans, answers), more, chance)
        return Example(vary(row.question, chance), row.kind, "gold", row.set, readings)

    @cached_property
    def _written(self) -> tuple[list[tuple["Written", _Passage]], ...]:
        """The questions written on articles that may be trained on: answered, and near misses."""
        taken = set(self._news)
        rows = [(row, own) for row, own in self._read_written("train.jsonl") if own in taken]
        return [x for x in rows if x[0].answers], [x for x in rows if not x[0].answers]

    def _read_written(self, name: str) -> list[tuple["Written", _Passage]]:
        known = {
            row["id"]: _Passage(row["title"], row["text"])
            for row in read(self._data, "antcorpus", "articles.jsonl")
        }
        rows = read_written(self._written_folder / name)
        return [(row, known[row.article]) for row in rows if row.article in known]

    def _make_written(self, chance: random.Random) -> Example | None:
        rows = chance.choice([rows for rows in self._written if rows] or [()])
        if not rows:
            return None
        row, passage = chance.choice(rows)
        spans = _find_all(passage.text, row.answers)
        number = self._retrieval.place_of[passage]
        near = self._retrieval.nearest(
            row.question, number, [fold(a) for a in row.answers] or ["؟"]
        )
        more = [_whole(self._news[n], "near", chance) for n in near[:2]]
        if spans:
            cut = _cut(passage, spans, [fold(answer) for answer in row.answers])
            readings = _choose(_window(passage, spans, chance), cut, more, chance)
        else:
            own = _window(passage, (_find_nearest(row.question, passage.text),), chance)
            readings = (Reading(own.passage, (), "own"), *more[: chance.randrange(2)])
        return Example(row.question, row.kind, "written", row.miss or "written", readings)

    # Questions made from news.

    @cached_property
    def _retrieval(self) -> Retrieval:
        return Retrieval(self._news)

    @cached_property
    def _cloze(self) -> dict[str, list[tuple[int, Cloze]]]:
        """Every cloze question by the way it was made, with the number of its article."""
        found: dict[str, list[tuple[int, Cloze]]] = defaultdict(list)
        for number, passage in enumerate(self._news):
            for cloze in make_cloze_questions(passage.text, self.words):
                found[cloze.way].append((number, cloze))
        return found

    def _choose_cloze(self, chance: random.Random) -> tuple[int, Cloze]:
        sizes = {way: len(rows) for way, rows in self._cloze.items()}
        most = _WAY_SHARE * sum(sizes.values())
        weights = [min(size, most) for size in sizes.values()]
        return chance.choice(self._cloze[chance.choices(list(sizes), weights)[0]])

    def _make_cloze(self, chance: random.Random) -> Example:
        number, cloze = self._choose_cloze(chance)
        passage = self._news[number]
        own = _window(passage, (cloze.answer,), chance)
        answer = fold(passage.text[cloze.answer.start : cloze.answer.end])
        near = self._retrieval.nearest(cloze.text, number, [answer])
        more = [_whole(self._news[n], "near", chance) for n in near[:2]]
        readings = _choose(own, _cut(passage, (cloze.answer,), [answer]), more, chance)
        return Example(vary(cloze.text, chance), cloze.kind, "cloze", cloze.way, readings)

    def _make_headline(self, chance: random.Random) -> Example | None:
        number = chance.randrange(len(self._news))
        passage = self._news[number]
        span = _find_told(passage)
        if span is None:
            return None
        question = _ask_headline(passage.title, self.words, chance)
        own = _window(_Passage("", passage.text), (span,), chance)
        near = self._retrieval.nearest(passage.title, number, [fold(passage.title)])
        more = [_whole(self._news[n], "near", chance) for n in near[:2]]
        readings = _choose(own, None, more, chance)
        return Example(vary(question, chance), "statement", "headline", "headline", readings)

    # Questions that nothing answers.

    def _make_exchanged(self, chance: random.Random) -> Example | None:
        """Ask a question of its own passage with another name, number, place or day in it."""
        number, cloze = self._choose_cloze(chance)
        passage = self._news[number]
        question = self._exchange(cloze.text, f"{passage.title} {passage.text}", chance)
        if question is None:
            return None
        own = _window(passage, (cloze.answer,), chance)
        readings = [Reading(own.passage, (), "own")]
        near = self._retrieval.nearest(cloze.text, number, ["؟"])
        readings += [_whole(self._news[n], "near", chance) for n in near[: chance.randrange(2)]]
        chance.shuffle(readings)
        return Example(vary(question, chance), cloze.kind, "exchanged", cloze.way, tuple(readings))

    def _exchange(self, question: str, text: str, chance: random.Random) -> str | None:
        said = set(split_words(text))
        options = list(self._find_exchangeable(question))
        chance.shuffle(options)
        for kind, start, end in options:
            pool = self._pools[kind]
            for new in chance.sample(pool, min(5, len(pool))):
                if not said.issuperset(split_words(new)) and fold(new) not in fold(text):
                    return question[:start] + new + question[end:]
        return None

    def _find_exchangeable(self, text: str) -> Iterator[tuple[str, int, int]]:
        words, at = tokens_of(text), 0
        while at < len(words):
            length = self.words.name_length(words, at)
            token = words[at]
            if length:
                yield "person", token.start, words[at + length - 1].end
            elif token.key in self.words.places and not self._is_part(words, at):
                yield "place", token.start, token.end
            elif token.key.isdigit():
                yield f"number of {len(token.key)}", token.start, token.end
            elif token.text in WEEKDAYS:
                yield "day", token.start, token.end
            at += length or 1

    def _is_part(self, words: Sequence[Any], at: int) -> bool:
        """Tell whether a place may be a part of a longer name."""
        before = at > 0 and not is_function_word(words[at - 1].key)
        head = at > 0 and words[at - 1].key.lstrip("بل") in self.words.place_heads
        return (before and not head) or self.words.goes_on(words[at].key)

    @cached_property
    def _pools(self) -> dict[str, list[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for passage in self._news:
            for kind, start, end in self._find_exchangeable(passage.text):
                found[kind][passage.text[start:end]] += 1
        return {kind: [name for name, n in names.items() if n > 1] for kind, names in found.items()}

    def _make_other_detail(self, chance: random.Random) -> Example | None:
        """Ask when, where or why of an article that does not tell."""
        passage = chance.choice(self._news)
        clauses = list(find_clauses(passage.text[: _MAX_CHARS[0]], self.words))
        asked = [kind for kind in ("when", "where", "why") if not self._tells(kind, passage)]
        if not clauses or not asked:
            return None
        clause, kind = chance.choice(clauses), chance.choice(asked)
        if kind == "why" and self.words.complement(clause.words[0].key) == "ان":
            return None
        question = f"{_FRONT[kind]} {clause.between(0, len(clause.words))}؟"
        if not _is_whole(clause, self.words):
            return None
        readings = (_whole(passage, "own", chance),)
        return Example(vary(question, chance), kind, "other detail", kind, readings)

    def _tells(self, kind: str, passage: _Passage) -> bool:
        text = f"{passage.title}\n{passage.text}"
        if kind == "where":
            keys = {t.key for t in tokens_of(text)}
            bare = keys | {key[1:] for key in keys if key[0] in "بلو"}
            return bool(bare & self.words.places) or bool(re.search(r"(?<!\w)(?:في|ب\w+) ", text))
        told = kind == "why" and _REASON.search(fold(text))
        return bool(told) or detect_sign(Kind(kind), text) is not False


class Gold(NamedTuple):
    """A question of people with its own passage."""

    set: str
    question: str
    passage: _Passage
    answers: tuple[str, ...]
    spans: tuple[Span, ...]
    held_out: bool
    kind: str


def read_gold(data: Path) -> list[Gold]:
    passages = {
        row["id"]: _Passage(row["title"], row["text"])
        for folder in FOLDERS.values()
        for row in read(data, folder, "passages.jsonl")
    }
    found = []
    for asked in questions(data):
        passage = passages[asked.article]
        spans = _find_all(passage.text, asked.answers)
        kind = find_kind(asked.text)
        found.append(
            Gold(asked.set, asked.text, passage, asked.answers, spans, asked.held_out, kind)
        )
    return found


class Written(NamedTuple):
    """A question that was written on an article of the news.

    Attributes:
        article: Its id.
        question: As it is asked.
        answers: As they stand in the article; none where it does not tell.
        kind: Of ``KINDS``.
        miss: Why there is no answer: ``detail``, ``exchanged``, ``other``; "" where there is one.
        dialect: Whether it is asked in a dialect.
    """

    article: str
    question: str
    answers: tuple[str, ...]
    kind: str
    miss: str
    dialect: bool


def read_written(path: Path) -> list[Written]:
    """Return the questions of a file."""
    return [
        Written(
            row["article"],
            row["question"],
            tuple(row["answer"]),
            row["kind"],
            row.get("miss", ""),
            row["dialect"],
        )
        for row in read(path)
    ]


def _find_nearest(question: str, text: str) -> Span:
    """Return the sentence that shares most words with a question."""
    asked = set(analyse(question))
    spans = sentence_spans(text) or [Span(0, 1)]
    return max(spans, key=lambda s: len(asked & set(analyse(text[s.start : s.end]))))


def _find_all(text: str, answers: Sequence[str]) -> tuple[Span, ...]:
    """Return where the first answer that stands in a text does so, at most three times."""
    for answer in answers:
        found = [Span(m.start(), m.end()) for m in re.finditer(re.escape(answer), text)]
        if answer and found:
            return tuple(found[:3])
    return ()


def find_kind(question: str) -> str:
    """Return which of ``KINDS`` a question asks for."""
    spoken = split_words(question)
    kind = detect_kind(spoken)
    if kind is Kind.YES_NO:
        return "statement"
    if kind is Kind.OTHER:
        return "which" if spoken and spoken[0].lstrip("وفبل") in {"اي", "ايه"} else "what"
    return kind.value


def list_asked(data: Path) -> frozenset[str]:
    """Return the ids of the news that the questions and headlines of the sets ask for."""
    asked = {a for row in read(data, "antcorpus", "questions.jsonl") for a in row["articles"]}
    headlines = read(data, "antcorpus", "headline_queries.jsonl")
    return frozenset(asked | {row["article_id"] for row in headlines})


def _read_news(data: Path) -> Iterator[_Passage]:
    """Yield the articles that no question and no headline of the sets asks for."""
    asked = list_asked(data)
    rows = list(read(data, "antcorpus", "articles.jsonl"))
    alike = {key for row in rows if row["id"] in asked for key in _likeness(row)}
    for row in rows:
        if row["id"] not in asked and alike.isdisjoint(_likeness(row)):
            yield _Passage(row["title"], row["text"])


def _likeness(row: Mapping[str, str]) -> tuple[str, str]:
    return fold(row["title"]).strip(), fold(row["text"])[:80]


def is_kept(question: str) -> bool:
    """Tell whether a question of people is kept from the reader's training."""
    return hashlib.sha256(question.encode()).digest()[1] % _KEPT == 0


def _is_held(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % _HELD_OUT == 0


def _window(passage: _Passage, spans: Sequence[Span], chance: random.Random) -> Reading:
    """Return the sentences around the answer that make a passage, half the time with the title."""
    text = passage.text
    start, end, most = 0, len(text), chance.choice(_MAX_CHARS)
    if len(text) > most:
        sentences = sentence_spans(text)
        first = next(n for n, s in enumerate(sentences) if s.end >= spans[0].end)
        last = first
        start, end = min(sentences[first].start, spans[0].start), sentences[first].end
        while first > 0 or last < len(sentences) - 1:
            back = first > 0 and (chance.random() < 0.5 or last == len(sentences) - 1)
            first, last = (first - 1, last) if back else (first, last + 1)
            wider = min(start, sentences[first].start), max(end, sentences[last].end)
            if wider[1] - wider[0] > most:
                break
            start, end = wider
    head = f"{passage.title}\n" if passage.title and chance.random() < 0.5 else ""
    shift = len(head) - start
    inside = [
        Span(s.start + shift, s.end + shift) for s in spans if start <= s.start < s.end <= end
    ]
    return Reading(head + text[start:end], tuple(inside), "own")


def _whole(passage: _Passage, source: str, chance: random.Random) -> Reading:
    """Return the beginning of a passage that does not answer."""
    last = Span(0, 1)
    reading = _window(passage, (last,), chance)
    return Reading(reading.passage, (), source)


def _cut(passage: _Passage, spans: Sequence[Span], answers: Sequence[str]) -> Reading | None:
    """Return a passage without the sentences that hold the answer; None where it tells it still."""
    kept = [
        s
        for s in sentence_spans(passage.text)
        if not any(s.start < span.end and span.start < s.end for span in spans)
    ]
    rest = " ".join(passage.text[s.start : s.end] for s in kept)[: _MAX_CHARS[-1]]
    if len(rest) < _MIN_REST or _holds(rest, answers):
        return None
    return Reading(rest, (), "cut")


def _with_cut(example: Example, passage: _Passage, spans: Sequence[Span]) -> Example:
    """Return a question with the whole passage, and with what is left of it without the answer."""
    answers = [passage.text[span.start : span.end] for span in spans]
    cut = _cut(passage, spans, answers) if spans else None
    own = Reading(passage.text, tuple(spans), "own")
    return replace(example, readings=(own, cut) if cut else (own,))


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = fold(text)
    return any(fold(answer) in folded for answer in answers)


def _choose(
    own: Reading, cut: Reading | None, more: Sequence[Reading], chance: random.Random
) -> tuple[Reading, ...]:
    """Return the passages of a question in any order; one time in four none of them answers."""
    others = [*([cut] if cut else []), *more]
    if others and chance.random() < 0.25:
        readings = others[: 1 + chance.randrange(2)]
    else:
        readings = [own, *others[: chance.randrange(3)]]
    chance.shuffle(readings)
    return tuple(readings)


def _find_told(passage: _Passage) -> Span | None:
    """Return the sentence of the body that tells what the headline says."""
    title = set(analyse(passage.title))
    best, found = 0.0, None
    for span in sentence_spans(passage.text)[:4]:
        said = set(analyse(passage.text[span.start : span.end]))
        share = len(title & said) / max(1, len(title))
        if share > best:
            best, found = share, span
    return found if best >= 0.6 and len(title) >= 4 else None


def _ask_headline(title: str, words: NewsWords, chance: random.Random) -> str:
    """Return a headline as a question."""
    plain = " ".join(title.split()).rstrip(" .؟?!")
    keys = [token.key for token in tokens_of(plain)]
    if any(words.is_verb(key) for key in keys[:3]) and ":" not in plain:
        return f"هل {plain}؟"
    head, _, told = (part.strip() for part in plain.partition(":"))
    if told and fold(head) not in words.places:
        return plain
    place = f" في {head}" if told else ""
    form = chance.choice(("ما خبر {}؟", "ماذا عن {}؟", "{}", "ما تفاصيل {}؟"))
    return form.format((told or head) + place)


def _is_whole(clause: Clause, words: NewsWords) -> bool:
    """Tell whether a clause is all of its sentence and has what its verb needs."""
    keys = [token.key for token in clause.words]
    needed = words.complement(keys[0])
    ends = clause.sentence.end - clause.words[-1].end <= 2
    return len(keys) >= 6 and ends and (not needed or needed == "ب" or needed in keys)


@lru_cache
def _dialects() -> dict[str, list[str]]:
    """Return the words for each question word in the dialects."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in load_question_words():
        if word.standard and not word.form.isascii():
            found[word.standard].append(word.form)
    return found


def vary(question: str, chance: random.Random) -> str:
    """Write a question as some people do: without its mark or hamzas, or in their dialect."""
    if chance.random() < 0.12:
        first, _, rest = question.partition(" ")
        if forms := _dialects().get(first):
            question = f"{chance.choice(forms)} {rest}"
    if chance.random() < 0.15:
        question = question.rstrip("؟? ")
    if chance.random() < 0.1:
        question = question.translate(str.maketrans("أإآىة", "اااي" + "ه"))
    return question


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as JSON lines, packed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as lines:
        for example in examples:
            lines.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def read_examples(path: Path) -> Iterator[Example]:
    """Read back what :func:`write_examples` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            readings = tuple(
                Reading(passage, tuple(Span(*span) for span in spans), source)
                for passage, spans, source in row.pop("readings")
            )
            yield Example(**row, readings=readings)


def main() -> None:
    """Print examples of every source, or write many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT, help="folder of the question sets")
    parser.add_argument("--sample", type=int, default=40, help="examples of every source to print")
    parser.add_argument("--seed", type=int, default=7, help="other examples for another one")
    parser.add_argument("--articles", type=int, help="how many articles of news to take (all)")
    parser.add_argument(
        "--output", type=Path, help="folder to write to, for where they are trained on"
    )
    parser.add_argument("--count", type=int, default=50_000, help="examples to write")
    arguments = parser.parse_args()
    data = ReaderData(arguments.data, articles=arguments.articles)
    if arguments.output:
        for name, rows in data.held_out().items():
            write_examples(arguments.output / f"held-out-{name}.jsonl.gz", rows)
        made = islice(data.stream(arguments.seed), arguments.count)
        write_examples(arguments.output / "train.jsonl.gz", made)
    else:
        _print_sample(data, arguments.sample, arguments.seed)


def _print_sample(data: ReaderData, count: int, seed: int) -> None:
    kept: dict[str, list[Example]] = {source: [] for source in SHARES}
    for example in data.stream(seed):
        if len(kept[example.source]) < count:
            kept[example.source].append(example)
        if all(len(rows) == count for rows in kept.values()):
            break
    for source, rows in kept.items():
        print(f"\n== {source}")
        for row in rows:
            _show(row)


def _show(example: Example) -> None:
    print(f"\n[{example.way} / {example.kind}] {example.question}")
    for reading in example.readings:
        shown = [reading.passage[s.start : s.end] for s in reading.spans] or ["–"]
        passage = " ".join(reading.passage.split())[:160]
        print(f"    {reading.source}: {' | '.join(shown)} << {passage}")


if __name__ == "__main__":
    main()

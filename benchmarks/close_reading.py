"""Questions with the sentences that were found for them, to fit and measure the reader with."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.corpora import make_index, pooled_index, questions
from benchmarks.datasets import read
from benchmarks.reader_data import WRITTEN, ReaderData, Written, is_kept, list_asked, read_written
from index.arabic.words import fold
from index.search.search import Passage, SearchIndex
from index.store.contract import Filter
from rag.language.followup import History
from rag.question import Question, understand
from rag.reading.binding import filter_by_names
from rag.reading.evidence import compute_features
from rag.reading.missing_words import MissingWords, measure_missing
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import ScoredSentence, score_sentences

_K = 8
_NEWS = 50
"""Articles of held-out news from whose sentences questions are made."""
OTHER_KINDS = "other kinds: "
"""What the condition of a question begins with that few words do not answer."""
_COLLECTIONS, _FEW, _ASKED_OF_OTHERS = 4, 25, 0.12
"""Small collections, articles in each, and the share of other questions that are asked of it."""
_OTHERS = 1_200
"""Articles beside those that are asked for, where not all are searched in."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was asked, and what was found.

    Attributes:
        condition: How it was asked, of what.
        fits: Whether weights may be fitted on it; else it is held out.
        answerable: Whether what was found answers.
        question: As it was understood.
        passages: Without the vectors of their words.
        sentences: As scored by their words.
        features: Of the gate, without the reader's.
        missing: What the words that the passages lack say against them.
        answers: Right ones; of several facts the wordings of each.
        own: Positions of the passages that answer.
        dialect: Whether it is known to be asked in a dialect.
    """

    condition: str
    fits: bool
    answerable: bool
    question: Question
    passages: tuple[Passage, ...]
    sentences: tuple[ScoredSentence, ...]
    features: dict[str, float]
    missing: MissingWords
    answers: tuple[tuple[str, ...], ...]
    own: frozenset[int]
    dialect: bool = False

    @property
    def wordings(self) -> list[str]:
        """Every wording of every right answer."""
        return [wording for wordings in self.answers for wording in wordings]


def make_fitting_cases(data: Path, scratch: Path) -> Iterator[Case]:
    """Yield the cases that weights are fitted on.

    Args:
        data: Folder of the question sets.
        scratch: Where indexes are built and kept.
    """
    made = ReaderData(data).of_held_out_news()
    news = _index_some_news(data, scratch, made)
    yield from ask_held_out_news(news)
    yield from ask_few_news(data, scratch)
    yield from ask_other_kinds(news)
    yield from ask_encyclopaedia(data, scratch, fits=True, news=news)
    yield from ask_news(made, news)


def make_held_out_cases(
    data: Path, scratch: Path, news: SearchIndex, *, every: int = 1
) -> Iterator[Case]:
    """Yield the cases on which nothing was fitted.

    Args:
        data: Folder of the question sets.
        scratch: Where indexes are built and kept.
        news: What questions are asked of that it answers, or does not.
        every: Of the questions of the encyclopaedia, so that one of so many is asked.
    """
    yield from ask_written(data, news)
    yield from ask_encyclopaedia(data, scratch, fits=False, news=news, every=every)
    yield from ask_judged(data, scratch)


def open_news(data: Path, scratch: Path, *, some: bool) -> SearchIndex:
    """Return an index of the news, built where it is missing: of some articles, or of all."""
    if some:
        return _index_some_news(data, scratch, ReaderData(data).of_held_out_news())
    return make_index(scratch / "ant", data / "antcorpus" / "articles.jsonl")


def _index_some_news(data: Path, scratch: Path, made: ReaderData) -> SearchIndex:
    """Return an index of some articles: all of them take half an hour.

    They are the held-out ones, those that the questions and headlines of the sets ask for, and some
    others.
    """
    asked = list_asked(data)
    wanted, others = [], []
    for row in read(data, "antcorpus", "articles.jsonl"):
        is_wanted = row["id"] in asked or made.has(row["text"])
        (wanted if is_wanted else others).append(row)
    chosen = wanted + random.Random(1).sample(others, min(_OTHERS, len(others)))
    path = scratch / "some-news.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in chosen), encoding="utf-8")
    return make_index(scratch / "some-news", path)


def ask(
    condition: str,
    index: SearchIndex,
    text: str,
    *,
    fits: bool,
    answers: Sequence[Sequence[str]] = (),
    right: Callable[[Passage], bool] | None = None,
    without: Callable[[Passage], bool] | None = None,
    where: Filter | None = None,
    history: History = (),
) -> Case | None:
    """Ask a question as the product does; None where nothing is found.

    Args:
        condition: How it is asked.
        index: What it is asked of.
        text: The question.
        fits: Whether weights may be fitted on it.
        answers: Right ones.
        right: Tells which passages answer; None where none does.
        without: Tells which passages are taken away.
        where: Which articles may be found.
        history: Earlier turns.
    """
    asked = understand(text, history)
    result = index.find(asked.query, k=3 * _K if without else _K, where=where)
    found = [p for p in result.passages if not (without and without(p))][:_K]
    passages = tuple(merge_neighbours(found))
    bound = tuple(filter_by_names(asked, passages))
    sentences = score_sentences(asked, result.query, bound, index.embedder)
    if not sentences or (right and not any(map(right, found))):
        return None
    judged = passages if bound[:1] == passages[:1] else bound
    features = compute_features(asked, result.query.idf, judged, sentences)
    bare = tuple(replace(passage, words=None) for passage in bound)
    told = tuple(tuple(wordings) for wordings in answers)
    own = frozenset(n for n, passage in enumerate(bare) if right and right(passage))
    missing = measure_missing(asked, result.query, bound)
    return Case(
        condition,
        fits,
        right is not None,
        asked,
        bare,
        tuple(sentences),
        features,
        missing,
        told,
        own,
    )


def ask_encyclopaedia(
    data: Path, scratch: Path, *, fits: bool, news: SearchIndex | None = None, every: int = 1
) -> Iterator[Case]:
    """Ask what people asked of Wikipedia: of it, without what answers, and of news.

    Args:
        data: Folder of the sets.
        scratch: Where indexes are built and kept.
        fits: Whether those that weights are fitted on, or those that are held out.
        news: An index of something else, if it is to be asked too.
        every: One of so many questions is asked.
    """
    index = pooled_index(data, scratch)
    chosen = [
        asked
        for asked in questions(data)
        if asked.held_out != fits and (asked.held_out or is_kept(asked.text))
    ]
    for asked in chosen[::every]:
        golds = [fold(answer) for answer in asked.answers]

        def tells(p: Passage, gold: str = asked.article, golds: Sequence[str] = golds) -> bool:
            return p.article.id == gold or any(answer in fold(p.text) for answer in golds)

        def is_own(passage: Passage, gold: str = asked.article) -> bool:
            return passage.article.id == gold

        yield from _some(
            ask("whole", index, asked.text, fits=fits, answers=[asked.answers], right=is_own),
            ask("whole removed", index, asked.text, fits=fits, without=tells),
            ask("another", news, asked.text, fits=fits) if news else None,
        )


def ask_judged(data: Path, scratch: Path) -> Iterator[Case]:
    """Ask NoMIRACL's questions of its passages; nothing is fitted on them."""
    index = make_index(scratch / "nomiracl", data / "nomiracl-ar" / "passages.jsonl")
    for row in read(data, "nomiracl-ar", "questions.jsonl"):
        own = frozenset(row["passage_ids"])

        def is_own(passage: Passage, own: frozenset[str] = own) -> bool:
            return passage.article.id in own

        right = is_own if row["answerable"] else None
        name = "judged" if row["answerable"] else "judged none"
        yield from _some(ask(name, index, row["question"], fits=False, right=right))


def ask_news(made: ReaderData, index: SearchIndex, count: int = _NEWS) -> Iterator[Case]:
    """Ask questions made from articles that nothing was trained on, and their near misses."""
    for question, how, title, answer in made.near_misses(random.Random(11), count):

        def tells(passage: Passage, title: str = title, answer: str = fold(answer)) -> bool:
            return passage.article.title == title or answer in fold(passage.text)

        def is_own(passage: Passage, title: str = title) -> bool:
            return passage.article.title == title

        if how == "asked":
            yield from _some(
                ask("news", index, question, fits=True, answers=[[answer]], right=is_own),
                ask("news removed", index, question, fits=True, without=tells),
            )
        else:
            yield from _some(ask(f"news {how}", index, question, fits=True))


def ask_held_out_news(index: SearchIndex) -> Iterator[Case]:
    """Ask the questions that were written on articles that nothing was trained on."""
    for row in read_written(WRITTEN / "held_out.jsonl"):
        yield from _some(_ask_held_out(row, index))


def _ask_held_out(row: Written, index: SearchIndex, of: str = "") -> Case | None:
    def is_own(passage: Passage) -> bool:
        return passage.article.id == row.article

    right = is_own if row.answers else None
    name = f"{of}near miss, {row.miss}" if row.miss else f"{of}written"
    case = ask(name, index, row.question, fits=True, answers=[row.answers], right=right)
    return replace(case, dialect=row.dialect) if case else None


def ask_few_news(data: Path, scratch: Path) -> Iterator[Case]:
    """Ask the same of a few articles each time, where most words of a question are in none.

    Beside those that were written on the articles some are asked that were written on others.
    """
    chance, rows = random.Random(4), read_written(WRITTEN / "held_out.jsonl")
    asked = sorted({row.article for row in rows})
    chance.shuffle(asked)
    texts = {row["id"]: row for row in read(data, "antcorpus", "articles.jsonl")}
    for number in range(_COLLECTIONS):
        chosen = asked[number * _FEW : (number + 1) * _FEW]
        path = scratch / f"few-news-{number}.jsonl"
        path.write_text("".join(json.dumps(texts[name]) + "\n" for name in chosen))
        index = make_index(scratch / f"few-news-{number}", path)
        for row in rows:
            if row.article in chosen:
                yield from _some(_ask_held_out(row, index, "few, "))
            elif chance.random() < _ASKED_OF_OTHERS:
                yield from _some(ask("few, another", index, row.question, fits=True))


def ask_other_kinds(index: SearchIndex) -> Iterator[Case]:
    """Ask the questions that were written on the same articles for more than few words."""
    for row in read(WRITTEN, "other_kinds.jsonl"):

        def is_own(passage: Passage, own: frozenset[str] = frozenset(row["articles"])) -> bool:
            return passage.article.id in own

        right = is_own if row["facts"] else None
        name = f"{OTHER_KINDS}{row['kind']}"
        case = ask(name, index, row["question"], fits=True, answers=row["facts"], right=right)
        if case:
            yield replace(case, dialect=row["dialect"])


def ask_written(data: Path, index: SearchIndex) -> Iterator[Case]:
    """Ask the questions that were written on the news; nothing is fitted on them."""
    for row in read(data, "antcorpus", "questions.jsonl"):
        own = frozenset(row["articles"])

        def is_own(passage: Passage, own: frozenset[str] = own) -> bool:
            return passage.article.id in own

        kind, facts = f"ANT {row['kind']}", row["facts"]
        history = [(asked, told) for asked, told in row["history"]]
        case = ask(kind, index, row["question"], fits=False, answers=facts, history=history)
        if case:
            right = frozenset(n for n, passage in enumerate(case.passages) if is_own(passage))
            dialect = "dialect:" in row["note"]
            yield replace(case, answerable=row["answerable"], own=right, dialect=dialect)


def _some(*cases: Case | None) -> Iterator[Case]:
    yield from (case for case in cases if case)

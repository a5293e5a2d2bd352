"""The walk of a question: understand, find, read, decide, write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from index.arabic.sentences import sentence_spans
from index.limits import MAX_READ, check_k
from index.search.search import Passage, SearchIndex, open_index
from index.store.contract import Filter
from prompts import load_phrases
from rag.answers import Answer
from rag.clock import Clock
from rag.langchain.retriever import PassageRetriever
from rag.langchain.runnable import AnswerRunnable
from rag.language.followup import History
from rag.language.forms import STORIES
from rag.language.parts import strip_conjunction
from rag.language.questions import is_function_word
from rag.language.suggestions import list_suggestions
from rag.question import Question, understand
from rag.reading.binding import filter_by_names
from rag.reading.close_reading import CloseReading
from rag.reading.context import widen
from rag.reading.evidence import Evidence, compute_evidence
from rag.reading.passages import merge_neighbours
from rag.reading.reading import Reading, read_passages
from rag.reading.relevance import ScoredSentence, score_sentences
from rag.settings import Settings, load_chosen_embedder, load_reranker, load_settings
from rag.writing.composition import Composition, refuse
from rag.writing.generating import Generator
from rag.writing.joining import join_answers, join_passages, tell_missing
from rag.writing.quoting import QUOTER
from rag.writing.setup import Setup
from rag.writing.stopping import Stop
from rag.writing.writer import Writer

_TIMES_READ = 3
"""Passages read for a story or for what changed over time, as a multiple. Chosen."""
_MOST_SUGGESTED, _MOST_TRIED = 3, 5
"""Questions that are offered after an answer, and that are tried for it. Chosen for the time."""


class Assistant:
    """Answers questions from one index with one model; safe to use from several threads."""

    def __init__(self, index: SearchIndex, setup: Setup) -> None:
        self.index = index
        self.setup = setup

    @classmethod
    def open(cls, index: str | Path | None = None, **settings: Any) -> "Assistant":
        """Open an index for questions.

        Args:
            index: The index folder; None takes the setting.
            settings: Override ``jawab.toml`` and the environment; see :class:`Settings`.

        Raises:
            IndexNotFoundError: The folder holds no index; the text names the command to build it.
            IndexMismatchError: It was built with another embedder or version.
            SettingsError: A setting is unknown or unusable.
            ModelError: The model's package, key or file is missing.
        """
        folder = None if index is None else str(index)
        return cls.from_settings(load_settings(index=folder, **settings))

    @classmethod
    def from_settings(cls, chosen: Settings) -> "Assistant":
        """Open the index and the model that the settings name; errors as for ``open``."""
        setup = Setup.load(chosen)
        index = open_index(
            chosen.index, embedder=load_chosen_embedder(chosen), reranker=load_reranker(chosen)
        )
        return cls(index, setup)

    def beside(self, index: str | Path) -> "Assistant":
        """Open another index with the same model and settings.

        The embedder is shared where both indexes were built with it. Errors as for ``open``.
        """
        setup = self.setup
        opened = open_index(
            index, embedder=load_chosen_embedder(setup.settings), reranker=self.index.reranker
        )
        if opened.embedder.identity == self.index.embedder.identity:
            opened.embedder = self.index.embedder
        named = replace(setup.settings, index=str(index))
        return Assistant(opened, replace(setup, settings=named))

    def use(self, settings: Settings, *, like: "Assistant | None" = None) -> None:
        """Answer with other settings from the next question on; the index stays the same.

        Questions that are being answered go on with what they began with.

        Args:
            settings: The new ones; their ``index`` is not looked at.
            like: An assistant that uses them already, whose model is taken.

        Raises:
            SettingsError: A value is unusable.
            ModelError: The model's package, key or file is missing; nothing is changed then.
        """
        chosen = replace(settings, index=self.setup.settings.index)
        self.setup = Setup.load(chosen, (like or self).setup)

    @property
    def settings(self) -> Settings:
        """What the next question is answered with."""
        return self.setup.settings

    @property
    def model(self) -> BaseChatModel | None:
        """The chat model that writes the answers; None where articles are quoted."""
        return self.setup.model

    @property
    def model_name(self) -> str:
        """Name of what writes the answers."""
        return self.setup.name

    @property
    def retriever(self) -> PassageRetriever:
        """The index as a LangChain ``BaseRetriever``."""
        return PassageRetriever(index=self.index, k=self.settings.k)

    def as_runnable(self) -> Runnable[str | dict[str, Any], Answer]:
        """Return a LangChain Runnable: a question, or a dict of ``answer``'s arguments, in."""
        return AnswerRunnable(self.answer, self.stream)

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> list[Passage]:
        """Return the best passages for a question; no model is asked.

        Raises:
            InputError: The question is empty or too long, or ``k`` is out of range.
        """
        wanted = self.settings.k if k is None else k
        asked = understand(question, spell=self._spell)
        return self.index.search(asked.query, k=wanted, where=filter)

    def answer(
        self,
        question: str,
        *,
        history: History = (),
        k: int | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Answer:
        """Answer a question from the articles.

        Args:
            question: In Arabic or another language the embedder knows.
            history: Earlier turns, oldest first: (question, answer text).
            k: Passages to read; None takes the setting.
            filter: Which articles may be used.

        Raises:
            InputError: The question is empty or too long, or ``k`` is out of range.
        """
        *_, last = self.stream(question, history=history, k=k, filter=filter)
        return last

    def stream(
        self,
        question: str,
        *,
        history: History = (),
        k: int | None = None,
        filter: Filter | None = None,  # noqa: A002
        stop: Stop | None = None,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows, sentence by checked sentence; the last one is whole.

        Where something is found the first one has passages but no text yet. Arguments and errors as
        for ``answer``. Whoever sets ``stop`` from another thread closes the model's connection; so
        does whoever closes this iterator.

        Raises:
            AnswerStoppedError: It was stopped while a model was waited for.
        """
        setup, clock = self.setup, Clock()
        writer = setup.writer(self.index.embedder, stop)
        rewrite = writer.rewrite if isinstance(writer, Generator) else None
        topic = self._topic(filter)
        whole = understand(question, history, topic, spell=self._spell, rewrite=rewrite)
        clock.lap("rewrite")
        wanted = setup.settings.k if k is None else check_k(k, MAX_READ)
        # What many articles tell is read in as many.
        for_stories = min(_TIMES_READ * wanted, MAX_READ) if k is None else wanted
        walk = _Walk(self.index, setup, writer, clock, wanted, for_stories, filter)
        yield from walk.answer_parts(whole) if whole.parts else walk.answer(whole)

    def suggest(
        self,
        answer: Answer,
        *,
        history: History = (),
        filter: Filter | None = None,  # noqa: A002
    ) -> list[str]:
        """Return questions that go on from an answer, each of which its articles answer.

        They are asked silently, without a model, and kept where something new is quoted.

        Args:
            answer: As it was given.
            history: The turns before it, oldest first: (question, answer text).
            filter: Which articles may be used.
        """
        told = [*history, (answer.question, answer.text)]
        quotes = {citation.quote for citation in answer.citations}
        cited = {citation.article_id for citation in answer.citations}
        unsaid = [
            sentence
            for passage in answer.passages
            if passage.article.id in cited
            for sentence in (passage.text[a:b] for a, b in sentence_spans(passage.text))
            if not any(sentence in quote for quote in quotes)
        ]
        kept: list[str] = []
        k = self.settings.k
        walk = _Walk(self.index, self.setup, QUOTER, Clock(), k, k, filter)
        for question in list_suggestions(unsaid)[:_MOST_TRIED]:
            *_, found = walk.answer(understand(question, told))
            first = found.citations[:1]
            said = first and any(first[0].quote in quote for quote in quotes)
            if first and not said and first[0].article_id in cited:
                kept.append(question)
                quotes.add(first[0].quote)
            if len(kept) == _MOST_SUGGESTED:
                break
        return kept

    def _spell(self, question: str) -> str:
        """Return a question with misspelled words as the articles spell them."""
        return self.index.correct_spelling(question, is_function_word)

    def _topic(self, where: Filter | None) -> str:
        """Return the title of the only article that may be used: what «من أخرجه؟» is about."""
        if where is None or len(where.articles) != 1:
            return ""
        article = self.index.store.get_article(where.articles[0])
        return article.title if article else ""


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way from a question that was understood to its answer."""

    index: SearchIndex
    setup: Setup
    writer: Writer
    clock: Clock
    wanted: int
    wanted_for_stories: int
    where: Filter | None

    def answer_parts(self, whole: Question) -> Iterator[Answer]:
        """Yield the answer to a question that asks several things, each looked for by itself.

        A model is handed all that was found, grouped; the quoter answers one after the other.
        """
        if self.writer is QUOTER:
            yield from self._quote_parts(whole)
        else:
            yield from self._write_parts(whole)

    def _quote_parts(self, whole: Question) -> Iterator[Answer]:
        parts, told = whole.parts, list[Answer]()
        for part in parts:
            for answer in self.answer(part):
                if not told and not answer.text:
                    yield _ask_whole(answer, whole)
            told.append(answer)
        begun = replace(
            _ask_whole(told[0], whole), incomplete=any(answer.incomplete for answer in told)
        )
        sides = [part.side for part in parts] if parts[0].side else []
        if any(answer.found for answer in told) and not (sides and _tell_the_same(told)):
            phrases = load_phrases(whole.language)
            yield join_answers(begun, told, phrases, self.clock.lap("answer"), sides)
        elif sides:  # the sides cannot be told apart: the question is asked as it stands
            yield from self.answer(whole)
        else:
            begun = replace(begun, passages=join_passages(told))
            yield refuse(begun, whole, told[0].refusal or "no_evidence", self.clock)

    def _write_parts(self, whole: Question) -> Iterator[Answer]:
        found = [self._find(part, self.wanted) for part in whole.parts]
        answered = [part for part in found if self._suffices(part.evidence)]
        if not answered:
            yield from self.answer(whole)
            return
        passages: list[Passage] = []
        sentences: list[ScoredSentence] = []
        groups: dict[int, str] = {}
        for part in answered:
            place = {n: _find_or_add(passages, passage) for n, passage in enumerate(part.bound)}
            groups.setdefault(min(place.values()), part.name)
            sentences += [replace(s, passage=place[s.passage]) for s in part.sentences]
        begun = replace(
            _ask_whole(answered[0].answer, whole),
            passages=tuple(passages),
            evidence=max(part.evidence.chance for part in answered),
            incomplete=any(part.answer.incomplete for part in found),
        )
        yield begun
        missing = [part.name for part in found if not self._suffices(part.evidence)]
        begun = replace(begun, notice=tell_missing(missing, load_phrases(whole.language)))
        length = self.setup.settings.length
        reading = Reading(whole, passages, sentences, groups=groups, missing=missing, length=length)
        yield from self._compose(begun, reading, [part.evidence for part in answered])

    def answer(self, question: Question) -> Iterator[Answer]:
        """Yield the answer to one question as it grows."""
        k = self.wanted_for_stories if question.form in STORIES else self.wanted
        found = self._find(question, k)
        answer = found.answer
        if not self._suffices(found.evidence):
            reason = "no_evidence" if found.chunks else "empty_index"
            yield refuse(answer, question, reason, self.clock)
            return
        answer = replace(answer, passages=found.bound)
        yield answer
        length = self.setup.settings.length
        reading = read_passages(question, found.bound, found.sentences, found.read, length)
        yield from self._compose(answer, reading, [found.evidence])

    def _suffices(self, evidence: Evidence) -> bool:
        """Tell whether so much speaks for an answer that it is to be written."""
        caution = self.setup.settings.caution
        if self.writer is QUOTER:
            return evidence.suffices(caution)
        return evidence.is_worth_asking(caution)

    def _compose(
        self, answer: Answer, reading: Reading, found: Sequence[Evidence]
    ) -> Iterator[Answer]:
        """Yield the answer as it is written; a model reads more than what was found."""
        settings = self.setup.settings
        if self.writer is not QUOTER:
            wholes = self.index.read_whole(reading.passages)
            reading = widen(reading, wholes, self.setup.room, self.wanted)
        may_quote = any(evidence.suffices(settings.caution) for evidence in found)
        composition = Composition(answer, reading, self.clock, settings, may_quote)
        yield from composition.compose(self.writer)

    def _find(self, question: Question, k: int) -> "_Found":
        """Find what may answer a question, read it, and judge whether it does."""
        clock = self.clock
        result = self.index.find(question.query, k=k, where=self.where)
        passages = tuple(merge_neighbours(result.passages))
        clock.lap("search")
        bound = tuple(filter_by_names(question, passages))
        sentences = score_sentences(question, result.query, bound, self.index.embedder)
        # Where the best passage is about another, what it holds speaks for nothing.
        judged = passages if bound[:1] == passages[:1] else bound
        read = self.setup.read(question, result.query, bound, sentences)
        evidence = compute_evidence(question, result.query, judged, sentences, read)
        answer = Answer(
            question=question.asked,
            standalone_question=question.standalone,
            passages=passages,
            kind=question.form.value,
            model=self.writer.name,
            index_generation=result.generation,
            incomplete=result.incomplete,
            evidence=evidence.chance,
            timings=clock.lap("evidence"),
        )
        return _Found(question, answer, bound, sentences, read, evidence, result.chunks)


class _Found(NamedTuple):
    """What was found for a question: the answer as it begins, and what it is written from."""

    question: Question
    answer: Answer
    bound: tuple[Passage, ...]
    sentences: Sequence[ScoredSentence]
    read: CloseReading
    evidence: Evidence
    chunks: int

    @property
    def name(self) -> str:
        """What the question asks, or which side it is about."""
        return self.question.side or strip_conjunction(self.question.asked)


def _tell_the_same(sides: Sequence[Answer]) -> bool:
    """Tell whether the first words quoted for two sides of a comparison are the same."""
    first = [one.citations[0] for one in sides if one.citations]
    return len({(one.article_id, one.start) for one in first}) < len(first)


def _find_or_add(passages: list[Passage], one: Passage) -> int:
    """Return where a passage stands among others, put behind them where it is not."""
    for n, other in enumerate(passages):
        if (one.article.id, one.chunk.start) == (other.article.id, other.chunk.start):
            return n
    passages.append(replace(one, rank=len(passages) + 1))
    return len(passages) - 1


def _ask_whole(answer: Answer, whole: Question) -> Answer:
    """Return an answer to a part as one to the whole question."""
    return replace(
        answer,
        question=whole.asked,
        standalone_question=whole.standalone,
        kind=whole.form.value,
    )

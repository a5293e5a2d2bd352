"""The assistant: from a question to an answer whose every sentence was checked."""

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from index.arabic.dialects import standard_question
from index.errors import InputError
from index.search.search import Passage, SearchIndex, SearchResult, open_index
from index.store.contract import Filter
from prompts import load_phrases, load_prompt
from rag.answers import Answer
from rag.checking.citations import unfinished
from rag.checking.grounding import Support
from rag.errors import ModelError
from rag.langchain.retriever import PassageRetriever
from rag.langchain.runnable import AnswerRunnable
from rag.reading.disagreement import other_versions
from rag.reading.evidence import Evidence, asks_of_the_unknown, assess
from rag.reading.followup import History, leans_back, stand_alone
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import ScoredSentence, score_sentences, word_matches
from rag.reading.short_answers import find_short_answer
from rag.settings import (
    Settings,
    check_settings,
    chosen_embedder,
    chosen_reranker,
    load_settings,
)
from rag.writing.drafting import Draft
from rag.writing.generating import (
    Reading,
    answer_chain,
    language_of,
    rewrite_question,
    stream_text,
)
from rag.writing.models import load_chat_model
from rag.writing.quoting import EXTRACTIVE, ExtractiveChatModel

logger = logging.getLogger(__name__)

MAX_QUESTION = 2_000
"""Characters of a question; a longer one is refused."""
_NEAREST = 3


@dataclass(slots=True)
class _Clock:
    """Milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    last: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> dict[str, float]:
        now = time.perf_counter()
        self.stages[stage] = (now - self.last) * 1000
        self.last = now
        return {**self.stages, "total": (now - self.started) * 1000}


class Assistant:
    """Answers questions from one index with one model; safe to use from several threads."""

    def __init__(self, index: SearchIndex, model: BaseChatModel, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self._model = model
        self._quoter = ExtractiveChatModel()
        self._prompt = load_prompt("answer")

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
        model = _load_model(chosen)
        index = open_index(
            chosen.index, embedder=chosen_embedder(chosen), reranker=chosen_reranker(chosen)
        )
        return cls(index, model, chosen)

    def beside(self, index: str | Path) -> "Assistant":
        """Open another index with the same model and settings.

        The embedder is shared where both indexes were built with it. Errors as for ``open``.
        """
        opened = open_index(
            index, embedder=chosen_embedder(self.settings), reranker=self.index.reranker
        )
        if opened.embedder.identity == self.index.embedder.identity:
            opened.embedder = self.index.embedder
        return Assistant(opened, self._model, replace(self.settings, index=str(index)))

    def use(self, settings: Settings, *, model: BaseChatModel | None = None) -> None:
        """Answer with other settings from the next question on; the index stays the same.

        Args:
            settings: The new ones; their ``index`` is not looked at.
            model: What they name, where it is loaded already.

        Raises:
            SettingsError: A value is unusable.
            ModelError: The model's package, key or file is missing; nothing is changed then.
        """
        check_settings(settings)
        if model is None:
            model = self._model if _same_model(settings, self.settings) else _load_model(settings)
        self._model = model
        self.settings = replace(settings, index=self.settings.index)

    @property
    def model(self) -> BaseChatModel:
        """What writes the answers."""
        return self._model

    @property
    def model_name(self) -> str:
        """Name of what writes the answers."""
        return EXTRACTIVE if self._quotes else self.settings.model

    @property
    def _quotes(self) -> bool:
        return isinstance(self._model, ExtractiveChatModel)

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
            InputError: The question is empty or too long.
        """
        wanted = self.settings.k if k is None else k
        return self.index.search(_checked(question), k=wanted, where=filter)

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
            InputError: The question is empty or too long.
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
    ) -> Iterator[Answer]:
        """Yield the answer as it grows, sentence by checked sentence; the last one is whole.

        The first one has the passages but no text yet. Arguments and errors as for ``answer``.
        """
        question = _checked(question)
        clock = _Clock()
        standalone = self._stand_alone(question, history or self._topic(filter))
        clock.lap("rewrite")
        wanted = self.settings.k if k is None else k
        meant = standard_question(standalone)
        result = self.index.find(meant, k=wanted, where=filter)
        passages = tuple(merge_neighbours(result.passages))
        answer = Answer(
            question=question,
            standalone_question=standalone,
            passages=passages,
            model=self.model_name,
            index_generation=result.generation,
            timings=clock.lap("search"),
        )
        evidence = self._assess(standard_question(question), meant, result, passages)
        answer = replace(answer, evidence=evidence.probability, timings=clock.lap("evidence"))
        if evidence.probability < self.settings.threshold:
            reason = "no_evidence" if result.chunks else "empty_index"
            yield _refused(answer, reason, clock)
            return
        yield answer
        reading = Reading(
            standalone,
            passages,
            evidence.sentences,
            versions=other_versions(meant, passages, evidence.sentences),
            short=_short(meant, result, passages, evidence.sentences),
        )
        yield from self._write(answer, reading, clock)

    def _topic(self, where: Filter | None) -> History:
        """Return the title of the only article that may be used: what «من أخرجه؟» is about."""
        if where is None or len(where.articles) != 1:
            return ()
        article = self.index.store.get_article(where.articles[0])
        return ((article.title, ""),) if article else ()

    def _stand_alone(self, question: str, history: History) -> str:
        if not history:
            return question
        if not self._quotes and leans_back(question):
            try:
                rewritten = rewrite_question(load_prompt("rewrite"), self._model, question, history)
            except ModelError as error:
                logger.warning("the model did not rewrite the follow-up: %s", error)
            else:
                if rewritten:
                    return rewritten
        return stand_alone(question, history)

    def _assess(
        self, asked: str, question: str, result: SearchResult, passages: tuple[Passage, ...]
    ) -> Evidence:
        sentences = score_sentences(
            question, result.question, passages, self.index.embedder, asked=asked
        )
        idf = result.question.idf
        evidence = assess(question, idf, passages, sentences)
        if asked != question and asks_of_the_unknown(asked, idf, result.chunks):
            return replace(evidence, probability=0.0)
        return evidence

    def _write(self, answer: Answer, reading: Reading, clock: _Clock) -> Iterator[Answer]:
        """Yield what the model writes as it is checked; quote the articles when it fails."""
        phrases = load_phrases(language_of(answer.question))
        draft = self._draft(answer, reading, phrases["unsupported_mark"], quotes=self._quotes)
        try:
            refused = yield from self._checked_text(answer, reading, draft, phrases["not_found"])
        except ModelError as error:
            logger.warning("the model %s failed: %s", self.model_name, error)
            reason = f"{str(error).rstrip('.')}."
            notice = phrases["model_failed"].format(model=self.model_name, reason=reason)
            yield from self._quote(answer, reading, clock, notice=notice, error=str(error))
            return
        if refused:
            yield _refused(answer, "model_refused", clock)
        elif draft.supported:
            removed = phrases["removed"].format(count=draft.removed) if draft.removed else None
            yield _finished(answer, reading, draft, clock, removed)
        elif self._quotes:
            yield _refused(answer, "no_evidence", clock)
        else:
            notice = phrases["model_unsupported"].format(model=self.model_name)
            yield from self._quote(answer, reading, clock, notice=notice)

    def _checked_text(
        self, answer: Answer, reading: Reading, draft: Draft, refusal: str
    ) -> Generator[Answer, None, bool]:
        """Feed complete sentences to the draft; return whether the model refused."""
        chain = answer_chain(self._prompt, self._model)
        text, done = "", 0
        for piece in stream_text(chain, reading):
            text += piece
            if self._quotes:
                continue  # quoting takes milliseconds, and its opening depends on all quotes
            complete = done + unfinished(text[done:])
            if complete > done and refusal.rstrip(".") not in text:
                kept = draft.add(text[done:complete])
                done = complete
                if kept:
                    yield _growing(answer, draft)
        if _refuses(text, refusal) and not draft.sentences:
            return True
        draft.add(text[done:].replace(refusal, ""))
        return False

    def _quote(
        self,
        answer: Answer,
        reading: Reading,
        clock: _Clock,
        *,
        notice: str,
        error: str | None = None,
    ) -> Iterator[Answer]:
        """Answer with quotes instead of the model, saying why."""
        answer = replace(answer, model=EXTRACTIVE, notice=notice, error=error)
        draft = self._draft(answer, reading, "", quotes=True)
        draft.add("".join(stream_text(answer_chain(self._prompt, self._quoter), reading)))
        if draft.supported:
            yield _finished(answer, reading, draft, clock, notice)
        else:
            yield _refused(answer, "no_evidence", clock)

    def _draft(
        self, answer: Answer, reading: Reading, unsupported_mark: str, *, quotes: bool
    ) -> Draft:
        phrases = load_phrases(language_of(answer.question))
        told = (reading.sentences[0], *reading.versions) if reading.versions else ()
        versions = [Support(sentence.passage, sentence.span, 1.0) for sentence in told]
        versions.sort(key=lambda v: answer.passages[v.passage].article.date, reverse=True)
        return Draft(
            passages=answer.passages,
            embedder=self.index.embedder,
            mark=self.settings.unsupported == "mark",
            unsupported_mark=unsupported_mark,
            several=phrases["several"] if quotes else "",
            versions=versions,
            differ=phrases["differ"],
        )


def _load_model(settings: Settings) -> BaseChatModel:
    return load_chat_model(settings.model, base_url=settings.base_url, timeout=settings.timeout)


def _same_model(one: Settings, other: Settings) -> bool:
    names = ("model", "base_url", "timeout")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _refuses(text: str, refusal: str) -> bool:
    """Tell whether a model refused; one that repeats its orders, refusal included, did not."""
    rest = text.replace(refusal.rstrip("."), "", 1)
    return len(rest) < len(text) and len(rest.strip(" .\n")) <= len(refusal) // 2


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise InputError("the question is empty; write a question")
    if len(question) > MAX_QUESTION:
        raise InputError(f"the question is longer than {MAX_QUESTION} characters; shorten it")
    return question


def _growing(answer: Answer, draft: Draft) -> Answer:
    return replace(
        answer,
        text=draft.text,
        sentences=tuple(draft.sentences),
        citations=tuple(draft.citations),
        opening=draft.opening,
        differs=bool(draft.versions),
        found=True,
    )


def _finished(
    answer: Answer, reading: Reading, draft: Draft, clock: _Clock, notice: str | None
) -> Answer:
    draft.complete_versions()
    grown = _growing(answer, draft)
    return replace(grown, short=_shown(reading, grown), timings=clock.lap("answer"), notice=notice)


def _short(
    question: str,
    result: SearchResult,
    passages: tuple[Passage, ...],
    sentences: Sequence[ScoredSentence],
) -> str | None:
    """Return the few words of the best sentence that answer, if they are clear."""
    matches = word_matches(question, result.question, passages)
    if not sentences or not matches:
        return None
    best = sentences[0]
    text = passages[best.passage].article.text
    found = find_short_answer(question, text, best, matches[best.passage])
    return found.text if found else None


def _shown(reading: Reading, answer: Answer) -> str | None:
    """Return the short answer where its sentence is quoted and no article differs."""
    if reading.short is None or answer.differs:
        return None
    return reading.short if any(reading.short in c.quote for c in answer.citations) else None


def _refused(answer: Answer, reason: str, clock: _Clock) -> Answer:
    """Say that nothing was found, and name the nearest articles."""
    phrases = load_phrases(language_of(answer.question))
    text = phrases["empty_index"] if reason == "empty_index" else phrases["not_found"]
    titles = dict.fromkeys(passage.article.title for passage in answer.passages)
    if titles:
        named = "، ".join(f"«{title}»" for title in list(titles)[:_NEAREST])
        text += f"\n{phrases['nearest']}{named}"
    return replace(
        answer,
        text=text,
        sentences=(),
        citations=(),
        found=False,
        refusal=reason,
        timings=clock.lap("answer"),
    )

"""Compose an answer from what a writer writes; quote the articles where a model fails."""

import logging
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace

from prompts import load_phrases
from rag.answers import Answer
from rag.clock import Clock
from rag.errors import ModelError
from rag.language.questions import find_what_is_asked
from rag.question import Question
from rag.reading.reading import Reading
from rag.settings import Settings
from rag.writing.drafting import Draft
from rag.writing.quoting import EXTRACTIVE, QUOTER
from rag.writing.writer import Writer

logger = logging.getLogger(__name__)

_MAX_TITLES = 3
"""Titles that a refusal names."""


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer that is being written.

    Attributes:
        answer: As it was begun.
        reading: What it is written from.
        clock: Running since the question was asked.
        settings: In force.
        may_quote: Whether so much speaks for an answer that quotes may stand for a model's words.
    """

    answer: Answer
    reading: Reading
    clock: Clock
    settings: Settings
    may_quote: bool = True

    def compose(self, writer: Writer) -> Iterator[Answer]:
        """Yield the answer as it grows; quote the articles where a model fails."""
        draft = self._draft(writer)
        try:
            refused = yield from self._stream(writer, draft)
        except ModelError as error:
            logger.warning("the model %s failed: %s", writer.name, error)
            told = {"model": writer.name, "reason": f"{str(error).rstrip('.')}."}
            broke_off = draft.phrases["model_broke_off"].format(**told)
            if self.may_quote:
                quoted = draft.phrases["model_failed"].format(**told)
                yield from self._quote(quoted, broke_off, str(error))
            else:
                yield self._break_off(draft, writer, broke_off, str(error))
            return
        draft = self._review(writer, draft)
        if refused:
            yield self._refuse("model_refused")
        elif draft.is_answer:
            yield self._finish(self.answer, draft, _tell_removed(draft))
        elif draft.sentences:  # what is left says that the passages do not tell
            yield self._refuse("model_refused")
        elif writer is QUOTER:
            yield self._refuse("no_evidence")
        else:
            phrases = (draft.phrases[name] for name in ("model_unsupported", "model_said_nothing"))
            yield from self._quote(*(told.format(model=writer.name) for told in phrases))

    def _stream(self, writer: Writer, draft: Draft) -> Generator[Answer, None, bool]:
        """Yield the answer after each sentence; return whether the writer refused."""
        written = writer.write(self.reading)
        while True:
            try:
                sentence = next(written)
            except StopIteration as end:
                return bool(end.value)
            # Quoting takes milliseconds, and what an answer opens with depends on all quotes.
            if draft.add(sentence) and writer is not QUOTER:
                yield draft.answer(self.answer)

    def _review(self, writer: Writer, draft: Draft) -> Draft:
        """Return the draft with the last verdicts, where some sentences are doubtful."""
        if not any(one.doubt for one in draft.written):
            return draft
        self.clock.lap("answer")
        reviewed = self._draft(writer)
        for one in writer.review(self.reading, draft.written):
            reviewed.add(one)
        self.clock.lap("verify")
        return reviewed

    def _quote(self, quoted: str, refused: str, error: str | None = None) -> Iterator[Answer]:
        """Answer with quotes instead of the model; the notice tells of them where there are any."""
        draft = self._draft(QUOTER)
        for sentence in QUOTER.write(self.reading) if self.may_quote else ():
            draft.add(sentence)
        answer = replace(self.answer, model=EXTRACTIVE, notice=refused, error=error)
        if draft.sentences:
            yield self._finish(answer, draft, quoted)
        else:
            yield refuse(answer, self.reading.question, "no_evidence", self.clock)

    def _break_off(self, draft: Draft, writer: Writer, notice: str, error: str) -> Answer:
        """Answer with what a model wrote before it failed, and refuse where that is nothing."""
        answer = replace(self.answer, error=error)
        if not draft.is_answer:
            answer = replace(answer, notice=notice)
            return refuse(answer, self.reading.question, "no_evidence", self.clock)
        settled = self._draft(writer)
        for one in draft.written:
            settled.add(replace(one, doubt=None))
        return self._finish(
            answer, settled, " ".join(filter(None, (notice, _tell_removed(settled))))
        )

    def _draft(self, writer: Writer) -> Draft:
        return Draft(
            self.reading,
            load_phrases(self.reading.question.language),
            mark=self.settings.unsupported == "mark",
            quotes=writer is QUOTER,
        )

    def _finish(self, answer: Answer, draft: Draft, notice: str | None) -> Answer:
        draft.complete_versions()
        whole = draft.answer(answer)
        short = self.reading.short
        quoted = short is not None and any(short in c.quote for c in whole.citations)
        return replace(
            whole,
            # A short answer is shown where its sentence is quoted and no article differs.
            short=short if quoted and not whole.differs else None,
            timings=self.clock.lap("answer"),
            notice=" ".join(filter(None, (notice, self.answer.notice))) or None,
        )

    def _refuse(self, reason: str) -> Answer:
        return refuse(self.answer, self.reading.question, reason, self.clock)


def _tell_removed(draft: Draft) -> str | None:
    """Say how many sentences were left out, and what the articles say instead."""
    if not draft.removed:
        return None
    told = [draft.phrases["told_instead"].format(told=told) for told in draft.removed if told]
    notice = draft.phrases["removed"].format(count=len(draft.removed))
    return " ".join([notice, *told])


def refuse(answer: Answer, question: Question, reason: str, clock: Clock) -> Answer:
    """Say that nothing was found, and name the nearest articles."""
    phrases = load_phrases(question.language)
    text = phrases["empty_index"] if reason == "empty_index" else _say_not_found(question, phrases)
    titles = dict.fromkeys(passage.article.title for passage in answer.passages)
    if titles:
        named = "، ".join(f"«{title}»" for title in list(titles)[:_MAX_TITLES])
        text += f"\n{phrases['nearest']}{named}"
    return replace(answer, text=text, found=False, refusal=reason, timings=clock.lap("answer"))


def _say_not_found(question: Question, phrases: Mapping[str, str]) -> str:
    """Say what was not found, where the question can be said again inside a sentence."""
    asked = "" if question.is_completed else find_what_is_asked(question.asked)
    return phrases["not_found_what"].format(what=asked) if asked else phrases["not_found"]

"""The writer that asks a chat model: passages + prompt -> text, streamed -> checked sentences."""

import collections.abc
import logging
import re
from collections.abc import Iterable, Iterator, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableLambda

from index.arabic.words import fold
from index.embedding.contract import Embedder
from index.errors import JawabError, take_first_line
from index.search.search import Passage
from prompts import Prompt, load_phrases, load_prompt
from rag.checking.citations import find_unfinished_sentence, split_claims, strip_citations
from rag.checking.refusals import is_refusal
from rag.checking.verdicts import Check, Checker, Verdict
from rag.errors import ModelError
from rag.language.followup import History
from rag.reading.passages import number_passages
from rag.reading.reading import Reading
from rag.writing.writer import Written

logger = logging.getLogger(__name__)

MAX_CHARACTERS = 6_000
"""Of a model's answer; one that goes on is cut there. Chosen, not measured: small
models may repeat themselves without end."""
MAX_THOUGHTS = 60_000
"""Characters of an answer and all that was thought aloud before it."""
_THOUGHT_BEGINS = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


class Generator:
    """Lets a chat model write, and checks every sentence before it is passed on."""

    def __init__(self, model: BaseChatModel, name: str, embedder: Embedder) -> None:
        self.model = model
        self.name = name
        self._embedder = embedder
        self._prompt = load_prompt("answer")

    def write(self, reading: Reading) -> collections.abc.Generator[Written, None, bool]:
        """Yield the model's sentences as they are complete; return whether it refused.

        Raises:
            ModelError: The model failed.
        """
        checker = _Checker(reading.passages, self._embedder)
        held: list[Written] = []  # a refusal, until it is known whether an answer follows
        begun = False
        for written in self._check(reading, checker):
            if begun or not (held or is_refusal(written.text)):
                begun = True
                yield written
                continue
            held.append(written)
            if _is_answer(held):
                begun = True
                yield from held
                held = []
        return bool(held)

    def _check(self, reading: Reading, checker: "_Checker") -> Iterator[Written]:
        """Yield the model's sentences, checked, as they are complete."""
        text, done = "", 0
        for piece in stream_text(build_answer_chain(self._prompt, self.model), reading):
            text += piece
            complete = done + find_unfinished_sentence(text[done:])
            if complete > done:
                yield from checker.check(text[done:complete])
                done = complete
        yield from checker.check(text[done:])

    def rewrite(self, question: str, history: History) -> str | None:
        """Return a follow-up so that it stands alone; None where the model did not manage."""
        try:
            return rewrite_question(load_prompt("rewrite"), self.model, question, history)
        except ModelError as error:
            logger.warning("the model did not rewrite the follow-up: %s", error)
            return None


class _Checker:
    """Splits a model's text into sentences and judges each; none comes twice."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder) -> None:
        self._passages = passages
        self._checker = Checker(passages, embedder)
        self._said: set[str] = set()
        self._gap = ""

    def check(self, text: str) -> Iterator[Written]:
        """Yield the sentences of some complete text."""
        before = "\n" * min(2, self._gap.count("\n")) or " "
        self._gap = text[len(text.rstrip()) :]
        for place, claim in enumerate(split_claims(text)):
            key = fold(claim.text)
            if key in self._said:
                continue
            self._said.add(key)
            lead = claim.lead if place else claim.lead or before
            if is_refusal(claim.text):
                yield Written(claim.text, (), lead)  # it says nothing of the matter
                continue
            check = self._checker.check(claim)
            text = self._restore_spacing(claim.text, check)
            reason = self._quote(check) if check.difference else ""
            yield Written(
                text, check.supports, lead, "", check.verdict, reason, is_related=check.is_related
            )

    def _quote(self, check: Check) -> str:
        """Return the words of an article that are nearest to a claim."""
        if not check.supports:
            return ""
        nearest = check.supports[0]
        start, end = nearest.span
        return self._passages[nearest.passage].article.text[start:end]

    def _restore_spacing(self, text: str, check: Check) -> str:
        """Return a quote in the article's own spacing, anything else as the model wrote it."""
        if check.verdict is not Verdict.SUPPORTED or len(check.supports) != 1:
            return text
        (support,) = check.supports
        start, end = support.span
        quote = self._passages[support.passage].article.text[start:end]
        # The model's own marks are gone from its text, and with them the «[3]» of an article.
        spoken, said = (words.rstrip(".").split() for words in (text, strip_citations(quote)))
        return quote if spoken == said else text


def _is_answer(held: Sequence[Written]) -> bool:
    """Tell whether something that follows a refusal answers: one remark more does not."""
    others = [written for written in held if not is_refusal(written.text)]
    return len(others) > 1 or any(one.verdict is Verdict.SUPPORTED for one in others)


def build_answer_chain(prompt: Prompt, model: BaseChatModel) -> Runnable[Reading, str]:
    """Return the chain from what was read to the text of an answer."""

    def to_messages(reading: Reading) -> list[BaseMessage]:
        system, user = render(prompt, reading)
        return [SystemMessage(system), HumanMessage(user)]

    return RunnableLambda(to_messages) | model | StrOutputParser()


def render(prompt: Prompt, reading: Reading) -> tuple[str, str]:
    """Return the system and user message for what was read."""
    language = reading.question.language
    phrases = load_phrases(language)
    return prompt.fill(
        question=" ".join(reading.question.standalone.split()),
        passages=number_passages(reading.passages, language),
        language=phrases["language"],
        not_found=phrases["not_found"],
    )


def stream_text(chain: Runnable[Reading, str], reading: Reading) -> Iterator[str]:
    """Yield the pieces of a model's answer.

    Raises:
        ModelError: The model failed; providers raise errors of many kinds.
    """
    length = 0
    try:
        for piece in _strip_thoughts(chain.stream(reading)):
            yield piece
            length += len(piece)
            if length > MAX_CHARACTERS:
                return
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_describe_error(error)) from error


def _strip_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """Leave out what a reasoning model thinks aloud between ``<think>`` and ``</think>``."""
    text, shown, thinking = "", 0, False
    for piece in pieces:
        text += piece
        if len(text) > MAX_THOUGHTS:
            break
        while found := (_THOUGHT_ENDS if thinking else _THOUGHT_BEGINS).search(text, shown):
            if not thinking and found.start() > shown:
                yield text[shown : found.start()]
            shown, thinking = found.end(), not thinking
        # What may still become a tag waits for the next piece.
        tag = text.rfind("<", shown)
        safe = tag if tag >= 0 and len(text) - tag < _LONGEST_TAG else len(text)
        if not thinking and safe > shown:
            yield text[shown:safe]
            shown = safe
    if not thinking and shown < len(text):
        yield text[shown:]


def rewrite_question(
    prompt: Prompt, model: BaseChatModel, question: str, history: History
) -> str | None:
    """Ask a model to make a follow-up stand alone; None when its reply cannot be one.

    Raises:
        ModelError: The model failed.
    """
    turns = "\n".join(f"س: {asked}\nج: {' '.join(text.split())[:600]}" for asked, text in history)
    system, user = prompt.fill(history=turns, question=question)
    try:
        said = model.invoke([SystemMessage(system), HumanMessage(user)]).text
        reply = "".join(_strip_thoughts([said]))
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_describe_error(error)) from error
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    if len(lines) != 1 or not 3 <= len(lines[0]) <= 300:
        return None
    return lines[0]


def _describe_error(error: Exception) -> str:
    text = take_first_line(error)
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__

"""The answer chain, a LangChain Runnable: passages + prompt -> chat model -> text, streamed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableLambda

from index.search.search import Passage
from prompts import Prompt, load_phrases
from rag.errors import JawabError, ModelError
from rag.language.questions import is_arabic
from rag.reading.followup import History
from rag.reading.passages import numbered
from rag.reading.relevance import ScoredSentence
from rag.writing.quoting import READING, ExtractiveChatModel

MAX_CHARACTERS = 6_000
"""Of a model's answer; one that goes on is cut there."""
MAX_THOUGHTS = 60_000
"""Characters of an answer and all that was thought aloud before it."""
_THOUGHT_BEGINS = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model is to answer from.

    Attributes:
        question: It stands alone.
        passages: In the order they are numbered.
        sentences: Those read closely, best first; the extractive model chooses among them.
        versions: Sentences of other articles that differ from the best one.
        short: The few words that answer, or None.
    """

    question: str
    passages: Sequence[Passage]
    sentences: Sequence[ScoredSentence]
    versions: Sequence[ScoredSentence] = ()
    short: str | None = None


def answer_chain(prompt: Prompt, model: BaseChatModel) -> Runnable[Reading, str]:
    """Return the chain from what was read to the text of an answer."""
    reads_sentences = isinstance(model, ExtractiveChatModel)

    def to_messages(reading: Reading) -> list[BaseMessage]:
        system, user = render(prompt, reading)
        attached = {READING: reading} if reads_sentences else {}
        return [SystemMessage(system), HumanMessage(user, additional_kwargs=attached)]

    return RunnableLambda(to_messages) | model | StrOutputParser()


def render(prompt: Prompt, reading: Reading) -> tuple[str, str]:
    """Return the system and user message for what was read."""
    language = language_of(reading.question)
    phrases = load_phrases(language)
    return prompt.fill(
        question=" ".join(reading.question.split()),
        passages=numbered(reading.passages, language),
        language=phrases["language"],
        not_found=phrases["not_found"],
    )


def language_of(question: str) -> str:
    """Return ``ar`` or ``en``: what the assistant answers in."""
    return "ar" if is_arabic(question) else "en"


def stream_text(chain: Runnable[Reading, str], reading: Reading) -> Iterator[str]:
    """Yield the pieces of a model's answer.

    Raises:
        ModelError: The model failed; providers raise errors of many kinds.
    """
    length = 0
    try:
        for piece in _without_thoughts(chain.stream(reading)):
            yield piece
            length += len(piece)
            if length > MAX_CHARACTERS:
                return
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_reason(error)) from error


def _without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
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
        reply = "".join(_without_thoughts([said]))
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_reason(error)) from error
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    if len(lines) != 1 or not 3 <= len(lines[0]) <= 300:
        return None
    return lines[0]


def _reason(error: Exception) -> str:
    text = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__

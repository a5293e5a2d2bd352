"""Ask a model, once, what the passages say of the sentences that they do not say word for word."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable

from index.embedding.contract import Embedder
from index.search.search import Passage
from prompts import Prompt, load_prompt
from rag.checking.opinions import Opinion, read_opinions, revise
from rag.checking.verdicts import Checker
from rag.errors import ModelError
from rag.question import Question
from rag.reading.passages import number_passages
from rag.reading.reading import Reading
from rag.writing.generating import stream_text
from rag.writing.stopping import AnswerStoppedError, Stop
from rag.writing.writer import Doubt, Written

_Asked = TypeVar("_Asked")
logger = logging.getLogger(__name__)


class SecondOpinion:
    """Judges the doubtful sentences of an answer by one call of a model.

    Attributes:
        seconds: That the call may take; what comes later is not waited for.
    """

    def __init__(
        self, model: BaseChatModel, embedder: Embedder, seconds: float, stop: Stop
    ) -> None:
        self.seconds = seconds
        self._stop = stop
        self._model = model
        self._embedder = embedder
        self._prompt = load_prompt("verify")

    def review(self, reading: Reading, written: Sequence[Written]) -> list[Written]:
        """Return the sentences of an answer, none of them doubtful any longer.

        Where the model fails, is late or leaves a sentence out, its verdict stays as it was.
        """
        doubts = [one.doubt for one in written if one.doubt]
        if not doubts:
            return list(written)
        shown = _list_shown(doubts, len(reading.passages))
        opinions = self._ask(reading, shown, doubts)
        checker = Checker(reading.passages, self._embedder)
        numbers = count(1)
        reviewed = []
        for one in written:
            opinion = opinions.get(next(numbers)) if one.doubt else None
            if one.doubt and opinion:
                check = revise(one.doubt.text, one.doubt.check, opinion, checker, shown)
                reviewed.append(one.judge(check, reading.passages))
            else:
                reviewed.append(replace(one, doubt=None))
        return reviewed

    def _ask(
        self, reading: Reading, shown: Sequence[int], doubts: Sequence[Doubt]
    ) -> dict[int, Opinion]:
        """Return what the model says in time, by the number of the sentence."""
        passages = [reading.passages[n] for n in shown]
        texts = [doubt.text for doubt in doubts]
        system, user = render(self._prompt, reading.question, passages, texts)
        messages = [SystemMessage(system), HumanMessage(user)]
        chain = self._model | StrOutputParser()
        try:
            reply = read_in_time(chain, messages, self.seconds, self._stop)
        except ModelError as error:
            logger.warning("no second opinion: %s", error)
            return {}
        opinions = read_opinions(reply)
        if missing := set(range(1, len(doubts) + 1)) - opinions.keys():
            logger.warning("no second opinion on %d of %d sentences", len(missing), len(doubts))
        return opinions


def render(
    prompt: Prompt, question: Question, passages: Sequence[Passage], sentences: Sequence[str]
) -> tuple[str, str]:
    """Return the system and user message that ask what passages say of sentences."""
    lines = [f"{n}. {' '.join(text.split())}" for n, text in enumerate(sentences, start=1)]
    return prompt.fill(
        passages=number_passages(passages, "ar"),
        question=" ".join(question.standalone.split()),
        sentences="\n".join(lines),
        count=str(len(lines)),
    )


def read_in_time(chain: Runnable[_Asked, str], asked: _Asked, seconds: float, stop: Stop) -> str:
    """Return the text of a model, without what it thought aloud.

    A client's own time-out counts from piece to piece.

    Args:
        chain: From what is asked to the text.
        asked: What the chain takes.
        seconds: To wait for all of it.
        stop: Whether the answer is still wanted.

    Raises:
        ModelError: The model failed or is late; its connection is closed then.
        AnswerStoppedError: Nobody waits for the answer any longer.
    """
    late = Stop()
    stop.tell(late.set)
    timer = threading.Timer(seconds, late.set)
    timer.start()
    text = ""
    try:
        for piece in stream_text(chain, asked, late):
            text = "" if piece is None else text + piece
    except AnswerStoppedError:
        if stop.is_set:
            raise
        raise ModelError(f"it did not come within {seconds:g} seconds") from None
    finally:
        timer.cancel()
    return text


def _list_shown(doubts: Sequence[Doubt], total: int) -> list[int]:
    """Return the positions of the passages that doubtful sentences cite or are nearest to."""
    cited = {n - 1 for doubt in doubts for n in doubt.numbers if n <= total}
    near = {support.passage for doubt in doubts for support in doubt.check.supports}
    return sorted(cited | near)

"""Let a model give a second opinion on labelled claims: a real one, or one that knows them."""

from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from benchmarks.claims_data import Case
from index.embedding.contract import Embedder
from rag.checking.grounding import find_nearest
from rag.checking.verdicts import Check, Verdict
from rag.question import understand
from rag.reading.reading import Reading
from rag.writing.models import load_chat_model
from rag.writing.second_opinion import SecondOpinion
from rag.writing.stopping import Stop
from rag.writing.writer import Doubt, Written

ORACLE = "oracle"
ERRORS = (0.0, 0.05, 0.10)
"""Shares of the claims on which a model that knows the labels says the contrary."""
_PATIENCE = 120.0
"""Seconds: how long a model takes is not what is measured."""
_ASKED = understand("ماذا تقول المقالات عن هذا؟")
_QUOTED = 25
"""Words of a quote at most, as the prompt asks for."""

Judge = Callable[[Case, Check], Mapping[Verdict, float]]
"""Takes a claim and what was found of it by words; returns how likely it gets each verdict."""


def make_judges(name: str, base_url: str, embedder: Embedder) -> dict[str, Judge]:
    """Return what judges with a model of that name, or with the oracle at each share of errors."""
    if name != ORACLE:
        model = load_chat_model(name, base_url=base_url, timeout=2 * _PATIENCE)
        return {
            f"asking {name.rpartition('/')[2]}": lambda c, k: {_review(c, k, model, embedder): 1.0}
        }
    return {
        f"asking a model that errs in {error:.0%}": lambda case, check, error=error: _weigh(
            case, check, embedder, error
        )
        for error in ERRORS
    }


def _weigh(case: Case, check: Check, embedder: Embedder, error: float) -> Mapping[Verdict, float]:
    right = _review(case, check, Oracle(reply=_reply(case, embedder, errs=False)), embedder)
    wrong = _review(case, check, Oracle(reply=_reply(case, embedder, errs=True)), embedder)
    if right is wrong:
        return {right: 1.0}
    return {right: 1 - error, wrong: error}


def _review(case: Case, check: Check, model: BaseChatModel, embedder: Embedder) -> Verdict:
    """Return the verdict on a claim that is the only sentence of an answer."""
    claim = case.claim
    doubt = Doubt(claim.text, claim.numbers, check) if check.is_open else None
    written = Written(claim.text, check.supports, verdict=check.verdict, doubt=doubt)
    reading = Reading(_ASKED, case.passages)
    (reviewed,) = SecondOpinion(model, embedder, _PATIENCE, Stop()).review(reading, [written])
    return reviewed.verdict


def _reply(case: Case, embedder: Embedder, *, errs: bool) -> str:
    """Return a line with the sentence nearest in meaning as its quote."""
    cited = [number - 1 for number in case.claim.numbers]
    nearest = find_nearest(case.claim.text, cited, case.passages, embedder)
    if nearest is None:
        return ""
    text = case.passages[nearest.passage].article.text[nearest.span.start : nearest.span.end]
    quote = " ".join(text.split()[:_QUOTED])
    is_true = case.label in {"free", "close"}
    if case.label == "hallucination" and not errs:
        return "1 | غير مذكور | - | -"
    return f"1 | {'نعم' if is_true != errs else 'لا'} | {nearest.passage + 1} | {quote}"


class Oracle(BaseChatModel):
    """Says what it is told to."""

    reply: str

    @property
    def _llm_type(self) -> str:
        return ORACLE

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.reply))])

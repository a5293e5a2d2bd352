"""Jawab as a LangChain chat model, for chains of one's own: messages in, a checked answer out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Self

from langchain_core.caches import BaseCache
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import BeforeValidator, ConfigDict, SecretStr, model_validator

from index.errors import InputError
from index.store.contract import Filter
from rag.answers import Answer
from rag.assistant import Assistant
from rag.convenience import load_assistant
from rag.errors import ModelError
from rag.language.followup import History
from rag.settings import Settings, load_settings

_SETTINGS = (
    "index", "model", "base_url", "timeout", "window", "k", "caution", "length", "unsupported",
    "verify",
)  # fmt: skip
_NOT_METADATA = ("text", "model", "passages")
"""Fields of an answer that a message has elsewhere; passages are long, and the retriever's."""

# Who speaks, by the type of a message or the role of a ``ChatMessage``.
HUMAN = frozenset(("human", "HumanMessageChunk", "user"))
_ASSISTANT = frozenset(("ai", "AIMessageChunk", "assistant"))


def _path(index: Any) -> Any:
    return str(index) if isinstance(index, Path) else index


class ChatJawab(BaseChatModel):
    """Answers the last human message from an index; earlier ones are the conversation so far.

    The reply's text has ``[n]`` marks. Its ``response_metadata`` has the ``citations`` they stand
    for, the ``sentences`` they stand behind, ``found``, ``refusal`` and the other fields of
    ``Answer.to_dict``, of the whole answer also where the text was cut. Its usage counts tokens
    of the messages and of the reply as the index's embedder sees them; what a model that Jawab
    asks has used, that model reports.

    System messages are not followed: what may be said is what the articles say. Those of the
    following that are None are taken from the environment or ``jawab.toml``. ``model``, ``k`` and
    ``where`` can also be given with a question: ``chat.invoke("…", k=3)``.

    Attributes:
        index: The index folder. It opens with the first question, once for all that name it.
        model: What writes the answers, as :class:`rag.settings.Settings` says; so are the next.
        base_url: Address of the model's server.
        timeout: Seconds to wait for the model.
        window: Tokens that it takes, prompt and answer together.
        k: Passages to read for an answer.
        caution: ``careful``, ``balanced`` or ``lenient``.
        length: ``short``, ``normal`` or ``long``.
        unsupported: ``remove`` or ``mark`` sentences that the articles contradict.
        verify: ``words``, or ``model`` for its second opinion on what it wrote.
        where: Which articles may be used; None means all.
        stop: The reply ends before the first of these.
        streaming: Whether ``invoke`` streams too, for callbacks that follow a reply as it grows.
        temperature: Taken, as by all chat models of LangChain, and not used, like the next three:
            answers are quoted, or written at 0 and checked sentence by sentence.
        max_tokens: Not used.
        max_retries: Not used.
        api_key: Not used: keys are read from the environment and never written down.
        cache: LangChain's; none unless one is given here, since articles change.
    """

    # What is misspelt must not pass for the default.
    model_config = ConfigDict(extra="forbid")

    index: Annotated[str | None, BeforeValidator(_path)] = None
    model: str | None = None
    base_url: str | None = None
    timeout: float | None = None
    window: int | None = None
    k: int | None = None
    caution: str | None = None
    length: str | None = None
    unsupported: str | None = None
    verify: str | None = None
    where: Filter | None = None
    stop: list[str] | None = None
    streaming: bool = False
    temperature: float | None = None
    max_tokens: int | None = None
    max_retries: int | None = None
    api_key: SecretStr | None = None
    cache: BaseCache | bool | None = False

    @model_validator(mode="after")
    def _check_settings(self) -> Self:
        _ = self.settings
        return self

    @property
    def settings(self) -> Settings:
        """The settings in force.

        Raises:
            SettingsError: A value is unusable.
        """
        return load_settings(**{name: getattr(self, name) for name in _SETTINGS})

    @property
    def _llm_type(self) -> str:
        return "jawab"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {**asdict(self.settings), "where": self.where, "default_stop": self.stop}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        named = {"model": self.settings.model, **kwargs}
        return super()._get_ls_params(stop=stop or self.stop, **named)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assistant, answers = self._ask(messages, **kwargs)
        *_, answer = answers
        text = truncate_at_stop(answer.text, stop or self.stop)
        message = AIMessage(
            content=text,
            response_metadata=_metadata(answer),
            usage_metadata=_count_usage(assistant, messages, text),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        stop = stop or self.stop
        assistant, answers = self._ask(messages, **kwargs)
        sent = ""
        for answer in answers:
            # A stop sequence may stand across two pieces: then nothing is sent before the end.
            if not stop and answer.settled_text != sent:
                yield ChatGenerationChunk(
                    message=AIMessageChunk(content=compute_addition(sent, answer))
                )
                sent = answer.settled_text
        text = truncate_at_stop(answer.text, stop)
        last = AIMessageChunk(
            content=text[len(sent) :],
            response_metadata=_metadata(answer),
            usage_metadata=_count_usage(assistant, messages, text),
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)

    def _ask(
        self,
        messages: Sequence[BaseMessage],
        *,
        model: str | None = None,
        k: int | None = None,
        where: Filter | None = None,
    ) -> tuple[Assistant, Iterator[Answer]]:
        question, history = split_turns(messages)
        settings = self.settings if model is None else replace(self.settings, model=model)
        assistant = load_assistant(settings)
        where = self.where if where is None else where
        return assistant, assistant.stream(question, history=history, k=k, filter=where)


def split_turns(messages: Sequence[BaseMessage]) -> tuple[str, History]:
    """Return the question that messages end with and the turns before it, oldest first.

    Every human message begins a turn; what the assistant says until the next one is its answer.

    Raises:
        InputError: The last turn is answered already, none was begun, or its question is more
            than text.
    """
    said = [(_speaker(message), str(message.text)) for message in messages]
    question, history = pair_turns(said)
    asked = next(message for message in reversed(messages) if _speaker(message) in HUMAN)
    check_kinds(block["type"] for block in asked.content_blocks)
    return question, history


def pair_turns(said: Iterable[tuple[str, str]]) -> tuple[str, History]:
    """Return the open question and the turns before it, of who said what, oldest first.

    Systems and tools are passed over.

    Raises:
        InputError: The last turn is answered already, or none was begun.
    """
    turns: list[tuple[str, str]] = []
    for speaker, text in said:
        if speaker in HUMAN:
            turns.append((text, ""))
        elif speaker in _ASSISTANT and turns and text.strip():
            question, before = turns[-1]
            turns[-1] = (question, f"{before}\n{text}".strip())
    if not turns or turns[-1][1]:
        raise InputError("there is nothing to answer; end the messages with a human's question")
    return turns[-1][0], turns[:-1]


def check_kinds(kinds: Iterable[str]) -> None:
    """Check that a question is text alone.

    Raises:
        InputError: It has a picture or something else in it.
    """
    if others := set(kinds) - {"text"}:
        told = ", ".join(sorted(others))
        raise InputError(f"only text is read; leave {told} out of the question")


def _speaker(message: BaseMessage) -> str:
    return message.role if isinstance(message, ChatMessage) else message.type


def truncate_at_stop(text: str, stop: Sequence[str] | None) -> str:
    """Return the text before the first stop sequence."""
    ends = [text.index(sequence) for sequence in stop or () if sequence in text]
    return text[: min(ends, default=len(text))]


def compute_addition(sent: str, answer: Answer) -> str:
    """Return what the answer has more than was sent of it, as far as that is settled.

    Raises:
        ModelError: It begins otherwise now. What was streamed cannot be taken back.
    """
    if not answer.settled_text.startswith(sent):
        raise ModelError(
            f"what was streamed no longer holds ({answer.notice}) Ask again, or without streaming."
        )
    return answer.settled_text[len(sent) :]


def _metadata(answer: Answer) -> dict[str, Any]:
    told = answer.to_dict()
    kept = {name: value for name, value in told.items() if name not in _NOT_METADATA}
    return {**kept, "model_name": answer.model}


def _count_usage(assistant: Assistant, messages: Sequence[BaseMessage], text: str) -> UsageMetadata:
    read, written = count_tokens(assistant, [str(message.text) for message in messages], text)
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def count_tokens(assistant: Assistant, texts: Iterable[str], reply: str) -> tuple[int, int]:
    """Return the tokens of what was said and of the reply, as the index's embedder sees them."""
    *read, written = assistant.index.embedder.count_tokens([*texts, reply])
    return sum(read), written

"""Run a GGUF model in this process with llama.cpp, as a LangChain chat model."""

import queue
import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from rag.errors import ModelError

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class GgufChatModel(BaseChatModel):
    """A model file, loaded on first use.

    Attributes:
        path: The ``.gguf`` file.
        context: Tokens of prompt and answer together.
        max_tokens: Tokens of an answer at most.
    """

    path: str
    context: int = 8192
    max_tokens: int = 512

    @property
    def _llm_type(self) -> str:
        return "gguf"

    @cached_property
    def _server(self) -> Any:
        try:
            import xllamacpp
        except ImportError:
            raise ModelError(
                "models in GGUF files need a package: pip install 'jawab[gguf]'"
            ) from None
        parameters = xllamacpp.CommonParams()
        parameters.model.path = self.path
        parameters.n_ctx = self.context
        parameters.n_parallel = 1
        parameters.verbosity = -1
        try:
            return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise ModelError(f"llama.cpp cannot load {self.path}: {error}") from error

    def _request(self, messages: list[BaseMessage], stop: list[str] | None) -> dict[str, Any]:
        return {
            "messages": [
                {"role": _ROLES.get(message.type, "user"), "content": message.text}
                for message in messages
            ],
            "max_tokens": self.max_tokens,
            "temperature": 0,
            **({"stop": stop} if stop else {}),
        }

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._server.handle_chat_completions(self._request(messages, stop))
        message = AIMessage(content=_content(_choice(reply)["message"]))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = {**self._request(messages, stop), "stream": True}
        for event in _events(self._server, request):
            if text := _content(_choice(event)["delta"]):
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))


def _choice(reply: dict[str, Any]) -> dict[str, Any]:
    if "choices" not in reply:
        raise ModelError(f"llama.cpp: {reply.get('message') or reply}")
    choice: dict[str, Any] = reply["choices"][0]
    return choice


def _content(message: dict[str, Any]) -> str:
    return message.get("content") or ""


def _events(server: Any, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Turn llama.cpp's callback into a stream; it stops generating when nobody reads on."""
    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    stopped = threading.Event()

    def receive(event: dict[str, Any]) -> bool:
        events.put(event)
        return stopped.is_set()

    def work() -> None:
        try:
            server.handle_chat_completions(request, receive)
        finally:
            events.put(None)

    threading.Thread(target=work, daemon=True).start()
    try:
        while (event := events.get()) is not None:
            if event.get("choices"):
                yield event
            elif "error" in event or "message" in event:
                raise ModelError(f"llama.cpp: {event.get('message') or event['error']}")
    finally:
        stopped.set()

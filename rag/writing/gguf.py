"""Run a GGUF model with llama.cpp's own server, on a port of this machine that nobody else sees."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, ModelProfile
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from rag.errors import ModelError
from rag.writing.gguf_server import GgufServer

_MOST = 512
"""Tokens of an answer at most; four sentences take some 200."""
_CONTEXT = 8_192
"""Tokens of prompt and answer together."""
_READ = 4_096
"""Of these, as many as are used unless the window is set. Small vocabularies take twice as many
for Arabic as is reckoned, and a processor reads a hundred in a second or fewer."""
_UNTRACED = RunnableConfig(callbacks=[])
"""Who follows this model's calls need not see those to its server too."""


class GgufChatModel(BaseChatModel):
    """A chat model that asks its own server, and starts it again where it has ended.

    Attributes:
        path: The ``.gguf`` file.
        timeout: Seconds to wait for an answer.
        window: Tokens of prompt and answer together.
    """

    path: Path
    timeout: float
    window: int = _CONTEXT
    _server: GgufServer = PrivateAttr()
    _client: ChatOpenAI = PrivateAttr()
    _starting: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def load(cls, path: Path, *, timeout: float, window: int = 0) -> "GgufChatModel":
        """Load a model file and serve it on 127.0.0.1.

        Args:
            path: The ``.gguf`` file.
            timeout: Seconds to wait for an answer.
            window: Tokens of prompt and answer together; 0 means the usual ones.

        Raises:
            ModelError: llama.cpp cannot load the file.
        """
        model = cls(path=path, timeout=timeout, window=window or _CONTEXT)
        model._start()
        return model

    @property
    def _llm_type(self) -> str:
        return "gguf"

    def _resolve_model_profile(self) -> ModelProfile:
        return {"max_input_tokens": _READ}

    def _start(self) -> None:
        options: dict[str, Any] = {
            "trust_env": False,  # a proxy does not reach this machine's own ports
            "limits": httpx.Limits(max_keepalive_connections=0),  # nothing is left to be closed
        }
        self._server = GgufServer(self.path, self.window)
        self._client = ChatOpenAI(
            model=self.path.stem,
            base_url=f"{self._server.address}/v1",
            api_key=self._server.key,  # type: ignore[arg-type]
            temperature=0,
            max_tokens=_MOST,  # type: ignore[call-arg]
            timeout=self.timeout,
            max_retries=0,
            http_client=httpx.Client(**options),
            http_async_client=httpx.AsyncClient(**options),
        )

    def _ready(self) -> tuple[GgufServer, ChatOpenAI]:
        """Return a server that runs, started again where it ended, and its client."""
        with self._starting:
            if not self._server.is_running:
                self._start()
            return self._server, self._client

    @staticmethod
    @contextmanager
    def _answering(server: GgufServer) -> Iterator[None]:
        """Tell why an answer failed where its server ended."""
        try:
            yield
        except Exception as error:
            if reason := server.death():
                raise ModelError(f"llama.cpp ended while it answered: {reason}") from error
            raise

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        server, client = self._ready()
        with self._answering(server):
            message = client.invoke(messages, _UNTRACED, stop=stop, **kwargs)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        finished = False
        server, client = self._ready()
        with self._answering(server):
            for message in client.stream(messages, _UNTRACED, stop=stop, **kwargs):
                finished = finished or "finish_reason" in message.response_metadata
                yield ChatGenerationChunk(message=message)
        if not finished:
            raise ModelError("the answer of llama.cpp broke off")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        finished = False
        server, client = await asyncio.to_thread(self._ready)
        with self._answering(server):
            async for message in client.astream(messages, _UNTRACED, stop=stop, **kwargs):
                finished = finished or "finish_reason" in message.response_metadata
                yield ChatGenerationChunk(message=message)
        if not finished:
            raise ModelError("the answer of llama.cpp broke off")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        server, client = await asyncio.to_thread(self._ready)
        with self._answering(server):
            message = await client.ainvoke(messages, _UNTRACED, stop=stop, **kwargs)
        return ChatResult(generations=[ChatGeneration(message=message)])

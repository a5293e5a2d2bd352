"""Run a GGUF model with llama.cpp's own server, on a port of this machine that nobody else sees."""

from pathlib import Path
from typing import Any

import xllamacpp
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from rag.errors import ModelError

_CONTEXT = 8_192
"""Tokens of prompt and answer together."""
_MOST = 512
"""Tokens of an answer at most; four sentences take some 200."""


class GgufChatModel(ChatOpenAI):
    """A chat model that asks its own server; the server ends with the model."""

    _server: Any = PrivateAttr(default=None)

    @classmethod
    def load(cls, path: Path, *, timeout: float) -> "GgufChatModel":
        """Load a model file and serve it on 127.0.0.1.

        Args:
            path: The ``.gguf`` file.
            timeout: Seconds to wait for an answer.

        Raises:
            ModelError: llama.cpp cannot load the file.
        """
        server = _serve(path)
        model = cls(
            model=path.stem,
            base_url=f"{server.listening_address}/v1",
            api_key="not-needed",  # type: ignore[arg-type]
            temperature=0,
            max_tokens=_MOST,  # type: ignore[call-arg]
            timeout=timeout,
            max_retries=0,
        )
        model._server = server
        return model


def _serve(path: Path) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = _CONTEXT
    parameters.n_parallel = 1
    parameters.verbosity = -1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # one that is free
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise ModelError(f"llama.cpp cannot load {path}: {error}") from error

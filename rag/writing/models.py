"""Load the chat model that writes answers, by name."""

import os
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from index.errors import take_first_line
from rag.errors import ModelError
from rag.writing.window import UNKNOWN

_PACKAGES = {
    "openai": ("langchain_openai",),
    "ollama": ("langchain_ollama",),
    "anthropic": ("langchain_anthropic",),
    "gguf": ("xllamacpp", "langchain_openai"),
}
"""What each provider needs; the extra that brings it has the provider's name."""
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_NO_KEY = "not-needed"  # servers of one's own ask for none, but the clients insist on a value


def load_chat_model(
    name: str, *, base_url: str = "", timeout: float = 60.0, window: int = 0
) -> BaseChatModel:
    """Return the chat model of that name.

    Args:
        name: ``ollama:…``, ``openai:…``, ``anthropic:…``; ``gguf:/path``; or any
            id that LangChain's ``init_chat_model`` takes.
        base_url: Address of the model's server; "" means the provider's own.
        timeout: Seconds to wait for it, the one retry included.
        window: Tokens that it is to take, where it is served with as many as is asked for; 0
            means the usual ones.

    Raises:
        ModelError: Its package, key or file is missing; the text says what to do.
    """
    if name.startswith("gguf:"):
        return _local_model(Path(name.removeprefix("gguf:")).expanduser(), timeout, window)
    provider = name.split(":", 1)[0] if ":" in name else ""
    _require_packages(provider)
    try:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel = init_chat_model(
            name, **_options(provider, base_url, timeout, window)
        )
    except (ImportError, ValueError) as error:
        raise ModelError(f"cannot use the model {name!r}: {take_first_line(error)}") from error
    return model


def greet(name: str, *, base_url: str = "", timeout: float = 60.0) -> str:
    """Let a model say something, to see that it can be reached; return what it said.

    Raises:
        ModelError: It cannot be used or does not answer; the text says why.
    """
    model = load_chat_model(name, base_url=base_url, timeout=timeout)
    try:
        said = model.invoke([HumanMessage("قل: مرحبًا")]).text
    except Exception as error:
        raise ModelError(f"the model {name!r} does not answer: {take_first_line(error)}") from error
    return " ".join(said.split())[:200]


def _local_model(path: Path, timeout: float, window: int) -> BaseChatModel:
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    _require_packages("gguf")
    from rag.writing.gguf import GgufChatModel

    return GgufChatModel.load(path, timeout=timeout, window=window)


def _require_packages(provider: str) -> None:
    from importlib.util import find_spec

    missing = [name for name in _PACKAGES.get(provider, ()) if find_spec(name) is None]
    if missing:
        raise ModelError(f"models of {provider!r} need a package: pip install 'jawab[{provider}]'")


def _options(provider: str, base_url: str, timeout: float, window: int) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": 0}
    if provider == "ollama":
        options["client_kwargs"] = {"timeout": timeout}
        options["num_ctx"] = window or UNKNOWN  # its own is smaller, and it cuts off what is more
    else:
        options |= {"timeout": timeout / 2, "max_retries": 1}
    if base_url:
        options["base_url"] = base_url
    key = _KEYS.get(provider)
    if key and not os.environ.get(key):
        if not base_url:
            raise ModelError(
                f"{provider} needs a key: set {key}, or give the address of your own server:"
                " --base-url http://…"
            )
        options["api_key"] = _NO_KEY
    return options

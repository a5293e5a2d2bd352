"""Questions in, checked answers out."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.store.contract import Filter
    from rag.answers import Answer, Citation, Sentence
    from rag.assistant import Assistant
    from rag.convenience import answer
    from rag.errors import ModelError, SettingsError
    from rag.langchain.chat_model import ChatJawab
    from rag.settings import Settings, load_settings

__all__ = [
    "Answer",
    "Assistant",
    "ChatJawab",
    "Citation",
    "Filter",
    "ModelError",
    "Sentence",
    "Settings",
    "SettingsError",
    "answer",
    "load_settings",
]

_HOME = {
    "Answer": "rag.answers",
    "Assistant": "rag.assistant",
    "ChatJawab": "rag.langchain.chat_model",
    "Citation": "rag.answers",
    "Filter": "index.store.contract",
    "ModelError": "rag.errors",
    "Sentence": "rag.answers",
    "Settings": "rag.settings",
    "SettingsError": "rag.errors",
    "answer": "rag.convenience",
    "load_settings": "rag.settings",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import rag`` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)

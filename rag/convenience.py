"""``answer()``: one call for scripts and notebooks."""

from functools import lru_cache
from pathlib import Path

from index.store.contract import Filter
from rag.answers import Answer
from rag.assistant import Assistant
from rag.language.followup import History
from rag.settings import Settings, load_settings


def answer(
    question: str,
    *,
    index: str | Path | None = None,
    history: History = (),
    k: int | None = None,
    filter: Filter | None = None,  # noqa: A002
) -> Answer:
    """Answer a question from an index; the index and the model stay loaded between calls.

    Args:
        question: In Arabic or another language the embedder knows.
        index: The index folder; None takes ``$JAWAB_INDEX``, else ``./.jawab``.
        history: Earlier turns, oldest first: (question, answer text).
        k: Passages to read; None takes the setting.
        filter: Which articles may be used.

    Raises:
        IndexNotFoundError: The folder holds no index.
        InputError: The question is empty or too long.
    """
    settings = load_settings(index=None if index is None else str(index))
    assistant = _assistant(settings, str(Path(settings.index).resolve()))
    return assistant.answer(question, history=history, k=k, filter=filter)


@lru_cache(maxsize=4)
def _assistant(settings: Settings, folder: str) -> Assistant:
    """Open each index once per combination of settings."""
    return Assistant.from_settings(settings)

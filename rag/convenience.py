"""``answer()``: one call for scripts and notebooks."""

from functools import lru_cache
from pathlib import Path
from threading import RLock

from index.store.contract import Filter
from rag.answers import Answer
from rag.assistant import Assistant
from rag.language.followup import History
from rag.settings import Settings, load_settings

_opening = RLock()


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
    return load_assistant(settings).answer(question, history=history, k=k, filter=filter)


def load_assistant(settings: Settings) -> Assistant:
    """Return the assistant of these settings; each is opened once, by one thread.

    Raises:
        IndexNotFoundError: The folder holds no index.
        ModelError: The model's package, key or file is missing.
    """
    with _opening:
        return _open_assistant(settings, str(Path(settings.index).resolve()))


@lru_cache(maxsize=8)
def _open_assistant(settings: Settings, folder: str) -> Assistant:
    """Open an index; assistants of one index that answer in other ways share its embedder."""
    first = Settings(
        index=settings.index,
        embedder=settings.embedder,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        reranker=settings.reranker,
    )
    if settings == first:
        return Assistant.from_settings(settings)
    other = _open_assistant(first, folder).beside(settings.index)
    other.use(settings)
    return other

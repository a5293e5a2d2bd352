"""The assistant as a LangChain Runnable, to put into chains of one's own."""

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from rag.answers import Answer


class AnswerRunnable(Runnable[str | dict[str, Any], Answer]):
    """Takes a question, or a dict of ``Assistant.answer``'s arguments; gives an ``Answer``.

    Those arguments can also be given beside a question: ``runnable.invoke("…", k=3)``.
    ``stream`` gives growing answers; the last one equals what ``invoke`` returns.
    """

    def __init__(
        self, answer: Callable[..., Answer], stream: Callable[..., Iterator[Answer]]
    ) -> None:
        self._answer = answer
        self._stream = stream

    def invoke(
        self,
        input: str | dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Answer:
        """Answer one question."""
        return self._answer(**_arguments(input, kwargs))

    def stream(
        self,
        input: str | dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows."""
        yield from self._stream(**_arguments(input, kwargs))


def _arguments(given: str | dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {**({"question": given} if isinstance(given, str) else given), **more}

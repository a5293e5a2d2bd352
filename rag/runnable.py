"""The assistant as a LangChain Runnable, to put into chains of one's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from rag.answers import Answer

if TYPE_CHECKING:
    from rag.assistant import Assistant


class AnswerRunnable(Runnable[str | dict[str, Any], Answer]):
    """Takes a question, or a dict of ``Assistant.answer``'s arguments; gives an ``Answer``.

    ``stream`` gives growing answers; the last one equals what ``invoke`` returns.
    """

    def __init__(self, assistant: "Assistant") -> None:
        self._assistant = assistant

    def invoke(
        self,
        input: str | dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Answer:
        """Answer one question."""
        return self._assistant.answer(**_arguments(input))

    def stream(
        self,
        input: str | dict[str, Any],  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any | None,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows."""
        yield from self._assistant.stream(**_arguments(input))


def _arguments(given: str | dict[str, Any]) -> dict[str, Any]:
    return {"question": given} if isinstance(given, str) else given

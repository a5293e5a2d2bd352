"""A chat completion that is being answered, whole or as a stream of events."""

import logging
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread

from index.errors import JawabError
from rag.answers import Answer
from rag.assistant import Assistant
from rag.langchain.chat_model import compute_addition, count_tokens
from ui.web.completions import Completion, Json, Reply, compose_reply, make_event
from ui.web.following import Answers
from ui.web.program_errors import UNEXPECTED, make_error, status_of

logger = logging.getLogger(__name__)


class Talk:
    """One completion, in OpenAI's objects."""

    def __init__(
        self, assistant: Assistant, asked: Completion, model: str, list_sources: bool
    ) -> None:
        self._assistant = assistant
        self._asked = asked
        self._lists = list_sources if asked.list_sources is None else asked.list_sources
        self._frame = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, answer: Answer) -> Json:
        """Return the completion of a finished answer."""
        reply, usage = self._finish(answer)
        message = {"role": "assistant", "content": reply.text, "annotations": reply.annotations}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self._frame,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
            "jawab": reply.details,
        }

    async def events(self, first: Answer, answers: Answers) -> AsyncIterator[str]:
        """Yield the events of an answer as it grows.

        Where what was sent no longer holds, or a model fails later, the last is an error.
        """
        try:
            yield self._event({"role": "assistant", "content": ""})
            sent, answer = "", first
            while True:
                # A stop sequence may stand across two pieces: then nothing is sent before the end.
                if not self._asked.stops() and answer.settled_text != sent:
                    yield self._event({"content": compute_addition(sent, answer)})
                    sent = answer.settled_text
                if (following := await anext(answers, None)) is None:
                    break
                answer = following
            reply, usage = await to_thread.run_sync(self._finish, answer)
            if rest := reply.text[len(sent) :]:
                yield self._event({"content": rest})
            cited = {"annotations": reply.annotations}
            yield self._event(cited, finish_reason="stop", jawab=reply.details)
            if self._asked.stream_options and self._asked.stream_options.include_usage:
                yield self._event(None, usage=usage)
            yield "data: [DONE]\n\n"
        except JawabError as error:
            logger.warning("an answer broke off: %s", error)
            yield make_event(make_error(str(error), status_of(error)))
        except Exception:
            logger.exception("an answer broke off")
            yield make_event(make_error(UNEXPECTED, 500))

    def _event(
        self, delta: Json | None, *, finish_reason: str | None = None, **further: Any
    ) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        choices = [] if delta is None else [choice]
        kind = "chat.completion.chunk"
        return make_event({**self._frame, "object": kind, "choices": choices, **further})

    def _finish(self, answer: Answer) -> tuple[Reply, Json]:
        names = self._assistant.settings.sources
        reply = compose_reply(answer, self._asked.stops(), names, list_sources=self._lists)
        said = [message.text for message in self._asked.messages]
        read, written = count_tokens(self._assistant, said, reply.text)
        usage = {"prompt_tokens": read, "completion_tokens": written}
        return reply, {**usage, "total_tokens": read + written}

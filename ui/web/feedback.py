"""What readers think of answers: JSON lines beside the index, which nobody else gets."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from index.store.opening import RAY
from ui.web.render import Turn

REASONS = ("معلومة غير دقيقة", "المصدر لا يدعم الإجابة", "لا تجيب عن السؤال")
"""What may be wrong with an answer."""
_MAX_REMEMBERED = 1000
"""Answers of which it is remembered what was said; chosen, for a few minutes of many readers."""


class Feedback:
    """A file of opinions; safe from threads.

    Args:
        place: Of the index; opinions on one in a cluster go to the working folder, under its
            address and name.
    """

    def __init__(self, place: str) -> None:
        if place.startswith(RAY):
            place = place.replace(":", "-").replace("/", "-")
        folder = Path(place).resolve()  # «.» and «..» have no name of their own
        self.path = folder.with_name(f"{folder.name}-feedback.jsonl")
        self._lock = threading.Lock()
        self._said: dict[str, bool | str] = {}

    def add(self, turn: Turn, opinion: bool | str, user: str) -> bool:
        """Write down what a reader thinks of an answer; return whether it is the first of it.

        Gradio 6.31 tells twice of a reason that was chosen: that is written once.

        Args:
            turn: The question and its answer.
            opinion: Good, bad, or what is wrong.
            user: Who says so, or "".
        """
        answer = turn.answer
        row = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "user": user,
            "good": opinion is True,
            "reason": opinion if isinstance(opinion, str) else "",
            "question": answer.question,
            "standalone_question": answer.standalone_question,
            "answer": answer.text,
            "articles": list(dict.fromkeys(c.article_id for c in answer.citations)),
            "model": answer.model,
            "evidence": round(answer.evidence, 4),
            "index_generation": answer.index_generation,
        }
        line = json.dumps(row, ensure_ascii=False) + "\n"
        with self._lock:
            before = self._said.get(turn.id)
            if before != opinion:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(line)
            self._said[turn.id] = opinion
            if len(self._said) > _MAX_REMEMBERED:
                del self._said[next(iter(self._said))]
        return before is None

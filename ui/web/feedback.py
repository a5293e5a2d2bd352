"""What readers think of answers: JSON lines beside the index, which nobody else gets."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from ui.web.render import Turn

REASONS = ("معلومة غير دقيقة", "المصدر لا يدعم الإجابة", "لا تجيب عن السؤال")
"""What may be wrong with an answer."""


class Feedback:
    """A file of opinions; safe from threads."""

    def __init__(self, index: Path) -> None:
        folder = index.resolve()  # «.» and «..» have no name of their own
        self.path = folder.with_name(f"{folder.name}-feedback.jsonl")
        self._lock = threading.Lock()
        self._last: tuple[str, bool | str, str] | None = None

    def add(self, turn: Turn, opinion: bool | str, user: str) -> bool:
        """Write down what a reader thinks of an answer, once; return whether it is new.

        Gradio 6.31 tells twice of a reason that was chosen.

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
            if self._last == (turn.id, opinion, user):
                return False
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line)
            self._last = (turn.id, opinion, user)
        return True

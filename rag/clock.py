"""How long each stage of an answer took, and which day it is."""

import datetime as dt
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    last: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> dict[str, float]:
        """Return the milliseconds of every stage so far, this one the last, and in all."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self.last) * 1000
        self.last = now
        return {**self.stages, "total": (now - self.started) * 1000}


def read_day() -> dt.date:
    """Return the day it is here."""
    return dt.datetime.now().astimezone().date()

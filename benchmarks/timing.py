"""Time a piece of work."""

import time
from collections.abc import Callable


def measure_seconds(work: Callable[[], object]) -> float:
    """Return how many seconds a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

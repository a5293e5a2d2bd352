"""The time that visits go by; faster than real time where days are to pass in minutes."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock.

    Attributes:
        speed: Seconds that it passes in a real one.
    """

    speed: float = 1.0
    _began: tuple[float, float] = field(default_factory=lambda: (time.time(), time.monotonic()))

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        if self.speed == 1.0:  # follows when the machine's clock is set
            return time.time()
        began, at = self._began
        return began + (time.monotonic() - at) * self.speed

    def real(self, seconds: float) -> float:
        """Return how many real seconds so many seconds of this clock take."""
        return seconds / self.speed

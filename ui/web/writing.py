"""Writing to an index: one job after the other, on the server, whoever watches or leaves."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from index.building.reports import BuildProgress, BuildReport, Progress
from index.errors import IndexLockedError

Work = Callable[[Progress], BuildReport]

_AGAIN_SECONDS = 1.0
"""Until a job asks again for the right to write that another process holds."""

_BEGINNING = BuildProgress(0.0, files=0, articles=0, chunks=0, failures=0, seconds=0.0)


class StoppedError(Exception):
    """A job was stopped; what it had written stays written."""


@dataclass(slots=True, eq=False)
class Job:
    """A piece of writing.

    Attributes:
        number: From 1, in the order in which they were asked for.
        work: Does it, and calls what it is given with how far it is.
        sources: Files and addresses it reads; 0 where it reads none.
        progress: How far it is.
        outcome: What came of it, or None until it is done.
        waits: Whether it waits for another job or process.
        stopped: Set to stop it where it is.
        done: Set when there is an outcome.
    """

    number: int
    work: Work
    sources: int
    progress: BuildProgress = _BEGINNING
    outcome: BuildReport | Exception | None = None
    waits: bool = True
    stopped: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Do it, as soon as no other process writes."""
        try:
            self.outcome = self._write()
        except Exception as error:  # noqa: BLE001  told to those who watch
            self.outcome = error

    def _write(self) -> BuildReport:
        self.waits = False
        while True:
            try:
                return self.work(self._tell)
            except IndexLockedError:
                self.waits = True
                if self.stopped.wait(_AGAIN_SECONDS):
                    raise StoppedError from None

    def _tell(self, progress: BuildProgress) -> None:
        """Keep how far it is; the build stops as it does at an interruption from the keyboard."""
        self.progress, self.waits = progress, False
        if self.stopped.is_set():
            raise StoppedError


class Writing:
    """The jobs of one index, done one by one in a thread; safe from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._asked = 0
        self.running: Job | None = None
        self.last: Job | None = None

    def submit(self, work: Work, *, sources: int = 0) -> Job:
        """Have something written as soon as what was asked for before is done."""
        with self._lock:
            self._asked += 1
            job = Job(self._asked, work, sources)
            self._waiting.append(job)
            if self.running is None:
                self._begin_next()
        return job

    def stop(self) -> None:
        """Stop the job that is running; those that wait are done."""
        if job := self.running:
            job.stopped.set()

    def _begin_next(self) -> None:
        self.running = self._waiting.popleft() if self._waiting else None
        if self.running:
            threading.Thread(target=self._run, args=(self.running,), daemon=True).start()

    def _run(self, job: Job) -> None:
        job.run()
        with self._lock:
            self.last = job
            self._begin_next()
        job.done.set()

"""The progress bar of a build: articles, chunks per second, time left, failures."""

from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

if TYPE_CHECKING:
    from index.building.reports import BuildProgress


class BuildBar:
    """A context manager that gives the ``progress`` callback of a build."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )

    def __enter__(self) -> "BuildBar":
        self._bar.start()
        self._task = self._bar.add_task("", total=1.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: "BuildProgress") -> None:
        """Show how far the build is."""
        left = progress.seconds_left
        parts = [
            *([f"{progress.files} files"] if progress.files else []),
            f"{progress.articles} articles",
            f"{progress.chunks} chunks",
            f"{progress.chunks_per_second:.0f} chunks/s",
            f"ETA {left:.0f} s" if left is not None else "ETA –",
        ]
        if progress.failures:
            parts.append(f"{progress.failures} skipped")
        self._bar.update(
            self._task, completed=progress.fraction, description=escape(" · ".join(parts))
        )

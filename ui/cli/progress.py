"""What is shown while something goes on: how far a build is, how long an answer takes."""

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


class Waiting(Progress):
    """Says on a terminal what goes on, and for how many seconds; nothing where that is piped on."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            SpinnerColumn(),
            TextColumn("{task.description} {task.elapsed:.0f} ث · s"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._said = self.add_task("يجري البحث… · searching")

    def tell_writing(self) -> None:
        """Say that the model writes, from now on."""
        self.reset(self._said, description="يكتب النموذج… · the model writes")

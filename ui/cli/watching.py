"""`jawab watch` and `jawab sources`: articles that come by themselves."""

import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.cli.console import (
    IndexOption,
    JsonOption,
    QuietOption,
    errors,
    output,
    plain,
    print_json,
    tell_passed_over,
)
from ui.cli.follow import FollowingThread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.building.reports import BuildReport
    from index.watching.sources import WatchedSource
    from index.watching.state import SourceState, WatchFolder
    from index.watching.watcher import Stored, Watcher
    from rag.settings import Settings

app = typer.Typer(invoke_without_command=True)

NamedSource = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Its name, address or path, as the list shows it.")
]


def watch(
    index: IndexOption = None,
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            help="Visit each source that is due, and stop: for cron. Exit code 1 when a source"
            " fails.",
        ),
    ] = False,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="Also visit sources of this machine and its network: those that jawab.toml names,"
            " and those that were added as such.",
        ),
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Keep an index up to date from the folders, feeds and pages that jawab.toml names as sources.

    Folders are followed as they change, addresses visited on a schedule. A source that fails is
    visited later and later, up to a day, and never stops the others. Where it stopped, it goes on.
    Saved questions (jawab follow) are asked of what came.

    يُبقي الفهرس محدَّثًا من المجلدات والخلاصات والصفحات المذكورة في jawab.toml تحت sources.

    Example: jawab watch --index my-index
    """
    from dataclasses import replace

    from index.errors import InputError
    from index.watching.watcher import Watcher
    from rag.settings import load_chosen_embedder, load_settings

    settings = load_settings(index=index)
    following = FollowingThread(settings, quiet=quiet)
    sources = [replace(source, allow_private=allow_private) for source in settings.watched]
    watcher = Watcher(
        sources,
        settings.index,
        embedder=load_chosen_embedder(settings),
        tell=_Teller(following, quiet=quiet),
        allow_private=allow_private,
        ocr=settings.ocr == "on",
    )
    if not sources and not watcher.folder.load_added().sources:
        raise InputError(
            "there is nothing to watch; add [[sources]] to jawab.toml, such as"
            ' url = "https://example.org/feed.xml", or: jawab sources add URL'
        )
    if not _run(watcher, following, once=once):
        raise typer.Exit(1)


def _run(watcher: "Watcher", following: FollowingThread, *, once: bool) -> bool:
    """Watch until a signal to stop; tell whether all sources are fine, or watching was stopped."""

    def stop() -> None:
        watcher.stop()
        following.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread: what stops takes a lock that the interrupted code may hold.
        signal.signal(number, lambda *_: threading.Thread(target=stop).start())
    if once:
        fine = watcher.run_once()
        following.finish()
        return fine
    following.start()
    try:
        watcher.run()
    finally:
        following.stop()
        following.finish()
    return True


class _Teller:
    """Prints what came, what was not read, which sources fail; has saved questions asked."""

    def __init__(self, following: FollowingThread, *, quiet: bool) -> None:
        self._following = following
        self._quiet = quiet
        self._passed_over: set[str] = set()  # origins of files that were told; one tells each once

    def __call__(self, stored: "Stored") -> None:
        console = errors()
        for visit, before in zip(stored.visits, stored.before, strict=True):
            if visit.state.error and visit.state.error != before.error:
                console.print("[yellow]تعذّر · failed[/] ", end="")
                console.print(plain(f"{visit.source.shown}: {visit.state.error}"), markup=False)
            elif before.error and not visit.state.error:
                console.print("[green]عاد · works again[/] ", end="")
                console.print(visit.source.shown, markup=False)
            for unread in visit.state.unread if not visit.state.error else ():
                if unread not in before.unread:
                    console.print("[yellow]تُرك · skipped[/] ", end="")
                    console.print(plain(unread), markup=False)
        if stored.changed and stored.report and not self._quiet:
            r = stored.report
            now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
            output().print(
                f"{now}: {r.added} added, {r.replaced} replaced, {r.removed} removed;"
                f" {len(stored.visits)} visits; {r.seconds:.1f} s"
            )
        if stored.report and not self._quiet:
            self._tell_passed_over(stored.report)
        if stored.changed:
            self._following.wake()

    def _tell_passed_over(self, report: "BuildReport") -> None:
        from index.building.reports import count_kinds
        from index.watching.visiting import TOO_OLD

        files = [
            file
            for file in report.passed_over
            if file.kind != TOO_OLD and file.origin not in self._passed_over
        ]
        self._passed_over.update(file.origin for file in files)
        tell_passed_over(errors(), count_kinds(files))


@app.callback()
def list_sources(
    context: typer.Context, index: IndexOption = None, as_json: JsonOption = False
) -> None:
    """List the sources of an index: last visit, next visit, articles, errors.

    Without a command it lists; sources of jawab.toml are changed there.

    يعرض مصادر الفهرس: آخر زيارة والزيارة القادمة وعدد المقالات والأخطاء.

    Example: jawab sources --index my-index
    """
    context.obj = index
    if context.invoked_subcommand:
        return
    folder, sources = _open(index)
    paused = folder.load_added().paused
    rows = [(source, folder.load_state(source), source.id in paused) for source in sources]
    if as_json:
        print_json([_describe(*row) for row in rows])
    else:
        _print_table(rows)


@app.command("add")
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a feed or a page.")],
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    every: Annotated[str, typer.Option(help="From visit to visit: 30m, 2h, 1d.")] = "1h",
    since: Annotated[str, typer.Option(help="Only articles from this day on.")] = "",
    keep_for: Annotated[
        str, typer.Option(help="How long articles are kept: 90d. Default: for ever.")
    ] = "",
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="It is of this machine or its network; jawab watch --allow-private visits it.",
        ),
    ] = False,
) -> None:
    """Watch a feed or page that jawab.toml does not name; it is kept in the index.

    Example: jawab sources add https://example.org/feed.xml --every 30m
    """
    from dataclasses import replace

    from index.watching.sources import parse_source

    table = {"url": url, "name": name, "every": every, "since": since, "keep-for": keep_for}
    source = parse_source({field: value for field, value in table.items() if value})
    folder, sources = _open(context.obj)
    _check_new(source, sources)
    folder.add(replace(source, allow_private=allow_private))
    output().print(f"أُضيف · added {source.shown}", markup=False)


@app.command("remove")
def remove(context: typer.Context, source: NamedSource) -> None:
    """Watch a source no longer that was added here or on the page; its articles stay.

    Example: jawab sources remove https://example.org/feed.xml
    """
    folder, sources = _open(context.obj)
    found = _find(source, sources)
    folder.remove(found)
    output().print(f"حُذف · removed {found.shown}", markup=False)


@app.command("pause")
def pause(context: typer.Context, source: NamedSource) -> None:
    """Visit a source no longer, until it is resumed.

    Example: jawab sources pause https://example.org/feed.xml
    """
    _set_paused(context.obj, source, paused=True)


@app.command("resume")
def resume(context: typer.Context, source: NamedSource) -> None:
    """Visit a paused source again.

    Example: jawab sources resume https://example.org/feed.xml
    """
    _set_paused(context.obj, source, paused=False)


def _set_paused(index: str | None, name: str, *, paused: bool) -> None:
    folder, sources = _open(index)
    found = _find(name, sources)
    folder.pause(found, paused=paused)
    done = "أُوقف مؤقتًا · paused" if paused else "استُؤنف · resumed"
    output().print(f"{done} {found.shown}", markup=False)


def _settings(index: str | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(index=index)


def _open(index: str | None) -> "tuple[WatchFolder, tuple[WatchedSource, ...]]":
    """Return what is known of an index's sources, and those of the settings and added."""
    from index.watching.state import WatchFolder, join

    settings = _settings(index)
    folder = WatchFolder(settings.index)
    return folder, join(settings.watched, folder.load_added())


def _find(name: str, sources: "Iterable[WatchedSource]") -> "WatchedSource":
    from index.errors import InputError

    found = [source for source in sources if name in {source.name, source.place, source.id}]
    if len(found) != 1:
        what = "several sources are" if found else "no source is"
        raise InputError(f"{what} called {name!r}; see them with: jawab sources")
    return found[0]


def _check_new(source: "WatchedSource", sources: "Iterable[WatchedSource]") -> None:
    from index.errors import InputError

    if source.id in {known.id for known in sources}:
        raise InputError(f"{source.place} is watched already")


def _describe(source: "WatchedSource", state: "SourceState", paused: bool) -> dict[str, Any]:
    return {
        **source.to_dict(),
        "added": source.is_added,
        "paused": paused,
        "last_visit": _format_time(state.visited),
        "next_visit": None if paused else _format_time(state.due),
        "articles": state.articles,
        "failures": state.failures,
        "error": state.error or None,
        "unread": list(state.unread),
    }


def _format_time(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else None


def _print_table(rows: "list[tuple[WatchedSource, SourceState, bool]]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("source", "last visit", "next visit", "articles", "error"):
        justify: Literal["left", "right"] = "right" if column == "articles" else "left"
        table.add_column(column, justify=justify, overflow="fold")
    for source, state, paused in rows:
        following = "paused" if paused else _show_time(state.due, never="now")
        told = state.error or "; ".join(state.unread)
        cells = (plain(source.shown), _show_time(state.visited, never="never"), following)
        table.add_row(*map(Text, (*cells, str(state.articles), plain(told) or "—")))
    with suppress(BrokenPipeError):
        output().print(table)


def _show_time(seconds: float, *, never: str) -> str:
    """Return a time of this machine's zone, to the minute."""
    if not seconds:
        return never
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")

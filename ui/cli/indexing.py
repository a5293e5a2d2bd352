"""`jawab index`: make, change and look at an index."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.console import IndexOption, JsonOption, QuietOption, errors, output, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.build import BuildReport
    from rag.settings import Settings

app = typer.Typer(
    help="Build and look after an index. · بناء الفهرس وصيانته.", no_args_is_help=True
)

Paths = Annotated[
    list[Path], typer.Argument(help="Files or folders of articles.", metavar="PATH...")
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Fail when any article could not be read.")
]


@app.command("build")
def build(
    paths: Paths,
    index: IndexOption = None,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the index hold what the paths hold: add, replace what changed, remove what vanished.

    Running it again embeds only what is new; an interrupted build goes on where it stopped.

    Example: jawab index build articles/ --index my-index
    """
    from index.build import build_index

    _update(build_index, paths, index, strict=strict, quiet=quiet, as_json=as_json)


@app.command("add")
def add(
    paths: Paths,
    index: IndexOption = None,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add articles, or replace them where they changed; nothing is ever removed.

    Example: jawab index add today/ --index my-index
    """
    from index.build import add_articles

    _update(add_articles, paths, index, strict=strict, quiet=quiet, as_json=as_json)


@app.command("remove")
def remove(
    ids: Annotated[list[str], typer.Argument(help="Article ids, as `list` shows them.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove articles by id.

    Example: jawab index remove cup-final --index my-index
    """
    from index.build import remove_articles

    report = remove_articles(ids, _folder(index))
    if as_json:
        print_json(report.to_dict())
    else:
        output().print(f"حُذف · removed {report.removed}")


@app.command("list")
def list_articles(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List the articles of an index, newest first.

    Example: jawab index list --index my-index
    """
    from rich.table import Table

    from index.sqlite_store import SqliteStore

    rows = SqliteStore.open(Path(_folder(index))).list_articles()
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("date", "id", "title", "source", "chunks"):
        table.add_column(column, justify="right" if column == "chunks" else "left")
    from rich.text import Text

    for row in rows:
        cells = (row["date"] or "—", row["id"], row["title"], row["source"] or "—", row["chunks"])
        table.add_row(*(Text(str(cell)) for cell in cells))
    output().print(table)


@app.command("info")
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Show what an index holds: counts, dates, sources, embedder, size, generation.

    Example: jawab index info --index my-index
    """
    from index.sqlite_store import SqliteStore

    store = SqliteStore.open(Path(_folder(index)))
    stats, embedder = store.stats(), store.manifest.embedder
    if as_json:
        print_json({**asdict(stats), "embedder": embedder.id, "folder": str(store.folder)})
        return
    dates = f"{stats.first_date} – {stats.last_date}" if stats.first_date else "—"
    rows = {
        "folder": store.folder,
        "articles": f"{stats.articles} ({stats.dated} with a date)",
        "chunks": stats.chunks,
        "dates": dates,
        "sources": "، ".join(f"{name} ({n})" for name, n in stats.sources.items()) or "—",
        "embedder": embedder.id,
        "size": f"{stats.bytes_on_disk / 2**20:.1f} MiB",
        "generation": f"{stats.generation}, {stats.unpublished_chunks} newer chunks",
        "updated": stats.updated or "—",
    }
    for name, value in rows.items():
        output().print(f"[bold]{name:<11}[/]", end="")
        output().print(str(value), markup=False)


@app.command("verify")
def verify(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check that an index is whole; exit code 1 when it is not.

    Example: jawab index verify --index my-index
    """
    from index.verification import verify_index

    found = verify_index(_folder(index))
    if as_json:
        print_json({**asdict(found), "ok": found.ok})
    elif found.ok:
        output().print(f"سليم · whole: {found.articles} articles, {found.chunks} chunks")
    else:
        for problem in found.problems:
            output().print(problem, markup=False)
    if not found.ok:
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(index: IndexOption = None) -> None:
    """Make the search files again from the database; nothing is embedded.

    Example: jawab index rebuild --index my-index
    """
    from index.sqlite_store import SqliteStore

    store = SqliteStore.open(Path(_folder(index)))
    with store.writing():
        store.compact()
    output().print(f"أُعيد بناء ملفات البحث · rebuilt, generation {store.stats().generation}")


def _settings(index: str | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(index=index)


def _folder(index: str | None) -> str:
    return _settings(index).index


def _update(
    change: "Callable[..., BuildReport]",
    paths: list[Path],
    index: str | None,
    *,
    strict: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    from rag.settings import chosen_embedder

    settings = _settings(index)
    embedder = chosen_embedder(settings)
    with _progress(shown=not quiet and not as_json) as progress:
        report = change(paths, settings.index, embedder=embedder, progress=progress)
    if as_json:
        print_json(report.to_dict())
    else:
        _summarise(report, settings.index)
    nothing = report.failures and not report.read
    if nothing or (strict and report.failures):
        raise typer.Exit(1)


def _progress(*, shown: bool) -> AbstractContextManager[Any]:
    if not shown:
        return nullcontext()
    from ui.cli.progress import BuildBar

    return BuildBar(errors())


def _summarise(report: "BuildReport", folder: str) -> None:
    console = output()
    parts = [
        f"{report.added} added",
        f"{report.replaced} replaced",
        f"{report.unchanged} unchanged",
        f"{report.removed} removed",
    ]
    embedded = f"{report.embedded} chunks embedded" if report.embedded else "nothing to embed"
    reused = f", {report.reused} reused" if report.reused else ""
    console.print(
        f"[bold]{folder}[/]: {', '.join(parts)}; {embedded}{reused}; {report.seconds:.1f} s"
    )
    for failure in report.failures:
        console.print("[yellow]تُرك · skipped[/] ", end="")
        console.print(f"{failure.origin}: {failure.reason}", markup=False)

"""`jawab index`: make, change and look at an index."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.console import (
    IndexOption,
    JsonOption,
    QuietOption,
    errors,
    output,
    print_json,
    tell_passed_over,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.building.reports import BuildReport
    from rag.settings import Settings

app = typer.Typer(
    help="Build and look after an index. · بناء الفهرس وصيانته.", no_args_is_help=True
)

Paths = Annotated[
    list[str],
    typer.Argument(
        help="Files or folders of articles; web addresses of articles and feeds.",
        metavar="PATH|URL...",
    ),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FIELD=NAME",
        help="What a field (title, text, date, source, author, url, id) is called in your files.",
    ),
]
PrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Also fetch addresses of this machine and its network."),
]
OcrOption = Annotated[
    bool | None,
    typer.Option(
        "--ocr/--no-ocr",
        help="Read pictures of text, and scanned pages of PDF files, with tesseract."
        " · قراءة صور النصوص وصفحات PDF الممسوحة ضوئيًّا",
    ),
]
ShardsOption = Annotated[
    int | None,
    typer.Option(
        "--shards",
        min=1,
        help="Share the articles out among so many folders, searched at once by a thread each."
        " · عدد الأجزاء التي توزَّع عليها المقالات.",
    ),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Fail when anything could not be read or was passed over.")
]


@app.command("build")
def build(
    paths: Paths,
    index: IndexOption = None,
    column: ColumnOption = None,
    allow_private: PrivateOption = False,
    ocr: OcrOption = None,
    shards: ShardsOption = None,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the index hold what the paths hold: add, replace what changed, remove what vanished.

    Running it again embeds only what is new; an interrupted build goes on where it stopped.

    Exit code 1 only when nothing could be read; with --strict, when anything could not,
    or was passed over because its kind is not read.

    Example: jawab index build articles/ --index my-index
    """
    from functools import partial

    from index.building.build import build_index

    options = _Options(column, allow_private, ocr, strict, quiet, as_json)
    _update(partial(build_index, shards=shards), paths, index, options)


@app.command("add")
def add(
    paths: Paths,
    index: IndexOption = None,
    column: ColumnOption = None,
    allow_private: PrivateOption = False,
    ocr: OcrOption = None,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add articles, or replace them where they changed; nothing is ever removed.

    Example: jawab index add today/ https://example.org/feed.xml --index my-index
    """
    from index.building.build import add_articles

    options = _Options(column, allow_private, ocr, strict, quiet, as_json)
    _update(add_articles, paths, index, options)


@app.command("remove")
def remove(
    ids: Annotated[list[str], typer.Argument(help="Article ids, as `list` shows them.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove articles by id.

    Example: jawab index remove cup-final --index my-index
    """
    from index.building.build import remove_articles

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

    from index.store.opening import open_store

    rows, _ = open_store(_folder(index)).find_articles(limit=None)
    if as_json:
        print_json([row._asdict() for row in rows])
        return
    table = Table(box=None, pad_edge=False)
    for column in ("date", "id", "title", "source", "chunks"):
        table.add_column(column, justify="right" if column == "chunks" else "left")
    from rich.text import Text

    for row in rows:
        cells = (row.date or "—", row.id, row.title, row.source or "—", row.chunks)
        table.add_row(*(Text(str(cell)) for cell in cells))
    output().print(table)


@app.command("info")
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Show what an index holds: counts, dates, sources, embedder, size, generation.

    Example: jawab index info --index my-index
    """
    from index.store.opening import open_store

    store = open_store(_folder(index))
    stats, embedder = store.stats(), store.manifest.embedder
    if as_json:
        print_json({**asdict(stats), "embedder": embedder.id, "folder": store.place})
        return
    dates = f"{stats.first_date} – {stats.last_date}" if stats.first_date else "—"
    rows = {
        "folder": store.place,
        "articles": f"{stats.articles} ({stats.dated} with a date, {stats.reprints} reprints)",
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
    from index.building.verification import verify_index

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
    from index.store.opening import open_store

    store = open_store(_folder(index))
    with store.writing():
        store.compact()
    output().print(f"أُعيد بناء ملفات البحث · rebuilt, generation {store.stats().generation}")


@app.command("migrate")
def migrate(
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="The new embedder. Default: the same again.")
    ] = None,
    shards: ShardsOption = None,
    index: IndexOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take the index to another embedder or a new version of Jawab; vectors that fit are kept.

    The index answers as before until all is done; an interrupted migration goes on. With --shards
    it is shared out anew, and embedded again only if --embedder is given as well; what has it open
    has to open it again then.

    Example: jawab index migrate --embedder intfloat/multilingual-e5-base --index my-index
    Example: jawab index migrate --shards 4 --index my-index
    """
    from index.building.migration import migrate_index
    from index.building.resharding import reshard_index
    from rag.settings import load_chosen_embedder, load_settings

    settings = load_settings(index=index, embedder=embedder)
    with _progress(shown=not quiet and not as_json) as progress:
        if shards is not None:
            chunks = reshard_index(settings.index, shards, progress=progress)
        if shards is None or embedder is not None:
            chunks = migrate_index(
                settings.index, embedder=load_chosen_embedder(settings), progress=progress
            )
    if as_json:
        print_json({"chunks": chunks})
    else:
        output().print(f"رُحِّل الفهرس · migrated: {chunks} chunks")


@app.command("backup")
def backup(
    copy: Annotated[Path, typer.Argument(help="A new folder for the copy.")],
    index: IndexOption = None,
) -> None:
    """Copy an index, also while it is in use; the copy is an index of its own.

    Example: jawab index backup backups/monday --index my-index
    """
    from index.store.opening import open_store

    made = open_store(_folder(index)).backup(copy)
    size = made.stats().bytes_on_disk / 2**20
    output().print(f"نُسخ · copied to {made.place} ({size:.1f} MiB)")


def _settings(index: str | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(index=index)


def _folder(index: str | None) -> str:
    return _settings(index).index


@dataclass(frozen=True, slots=True)
class _Options:
    """The flags that `build` and `add` share."""

    column: list[str] | None
    allow_private: bool
    ocr: bool | None
    strict: bool
    quiet: bool
    as_json: bool

    @property
    def columns(self) -> dict[str, str]:
        """Field -> its name in the files."""
        pairs = [pair.partition("=") for pair in self.column or []]
        for field, equals, name in pairs:
            if not (field and equals and name):
                raise typer.BadParameter(f"--column wants FIELD=NAME, not {field!r}")
        return {field: name for field, _, name in pairs}


def _update(
    change: "Callable[..., BuildReport]",
    paths: list[str],
    index: str | None,
    options: _Options,
) -> None:
    from rag.settings import load_chosen_embedder

    settings = _settings(index)
    embedder = load_chosen_embedder(settings)
    with _progress(shown=not options.quiet and not options.as_json) as progress:
        report = change(
            paths,
            settings.index,
            embedder=embedder,
            progress=progress,
            columns=options.columns,
            allow_private=options.allow_private,
            ocr=options.ocr if options.ocr is not None else settings.ocr == "on",
        )
    if options.as_json:
        print_json(report.to_dict())
    else:
        _summarise(report, settings.index)
    nothing = report.failures and not report.read
    if nothing or (options.strict and (report.failures or report.passed_over)):
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
        *([f"{report.moved} renamed"] if report.moved else []),
        f"{report.unchanged} unchanged",
        f"{report.removed} removed",
    ]
    embedded = f"{report.embedded} chunks embedded" if report.embedded else "nothing to embed"
    reused = f", {report.reused} reused" if report.reused else ""
    console.print(
        f"[bold]{folder}[/]: {', '.join(parts)}; {embedded}{reused}; {report.seconds:.1f} s"
    )
    tell_passed_over(console, report.kinds_passed_over)
    for failure in report.failures:
        console.print("[yellow]تُرك · skipped[/] ", end="")
        console.print(f"{failure.origin}: {failure.reason}", markup=False)
    for duplicate in report.duplicates:
        console.print("[yellow]مكرر · duplicate[/] ", end="")
        console.print(f"{duplicate.origin}: the same as {duplicate.article_id}", markup=False)

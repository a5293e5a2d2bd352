"""The command itself: its groups, its exit codes and where its errors end."""

import logging
import sys
from typing import Annotated

import typer
from rich.markup import escape

from index.articles.file_names import printable_path
from index.errors import JawabError
from ui.cli import ask, chat, cluster, demo, evaluate, indexing, watching
from ui.cli.arguments import check_arguments
from ui.cli.console import errors, output

app = typer.Typer(
    name="jawab",
    help="Answer questions in Arabic from your articles, with the source of every sentence.\n\n"
    "أجب عن الأسئلة بالعربية من مقالاتك، مع مصدر كل جملة.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(indexing.app, name="index")
app.add_typer(cluster.app, name="cluster")
app.add_typer(watching.app, name="sources")
app.command("ask")(ask.ask)
app.command("chat")(chat.chat)
app.command("demo")(demo.demo)
app.command("eval")(evaluate.evaluate)
app.command("watch")(watching.watch)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        output().print(f"jawab {version('jawab')}", highlight=False)
        raise typer.Exit


@app.callback()
def configure(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Say more; twice for everything.")
    ] = 0,
) -> None:
    """Set up logging."""
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    for package in ("index", "rag", "ui"):
        logging.getLogger(package).setLevel(level)


def run() -> None:
    """Run the command; exit codes: 0 ok, 1 failed, 2 wrong usage."""
    try:
        check_arguments(sys.argv[1:])
        app()
    except JawabError as error:
        errors().print(f"[bold red]خطأ · error:[/] {escape(str(error))}", highlight=False)
        sys.exit(1)
    except UnicodeEncodeError as error:  # of a folder's or setting's name
        name = escape(printable_path(error.object))
        errors().print(f"[bold red]خطأ · error:[/] not valid UTF-8: {name}", highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errors().print("أُوقف · interrupted")
        sys.exit(130)

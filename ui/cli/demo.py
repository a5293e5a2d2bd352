"""`jawab demo`: from nothing to an answer and the page, over the samples that come with Jawab."""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli import ask, chat, indexing
from ui.cli.console import output

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "articles"
QUESTION = "من أخرج فيلم «آخر الصيادين»؟ وبماذا فاز؟"
PORT = 7860
"""The page's usual port, as of `jawab chat`."""


def demo(
    question: Annotated[str, typer.Argument(help="What to ask of the samples.")] = QUESTION,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the page afterwards, or stop.")
    ] = True,
    port: Annotated[
        int | None,
        typer.Option(
            help=f"Port of the page. Default: {PORT}, or any where that is taken.",
            min=1,
            max=65535,
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to keep the index. Default: your cache folder."),
    ] = None,
) -> None:
    """Index the sample articles, answer a question from them and serve the page.

    The samples are invented, and nothing but the cache folder is written to.

    يفهرس مقالات العيّنة ويجيب عن سؤال منها، ثم يعرض الصفحة. والمقالات كلها مختلَقة.

    Example: jawab demo
    Example: jawab demo "كم ارتفع التضخم؟" --no-serve
    """
    place = str(index or _default_place())
    indexing.build([str(SAMPLES)], index=place)
    console = output()
    console.print(f"\nس: {question}\n", markup=False)
    ask.ask(question, index=place)
    program = _program()
    console.print(
        "\nمقالات أخرى · your own articles:\n"
        f"  {program} index build my-articles/ --index my-index\n"
        f"  {program} chat --index my-index\n",
        markup=False,
    )
    if serve:
        chat.chat(index=[place], port=port or free_port())


def _default_place() -> Path:
    from importlib.metadata import version

    from index.embedding.e5.bundle import cache_root

    return cache_root() / f"demo-{version('jawab')}"


def _program() -> str:
    """Return what to type for this program: its path where its name alone would not be found."""
    own = Path(sys.argv[0])
    return "jawab" if own.name != "jawab" or shutil.which("jawab") else os.path.relpath(own)


def free_port(wanted: int = PORT) -> int:
    """Return the wanted port, or any that is free where it is taken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port

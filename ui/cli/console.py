"""Consoles, and the options that several commands share."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        help="Index folder, or ray:HOST:PORT of a cluster. Default: $JAWAB_INDEX, else ./.jawab",
        metavar="DIR",
    ),
]
RerankerOption = Annotated[
    str | None,
    typer.Option(help="A CrossEncoder id or folder that reads the best passages again."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(help="extractive, ollama:…, openai:…, anthropic:…, gguf:/path"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


def output() -> Console:
    """Return the console for results; it neither wraps nor colours what is piped on."""
    return Console(highlight=False, soft_wrap=True)


def errors() -> Console:
    """Return the console for messages and progress."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


_CONTROLS = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160)])


def plain(text: str) -> str:
    """Return a text of others without what a terminal obeys; line ends stay."""
    return text.translate(_CONTROLS)


def tell_passed_over(console: Console, kinds: Mapping[str, int]) -> None:
    """Print how many files were not read for their kinds, if any were.

    Args:
        console: To print on.
        kinds: Kind -> how many files are of it.
    """
    if not kinds:
        return
    count = sum(kinds.values())
    files = "1 file" if count == 1 else f"{count} files"
    listed = ", ".join(f"{kind} ({number})" for kind, number in kinds.items())
    console.print("[yellow]لم يُقرأ · passed over[/] ", end="")
    console.print(plain(f"{files} of kinds that are not read: {listed}"), markup=False)


def print_json(content: Any) -> None:
    """Print a value as JSON with its letters, not escapes."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")

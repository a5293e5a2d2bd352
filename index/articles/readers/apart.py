"""Read a hostile format in a process of its own, which has limits on time and memory."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from index.errors import InputError

SECONDS = 120
MEMORY = 3 * 1024**3
"""Limits on reading one file: processor time, and bytes of memory where the system can limit it.
Chosen, not measured."""
OUTPUT = 768 * 1024**2
"""Characters of what is read of a file: the most that a document may unpack to, of which an Arabic
letter is two bytes there and six characters here."""


def read_apart(module: str, data: bytes, *, seconds: int = 0, **options: Any) -> Any:
    """Return what the function ``read_directly`` of a module makes of a file.

    Args:
        module: Its full name. What its function returns must be what JSON can hold.
        data: The file.
        seconds: How long it may take, with what it waits for; 0 for ``SECONDS``.
        options: Of the function; what JSON can hold.

    Raises:
        InputError: The function raised it, or the file takes too much time or memory.
    """
    seconds = seconds or SECONDS
    root = str(Path(__file__).resolve().parents[3])
    program = (
        f"import sys; sys.path.insert(0, {root!r});"
        " from index.articles.readers.apart import answer;"
        f" answer({module!r}, {options!r}, {seconds})"
    )
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own code
            [sys.executable, "-P", "-c", program],  # -P: nothing from the working folder
            input=data,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"takes over {seconds} s to read; split it") from None
    if done.returncode:
        raise InputError("is damaged, or takes too much memory to read")
    found = json.loads(done.stdout)
    if reason := found.get("error"):
        raise InputError(reason)
    return found["read"]


def answer(module: str, options: Mapping[str, Any], seconds: int) -> None:
    """Read the file on standard input and print what it holds."""
    logging.disable(logging.CRITICAL)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    except (ImportError, ValueError, OSError):
        pass  # the time limit of the parent still holds
    try:
        found = {"read": import_module(module).read_directly(sys.stdin.buffer.read(), **options)}
    except InputError as error:
        found = {"error": str(error)}
    written = json.dumps(found)
    if len(written) > OUTPUT:
        written = json.dumps({"error": "holds too much text; split it"})
    sys.stdout.write(written)

"""Read a hostile format in a process of its own, which has limits on time and memory."""

import json
import logging
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from index.errors import InputError

SECONDS = 120
MEMORY = 3 * 1024**3
"""Limits on reading one file: processor time, and bytes of memory where the system can limit it.
Chosen, not measured."""


def read_apart(module: str, data: bytes) -> Any:
    """Return what the function ``read_directly`` of a module makes of a file.

    Args:
        module: Its full name. What its function returns must be what JSON can hold.
        data: The file.

    Raises:
        InputError: The function raised it, or the file takes too much time or memory.
    """
    root = str(Path(__file__).resolve().parents[3])
    program = (
        f"import sys; sys.path.insert(0, {root!r});"
        f" from index.articles.readers.apart import answer; answer({module!r})"
    )
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own code
            [sys.executable, "-c", program],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"takes over {SECONDS} s to read; split it") from None
    if done.returncode:
        raise InputError("is damaged, or takes too much memory to read")
    found = json.loads(done.stdout)
    if reason := found.get("error"):
        raise InputError(reason)
    return found["read"]


def answer(module: str) -> None:
    """Read the file on standard input and print what it holds."""
    logging.disable(logging.CRITICAL)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    except (ImportError, ValueError, OSError):
        pass  # the time limit of the parent still holds
    try:
        found = {"read": import_module(module).read_directly(sys.stdin.buffer.read())}
    except InputError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))

"""A model file served by llama.cpp in a process of its own.

In this process, llama.cpp would take the program down with it: with its own faults, and when the
program ends in the middle of an answer.
"""

import json
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO

from rag.errors import ModelError

_SCRIPT = Path(__file__).with_name("gguf_process.py")
_PATIENCE = 2.0
"""Seconds that a process is given to end."""
_LOGGED_ERROR = re.compile(r"^[\d.]+ E\s+(.*\S)", re.MULTILINE)
"""A line of llama.cpp's log: time, level, text."""


class GgufServer:
    """A server that is running on 127.0.0.1; it ends with this object, or with the program.

    Attributes:
        address: Where it listens.
        key: What it asks for before it answers; nobody else knows it.
        process: The process it is.
    """

    def __init__(self, path: Path, window: int) -> None:
        """Start it and wait until the model is loaded.

        Args:
            path: The ``.gguf`` file.
            window: Tokens of prompt and answer together.

        Raises:
            ModelError: It cannot be started, or llama.cpp cannot load the file.
        """
        self.key = secrets.token_urlsafe(32)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the process
        try:
            self.process = subprocess.Popen(  # noqa: S603 -- our own script
                # -P: what lies beside the script does not stand in for packages of the same name.
                [sys.executable, "-P", str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
            )
        except OSError as error:
            self._log.close()
            raise ModelError(f"cannot start llama.cpp: {error}") from error
        self.end = weakref.finalize(self, _end, self.process, self._log)
        reply = self._ask({"path": str(path), "key": self.key, "window": window})
        if not reply:
            reason = self.death()
            self.end()
            raise ModelError(f"llama.cpp cannot load {path}: {reason}")
        self.address: str = json.loads(reply)["address"]

    def _ask(self, order: dict[str, str | int]) -> bytes:
        """Return the reply to an order; empty where the process ended instead."""
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(order).encode() + b"\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
        return self.process.stdout.read()  # type: ignore[union-attr]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def death(self) -> str:
        """Return why it ended; "" where it has not, though it was given time to."""
        try:
            code = self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return ""
        if not self.end.alive:
            return "it was ended with this program"
        self._log.seek(0)
        log = self._log.read().decode(errors="replace")
        if logged := _LOGGED_ERROR.search(log):
            return logged[1]
        if code < 0:
            return f"it was ended by signal {signal.Signals(-code).name}"
        return log.strip().rsplit("\n", 1)[-1] or f"it ended with code {code}"


def _end(process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            pipe.close()  # type: ignore[union-attr]
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()

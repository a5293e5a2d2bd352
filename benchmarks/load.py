"""Fifty readers who ask the page at once: errors, waiting, fairness, memory.

    pip install --group benchmark
    python -m benchmarks.load --out benchmarks/results/load.json

Serves the samples (or ``--index``) with ``jawab chat`` and the model that quotes, and plays readers
against it over the same events as the page in a browser: the question is shown, then answered in a
stream. Every reader asks the next question when the last is answered. Fairness is Jain's index of
the readers' mean waiting times (Jain, Chiu and Hawe 1984): 1 when all wait alike. Memory is what
the server's process holds besides mapped files (RssAnon).
"""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from index import build_index

SAMPLES = Path(__file__).resolve().parents[1] / "ui" / "samples"
_EVERY = 100
_PATIENCE = 300.0

Json = dict[str, Any]


def main() -> None:
    """Print the figures; write them where ``--out`` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--questions", type=int, default=1000, help="in all")
    parser.add_argument("--index", type=Path, help="an index; else the samples are indexed")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(row)["question"] for row in rows]
    with tempfile.TemporaryDirectory() as scratch:
        index = options.index or Path(scratch, "index")
        if options.index is None:
            build_index([SAMPLES / "articles"], index)
        with served(index) as (address, process):
            readers = _Load(address, process, index.name, questions, options.users)
            found = readers.run(options.questions)
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


@contextmanager
def served(index: Path) -> Iterator[tuple[str, int]]:
    """Serve an index; yield the address and the process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "ui", "chat", "--index", str(index), "--port", str(port)]
    with subprocess.Popen(command) as process:  # noqa: S603  our own command
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                with suppress(httpx.HTTPError):
                    httpx.get(address)
                    break
                time.sleep(0.3)
            yield address, process.pid
        finally:
            process.terminate()


class _Load:
    """Readers, and what they saw."""

    def __init__(
        self, address: str, process: int, index: str, questions: list[str], users: int
    ) -> None:
        config = httpx.get(f"{address}/config").json()
        names = {row["api_name"]: row["id"] for row in config["dependencies"]}
        self._events = {name: names[name] for name in ("begin", "answer", "finish")}
        self._address, self._process, self._users = address, process, users
        self._index, self._questions = index, questions
        self._sessions = [uuid.uuid4().hex[:11] for _ in range(users)]
        self._lock = threading.Lock()
        self._left = 0
        self._waits: dict[int, list[float]] = {}
        self._errors: list[str] = []
        self._memory: list[tuple[int, float]] = []

    def run(self, questions: int) -> Json:
        """Let every reader ask until that many questions were answered."""
        self._asked(0, "ما عدد سكان المدينة؟")  # models are loaded by the first
        self._waits.clear()
        self._left, self._total = questions, questions
        self._remember(0)
        started = time.perf_counter()
        readers = [threading.Thread(target=self._read, args=(user,)) for user in range(self._users)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        return self._figures(time.perf_counter() - started)

    def _read(self, user: int) -> None:
        while (number := self._next()) is not None:
            try:
                self._asked(user, self._questions[number % len(self._questions)])
            except (httpx.HTTPError, ValueError, KeyError) as error:
                with self._lock:
                    self._errors.append(f"{type(error).__name__}: {error}")

    def _next(self) -> int | None:
        with self._lock:
            self._left -= 1
            done = self._total - self._left - 1
            if self._left >= 0 and done and done % _EVERY == 0:
                self._remember(done)
            return self._left if self._left >= 0 else None

    def _asked(self, user: int, question: str) -> None:
        """Ask as the page does: show the question, then stream its answer."""
        session = self._sessions[user]
        started = time.perf_counter()
        with httpx.Client(base_url=self._address, timeout=_PATIENCE) as client:
            begun = self._event(client, session, "begin", [question, [], None])
            messages = begun["data"][1]
            told = self._event(
                client, session, "answer", [None, messages, None, self._index, [], "", "", None]
            )
            self._event(client, session, "finish", [None])
        if "في انتظار الدور" in json.dumps(told, ensure_ascii=False):
            raise ValueError("no answer came")
        with self._lock:
            self._waits.setdefault(user, []).append(time.perf_counter() - started)

    def _event(self, client: httpx.Client, session: str, name: str, data: list[Any]) -> Json:
        body = {"data": data, "fn_index": self._events[name], "session_hash": session}
        client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": session}
        ) as lines:
            for line in lines.iter_lines():
                told = json.loads(line[5:]) if line.startswith("data:") else {}
                if told.get("msg") == "process_completed":
                    if not told["success"]:
                        raise ValueError(str(told["output"]))
                    output: Json = told["output"]
                    return output
        raise ValueError("the stream ended early")

    def _remember(self, done: int) -> None:
        status = Path(f"/proc/{self._process}/status").read_text(encoding="utf-8")
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        if found:
            self._memory.append((done, round(int(found[1]) / 1024, 1)))

    def _figures(self, seconds: float) -> Json:
        self._remember(self._total)
        waits = sorted(wait for all_ in self._waits.values() for wait in all_)
        means = [statistics.fmean(all_) for all_ in self._waits.values()]
        squares = sum(mean * mean for mean in means)
        return {
            "readers": self._users,
            "processors": os.cpu_count(),
            "answered": len(waits),
            "errors": self._errors[:20],
            "questions a second": round(len(waits) / seconds, 1),
            "waited p50 s": round(statistics.median(waits), 2),
            "waited p95 s": round(waits[int(0.95 * len(waits))], 2),
            "waited at most s": round(waits[-1], 2),
            "fairness": round(sum(means) ** 2 / (len(means) * squares), 4),
            "fewest and most a reader": [
                min(map(len, self._waits.values())), max(map(len, self._waits.values())),
            ],
            "memory MB by questions answered": self._memory,
        }  # fmt: skip


if __name__ == "__main__":
    main()

"""Kill every part of a cluster, thirty times, while readers ask: is any answer wrong or torn?

Three machines, addresses of this one: the first asks only, two keep the shards, on one disk.
Readers are processes that are begun again when they end, as a service is. Killed with SIGKILL are
actors, whole machines, the first machine, and builds. Where nothing is written, every complete
answer has to be that of one index here; else every passage has to be a whole piece of an article
that was given, and none there twice. In the end the index has to hold what one here does.

    python -m benchmarks.kills --out benchmarks/results/kills
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.datasets import make_parser, read, report
from index import build_index, open_index
from index.search.search import Found, SearchIndex

QUESTIONS = 40
ARTICLES = 60
"""That are there from the beginning; as many again are built while builds are killed."""
READERS = 2
_PAUSE_S = 0.3
"""Of a reader between two questions."""
_LENT_S = 62
"""Seconds until the right to write of a build that was killed is free."""
_RECOVERED_S = 240
"""Seconds after which a kill counts as one that was not recovered from."""
_CALM_S = 2
PLAN = (
    *("actor", "machine", "actor", "first", "actor", "actor", "machine", "first", "actor"),
    *("build", "actor", "build", "actor", "build", "actor", "build", "actor", "build", "actor"),
    *("finish", "machine", "actor", "first", "actor", "machine", "actor", "first", "actor"),
    *("actor", "machine", "actor"),
)
"""What is killed, in this order; the build that follows the last of them that is killed is not."""


@dataclass
class Machine:
    """A machine, as far as Jawab can tell: an address, a home and a working folder of its own."""

    home: Path
    address: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir()
        outside = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
        kept = {"JAWAB_CACHE": os.environ.get("JAWAB_CACHE") or str(Path.home() / ".cache/jawab")}
        own = {
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "RAY_TMPDIR": str(self.home / "ray"),
            "PYTHONPATH": str(Path.cwd()),
        }
        self.environment = {**outside, **kept, **own}

    @property
    def token(self) -> Path:
        """Where Ray looks for its token."""
        return self.home / ".ray" / "auth_token"

    def begin(self, *arguments: Any, module: str = "ui", **options: Any) -> subprocess.Popen[str]:
        """Begin a command of Jawab in a process group of its own."""
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=self.home if module == "ui" else None,
            env=self.environment,
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def run(self, *arguments: Any) -> str:
        """Run a command of Jawab; return what it printed."""
        process = self.begin(*arguments)
        out, errors = process.communicate()
        if process.returncode not in {0, 1} or (process.returncode and not out):
            raise RuntimeError(f"{arguments}: {errors[-500:]}")
        return out

    def kill(self) -> None:
        """Kill all that Ray runs here."""
        for process in self.list_processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def list_processes(self) -> list[int]:
        """Return what Ray runs here."""
        state = self.home / "state" / "jawab" / "cluster.json"
        session = json.loads(state.read_text(encoding="utf-8"))["session"]
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.getsid(int(path.name)) == session:
                    found.append(int(path.name))
        return found


class Cluster:
    """The three machines."""

    def __init__(self, place: Path, port: int) -> None:
        self.place = f"ray:127.0.0.2:{port}"
        self.first = Machine(place / "1", f"127.0.0.2:{port}")
        self.others = [
            Machine(place / str(n + 2), f"127.0.0.{n + 3}:{port + 10 * (n + 1)}") for n in range(2)
        ]
        (self.first.home / "jawab.toml").write_text(
            f'[cluster]\naddress = "127.0.0.2:{port}"\nfolder = "{place}/parts"\nshards = 2\n'
            f'storage = "{place}/storage"\n',
            encoding="utf-8",
        )

    def start(self) -> None:
        """Begin the first machine, have the others join, wait for the shards."""
        port = int(self.first.address.rpartition(":")[2])
        first = self.first.begin(
            *("cluster", "start", "--listen", self.first.address, "--machines", 2, "--only-ask")
        )
        while not (self.first.token.exists() and _answers("127.0.0.2", port)):
            time.sleep(0.2)
        for other in self.others:
            self.join(other)
        _, errors = first.communicate()
        if first.returncode:
            raise RuntimeError(errors[-500:])

    def join(self, machine: Machine) -> None:
        """Have a machine join."""
        machine.token.parent.mkdir(exist_ok=True)
        shutil.copy(self.first.token, machine.token)
        machine.run(
            *("cluster", "start", "--join", self.first.address, "--listen", machine.address)
        )

    def stop(self) -> None:
        """End it on every machine where it runs."""
        for machine in (*self.others, self.first):
            with suppress(RuntimeError):
                machine.run("cluster", "stop")

    def list_shards(self) -> list[dict[str, Any]]:
        """Return the actors that answer."""
        told = json.loads(self.first.run("cluster", "status", "--json"))
        return [one for one in told["shards"] if one["alive"]]


def _answers(host: str, port: int) -> bool:
    with suppress(OSError):
        socket.create_connection((host, port), timeout=1).close()
        return True
    return False


class Readers:
    """Processes that ask all the time, and what they were told."""

    def __init__(self, cluster: Cluster, questions: Path) -> None:
        self.answers: list[dict[str, Any]] = []
        self.begun = 0
        self._cluster = cluster
        self._questions = questions
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._keep) for _ in range(READERS)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _keep(self) -> None:
        while not self._ended.is_set():
            self.begun += 1
            process = self._cluster.first.begin(
                *("--read", self._cluster.place, "--asked", self._questions),
                module="benchmarks.kills",
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert process.stdout is not None  # noqa: S101
            assert process.stdin is not None  # noqa: S101
            for line in process.stdout:
                if line.startswith("{"):
                    self.answers.append(json.loads(line))
                if self._ended.is_set():
                    break
            process.kill()
            process.communicate()
            self._ended.wait(1)

    def wait_for_complete(self, since: float) -> float | None:
        """Return when a complete answer to a question came that was asked after a time."""
        deadline = time.time() + _RECOVERED_S
        while time.time() < deadline:
            ended = [
                one["ended"]
                for one in self.answers[-500:]
                if one["begun"] > since and not one["incomplete"] and "error" not in one
            ]
            if ended:
                return min(ended)
            time.sleep(0.05)
        return None


def read_all_the_time(place: str, questions: Sequence[str]) -> None:
    """Ask one question after the other and print what is told, a line each."""
    index: SearchIndex | None = None
    for number in _cycle(len(questions)):
        told: dict[str, Any] = {"question": number, "begun": time.time(), "incomplete": False}
        try:
            index = index or open_index(place)
            found = index.find(questions[number])
            told |= {"incomplete": found.incomplete, "passages": tell(found)}
        except Exception as error:  # noqa: BLE001  # a question is lost, whatever the reason
            told["error"] = repr(error)
        print(json.dumps(told | {"ended": time.time()}, ensure_ascii=False), flush=True)
        time.sleep(_PAUSE_S)


def _cycle(count: int) -> Iterator[int]:
    while True:
        yield from random.sample(range(count), count)


def tell(found: Found) -> list[list[Any]]:
    """Return what there is to compare of passages."""
    return [
        [p.article.id, p.chunk.start, p.chunk.end, p.text, p.score, len(p.reprints)]
        for p in found.passages
    ]


class Killer:
    """Kills as planned, and notes when nothing was written and what recovered."""

    def __init__(self, cluster: Cluster, readers: Readers, more: Path) -> None:
        self.spans: list[tuple[float, float, str]] = []
        """From when to when nothing was written, and which articles there were."""
        self.recovered: dict[str, list[float | None]] = {}
        self._cluster = cluster
        self._readers = readers
        self._more = more
        self._since: float | None = time.time()
        self._stored = "base"
        self._killed = self._free = 0.0
        self._random = random.Random(4)

    def run(self, plan: Sequence[str]) -> None:
        """Kill what the plan names."""
        kinds: dict[str, Callable[[], None]] = {
            "actor": self._kill_actor,
            "machine": self._kill_machine,
            "first": self._kill_first,
            "build": self._kill_build,
        }
        for kind in plan:
            if kind == "finish":
                self._finish()
                continue
            if kind == "build":
                self._end_span()
            kinds[kind]()
            back = self._readers.wait_for_complete(self._killed)
            taken = None if back is None else round(back - self._killed, 2)
            self.recovered.setdefault(kind, []).append(taken)
            print(kind, taken, flush=True)
            if kind == "machine":
                for machine in self._cluster.others:
                    if not machine.list_processes():
                        self._cluster.join(machine)
            time.sleep(_CALM_S)
        self._end_span()

    def _end_span(self) -> None:
        """Note that what nothing was written to until now may be from now on."""
        if self._since is not None:
            self.spans.append((self._since, time.time(), self._stored))
            self._since = None

    def _kill_actor(self) -> None:
        process = self._random.choice(self._cluster.list_shards())["process"]
        self._killed = time.time()
        os.kill(process, signal.SIGKILL)

    def _kill_machine(self) -> None:
        address = self._random.choice(self._cluster.list_shards())["machine"]
        machine = next(m for m in self._cluster.others if m.address.startswith(f"{address}:"))
        self._killed = time.time()
        machine.kill()

    def _kill_first(self) -> None:
        self._killed = time.time()
        self._cluster.first.kill()
        self._cluster.stop()
        self._cluster.start()

    def _kill_build(self) -> None:
        build = self._begin_build()
        time.sleep(self._random.uniform(6, 16))
        self._killed = time.time()
        with suppress(ProcessLookupError):  # it had ended
            os.killpg(build.pid, signal.SIGKILL)
        build.communicate()
        self._free = self._killed + _LENT_S

    def _begin_build(self) -> subprocess.Popen[str]:
        time.sleep(max(0.0, self._free - time.time()))
        return self._cluster.first.begin(
            *("index", "build", self._more, "--index", self._cluster.place, "--json")
        )

    def _finish(self) -> None:
        build = self._begin_build()
        out, errors = build.communicate()
        if build.returncode:
            raise RuntimeError(errors[-500:])
        print(out, flush=True)
        self._since, self._stored = time.time(), "all"


def main() -> None:
    """Do it, or be one of the readers."""
    parser = make_parser(__doc__)
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--asked", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=7400)
    parser.add_argument("--plan", nargs="+", default=PLAN)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    if options.read:
        read_all_the_time(options.read, json.loads(options.asked.read_text(encoding="utf-8")))
        return
    with tempfile.TemporaryDirectory(prefix="jawab-") as place:
        report(_kill_all(Path(place), options), options.out)


def _kill_all(place: Path, options: argparse.Namespace) -> dict[str, Any]:
    articles = list(islice(read(options.data, "antcorpus", "articles.jsonl"), 2 * ARTICLES))
    for part, rows in (("base", articles[:ARTICLES]), ("all", articles)):
        (place / part).mkdir()
        for row in rows:
            text = f"{row['title']}\n\n{row['text']}"
            (place / part / f"{row['id']}.txt").write_text(text, encoding="utf-8")
    asked = read(options.data, "antcorpus", "headline_queries.jsonl")
    questions = [row["question"] for row in islice(asked, QUESTIONS)]
    (place / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    expected = {}
    for part in ("base", "all"):
        build_index([place / part], place / "alone")
        index = open_index(place / "alone")
        expected[part] = [json.loads(json.dumps(tell(index.find(one)))) for one in questions]
        texts = {article.id: article.text for article in index.store.newest_articles(10_000)}
    cluster = Cluster(place, options.port)
    try:
        cluster.start()
        cluster.first.run("index", "build", place / "base", "--index", cluster.place)
        with Readers(cluster, place / "questions.json") as readers:
            if readers.wait_for_complete(0) is None:
                raise RuntimeError("no reader is answered")
            killer = Killer(cluster, readers, place / "all")
            killer.run(options.plan)
        told = cluster.first.run("index", "verify", "--index", cluster.place, "--json")
        verified = json.loads(told)
    finally:
        cluster.stop()
    return {
        "chunks": verified["chunks"],
        "whole": verified["ok"],
        "kills": {kind: len(taken) for kind, taken in killer.recovered.items()},
        "recovered_s": {
            kind: {
                "p50": statistics.median([one for one in taken if one is not None]),
                "worst": None if None in taken else max(one for one in taken if one is not None),
            }
            for kind, taken in killer.recovered.items()
        },
        "readers_begun": readers.begun,
        **judge(readers.answers, killer.spans, expected, texts),
    }


def judge(
    answers: Sequence[dict[str, Any]],
    spans: Sequence[tuple[float, float, str]],
    expected: dict[str, list[Any]],
    texts: dict[str, str],
) -> dict[str, int]:
    """Return how many answers there were, and how many were not what they had to be."""
    counts = dict.fromkeys(("answers", "compared", "wrong", "torn", "incomplete", "errors"), 0)
    for one in answers:
        if "error" in one:
            counts["errors"] += 1
            continue
        counts["answers"] += 1
        counts["incomplete"] += one["incomplete"]
        places = [(id_, start) for id_, start, *_ in one["passages"]]
        counts["torn"] += len(places) != len(set(places)) or any(
            text != texts.get(id_, "")[start:end] for id_, start, end, text, *_ in one["passages"]
        )
        for begin, end, what in spans:
            if begin <= one["begun"] and one["ended"] <= end and not one["incomplete"]:
                counts["compared"] += 1
                counts["wrong"] += one["passages"] != expected[what][one["question"]]
    return counts


if __name__ == "__main__":
    main()

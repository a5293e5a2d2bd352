"""What sharing an index out costs and gives: equality, times, questions a second, kills.

Chunks are those of ``benchmarks.scale``: real terms, repeated with changes, and synthetic vectors.
One index is asked first; then it is shared out, and asked again in one process and on Ray.

    python -m benchmarks.shards --chunks 100000 --shards 1 2 4 8 --ray 1 2 4 8 --kills 0
    python -m benchmarks.shards --chunks 4000 --kills 30      # of actors; benchmarks.kills: of all
    python -m benchmarks.shards --build 200                   # on one worker and on two
"""

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import tempfile
import threading
import time
import uuid
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import make_parser, read, report
from benchmarks.scale import DIMENSION, Vectors, build
from index import build_index
from index.building.resharding import reshard_index
from index.building.workers import WORTH_BYTES
from index.embedding.contract import EmbedderIdentity
from index.embedding.vectors import FloatVector
from index.embedding.word_vectors import word_spans
from index.search.search import SearchIndex
from index.store.contract import Store
from index.store.opening import holds_store, open_store
from index.store.ray.cluster import connect_cluster, show_cluster, start_cluster, stop_cluster
from index.store.ray.engine import connect, load_ray
from index.store.sharded.layout import name_shard, write_layout

QUESTIONS = 300
THREADS = 4
WATCHED_S = 30
"""Seconds for which questions are asked after a node was killed."""


class Synthetic:
    """An embedder that takes no time: every question has vectors near those of some chunks."""

    identity = EmbedderIdentity("synthetic", "", "", "")

    def __init__(self) -> None:
        self._vectors = Vectors().take(QUESTIONS)
        self._words = np.random.default_rng(5).normal(size=(99, DIMENSION)).astype(np.float32)

    def embed_query_wordwise(self, text: str) -> tuple[FloatVector, Any]:
        """Return a vector of the question and one for every word."""
        return self.embed_query(text), self._words[: len(word_spans(text))]

    def embed_query(self, text: str) -> FloatVector:
        """Return a vector of the question."""
        vector: FloatVector = self._vectors[zlib.crc32(text.encode()) % QUESTIONS]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Any:
        """Nothing is embedded here."""
        raise NotImplementedError

    embed_passages_wordwise = embed_passages
    count_tokens = embed_passages


def main() -> None:
    options = _options()
    questions = [
        row["question"]
        for row in islice(
            read(options.data, "antcorpus", "headline_queries.jsonl"), options.questions
        )
    ]
    embedder = Synthetic()
    options.scratch.mkdir(parents=True, exist_ok=True)
    if options.build:
        report(_build(options), options.out)
        return
    if options.nodes:
        report(_kill_nodes(options, questions[:50], embedder), options.out)
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as place:
        kept = options.kept or Path(place)
        alone = kept / "alone"
        built = {} if holds_store(alone) else build(alone, options.chunks, options.data)
        store = open_store(alone)
        expected = _told(store, embedder, questions)
        figures: dict[str, Any] = {
            "chunks": store.stats().chunks,
            "bytes_per_chunk": round(store.stats().bytes_on_disk / store.stats().chunks),
            **built,
            "alone": _measure(store, embedder, questions, options.seconds),
        }
        for shards in options.shards:
            folder = kept / str(shards)
            taken = {} if holds_store(folder) else _share_out(alone, folder, shards)
            store = open_store(folder)
            figures[f"{shards} in process"] = {
                **taken,
                "same_answers": _compare(expected, _told(store, embedder, questions)),
                **_measure(store, embedder, questions, options.seconds),
            }
            if shards in options.ray:
                figures[f"{shards} on Ray"] = _ask_ray(
                    folder, shards, embedder, questions, expected, options
                )
            report(figures, options.out)


def _share_out(alone: Path, folder: Path, shards: int) -> dict[str, float]:
    """Make a copy of an index in so many shards; return what that took."""
    shutil.copytree(alone, folder)
    begun = time.perf_counter()
    reshard_index(folder, shards)
    return {"shared_out_s": round(time.perf_counter() - begun, 1)}


def _options() -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument("--chunks", type=int, default=20_000)
    parser.add_argument("--shards", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--ray", type=int, nargs="*", default=[2], help="of these, also on Ray")
    parser.add_argument("--kills", type=int, default=5, help="of actors, for each number on Ray")
    parser.add_argument(
        "--nodes", type=int, default=0, help="kill so many nodes of a Ray instead, one by one"
    )
    parser.add_argument(
        "--kept", type=Path, help="a folder for the indexes, which are taken where they are there"
    )
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument(
        "--build", type=int, default=0, help="build so many real articles instead: here, on Ray"
    )
    parser.add_argument("--seconds", type=float, default=10, help="for questions a second")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    return parser.parse_args()


def _build(options: argparse.Namespace) -> dict[str, Any]:
    """Build an index here, then in two shards on Ray with one worker and with two."""
    figures: dict[str, Any] = {}
    rows = list(islice(read(options.data, "antcorpus", "articles.jsonl"), options.build))
    with tempfile.TemporaryDirectory(dir=options.scratch) as place:
        path = Path(place, "articles.jsonl")
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if path.stat().st_size < WORTH_BYTES:
            raise SystemExit("so few articles are embedded without workers; take 200")
        alone = Path(place, "alone")
        figures["without Ray"] = _measure_build(path, alone)
        expected = _rows(open_store(alone))
        for workers in (1, 2):
            name = uuid.uuid4().hex
            folder, manifest = Path(place, str(workers)), open_store(alone).manifest
            start_cluster(folder, manifest, shards=2, name=name)
            store = connect_cluster("", name, workers=workers)
            figures[f"workers: {workers}"] = {
                **_measure_build(path, store),
                "same_rows": _rows(store) == expected,
            }
            stop_cluster("", name)
    return figures


def _measure_build(path: Path, place: Any) -> dict[str, float]:
    done = build_index([path], place)
    return {
        "chunks": done.embedded,
        "seconds": round(done.seconds, 1),
        "chunks_a_second": round(done.embedded / done.seconds, 1),
    }


def _rows(store: Any) -> dict[str, Any]:
    """Return what is stored of each article, with its key and family."""
    return {
        item.article.id: (
            item.article,
            item.chunks,
            item.terms,
            [(one.vector.tobytes(), one.words) for one in item.embedded],
            (item.placement.key, item.placement.family),
        )
        for item in store.export(store.known())
    }


def _told(store: Store, embedder: Synthetic, questions: Sequence[str]) -> list[Any]:
    index = SearchIndex(store, embedder)
    return [
        [(p.rank, p.chunk, p.score, p.scores, p.reprints) for p in index.search(question)]
        for question in questions
    ]


def _compare(expected: Sequence[Any], found: Sequence[Any]) -> str:
    same = sum(one == other for one, other in zip(expected, found, strict=True))
    return f"{same} of {len(expected)}"


def _measure(
    store: Store, embedder: Synthetic, questions: Sequence[str], seconds: float
) -> dict[str, float]:
    """Return what questions take that were asked before, so that the files are in memory."""
    index, times = SearchIndex(store, embedder), []
    for question in questions:
        begun = time.perf_counter()
        index.search(question)
        times.append(1e3 * (time.perf_counter() - begun))
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(sorted(times)[int(0.95 * len(times))], 1),
        "questions_a_second": round(_count_answers(index, questions, seconds) / seconds, 1),
    }


def _count_answers(index: SearchIndex, questions: Sequence[str], seconds: float) -> int:
    """Return how many questions some threads get answered in a time."""
    ended, counts = time.perf_counter() + seconds, [0] * THREADS

    def ask(number: int) -> None:
        while time.perf_counter() < ended:
            index.search(questions[(number * 31 + counts[number]) % len(questions)])
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _ask_ray(
    folder: Path,
    shards: int,
    embedder: Synthetic,
    questions: Sequence[str],
    expected: Sequence[Any],
    options: argparse.Namespace,
) -> dict[str, Any]:
    name = uuid.uuid4().hex
    if shards == 1:  # an actor's shard lies in a folder of its own
        alone, folder = folder, folder.with_name("one")
        shutil.copytree(alone, folder / name_shard(0, 1))
        write_layout(folder, 1)
    begun = time.perf_counter()
    store = start_cluster(folder, open_store(folder).manifest, shards=shards, name=name)
    begun = time.perf_counter() - begun
    try:
        figures = {
            "begun_s": round(begun, 1),
            "same_answers": _compare(expected, _told(store, embedder, questions)),
            **_measure(store, embedder, questions, options.seconds),
        }
        return figures | _kill(store, name, embedder, questions, expected, options.kills)
    finally:
        stop_cluster("", name)


def _kill_nodes(
    options: argparse.Namespace, questions: Sequence[str], embedder: Synthetic
) -> dict[str, Any]:
    """Kill nodes on which shards lie, another one standing by for each; folders are shared."""
    connect("local", {"num_cpus": 0}).shutdown()  # sets the environment that the nodes inherit
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 100 * 2**20, "include_dashboard": False}
    ray = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
    nodes = [ray.add_node(num_cpus=1, object_store_memory=100 * 2**20) for _ in range(2)]
    with tempfile.TemporaryDirectory(dir=options.scratch) as place:
        folder = Path(place, "index")
        build(folder, options.chunks, options.data)
        expected = _told(open_store(folder), embedder, questions)
        reshard_index(folder, 2)
        manifest = open_store(folder).manifest
        store = start_cluster(folder, manifest, shards=2, address=ray.address, cpus=0.1)
        index = SearchIndex(store, embedder)
        figures: dict[str, Any] = {"nodes_killed": options.nodes, "asked_meanwhile": 0, "wrong": 0}
        silences = []
        for _ in range(options.nodes):
            nodes.append(ray.add_node(num_cpus=1, object_store_memory=100 * 2**20))
            ray.remove_node(nodes.pop(0), allow_graceful=False)
            ended, longest = time.perf_counter() + WATCHED_S, 0.0
            while time.perf_counter() < ended:
                number = figures["asked_meanwhile"] % len(questions)
                begun = time.perf_counter()
                found = index.find(questions[number])
                longest = max(longest, time.perf_counter() - begun)
                told = [(p.rank, p.chunk, p.score, p.scores, p.reprints) for p in found.passages]
                figures["asked_meanwhile"] += 1
                figures["incomplete"] = figures.get("incomplete", 0) + found.incomplete
                figures["wrong"] += not found.incomplete and told != expected[number]
            silences.append(round(longest, 1))
        stop_cluster(ray.address)
    load_ray().shutdown()  # before the head, which this process is connected to
    ray.shutdown()
    return {**figures, "recovered_s": silences}


def _kill(
    store: Store,
    name: str,
    embedder: Synthetic,
    questions: Sequence[str],
    expected: Sequence[Any],
    kills: int,
) -> dict[str, Any]:
    """Kill actors while a question is asked after the other; how long is the longest silence?"""
    index, chosen = SearchIndex(store, embedder), random.Random(3)
    asked, wrong, lost = 0, 0, []
    silences: list[float] = []
    for _ in range(kills):
        alive = [status for status in show_cluster("", name) if status.alive]
        killer = threading.Timer(0.2, os.kill, (chosen.choice(alive).process, signal.SIGKILL))
        killer.start()
        ended, longest = time.perf_counter() + 5, 0.0
        for number in _cycle(len(questions)):
            begun = time.perf_counter()
            if begun > ended:
                break
            try:
                found = index.find(questions[number])
            except Exception as error:  # noqa: BLE001  # a question is lost, whatever the reason
                lost.append(repr(error))
                continue
            told = [(p.rank, p.chunk, p.score, p.scores, p.reprints) for p in found.passages]
            asked, wrong = asked + 1, wrong + (told != expected[number])
            longest = max(longest, time.perf_counter() - begun)
        silences.append(longest)
        killer.join()
    return {
        "kills": kills,
        "asked_meanwhile": asked,
        "wrong": wrong,
        "lost": len(lost),
        "recovered_p50_s": round(statistics.median(silences), 2) if silences else None,
        "recovered_worst_s": round(max(silences), 2) if silences else None,
    }


def _cycle(count: int) -> Iterator[int]:
    while True:
        yield from range(count)


if __name__ == "__main__":
    main()

"""What a cluster takes for so many chunks: memory, disk, cores, machines, from what was measured.

    python -m benchmarks.sizing                  # the table in docs/cluster.md
    python -m benchmarks.sizing --measure        # what Ray adds to a question, anew

Every figure that goes in is an option; its default is the one that was measured last.
"""

import argparse
import json
import math
import tempfile
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.datasets import report
from index import build_index, open_index
from index.embedding.embedders import load_embedder
from index.store.manifest import Manifest
from index.store.opening import MAX_SHARDS
from index.store.ray.cluster import show_cluster, start_cluster, stop_cluster

RESULTS = Path(__file__).parent / "results"
SIZES = (10**6, 10**7, 10**8, 10**9)
SHARD_CHUNKS = 10**6
"""The largest index that was measured."""
CHUNK_BYTES = 5027
"""A chunk of news on disk, all of the folder (docs/decisions/0049-a-chunk-costs-less.md)."""
SEARCH_S = 0.0165
"""Of one core, for vectors, words and fetching among a million chunks (benchmarks/README.md)."""
HOT_BYTES = 972
"""A chunk, of the mapped files that questions keep in memory: 972 MB at a million (the same)."""
NODE_MB = 450
"""Of Ray's own processes on a machine, seen with ``ps``: 330 to 450."""
HEADROOM = 1.5
"""Of memory and disk, for publishing and for what the system keeps. Chosen."""
COPIES = 3
"""Of a shard in the storage: two, and a third while it is written."""
BUSY = 0.6
"""Share of the cores that questions may take. Chosen, so that they seldom wait."""
ARTICLE_CHUNKS = 3.9
"""38,900 chunks of 9,965 articles."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What goes in.

    Attributes:
        chunk_bytes: On disk.
        answer_s: Of one core, for a question but for what its shards do.
        asking_s: Of one core, that each shard adds where the question is asked.
        shard_s: Of one core, that each shard takes however few chunks it has.
        shard_mb: Of memory, of the process of a shard.
        chunks_per_core_s: That are read, embedded and stored.
    """

    chunk_bytes: float
    answer_s: float
    asking_s: float
    shard_s: float
    shard_mb: float
    chunks_per_core_s: float


@dataclass(frozen=True, slots=True)
class Need:
    """What so many chunks take; GB are 10**9 bytes, hours those of one core."""

    chunks: int
    articles: int
    shards: int
    disk_gb: float
    storage_gb: float
    memory_gb: float
    core_s_a_question: float
    waits_s: float
    machines: int
    asking_machines: int
    embedding_core_hours: float


def load_measured() -> dict[str, float]:
    """Return the figures that were measured last."""
    load, building, cost = _read("load"), _read("indexing")["jawab"], _read("sizing")
    return {
        "chunk_bytes": CHUNK_BYTES,
        "answer_s": load["processors"] / load["questions a second"],
        "chunks_per_core_s": building["chunks"] / building["total_s"] / load["processors"],
        **{name: cost[name] for name in ("asking_s", "shard_s", "shard_mb")},
    }


def _read(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def compute(
    chunks: int, known: Measured, *, rate: float, cores: int, memory_gb: float, disk_gb: float
) -> Need:
    """Return what so many chunks take at a rate of questions a second, on machines of one size."""
    shards = min(MAX_SHARDS, math.ceil(chunks / SHARD_CHUNKS))
    alone = shards == 1
    asking = known.answer_s + (0 if alone else shards * known.asking_s)
    searching = shards * ((0 if alone else known.shard_s) + SEARCH_S * chunks / shards / 10**6)
    disk = chunks * known.chunk_bytes / 10**9 * HEADROOM
    memory = (chunks * HOT_BYTES / 10**9 + shards * known.shard_mb / 1000) * HEADROOM
    machines = max(
        math.ceil(disk / disk_gb),
        math.ceil(memory / (memory_gb - NODE_MB / 1000)),
        math.ceil(searching * rate / (cores * BUSY)),
    )
    turns = math.ceil(shards / machines / cores)
    return Need(
        chunks=chunks,
        articles=round(chunks / ARTICLE_CHUNKS),
        shards=shards,
        disk_gb=disk,
        storage_gb=0 if alone else chunks * known.chunk_bytes / 10**9 * COPIES,
        memory_gb=memory,
        core_s_a_question=asking + searching,
        waits_s=asking + turns * searching / shards,
        machines=machines,
        asking_machines=0 if alone else math.ceil(asking * rate / (cores * BUSY)),
        embedding_core_hours=chunks / known.chunks_per_core_s / 3600,
    )


def measure(articles: Path) -> dict[str, Any]:
    """Ask small indexes of one to eight shards on Ray; the line through what they take."""
    embedder = load_embedder()
    questions = ["كم كلفة الجسر؟", "أمطار الساحل", "حريق المصنع", "من فاز بالكأس؟"] * 25
    rows = []
    for shards in (1, 2, 4, 8):
        with tempfile.TemporaryDirectory(prefix="jawab-") as folder:
            name = uuid.uuid4().hex
            store = start_cluster(folder, Manifest(embedder.identity), shards=shards, name=name)
            build_index([articles], store, embedder=embedder)
            index = open_index(store, embedder=embedder)
            index.search(questions[0], k=8)
            actors = [one.process for one in show_cluster("", name)]
            before, began = _processor_s(actors), process_time()
            for question in questions:
                index.search(question, k=8)
            asking = (process_time() - began) / len(questions)
            rows.append(
                {
                    "shards": shards,
                    "asking_s": asking,
                    "actors_s": (_processor_s(actors) - before) / len(questions),
                    "actor_mb": max(_resident_mb(actor) for actor in actors),
                }
            )
            stop_cluster("", name)
    first, last = rows[0], rows[-1]
    return {
        "rows": rows,
        "asking_s": (last["asking_s"] - first["asking_s"]) / (last["shards"] - first["shards"]),
        "shard_s": last["actors_s"] / last["shards"],
        "shard_mb": max(row["actor_mb"] for row in rows),
    }


def _processor_s(processes: list[int]) -> float:
    import psutil  # Ray brings it

    times = [psutil.Process(process).cpu_times() for process in processes]
    return float(sum(time.user + time.system for time in times))


def _resident_mb(process: int) -> float:
    import psutil

    return float(psutil.Process(process).memory_info().rss / 10**6)


def write_table(needs: list[Need]) -> str:
    """Return the table in Markdown, a column a size."""
    rows = {
        "articles, about": [f"{need.articles:,}" for need in needs],
        "shards": [f"{need.shards:,}" for need in needs],
        "disk of the shards, GB": [f"{need.disk_gb:,.0f}" for need in needs],
        "shared storage, GB": [f"{need.storage_gb or 0:,.0f}" for need in needs],
        "memory of the shards, GB": [f"{need.memory_gb:,.1f}" for need in needs],
        "core seconds a question": [f"{need.core_s_a_question:,.2f}" for need in needs],
        "seconds a question takes, alone": [f"{need.waits_s:,.2f}" for need in needs],
        "machines with shards": [f"{need.machines:,}" for need in needs],
        "machines that only ask": [f"{need.asking_machines:,}" for need in needs],
        "embedding all, hours of one core": [f"{need.embedding_core_hours:,.0f}" for need in needs],
    }
    head = ["chunks", *(f"{need.chunks:,}" for need in needs)]
    lines = [head, ["---"] * len(head), *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure, or compute the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="what Ray adds to a question, anew")
    parser.add_argument("--articles", type=Path, default=Path("ui/samples/articles"))
    parser.add_argument("--rate", type=float, default=10, help="questions a second")
    parser.add_argument("--cores", type=int, default=16, help="of a machine")
    parser.add_argument("--memory-gb", type=float, default=64, help="of a machine")
    parser.add_argument("--disk-gb", type=float, default=2000, help="of a machine")
    for name in Measured.__dataclass_fields__:
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=None)
    given = parser.parse_args()
    if given.measure:
        report(measure(given.articles), RESULTS / "sizing")
        return
    options = {name: getattr(given, name) for name in Measured.__dataclass_fields__}
    known = Measured(**{**load_measured(), **{k: v for k, v in options.items() if v is not None}})
    print(json.dumps(asdict(known)))
    size = {name: getattr(given, name) for name in ("rate", "cores", "memory_gb", "disk_gb")}
    print(write_table([compute(chunks, known, **size) for chunks in SIZES]))


if __name__ == "__main__":
    main()

"""Index the same articles with Jawab and with the plain LangChain pipeline, side by side.

    pip install --group benchmark
    python -m benchmarks.indexing --data ../shared/data

The baseline is what a LangChain tutorial builds: RecursiveCharacterTextSplitter, the same model in
HuggingFaceEmbeddings, FAISS.from_embeddings, save_local. Both embed the same chunks of the same
real articles (ANT corpus); each run is a process of its own, so that memory is that of one
pipeline. They take turns, and the best of the turns counts: only ratios are worth quoting.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import DEFAULT, read
from benchmarks.timing import measure_seconds

TURNS = 2
_LAYERS, _HIDDEN = 12, 384


def main() -> None:
    """Print the comparison as JSON, and write it where ``--out`` says."""
    options = _options()
    if options.run:
        print(json.dumps(globals()[f"_{options.run}"](options)))
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        options.scratch = scratch
        _write_articles(options)
        if options.only_jawab:
            print(json.dumps(_child(options, "jawab"), indent=2))
            return
        jawab = _child(options, "jawab")
        langchain = _child(options, "langchain")
        for _ in range(TURNS - 1):
            jawab = _better(jawab, _child(options, "jawab"))
            langchain = _better(langchain, _child(options, "langchain"))
        report = {
            "articles": options.articles,
            "jawab": jawab,
            "langchain": langchain,
            "ratios": {
                "embedding_throughput": round(langchain["embed_s"] / jawab["embed_s"], 2),
                "whole_build": round(langchain["total_s"] / jawab["total_s"], 2),
                "first_over_unchanged": round(jawab["total_s"] / jawab["unchanged_s"], 1),
            },
            "recall": _child(options, "recall"),
            "arithmetic": _child(options, "arithmetic"),
            "ask_first_words_s": _first_words(options),
        }
    print(json.dumps(report, indent=2, ensure_ascii=False))
    if options.out:
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        options.out.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--scratch", help="where the indexes are made")
    parser.add_argument("--only-jawab", action="store_true", help="leave the baseline out")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(options: argparse.Namespace, name: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "benchmarks.indexing", "--run", name),
            *("--data", str(options.data), "--scratch", options.scratch),
            *("--articles", str(options.articles)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(name, done.stdout.strip()[:300], file=sys.stderr)
    found: dict[str, Any] = json.loads(done.stdout.strip().split("\n")[-1])
    return found


def _better(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: min(one[name], other[name]) if name.endswith(("_s", "_ms")) else one[name]
            for name in one}  # fmt: skip


def _write_articles(options: argparse.Namespace) -> None:
    folder = Path(options.scratch, "articles")
    folder.mkdir()
    for row in islice(read(options.data, "antcorpus", "articles.jsonl"), options.articles):
        title = json.dumps(row["title"], ensure_ascii=False)
        text = f"---\ntitle: {title}\ndate: {row['date']}\n---\n{row['text']}"
        (folder / f"{row['id']}.md").write_text(text, encoding="utf-8")


def _questions(options: argparse.Namespace) -> list[str]:
    rows = read(options.data, "antcorpus", "headline_queries.jsonl")
    return [row["question"] for row in islice(rows, 50)]


def _jawab(options: argparse.Namespace) -> dict[str, float]:
    from index import build_index, open_index
    from index.articles.article import Article
    from index.articles.readers.reading import read_articles
    from index.building.cutting import cut_article
    from index.embedding.embedders import load_embedder

    articles, folder = Path(options.scratch, "articles"), Path(options.scratch, "jawab")
    subprocess.run(["/bin/rm", "-rf", str(folder)], check=True)  # noqa: S603
    embedder = load_embedder()
    embedder.embed_query("تسخين")
    started = time.perf_counter()
    report = build_index([articles], folder, embedder=embedder)
    total = time.perf_counter() - started
    unchanged = measure_seconds(lambda: build_index([articles], folder, embedder=embedder))
    opened = measure_seconds(lambda: open_index(folder, embedder=embedder).stats())
    index = open_index(folder, embedder=embedder)
    found = [item for item in read_articles([articles]) if isinstance(item, Article)]
    cut = [cut_article(article, embedder.count_tokens) for article in found]
    texts = [text for article in cut for text in article.texts]
    Path(options.scratch, "chunks.json").write_text(json.dumps(texts), encoding="utf-8")
    questions = _questions(options)
    return {
        "chunks": report.embedded,
        "embed_s": measure_seconds(lambda: embedder.embed_passages(texts)),
        "total_s": total,
        "chunks_per_s": round(report.embedded / total, 1),
        "unchanged_s": unchanged,
        "open_ms": 1e3 * opened,
        "embed_question_ms": _median_ms(embedder.embed_query, questions),
        "question_to_passages_ms": _median_ms(lambda q: index.search(q, k=8), questions),
        "bytes_per_chunk": _size(folder) // report.embedded,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _langchain(options: argparse.Namespace) -> dict[str, float]:
    """Build and ask the baseline over the chunks that Jawab made."""
    import warnings

    warnings.simplefilter("ignore")
    from langchain_community.embeddings import HuggingFaceEmbeddings  # noqa: TID251
    from langchain_community.vectorstores import FAISS  # noqa: TID251
    from langchain_community.vectorstores.utils import DistanceStrategy  # noqa: TID251
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    from index.embedding.e5 import bundle as e5

    folder = Path(options.scratch, "langchain")
    chunks = json.loads(Path(options.scratch, "chunks.json").read_text(encoding="utf-8"))
    texts = ["passage: " + chunk for chunk in chunks]
    model = HuggingFaceEmbeddings(
        model_name=str(e5.model_folder()), encode_kwargs={"normalize_embeddings": True}
    )
    model.embed_query("تسخين")
    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=600, chunk_overlap=100)
    for path in sorted(Path(options.scratch, "articles").iterdir()):
        splitter.split_text(path.read_text(encoding="utf-8"))
    before = time.perf_counter()
    vectors = model.embed_documents(texts)
    embedded = time.perf_counter() - before
    store = FAISS.from_embeddings(
        list(zip(texts, vectors, strict=True)),
        model,
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    store.save_local(str(folder))
    total = time.perf_counter() - started

    def load() -> Any:
        return FAISS.load_local(str(folder), model, allow_dangerous_deserialization=True)

    opened, store = measure_seconds(load), load()
    questions = _questions(options)
    return {
        "chunks": len(texts),
        "embed_s": embedded,
        "total_s": total,
        "chunks_per_s": round(len(texts) / total, 1),
        "open_ms": 1e3 * opened,
        "embed_question_ms": _median_ms(model.embed_query, questions),
        "question_to_passages_ms": _median_ms(
            lambda q: store.similarity_search("query: " + q, k=8), questions
        ),
        "bytes_per_chunk": _size(folder) // len(texts),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _recall(options: argparse.Namespace) -> dict[str, Any]:
    """Return R@10 by the vectors alone, from either engine."""
    from index.embedding.e5 import bundle as e5
    from index.embedding.embedders import load_embedder

    prefixes = {"query_prefix": "query: ", "passage_prefix": "passage: "}
    engines = {
        "jawab": load_embedder(),
        "sentence-transformers": load_embedder(str(e5.model_folder()), **prefixes),
    }
    report: dict[str, Any] = {}
    for name, folder in (("ARCD", "arcd"), ("TyDi", "tydiqa-goldp-ar-dev")):
        passages = list(read(options.data, folder, "passages.jsonl"))
        questions = list(read(options.data, folder, "questions.jsonl"))
        place = {passage["id"]: n for n, passage in enumerate(passages)}
        wanted = [place[question["passage_id"]] for question in questions]
        for engine, embedder in engines.items():
            rows = embedder.embed_passages([passage["text"] for passage in passages])
            asked = np.stack([embedder.embed_query(q["question"]) for q in questions])
            best = np.argsort(-(asked @ rows.T), axis=1)[:, :10]
            hits = [target in found for target, found in zip(wanted, best, strict=True)]
            report.setdefault(name, {})[engine] = round(float(np.mean(hits)), 4)
    return report


def _arithmetic(options: argparse.Namespace) -> dict[str, float]:
    """Return the share of the arithmetic this machine can do that embedding does.

    A token costs 24·h² operations a layer for the matrices and 4·length·h for attention; the peak
    is that of one large product of matrices in the same engine and precision.
    """
    from index.embedding.embedders import load_embedder

    texts = json.loads(Path(options.scratch, "chunks.json").read_text(encoding="utf-8"))
    embedder = load_embedder()
    embedder.embed_query("تسخين")
    lengths = np.array(embedder.count_tokens(texts)) + 4
    work = _LAYERS * float(np.sum(lengths * (24 * _HIDDEN**2 + 4 * lengths * _HIDDEN)))
    rate = work / min(measure_seconds(lambda: embedder.embed_passages(texts)) for _ in range(2))
    peak = _peak()
    return {
        "tokens_per_chunk": round(float(lengths.mean()), 1),
        "gflops": round(rate / 1e9),
        "peak_gflops": round(peak / 1e9),
        "share": round(rate / peak, 3),
    }


def _peak() -> float:
    import openvino
    from openvino import opset13 as op

    size = 3072
    core = openvino.Core()
    native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    left = op.parameter([size, size], np.float32)
    right = op.constant(np.random.default_rng(1).normal(size=(size, size)).astype(np.float32))
    model = openvino.Model([op.matmul(left, right, False, False)], [left], "peak")
    hint = {"INFERENCE_PRECISION_HINT": "bf16" if native else "f32"}
    request = core.compile_model(model, "CPU", hint).create_infer_request()
    given = np.ones((size, size), np.float32)
    request.infer([given])
    return 2 * size**3 / min(measure_seconds(lambda: request.infer([given])) for _ in range(8))


def _first_words(options: argparse.Namespace) -> float:
    """Return seconds from starting ``jawab ask`` to the first letters of its answer."""
    best = 1e9
    for _ in range(3):
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            [
                *(sys.executable, "-m", "ui", "ask", _questions(options)[0]),
                *("--index", str(Path(options.scratch, "jawab"))),
            ],
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None  # noqa: S101
            process.stdout.read(1)
            best = min(best, time.perf_counter() - started)
            process.stdout.read()
    return round(best, 2)


def _median_ms(ask: Callable[[str], object], questions: list[str]) -> float:
    ask(questions[0])
    return round(1e3 * statistics.median(measure_seconds(lambda q=q: ask(q)) for q in questions), 2)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()

"""How the cost of searching grows: 10,000, 100,000 and 1,000,000 chunks.

Texts and terms come from real articles, repeated with every third word changed; vectors are
synthetic (unit vectors around 4,000 centres), because embedding a million chunks takes a day here.
Questions are embedded for real, and everything is done that an open index does.

    python -m benchmarks.scale --data ../shared/data --sizes 10000 100000 1000000
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.datasets import DEFAULT, read
from index.arabic.words import analyse
from index.articles.article import Article
from index.articles.chunking import Chunk, chunk_article
from index.embedding.contract import Embedder, EmbedderIdentity
from index.embedding.embedded import Embedded
from index.embedding.embedders import load_embedder
from index.embedding.word_vectors import DIMENSIONS_PER_BYTE
from index.search.candidates import CANDIDATES
from index.search.late import compute_late_interaction
from index.search.query import Query, QueryVectors, embed_query, weigh_query
from index.search.ranking import compute_contributions, compute_features, load_weights
from index.store.changes import ArticleChunks
from index.store.contract import Filter, Store
from index.store.manifest import Manifest
from index.store.opening import create_store, open_store

DIMENSION = 384
QUESTIONS = 200
_BATCH = 2_000
_STAGES = ("embed", "dense", "lexical", "fetch", "late", "rank")


class Vectors:
    """Synthetic embeddings that lie in clusters, as real ones do."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)
        self._centres = self._random.normal(size=(4_000, DIMENSION)).astype(np.float32)

    def take(self, count: int) -> np.ndarray:
        """Return unit vectors, shape (count, DIMENSION)."""
        near = self._centres[self._random.integers(len(self._centres), size=count)]
        found = near + 0.6 * self._random.normal(size=(count, DIMENSION)).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def words(self, count: int) -> bytes:
        """Return packed vectors of that many words."""
        return self._random.bytes(count * DIMENSION // DIMENSIONS_PER_BYTE)


def main() -> None:
    options = _options()
    if options.ask:
        print(json.dumps(_measure(options.ask, options.data)))
        return
    results = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            built = build(Path(folder) / "index", size, options.data)
            asked = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "benchmarks.scale", "--data", str(options.data),
                 "--ask", f"{folder}/index"],
                capture_output=True, text=True, check=True,
            )  # a fresh process, so that its memory is that of answering alone  # fmt: skip
            results.append({**built, **json.loads(asked.stdout)})
        print(json.dumps(results[-1]), flush=True)
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--scratch", help="where the indexes are made; 4 GB for a million chunks")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    return parser.parse_args()


def _articles(data: Path) -> Iterator[ArticleChunks]:
    """Yield real articles, then the same with changed terms, without end."""
    originals = []
    for row in read(data, "antcorpus", "articles.jsonl"):
        article = Article(row["id"], row["title"], row["text"], date=row["date"] or "")
        chunks = chunk_article(article, lambda texts: [len(text) // 3 for text in texts])
        if chunks:
            terms = [analyse(chunk.text) for chunk in chunks]
            originals.append((article, chunks, terms, analyse(article.title)))
    vectors = Vectors()
    for turn in range(1_000_000):
        for place, (article, chunks, terms, title) in enumerate(originals):
            name, text, mixed = f"{article.id}-{turn}", article.text, terms
            if turn:
                other, _, other_terms, _ = originals[(place + 37 * turn) % len(originals)]
                text = " ".join(_mixed(text.split(), other.text.split()))
                strange = [term for chunk in other_terms for term in chunk]
                mixed = [_mixed(chunk, strange) for chunk in terms]
            yield ArticleChunks(
                article=Article(
                    name, article.title, text, date=article.date, source=f"s{place % 10}"
                ),
                chunks=[Chunk(name, c.start, c.end, c.text) for c in chunks],
                hashes=[f"{name}-{c.start}" for c in chunks],
                terms=mixed,
                title_terms=title,
                embedded=[
                    Embedded(vector, vectors.words(len(title) + len(words)))
                    for vector, words in zip(vectors.take(len(chunks)), mixed, strict=True)
                ],
            )


def _mixed(words: list[str], others: list[str]) -> list[str]:
    """Return the words, every third of them from another text."""
    return [others[n % len(others)] if n % 3 == 2 else word for n, word in enumerate(words)]


def stored(folder: Path, data: Path, *, articles: int) -> int:
    """Make an index of that many articles; return how many it holds."""
    store = create_store(folder, Manifest(EmbedderIdentity("synthetic", "", "", "")))
    made = islice(_articles(data), articles)
    with store.writing():
        while batch := list(islice(made, _BATCH)):
            store.apply(batch)
        store.compact()
    return store.count_articles()


def build(folder: Path, size: int, data: Path) -> dict[str, float]:
    """Make an index of so many chunks, or a few more; return what that took."""
    store = create_store(folder, Manifest(EmbedderIdentity("synthetic", "", "", "")))
    articles, stored, writing = _articles(data), 0, 0.0
    with store.writing():
        while stored < size:
            batch = list(islice(articles, _BATCH))
            started = time.perf_counter()
            stored += store.apply(batch).chunks
            writing += time.perf_counter() - started
        started = time.perf_counter()
        store.compact()
    publishing = time.perf_counter() - started
    return {
        "chunks": stored,
        "write_s": round(writing, 1),
        "publish_s": round(publishing, 1),
        "bytes_per_chunk": round(store.stats().bytes_on_disk / stored),
    }


def _measure(folder: str, data: Path) -> dict[str, float]:
    started = time.perf_counter()
    store = open_store(folder)
    with store.read() as reader:
        reader.totals()
    opened = time.perf_counter() - started
    texts = [
        row["question"]
        for row in islice(read(data, "antcorpus", "headline_queries.jsonl"), QUESTIONS)
    ]
    vectors = Vectors().take(len(texts))
    stages: dict[str, list[float]] = {name: [] for name in (*_STAGES, "all")}
    without, embedder = _resident(), load_embedder()
    embedder.embed_query(texts[0])
    loaded = _resident()
    for _ in range(2):  # the second round has the files in memory
        for values in stages.values():
            values.clear()
        for text, vector in zip(texts, vectors, strict=True):
            _ask(store, embedder, text, vector, stages)
    before = _resident()
    before["embedder_mb"] = loaded["resident_mb"] - without["resident_mb"]
    questions = [analyse(text) for text in texts]
    filtered = {
        f"filtered_{name}_ms": _filtered_ms(store, questions, vectors, Filter(sources=(source,)))
        for name, source in (("first", "s1"), ("again", "s1"))
    }
    p50 = {
        f"{name}_ms": round(1e3 * statistics.median(values), 2) for name, values in stages.items()
    }
    search = [
        sum(parts)
        for parts in zip(stages["dense"], stages["lexical"], stages["fetch"], strict=True)
    ]
    return {
        "open_ms": round(1e3 * opened, 1),
        **p50,
        "search_p50_ms": round(1e3 * statistics.median(search), 2),
        "search_p95_ms": round(1e3 * sorted(search)[int(0.95 * len(search))], 2),
        **filtered,
        **before,
        "resident_after_filters_mb": _resident()["resident_mb"],
    }


def _filtered_ms(
    store: Store, questions: list[list[str]], vectors: np.ndarray, where: Filter
) -> float:
    """Return what searching a tenth of the articles takes."""
    begun = time.perf_counter()
    with store.read() as reader:
        reader.dense(vectors[0], CANDIDATES, where)
        reader.lexical(questions[0], CANDIDATES, where)
    return round(1e3 * (time.perf_counter() - begun), 2)


def _resident() -> dict[str, int]:
    """Return the memory of this process: all of it, and without the mapped files."""
    rows = Path("/proc/self/status").read_text(encoding="utf-8").split("\n")
    sizes = {
        row.split(":")[0]: int(row.split()[1]) // 1024 for row in rows if row.startswith("Rss")
    }
    sizes["all"] = sum(sizes.values())
    return {"resident_mb": sizes["all"], "private_mb": sizes["RssAnon"]}


def _ask(
    store: Store,
    embedder: Embedder,
    text: str,
    vector: np.ndarray,
    stages: dict[str, list[float]],
) -> None:
    """Ask as an open index does; only the vector that is looked for is a synthetic one."""
    marks = [time.perf_counter()]
    query = Query.of(text)
    vectors = embed_query(embedder, query)._replace(vector=vector)
    marks.append(time.perf_counter())
    with store.read() as reader:
        weighed = weigh_query(reader, query, vectors)
        dense = reader.dense(vector, CANDIDATES)
        marks.append(time.perf_counter())
        lexical = reader.lexical(weighed.terms, CANDIDATES)
        marks.append(time.perf_counter())
        chunks = list(reader.fetch([hit.key for hit in [*dense, *lexical]]).values())
        marks.append(time.perf_counter())
        compute_late_interaction(
            vectors.words, weighed.word_weights, [chunk.words for chunk in chunks]
        )
        marks.append(time.perf_counter())
        weights = load_weights(wordwise=True)
        found = compute_features(
            replace(weighed, vectors=QueryVectors(vector)), chunks
        )  # the rest of ranking
        scores = [sum(compute_contributions(values, weights).values()) for values in found]
        best = sorted(zip(scores, chunks, strict=True), key=lambda pair: -pair[0])[:8]
        reader.articles([chunk.article_key for _, chunk in best])
        marks.append(time.perf_counter())
    for name, begin, end in zip(_STAGES, marks, marks[1:], strict=False):
        stages[name].append(end - begin)
    stages["all"].append(marks[-1] - marks[0])


if __name__ == "__main__":
    main()

"""Compare the bundled embedder's engine with sentence-transformers on the same weights.

    python -m benchmarks.embedding --data ../shared/data

Both encode the same ARCD passages, in turn, three times; prints passages per second, their ratio
how alike the vectors are, and how much longer it takes to make and pack word vectors too. Timings
are noisy: only the ratios are worth quoting.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.datasets import DEFAULT, read
from benchmarks.timing import measure_seconds
from index.embedding.bundled import BUNDLED
from index.embedding.e5 import bundle as e5
from index.embedding.embedded import embed_new
from index.embedding.embedders import load_embedder


def main() -> None:
    """Print the comparison as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--passages", type=int, default=128)
    arguments = parser.parse_args()
    texts = [p["text"] for p in read(arguments.data, "arcd", "passages.jsonl")]
    texts = texts[: arguments.passages]
    by_name = {str(number): text for number, text in enumerate(texts)}
    prefixes = {"query_prefix": "query: ", "passage_prefix": "passage: "}
    engines = {
        "sentence-transformers": load_embedder(str(e5.model_folder()), **prefixes),
        "bundled": load_embedder(BUNDLED),
    }
    vectors, best, queries = {}, {}, {}
    for name, engine in engines.items():
        vectors[name] = engine.embed_passages(texts)
        engine.embed_query("من وقّع الإعلان؟")
    for _ in range(3):
        for name, engine in engines.items():
            best[name] = min(
                best.get(name, 1e9), measure_seconds(lambda e=engine: e.embed_passages(texts))
            )
            one = measure_seconds(lambda e=engine: e.embed_query("من وقّع إعلان النوايا في باريس؟"))
            queries[name] = min(queries.get(name, 1e9), one)
    cosines = np.sum(vectors["sentence-transformers"] * vectors["bundled"], axis=1)
    both = [measure_seconds(lambda: embed_new(engines["bundled"], by_name, {})) for _ in range(3)]
    report = {
        "passages_per_second": {name: round(len(texts) / s, 1) for name, s in best.items()},
        "ratio": round(best["sentence-transformers"] / best["bundled"], 2),
        "with_word_vectors": round(min(both) / best["bundled"], 3),
        "query_ms": {name: round(1000 * s, 1) for name, s in queries.items()},
        "lowest_cosine": round(float(cosines.min()), 6),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

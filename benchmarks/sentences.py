"""Compare choosing sentences with stored word vectors and by embedding them, in one run.

python -m benchmarks.sentences --data ../shared/data
"""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.corpora import pooled_index, questions
from benchmarks.datasets import DEFAULT
from rag.question import understand
from rag.reading.passages import merge_neighbours
from rag.reading.relevance import score_sentences

_QUESTIONS = 100


def main() -> None:
    """Print the median milliseconds of both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    index = pooled_index(data)
    times: dict[str, list[float]] = {"stored": [], "embedded": []}
    for asked in questions(data)[:_QUESTIONS]:
        question = understand(asked.text)
        result = index.find(question.query)
        found = merge_neighbours(result.passages)
        for name, passages in (
            ("stored", found),
            ("embedded", [replace(passage, words=None) for passage in found]),
        ):
            started = time.perf_counter()
            score_sentences(question, result.query, passages, index.embedder)
            times[name].append((time.perf_counter() - started) * 1000)
    stored_ms, embedded_ms = (statistics.median(times[name]) for name in ("stored", "embedded"))
    print(
        f"stored {stored_ms:.1f} ms, embedded {embedded_ms:.1f} ms, {embedded_ms / stored_ms:.1f} x"
    )


if __name__ == "__main__":
    main()

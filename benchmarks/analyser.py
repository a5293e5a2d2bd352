"""Compare ways to analyse Arabic words by plain BM25 on public questions.

    python -m benchmarks.analyser --data ../shared/data

Prints MRR@10 per set for words split at spaces, folded words, and our analyser.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from benchmarks.baselines import Analyser, bm25
from benchmarks.datasets import DEFAULT, read
from index.arabic.words import analyse, split_words
from rag.evaluation.retrieval import DEPTH

SETS = ("arcd", "tydiqa-goldp-ar-dev")
ANALYSERS: dict[str, Analyser] = {
    "split at spaces": str.split,
    "folded words": split_words,
    "our analyser": analyse,
}


def main() -> None:
    """Print the table as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    passages = {
        p["id"]: f"{p['title']}\n{p['text']}" for s in SETS for p in read(data, s, "passages.jsonl")
    }
    questions = [
        (s, q["question"], q["passage_id"]) for s in SETS for q in read(data, s, "questions.jsonl")
    ]
    print(f"{len(questions)} questions, {len(passages)} passages")
    for name, analyser in ANALYSERS.items():
        print(json.dumps({"analyser": name, **_mrr(analyser, passages, questions)}))


def _mrr(
    analyser: Analyser,
    passages: dict[str, str],
    questions: list[tuple[str, str, str]],
) -> dict[str, float]:
    runs = bm25(passages, [question for _, question, _ in questions], analyser)
    found: dict[str, list[float]] = defaultdict(list)
    for (name, _, gold), run in zip(questions, runs, strict=True):
        first = run[:DEPTH]
        found[name].append(1 / (first.index(gold) + 1) if gold in first else 0.0)
    pooled = [value for values in found.values() for value in values]
    return {
        **{name: round(sum(values) / len(values), 3) for name, values in found.items()},
        "pooled": round(sum(pooled) / len(pooled), 3),
    }


if __name__ == "__main__":
    main()

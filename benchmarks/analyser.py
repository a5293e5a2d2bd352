"""Compare ways to analyse Arabic words by plain BM25 on public questions.

    python -m benchmarks.analyser --data ../shared/data

Prints MRR@10 per set for words split at spaces, folded words, and our analyser.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.datasets import DEFAULT, read
from index.arabic import analyse, words
from index.ranking import K1, B, idf

SETS = ("arcd", "tydiqa-goldp-ar-dev")
ANALYSERS: dict[str, Callable[[str], list[str]]] = {
    "split at spaces": str.split,
    "folded words": words,
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
    analyser: Callable[[str], list[str]],
    passages: dict[str, str],
    questions: list[tuple[str, str, str]],
) -> dict[str, float]:
    counts = {key: Counter(analyser(text)) for key, text in passages.items()}
    average = sum(count.total() for count in counts.values()) / len(counts)
    postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, count in counts.items():
        damping = K1 * (1 - B + B * count.total() / average)
        for term, n in count.items():
            postings[term].append((key, n * (K1 + 1) / (n + damping)))
    found: dict[str, list[float]] = defaultdict(list)
    for name, question, gold in questions:
        scores: Counter[str] = Counter()
        for term in set(analyser(question)):
            rarity = idf(len(postings[term]), len(passages)) if term in postings else 0.0
            for key, value in postings.get(term, ()):
                scores[key] += rarity * value
        ranks = [n for n, (key, _) in enumerate(scores.most_common(10), 1) if key == gold]
        found[name].append(1 / ranks[0] if ranks else 0.0)
    pooled = [value for values in found.values() for value in values]
    return {
        **{name: round(sum(values) / len(values), 3) for name, values in found.items()},
        "pooled": round(sum(pooled) / len(pooled), 3),
    }


if __name__ == "__main__":
    main()

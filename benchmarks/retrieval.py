"""Compare ways to rank, on public questions whose article is known: one run, one table.

    pip install --group benchmark
    python -m benchmarks.retrieval --data ../shared/data --out benchmarks/results/retrieval

ARCD's test split and TyDi QA are asked against their 1,302 passages as one corpus. Intervals are
95 % by bootstrap over questions. «held out» is the half of TyDi that no weight was fitted on.
"""

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.corpora import FOLDERS, Asked, families, pooled_index, questions
from benchmarks.datasets import DEFAULT, read
from index import ranking
from index.arabic import analyse, for_embedding, words
from index.search import CANDIDATES, SearchIndex

DEPTH = 10
_RESAMPLES = 1_000
_RANK_FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

Ranked = list[str]
"""Article ids, best first, each once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk found for a question: its article and its features."""

    article: str
    values: Mapping[str, float]
    dense: int
    lexical: int


def main() -> None:
    """Print the table; write it with a chart where ``--out`` says."""
    options = _options()
    asked = [q for q in questions(options.data) if q.set != "ARCD" or q.held_out]
    index = pooled_index(options.data, options.scratch)
    same = families(index)
    runs = {
        name: [list(dict.fromkeys(same[article] for article in ranked)) for ranked in found]
        for name, found in _runs(options, index, asked).items()
    }
    asked = [replace(question, article=same[question.article]) for question in asked]
    rows = [
        {"set": name, "row": row, **_metrics([ranked[n] for n in members], members, asked)}
        for name, members in _groups(asked).items()
        for row, ranked in runs.items()
    ]
    print(_table(rows))
    if options.out:
        fingerprint = hashlib.sha256(json.dumps(ranking.trained_weights()).encode()).hexdigest()
        content = {"weights": fingerprint[:12], "depth": DEPTH, "rows": rows}
        options.out.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        _draw(rows, options.out.with_suffix(".svg"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--scratch", type=Path, help="where the index is kept")
    parser.add_argument("--out", type=Path, help="write NAME.json and NAME.svg")
    return parser.parse_args()


def _groups(asked: Sequence[Asked]) -> dict[str, list[int]]:
    places = range(len(asked))
    return {
        "ARCD test": [n for n in places if asked[n].set == "ARCD"],
        "TyDi": [n for n in places if asked[n].set == "TyDi"],
        "TyDi held out": [n for n in places if asked[n].set == "TyDi" and asked[n].held_out],
        "pooled": list(places),
    }


def _runs(
    options: argparse.Namespace, index: SearchIndex, asked: Sequence[Asked]
) -> dict[str, list[Ranked]]:
    passages = {
        row["id"]: f"{row['title']}\n{row['text']}"
        for folder in FOLDERS.values()
        for row in read(options.data, folder, "passages.jsonl")
    }
    candidates = [_candidates(index, question) for question in asked]
    return {
        "BM25, split at spaces": _bm25(passages, asked, str.split),
        "BM25, folded + Snowball": _bm25(passages, asked, _snowball()),
        "our lexical side": [_ranked(found, _lexical) for found in candidates],
        "dense only": [_ranked(found, lambda c: c.values["cosine"]) for found in candidates],
        "rank fusion": [_ranked(found, _fused_ranks) for found in candidates],
        "first fusion": [_first_fusion(found) for found in candidates],
        "Jawab": [
            list(dict.fromkeys(p.article.id for p in index.search(question.text, k=3 * DEPTH)))
            for question in asked
        ],
    }


def _candidates(index: SearchIndex, question: Asked) -> list[Candidate]:
    vector = index.embedder.embed_query(for_embedding(question.text))
    with index.store.read() as reader:
        prepared = ranking.prepare(reader, vector, analyse(question.text))
        dense = [hit.key for hit in reader.dense(vector, CANDIDATES)]
        lexical = [hit.key for hit in reader.lexical(prepared.terms, CANDIDATES)]
        chunks = reader.fetch([*dense, *lexical])
        articles = reader.articles([chunk.article_key for chunk in chunks.values()])
    return [
        Candidate(
            articles[chunk.article_key].id,
            ranking.features(prepared, chunk),
            dense.index(key) if key in dense else 10 * CANDIDATES,
            lexical.index(key) if key in lexical else 10 * CANDIDATES,
        )
        for key, chunk in chunks.items()
    ]


def _ranked(found: Sequence[Candidate], score: Callable[[Candidate], float]) -> Ranked:
    best = sorted(found, key=score, reverse=True)
    return list(dict.fromkeys(candidate.article for candidate in best))


def _lexical(candidate: Candidate) -> float:
    return candidate.values["bm25"] + 0.4 * candidate.values["skeleton"]


def _fused_ranks(candidate: Candidate) -> float:
    return 1 / (_RANK_FUSION + candidate.dense) + 1 / (_RANK_FUSION + candidate.lexical)


def _first_fusion(found: Sequence[Candidate]) -> Ranked:
    """Rank by the design's first fusion: half min-max cosine, half BM25 over the best."""
    cosines = [candidate.values["cosine"] for candidate in found]
    low, high = min(cosines), max(cosines)
    most = max(candidate.values["bm25"] for candidate in found) or 1.0
    return _ranked(
        found,
        lambda c: (c.values["cosine"] - low) / (high - low or 1.0) + c.values["bm25"] / most,
    )


def _snowball() -> Callable[[str], list[str]]:
    import snowballstemmer

    stemmer = snowballstemmer.stemmer("arabic")
    return lambda text: stemmer.stemWords(words(text))


def _bm25(
    passages: Mapping[str, str], asked: Sequence[Asked], analyser: Callable[[str], list[str]]
) -> list[Ranked]:
    counts = {key: Counter(analyser(text)) for key, text in passages.items()}
    average = sum(count.total() for count in counts.values()) / len(counts)
    postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, count in counts.items():
        damping = ranking.K1 * (1 - ranking.B + ranking.B * count.total() / average)
        for term, n in count.items():
            postings[term].append((key, n * (ranking.K1 + 1) / (n + damping)))
    runs = []
    for question in asked:
        scores: Counter[str] = Counter()
        for term in set(analyser(question.text)):
            rarity = ranking.idf(len(postings.get(term, ())), len(passages))
            for key, value in postings.get(term, ()):
                scores[key] += rarity * value
        runs.append([key for key, _ in scores.most_common(2 * DEPTH)])
    return runs


def _metrics(
    runs: Sequence[Ranked], members: Sequence[int], asked: Sequence[Asked]
) -> dict[str, object]:
    """Return the usual metrics with their intervals; one article is right for a question."""
    ranks = np.array(
        [
            ranked[:DEPTH].index(asked[n].article) + 1 if asked[n].article in ranked[:DEPTH] else 0
            for ranked, n in zip(runs, members, strict=True)
        ]
    )
    found = ranks > 0
    each = {
        "R@1": ranks == 1,
        "R@5": found & (ranks <= 5),
        "R@10": found,
        "MRR@10": np.where(found, 1 / np.maximum(ranks, 1), 0),
        "nDCG@10": np.where(found, 1 / np.log2(np.maximum(ranks, 1) + 1), 0),
    }
    chance = np.random.default_rng(11)
    draws = chance.integers(len(ranks), size=(_RESAMPLES, len(ranks)))
    return {"questions": len(ranks)} | {
        name: [
            round(float(np.mean(values)), 4),
            *(round(float(q), 4) for q in np.quantile(values[draws].mean(axis=1), [0.025, 0.975])),
        ]
        for name, values in each.items()
    }


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    names = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")
    lines = [f"| set | | {' | '.join(names)} |", "|" + "---|" * (2 + len(names))]
    for row in rows:
        cells = []
        for name in names:
            value, low, high = row[name]  # type: ignore[misc]
            cells.append(f"{value:.3f} ±{(high - low) / 2:.3f}")
        lines.append(f"| {row['set']} | {row['row']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _draw(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "jawab", "font.size": 9})
    sets = list(dict.fromkeys(row["set"] for row in rows))
    figure, axes = plt.subplots(1, len(sets), figsize=(13, 3), sharex=True, layout="constrained")
    for axis, name in zip(axes, sets, strict=True):
        chosen = [row for row in rows if row["set"] == name][::-1]
        values = np.array([row["R@1"] for row in chosen], float)
        spread = np.abs(values[:, 1:] - values[:, :1]).T
        axis.barh([str(row["row"]) for row in chosen], values[:, 0], xerr=spread, color="#5b8")
        axis.set_title(f"{name}, R@1")
        axis.set_xlim(0, 1)
        if axis is not axes[0]:
            axis.set_yticklabels([])
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()

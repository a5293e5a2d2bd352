"""Measure the check of a model's sentences on claims that people wrote and labelled.

    python -m benchmarks.claims --out claims.json

``benchmarks/claims`` holds 561 claims on the sample articles and on texts written for them, as a
strong model writes: true ones in free wording or close to the text, others that nothing tells, and
true ones with one thing exchanged. The check was fitted on the first file; the second, by another
hand, is held out. Shares have 95 % intervals (Wilson).
"""

import argparse
import math
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks.claims_data import SETS, Case, open_claims_index, read_cases
from benchmarks.datasets import report
from index import SearchIndex
from rag.checking.verdicts import Checker, Verdict


def main() -> None:
    """Print how the claims of each set and kind are judged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--show", action="store_true", help="print those judged wrongly")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index = open_claims_index(Path(scratch))
        figures = {name: _judge_set(index, name, show=options.show) for name in options.sets}
    report(figures, options.out)


def _judge_set(index: SearchIndex, name: str, *, show: bool) -> dict[str, Any]:
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    seconds = []
    for case in read_cases(index, name):
        checker = Checker(case.passages, index.embedder)
        begun = time.process_time()
        check = checker.check(case.claim)
        seconds.append(time.process_time() - begun)
        for kind in _list_kinds(case):
            counts[kind][check.verdict] += 1
        if show and (check.verdict is Verdict.SUPPORTED) != (case.label in {"free", "close"}):
            print(check.verdict, case.label, case.change, case.claim.text, check.difference)
    return {
        "milliseconds of CPU, median": round(1000 * sorted(seconds)[len(seconds) // 2], 1),
        **{kind: _describe(counts[kind]) for kind in counts},
    }


def _list_kinds(case: Case) -> list[str]:
    return [case.label, f"swap: {case.change}"] if case.change else [case.label]


def _describe(counts: Counter[Verdict]) -> dict[str, Any]:
    total = counts.total()
    return {
        "claims": total,
        **{verdict.value: _describe_share(counts[verdict], total) for verdict in Verdict},
    }


def _describe_share(count: int, total: int) -> list[float]:
    """Return a share and its interval, after Wilson."""
    z, share = 1.96, count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    wide = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return [round(share, 3), round(max(0.0, middle - wide), 3), round(min(1.0, middle + wide), 3)]


if __name__ == "__main__":
    main()

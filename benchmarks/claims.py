"""Measure the check of a model's sentences on claims that people wrote and labelled.

    python -m benchmarks.claims --out claims.json
    python -m benchmarks.claims --verify oracle --out claims-verify.json
    python -m benchmarks.claims --verify openai:NAME --base-url http://127.0.0.1:8080/v1

``benchmarks/claims`` holds 561 claims on the sample articles and on texts written for them, as a
strong model writes: true ones in free wording or close to the text, others that nothing tells, and
true ones with one thing exchanged. The check was fitted on the first file; the second, by another
hand, is held out. Shares have 95 % intervals (Wilson).

``--verify`` asks a model too, about each claim by itself. ``oracle`` knows the labels and quotes
the sentence nearest in meaning: what is lost then is lost by the check. So that errors are seen,
it also says the contrary of 5 and 10 % of the claims; the shares are those to be expected.
"""

import argparse
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.claims_data import SETS, Case, open_claims_index, read_cases
from benchmarks.claims_opinions import Judge, make_judges
from benchmarks.datasets import report
from index import SearchIndex
from rag.checking.verdicts import Checker, Verdict

Counts = dict[str, Counter[Verdict]]
"""How many claims of each kind got each verdict; expected numbers where a model is asked."""


def main() -> None:
    """Print how the claims of each set and kind are judged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--verify", metavar="MODEL", help="ask a model too; or oracle")
    parser.add_argument("--base-url", default="", help="address of the model's server")
    parser.add_argument("--most", type=int, help="claims of each set, spread over it")
    parser.add_argument("--show", action="store_true", help="print those judged wrongly")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index = open_claims_index(Path(scratch))
        judges: dict[str, Judge] = {}
        if options.verify:
            judges = make_judges(options.verify, options.base_url, index.embedder)
        figures = {
            name: _judge_set(index, name, judges, most=options.most, show=options.show)
            for name in options.sets
        }
    report(figures, options.out)


def _judge_set(
    index: SearchIndex, name: str, judges: Mapping[str, Judge], *, most: int | None, show: bool
) -> dict[str, Any]:
    counts: dict[str, Counts] = {judge: defaultdict(Counter) for judge in ("", *judges)}
    seconds = []
    cases = list(read_cases(index, name))
    for case in cases[:: -(-len(cases) // most)] if most else cases:
        checker = Checker(case.passages, index.embedder)
        begun = time.process_time()
        check = checker.check(case.claim)
        seconds.append(time.process_time() - begun)
        judged = {"": {check.verdict: 1.0}}
        judged |= {judge: judges[judge](case, check) for judge in judges}
        for judge, verdicts in judged.items():
            for kind in _list_kinds(case):
                counts[judge][kind].update(verdicts)
        if show and (check.verdict is Verdict.SUPPORTED) != (case.label in {"free", "close"}):
            print(check.verdict, case.label, case.change, case.claim.text, check.difference)
    alone, *others = ({kind: _describe(of[kind]) for kind in of} for of in counts.values())
    return {
        "milliseconds of CPU, median": round(1000 * sorted(seconds)[len(seconds) // 2], 1),
        **alone,
        **dict(zip(judges, others, strict=True)),
    }


def _list_kinds(case: Case) -> list[str]:
    return [case.label, f"swap: {case.change}"] if case.change else [case.label]


def _describe(counts: Counter[Verdict]) -> dict[str, Any]:
    total = round(counts.total())
    return {
        "claims": total,
        **{verdict.value: _describe_share(counts[verdict], total) for verdict in Verdict},
    }


def _describe_share(count: float, total: int) -> list[float]:
    """Return a share and its interval, after Wilson."""
    z, share = 1.96, count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    wide = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return [round(share, 3), round(max(0.0, middle - wide), 3), round(min(1.0, middle + wide), 3)]


if __name__ == "__main__":
    main()

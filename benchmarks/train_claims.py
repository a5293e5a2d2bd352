"""Choose from where on a claim is supported (``rag/checking/verdicts.py``).

    python -m benchmarks.train_claims

For every pair of the two thresholds: how many claims of the first file of ``benchmarks/claims`` are
shown as supported, of each label. A pair is taken that shows at least 85 of 100 true claims in free
wording and at most 5 of 100 made-up ones; the second file is not looked at.
"""

import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

from benchmarks.claims_data import open_claims_index, read_cases
from rag.checking.differences import measure_missing_names
from rag.checking.grounding import find_supports
from rag.checking.verdicts import Checker

_COVERAGES = (0.6, 0.63, 0.66, 0.68, 0.7, 0.72, 0.74, 0.76)
_NAMES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.3)


def main() -> None:
    """Print the shares for every pair of thresholds."""
    totals: Counter[str] = Counter()
    shown: dict[tuple[float, float], Counter[str]] = {
        pair: Counter() for pair in product(_COVERAGES, _NAMES)
    }
    with tempfile.TemporaryDirectory() as scratch:
        index = open_claims_index(Path(scratch))
        for case in read_cases(index, "development"):
            totals[case.label] += 1
            checker = Checker(case.passages, index.embedder)
            read = [number - 1 for number in case.claim.numbers]
            alignment = checker.align(case.claim.text, read)
            strict = find_supports(case.claim, case.passages, index.embedder)
            differs = checker.find_differences(case.claim.text, alignment, read)
            name = measure_missing_names(alignment)
            for (coverage, most), counts in shown.items():
                near = alignment.coverage >= coverage and name <= most
                counts[case.label] += bool(strict or (near and not differs))
    for pair, counts in shown.items():
        print(pair, {label: round(counts[label] / totals[label], 3) for label in totals})


if __name__ == "__main__":
    main()

"""Tell sentences of two sources that differ about what is asked from those that agree.

    python -m benchmarks.disagreement --out benchmarks/results/disagreement

``benchmarks/pairs`` holds a hundred pairs to develop on and sixty that were kept back, written by
people who did not see the rules. Right is: a difference is told where the sources contradict one
another, an earlier state where one is older, and nothing where they tell the same in other words,
rounded, a part and its whole, or other things. Of each kind, with 95 % intervals.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.datasets import make_parser, read, report
from rag.evaluation.retrieval import estimate_mean
from rag.question import understand
from rag.reading.disagreement import is_disagreement

FOLDER = Path(__file__).parent / "pairs"
FILES = ("development", "held_out")


def tell(pair: dict[str, Any]) -> str:
    """Return what is told of a pair: ``differ``, ``older`` or nothing."""
    if not is_disagreement(understand(pair["question"]), pair["first"], pair["second"]):
        return ""
    return "differ" if pair["first_date"] == pair["second_date"] else "older"


def is_right(pair: dict[str, Any], told: str) -> bool:
    """Tell whether what was told of a pair is what should be."""
    return told == (pair["label"] if pair["label"] in {"differ", "older"} else "")


def main() -> None:
    """Print what went wrong of the pairs to develop on, then how many were right of each kind."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    figures = {}
    for file in FILES:
        right: dict[str, list[bool]] = defaultdict(list)
        for pair in read(FOLDER, f"{file}.jsonl"):
            told = tell(pair)
            right[pair["label"]].append(is_right(pair, told))
            if not right[pair["label"]][-1] and file == "development":
                print(json.dumps({"told": told, **pair}, ensure_ascii=False))
        right["all"] = [one for rows in right.values() for one in rows]
        figures[file] = {
            label: {"right": sum(rows), "pairs": len(rows), "share": estimate_mean(rows)}
            for label, rows in right.items()
        }
    report(figures, options.out)


if __name__ == "__main__":
    main()

"""Draw how the costs measured by ``benchmarks.scale`` grow with the number of chunks.

python -m benchmarks.growth benchmarks/results/scale.json benchmarks/results/growth.svg
"""

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the figures and write the picture."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "jawab", "font.size": 9})
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    chunks = [row["chunks"] for row in rows]
    figure, axes = plt.subplots(1, 4, figsize=(13, 3.2), layout="constrained")
    parts = {"dense_ms": "vectors", "lexical_ms": "words", "fetch_ms": "fetch"}
    _lines(axes[0], chunks, rows, {**parts, "search_p50_ms": "all, p50", "search_p95_ms": "p95"})
    axes[0].set_title("one search, ms")
    times = {
        "open_ms": "open", "rank_ms": "ranking, p50", "late_ms": "late interaction, p50",
        "all_ms": "question to passages, p50",
    }  # fmt: skip
    _lines(axes[1], chunks, rows, times)
    axes[1].set_title("opening, ranking, ms")
    _lines(axes[2], chunks, rows, {"resident_mb": "resident", "private_mb": "without mapped files"})
    axes[2].set_title("memory while answering, MB")
    _lines(axes[3], chunks, rows, {"write_s": "storing", "publish_s": "search files"})
    axes[3].set_title("building without embedding, s")
    for axis in axes:
        axis.set_xlabel("chunks")
        axis.grid(visible=True, which="major", alpha=0.3)
        axis.legend(frameon=False)
    figure.savefig(sys.argv[2], metadata={"Date": None})


def _lines(axis: Any, chunks: list[int], rows: list[dict[str, Any]], names: dict[str, str]) -> None:
    for name, label in names.items():
        axis.loglog(chunks, [row[name] for row in rows], marker="o", label=label)


if __name__ == "__main__":
    main()

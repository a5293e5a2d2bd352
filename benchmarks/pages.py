"""Measure what is read of web pages: how much of the article, and how much that is none of it.

    git clone https://github.com/scrapinghub/article-extraction-benchmark
    python -m benchmarks.pages --data article-extraction-benchmark

The 181 pages are English and their articles marked by people. As that benchmark does, runs of four
words are counted: recall is the share of the article's that was read, precision the share of what
was read that is the article's, each the mean over the pages.
"""

import argparse
import gzip
import json
import re
import statistics
from collections import Counter
from pathlib import Path

from index.articles.readers.pages import read_html
from index.errors import InputError

_RUN = 4


def count_runs(text: str) -> "Counter[tuple[str, ...]]":
    """Return how often each run of four words stands in a text; a short text is one run."""
    words = re.findall(r"\w+", text.lower())
    runs = list(zip(*(words[n:] for n in range(_RUN)), strict=False))
    return Counter(runs or [tuple(words)])


def compare(found: str, article: str) -> tuple[float, float]:
    """Return precision and recall of what was found."""
    one, other = count_runs(found), count_runs(article)
    common = (one & other).total()
    return common / max(1, one.total()), common / max(1, other.total())


def main() -> None:
    """Print the means, and how many pages are read badly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of that benchmark")
    parser.add_argument("--worst", type=int, default=0, help="how many bad pages to name")
    options = parser.parse_args()
    truth = json.loads((options.data / "ground-truth.json").read_text(encoding="utf-8"))
    rows = []
    for name, row in truth.items():
        page = gzip.decompress((options.data / "html" / f"{name}.html.gz").read_bytes())
        try:
            text = "\n".join(f"{article.title}\n{article.text}" for article in read_html(page))
        except InputError:
            text = ""
        rows.append((*compare(text, row["articleBody"]), row.get("url", name)))
    precision, recall = ([row[n] for row in rows] for n in (0, 1))
    print(f"precision {statistics.mean(precision):.3f}, recall {statistics.mean(recall):.3f}")
    print(f"precision under .8: {sum(value < 0.8 for value in precision)} of {len(rows)}")
    print(f"recall under .9: {sum(value < 0.9 for value in recall)} of {len(rows)}")
    for worse in sorted(rows, key=lambda row: row[0] + row[1])[: options.worst]:
        print("{:.3f} {:.3f} {}".format(*worse))


if __name__ == "__main__":
    main()

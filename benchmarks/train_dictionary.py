"""Choose the words that a store's texts are deflated with, by how often they stand in the news.

    python -m benchmarks.train_dictionary --data ../shared/data [--write]

1,500 terms and 800 words of 1,000 radio news, the most frequent last, where DEFLATE names them in
the fewest bits. What is written is part of the format: another file reads no index made with this.
"""

import argparse
import re
from collections import Counter
from itertools import islice
from pathlib import Path

from benchmarks.datasets import DEFAULT, read
from index.arabic.words import analyse
from index.store.local import codes

FILE = Path(codes.__file__).with_name("dictionary.txt")
_NEWS, _TERMS, _WORDS = 1_000, 1_500, 800
"""Chosen: of the other news, terms and texts take 580 bytes a chunk with them and 724 without."""
_WORD = re.compile("[\u0621-\u064a]+")


def main() -> None:
    """Print how long the dictionary is; write it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    terms: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for row in islice(read(options.data, "antcorpus", "articles.jsonl"), _NEWS):
        terms.update(analyse(row["text"]))
        words.update(_WORD.findall(row["text"]))
    chosen = [*_rarest_first(words, _WORDS), *_rarest_first(terms, _TERMS)]
    text = " ".join(chosen) + " "
    print(f"{len(chosen)} words, {len(text.encode())} bytes")
    if options.write:
        FILE.write_text(text, encoding="utf-8")


def _rarest_first(counts: Counter[str], count: int) -> list[str]:
    """Return the most frequent words, the most frequent last."""
    return [word for word, _ in counts.most_common(count)][::-1]


if __name__ == "__main__":
    main()

"""Cut texts of one shape and growing size: the time must grow as the size does.

    python -m benchmarks.chunking --data ../shared/data

The words are those of real articles (ANT corpus). Each text is cut twice, with tokens counted by
the embedder that ships and by their letters, so that both parts of the time are seen. Seconds are
those of the processor (user and system, all threads); memory is the most the process ever had.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from benchmarks.datasets import DEFAULT, read
from index.articles.article import Article
from index.articles.chunking import chunk_article
from index.embedding.embedders import load_embedder

_SIZES = (1, 4, 20)
_LONGEST = 15.0
"""Seconds in which one line of 20 MB must be cut."""


def _words(data: Path) -> Iterator[str]:
    articles = read(data, "antcorpus", "articles.jsonl")
    return cycle([word for row in islice(articles, 20_000) for word in row["text"].split()])


def _every(words: Iterator[str], count: int, end: str) -> Iterator[str]:
    while True:
        yield " ".join(islice(words, count)).rstrip(".") + end


def _unstopped(words: Iterator[str]) -> Iterator[str]:
    return (word.strip(".!?؟؛…۔") for word in words)


SHAPES: dict[str, Callable[[Iterator[str]], Iterator[str]]] = {
    "articles on one line": lambda words: (f"{word} " for word in words),
    "one sentence": lambda words: (f"{word} " for word in _unstopped(words)),
    "one word": lambda words: (word for word in _unstopped(words)),
    "short lines": lambda words: _every(words, 2, "\n"),
    "paragraphs": lambda words: _every(words, 60, ".\n\n"),
    "quotations never closed": lambda words: (f"«{piece}" for piece in _every(words, 5, ". ")),
    "initials": lambda words: (f"{word[0]}. " for word in words),
}


def _text(pieces: Iterator[str], size: int) -> str:
    """Return that many bytes of pieces, in UTF-8."""
    parts, length = [], 0
    while length < size:
        parts.append(next(pieces))
        length += len(parts[-1].encode())
    return "".join(parts)


def _letters(texts: Sequence[str]) -> list[int]:
    return [len(text) // 4 + 1 for text in texts]


def _cut(text: str, count: Callable[[Sequence[str]], Sequence[int]]) -> tuple[float, int]:
    started = time.process_time()
    chunks = chunk_article(Article("a", "", text), count)
    return round(time.process_time() - started, 2), len(chunks)


def main() -> None:
    """Print a row a shape and size, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="megabytes")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    options = parser.parse_args()
    words = _words(options.data)
    slowest = 0.0
    for shape in options.shapes:
        for size in options.sizes:
            text = _text(SHAPES[shape](words), size * 10**6)
            embedder = load_embedder()  # a new one has seen no word yet
            embedder.count_tokens(["تسخين"])
            seconds, chunks = _cut(text, embedder.count_tokens)
            alone, _ = _cut(text, _letters)
            slowest = max(slowest, seconds)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            row = {"shape": shape, "megabytes": size, "chunks": chunks, "seconds": seconds}
            print(json.dumps({**row, "without_counting": alone, "peak_mb": peak}), flush=True)
    print(json.dumps({"slowest": slowest, "allowed": _LONGEST}))


if __name__ == "__main__":
    main()

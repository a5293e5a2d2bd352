"""Measure the centre of the bundled encoder's word vectors on the passages of ARCD and TyDi.

    python -m benchmarks.train_words --data ../shared/data [--write]

The vectors of all words point mostly the same way; without that common part they tell words apart.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.corpora import FOLDERS
from benchmarks.datasets import DEFAULT, read
from index.arabic.words import normalize_for_embedding
from index.embedding import word_vectors
from index.embedding.bundled import BUNDLED
from index.embedding.contract import WordwiseEmbedder
from index.embedding.embedders import load_embedder

FILE = Path(word_vectors.__file__).with_name("word_vectors.json")


def main() -> None:
    """Print how long the centre is; write it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    texts = [
        normalize_for_embedding(f"{row['title']}\n{row['text']}")[:600]
        for folder in FOLDERS.values()
        for row in read(options.data, folder, "passages.jsonl")
    ]
    embedder = load_embedder(BUNDLED)
    assert isinstance(embedder, WordwiseEmbedder)  # noqa: S101
    words = np.concatenate([text.words for text in embedder.embed_passages_wordwise(texts)])
    mean = words.mean(axis=0)
    around = np.linalg.norm(words - mean, axis=1).mean()
    print(f"{len(words)} words; centre {np.linalg.norm(mean):.2f} long, words {around:.2f} from it")
    if options.write:
        content = {
            "measured_on": f"the passages of ARCD and TyDi QA, {len(words)} words, by"
            " benchmarks/train_words.py",
            "mean": [round(float(value), 3) for value in mean],
        }
        FILE.write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

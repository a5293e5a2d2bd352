"""Public question sets as indexes, built once and kept, and their questions."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.datasets import read
from index import Filter, build_index, open_index
from index.limits import MAX_PASSAGES
from index.search.search import SearchIndex

_BATCH = 100
"""Articles whose chunks, a few each, are found at once."""
FOLDERS = {"ARCD": "arcd", "TyDi": "tydiqa-goldp-ar-dev"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set whose article is known.

    Attributes:
        set: Name of the set.
        text: The question.
        article: Id of the article that answers it.
        held_out: Whether no weight was ever fitted on it: ARCD's own test split, and of TyDi,
            which has none, the half whose ids hash to an even number.
        answers: Right answers, as they stand in the article.
    """

    set: str
    text: str
    article: str
    held_out: bool
    answers: tuple[str, ...] = ()


def questions(data: Path) -> list[Asked]:
    """Return the questions of ARCD and TyDi, in their order."""
    found = []
    for name, folder in FOLDERS.items():
        for row in read(data, folder, "questions.jsonl"):
            even = hashlib.sha256(row["id"].encode()).digest()[0] % 2 == 0
            held_out = row["split"] == "test" if name == "ARCD" else even
            answers = tuple(row["answers"])
            found.append(Asked(name, row["question"], row["passage_id"], held_out, answers))
    return found


def families(index: SearchIndex) -> dict[str, str]:
    """Return article id -> one id for all articles that reprint one another.

    Some passages of the sets are the same text twice; either is a right answer.
    """
    store, family = index.store, {}
    ids = sorted(store.known())
    anywhere = np.ones(store.manifest.dimension, np.float32)
    with store.read() as reader:
        for start in range(0, len(ids), _BATCH):
            where = Filter(articles=tuple(ids[start : start + _BATCH]))
            hits = reader.dense(anywhere, MAX_PASSAGES, where)
            for chunk in reader.fetch([hit.key for hit in hits]).values():
                family[chunk.article_id] = chunk.family
    first: dict[int, str] = {}
    for article_id in ids:
        first.setdefault(family[article_id], article_id)
    return {article_id: first[family[article_id]] for article_id in ids}


def pooled_index(data: Path, scratch: Path | None = None) -> SearchIndex:
    """Return an index of the passages of both sets as one corpus, built where it is missing."""
    scratch = scratch or Path(tempfile.gettempdir(), "jawab-benchmarks")
    paths = [data / folder / "passages.jsonl" for folder in FOLDERS.values()]
    return make_index(scratch / "pooled", *paths)


def make_index(folder: Path, *paths: Path) -> SearchIndex:
    """Return an index of some files, built where it is missing."""
    build_index(paths, folder)
    return open_index(folder)

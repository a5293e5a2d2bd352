"""Read the labelled claims of ``benchmarks/claims``, each with the passages that it cites."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.datasets import read
from index import SearchIndex, build_index, open_index
from index.search.search import Passage
from index.store.contract import Filter
from rag.checking.claims import Claim
from rag.reading.passages import merge_neighbours

FOLDER = Path(__file__).parent / "claims"
SAMPLES = Path("ui/samples/articles")
SETS = {"development": "1", "held out": "2"}
_CHUNKS = 40
"""Of the articles that a claim is about: all of them."""
_OTHERS = 4
"""Passages that are read beside those that a claim cites."""


class Case(NamedTuple):
    """A claim that somebody wrote and labelled.

    Attributes:
        claim: With what it cites.
        label: ``free`` and ``close`` are true, ``hallucination`` and ``swap`` are not.
        change: What a swap changes, or "".
        articles: What it was written on.
        passages: Those that it cites first.
    """

    claim: Claim
    label: str
    change: str
    articles: tuple[str, ...]
    passages: tuple[Passage, ...]


def open_claims_index(scratch: Path) -> SearchIndex:
    """Build the index of the articles that the claims were written on, and open it."""
    texts = [FOLDER / f"texts-{number}.jsonl" for number in SETS.values()]
    build_index([SAMPLES, *texts], scratch)
    return open_index(scratch)


def read_cases(index: SearchIndex, name: str) -> Iterator[Case]:
    """Yield the cases of a set; ``name`` is one of ``SETS``."""
    origins = {id_: index.store.get_article(id_) for id_ in index.store.known()}
    for row in read(FOLDER, f"claims-{SETS[name]}.jsonl"):
        cited: list[Passage] = []
        for named in row["articles"]:
            ids = [
                id_
                for id_, article in origins.items()
                if article and (id_ == named or Path(article.origin.split("::")[0]).name == named)
            ]
            found = index.search(row["claim"], k=_CHUNKS, where=Filter(articles=tuple(ids)))
            # Of a file with several articles, the one that the claim is about.
            best = [p for p in found if p.article.id == found[0].article.id]
            cited += merge_neighbours(best)
        ids = [passage.article.id for passage in cited]
        beside = [p for p in index.search(row["claim"], k=8) if p.article.id not in ids]
        passages = (*cited, *merge_neighbours(beside)[:_OTHERS])
        claim = Claim(row["claim"], tuple(range(1, len(cited) + 1)), "")
        yield Case(claim, row["label"], row["change"], tuple(row["articles"]), passages)

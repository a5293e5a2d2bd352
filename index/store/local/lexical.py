"""The word side of a generation: a tantivy index over our own Arabic terms.

It only gives candidates. Their score is computed again from the database's document frequencies
(:mod:`index.store.bm25`, :mod:`index.search.ranking`), so that neither choosing nor ranking them
depends on the engine.
"""

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tantivy

from index.arabic.words import skeleton
from index.store.bm25 import compute_idf
from index.store.contract import Hit

_WRITER_BYTES = 64 * 1024 * 1024
"""Memory of a writer; tantivy asks for at least 15 MB a thread."""


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", stored=True, indexed=False)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("skeletons", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """Chunks by the terms they share with a question, rare terms weighing more."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Open a written folder.

        Raises:
            ValueError: It is missing or damaged.
        """
        if not folder.is_dir():
            raise ValueError(f"{folder} is missing")
        try:
            return cls(tantivy.Index.open(str(folder)))
        except ValueError as error:
            if "Lockfile" not in str(error):
                raise
        # tantivy puts a lock beside its files even to read them. Where that may not be written,
        # it is given a folder of links to them.
        stand_in = tempfile.mkdtemp(prefix="jawab-")
        for path in folder.iterdir():
            if path.suffix != ".lock":
                Path(stand_in, path.name).symlink_to(path.resolve())
        opened = cls(tantivy.Index.open(stand_in))
        weakref.finalize(opened, shutil.rmtree, stand_in, ignore_errors=True)
        return opened

    @property
    def size(self) -> int:
        """Number of chunks in the folder."""
        return int(self._searcher.num_docs)

    def keys(self) -> list[int]:
        """Return the chunk keys in the folder, in no order."""
        if not self.size:
            return []
        found = self._searcher.search(tantivy.Query.all_query(), self.size).hits
        return [self._searcher.doc(address)["key"][0] for _, address in found]

    def search(self, weights: Mapping[str, float], k: int) -> list[Hit]:
        """Return the k chunks that match best, best first.

        Their scores are nearly those of :class:`index.store.bm25.Scoring`: lengths are compared
        with the average of this folder, and sums are rounded.

        Args:
            weights: Of terms and ``~skeletons``, whose rarity here is not looked at.
            k: How many; fewer come back when fewer match.
        """
        clauses = [self._build_clause(name, weight) for name, weight in weights.items()]
        if not self.size or not (present := [clause for clause in clauses if clause]):
            return []
        found = self._searcher.search(tantivy.Query.boolean_query(present), k).hits
        return [Hit(self._searcher.doc(place)["key"][0], score) for score, place in found]

    def _build_clause(self, name: str, weight: float) -> tuple[Any, tantivy.Query] | None:
        """Return what asks for a term and makes it count what it should; None where it is not."""
        field, term = ("skeletons", name[1:]) if name.startswith("~") else ("terms", name)
        frequency = self._searcher.doc_freq(field, term)
        if not frequency:
            return None
        match = tantivy.Query.term_query(self._schema, field, term)
        boost = weight / compute_idf(frequency, self.size)
        return tantivy.Occur.Should, tantivy.Query.boost_query(match, boost)


def write_lexical(folder: Path, rows: Iterable[tuple[int, str]]) -> int:
    """Write the terms of a generation; return how many there are in all.

    Args:
        folder: An empty folder.
        rows: Chunk key and its terms, space-separated, the title's included.
    """
    index = tantivy.Index(_build_schema(), path=str(folder))
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    count = 0
    for key, terms in rows:
        split = terms.split()
        count += len(split)
        bare = " ".join(map(skeleton, split))
        writer.add_document(tantivy.Document(key=key, terms=terms, skeletons=bare))
    writer.commit()
    writer.wait_merging_threads()
    return count

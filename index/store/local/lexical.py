"""The word side of a generation: a tantivy index over our own Arabic terms.

It only gives candidates. Their BM25 score is computed again from the database's document
frequencies (see :mod:`index.search.ranking`), so that ranking does not depend on the engine.
"""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import tantivy

from index.arabic.words import skeleton
from index.store.contract import Hit

_WRITER_BYTES = 64 * 1024 * 1024
"""Memory of a writer; tantivy asks for at least 15 MB a thread."""
_SKELETON_WEIGHT = 0.4
"""Of a skeleton beside its term. Chosen, not measured: it decides who is a candidate, and ranking
has weights of its own."""
_MAX_MATCHES = 20_000
"""Matches asked about where a filter leaves few; chosen, to bound the time of a filtered search
(``filtered_first_ms`` of ``python -m benchmarks.scale``)."""


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

    def search(
        self,
        terms: Sequence[str],
        k: int,
        *,
        keep: Callable[[int], bool] | None = None,
        share: float = 1.0,
    ) -> list[Hit]:
        """Return the k chunks that match the terms best, best first.

        Args:
            terms: Analysed terms; all of them count, however common.
            k: How many; fewer come back when fewer match.
            keep: Tells whether a chunk key may be returned; None keeps all. At most
                ``_MAX_MATCHES`` matches are asked about.
            share: Of all chunks, about how many ``keep`` keeps; saves asking again and again. It
                may be over 1 where ``keep`` also knows chunks that are not in the folder.
        """
        if not terms or k < 1 or self.size == 0:
            return []
        query, limit = (
            self._build_query(terms),
            min(_MAX_MATCHES, max(k, round(k / max(share, 1e-6)))),
        )
        while True:
            found = self._searcher.search(query, limit).hits
            keys = (self._searcher.doc(address)["key"][0] for _, address in found)
            scored = [Hit(key, score) for key, (score, _) in zip(keys, found, strict=True)]
            kept = [hit for hit in scored if keep is None or keep(hit.key)]
            if len(kept) >= k or len(found) < limit or limit >= _MAX_MATCHES:
                return kept[:k]
            limit = min(_MAX_MATCHES, 4 * limit)

    def _build_query(self, terms: Sequence[str]) -> tantivy.Query:
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "terms", term))
            for term in dict.fromkeys(terms)
        ]
        for bare in dict.fromkeys(skeleton(term) for term in terms):
            match = tantivy.Query.term_query(self._schema, "skeletons", bare)
            clauses.append(
                (tantivy.Occur.Should, tantivy.Query.boost_query(match, _SKELETON_WEIGHT))
            )
        return tantivy.Query.boolean_query(clauses)


def write_lexical(folder: Path, rows: Iterable[tuple[int, str]]) -> None:
    """Write the terms of a generation.

    Args:
        folder: An empty folder.
        rows: Chunk key and its terms, space-separated, the title's included.
    """
    index = tantivy.Index(_build_schema(), path=str(folder))
    writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
    for key, terms in rows:
        bare = " ".join(skeleton(term) for term in terms.split())
        writer.add_document(tantivy.Document(key=key, terms=terms, skeletons=bare))
    writer.commit()
    writer.wait_merging_threads()

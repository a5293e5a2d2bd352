"""A store that keeps everything in lists and looks at each: small enough to be believed."""

import copy
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from index.arabic.words import analyse, skeleton
from index.articles.article import Article, file_of
from index.articles.copies import Reprint, is_reprint
from index.embedding.embedded import Embedded
from index.errors import IndexLockedError
from index.limits import check_k
from index.store.changes import ApplyReport, KnownArticle
from index.store.contract import Hit, StoredChunk, Totals
from index.store.listing import ListedArticle, StoreStats, check_order
from index.store.verification import Verification, count_misplaced


@dataclass
class Row:
    """An article with its chunks."""

    key: int
    family: int
    item: object
    content_hash: str
    first_chunk: int

    @property
    def article(self):
        return self.item.article

    def chunks(self):
        """Return each chunk as ranking needs it."""
        item, a = self.item, self.item.article
        for n, (chunk, terms, embedded) in enumerate(
            zip(item.chunks, item.terms, item.embedded, strict=True)
        ):
            vector = embedded.vector.astype("<f2").astype(np.float32)
            yield StoredChunk(
                self.first_chunk + n, self.key, a.id, self.family, a.date, chunk.start, chunk.end,
                tuple(terms), tuple(item.title_terms), vector, embedded.words,
            )  # fmt: skip


@dataclass
class State:
    """All that a store holds; a change makes another one."""

    manifest: object
    rows: dict = field(default_factory=dict)  # id -> Row
    files: dict = field(default_factory=dict)
    generation: int = 0
    keys: int = 0
    published: frozenset = frozenset()

    def chunks(self):
        return [chunk for row in self.rows.values() for chunk in row.chunks()]


class MemoryReader:
    """One state, searched chunk by chunk."""

    def __init__(self, state):
        self._state = state
        self._chunks = state.chunks()
        self.generation, self.manifest = state.generation, state.manifest

    def _allowed(self, where):
        found = {row.key for row in self._state.rows.values() if _matches(row.article, where)}
        return [chunk for chunk in self._chunks if chunk.article_key in found]

    def dense(self, vector, k, where=None):
        hits = [Hit(c.key, float(c.vector @ vector)) for c in self._allowed(where)]
        return sorted(hits, key=lambda hit: -hit.score)[: check_k(k)]

    def lexical(self, terms, k, where=None):
        # As BM25 does, rare terms weigh more; ranking scores every candidate again.
        frequencies, wanted = self._frequencies(), _named(terms)
        hits = [
            Hit(c.key, sum(1 / frequencies[name] for name in wanted & _names(c)))
            for c in self._allowed(where)
        ]
        return sorted((h for h in hits if h.score), key=lambda hit: -hit.score)[: check_k(k)]

    def fetch(self, chunk_keys):
        wanted = set(chunk_keys)
        return {chunk.key: chunk for chunk in self._chunks if chunk.key in wanted}

    def articles(self, article_keys):
        wanted = set(article_keys)
        return {row.key: row.article for row in self._state.rows.values() if row.key in wanted}

    def reprints(self, article_keys):
        rows = {row.key: row for row in self._state.rows.values()}
        found = {}
        for key in article_keys:
            others = [r.article for r in rows.values() if r.family == rows[key].family]
            told = [_reprint(a) for a in sorted(others, key=lambda a: (a.date, a.id))]
            if len(told) > 1:
                found[key] = tuple(r for r in told if r.article_id != rows[key].article.id)
        return found

    def _frequencies(self):
        return Counter(name for chunk in self._chunks for name in _names(chunk))

    def document_frequencies(self, terms):
        counts = self._frequencies()
        return {term: counts[term] for term in terms if counts[term]}

    def totals(self):
        lengths = [len(c.title_terms) + len(c.terms) for c in self._chunks]
        return Totals(len(lengths), sum(lengths) / len(lengths) if lengths else 0.0)


class MemoryStaging:
    """A migration: everything anew, put in the place of what was at once."""

    def __init__(self, store, manifest):
        self._store, self._manifest = store, manifest
        if store.staged is None or store.staged[0] != manifest:
            store.staged = (manifest, {})
        self._items = store.staged[1]
        for article_id in self._items.keys() - store.state.rows.keys():
            del self._items[article_id]

    def counts(self):
        return len(self._items), len(self._store.state.rows)

    def pending(self, count):
        rows = self._store.state.rows
        return [row.article for name, row in rows.items() if name not in self._items][:count]

    def put(self, items):
        self._items.update({item.article.id: item for item in items})

    def publish(self):
        state = copy.copy(self._store.state)
        state.rows = {}
        for name, row in self._store.state.rows.items():
            item = self._items[name]
            state.rows[name] = replace(row, item=item, first_chunk=state.keys)
            state.keys += len(item.chunks)
        vectors = [e.vector for item in self._items.values() for e in item.embedded]
        dimension = len(vectors[0]) if vectors else 0
        state.manifest = replace(self._manifest, dimension=dimension)
        self._store.state, self._store.staged = state, None
        self._store.compact()
        return len(vectors)


class MemoryStore:
    """Keeps the contract of :class:`index.store.contract.Store` without a file."""

    place = "memory"

    def __init__(self, manifest):
        self.state, self.staged = State(manifest), None
        self._lock = threading.Lock()

    @property
    def manifest(self):
        return self.state.manifest

    @contextmanager
    def writing(self):
        if not self._lock.acquire(blocking=False):
            raise IndexLockedError("another process is writing to memory; wait until it is done")
        try:
            yield
        finally:
            self._lock.release()

    def apply(self, upserts, deletes=(), *, moves=(), files=None):
        state = copy.copy(self.state)
        state.rows, state.files = dict(state.rows), dict(state.files)
        report = ApplyReport()
        for name in deletes:
            report += ApplyReport(removed=int(self._forget(state, name)))
        for move in moves:
            report += ApplyReport(moved=int(self._move(state, move)))
        for item in upserts:
            known = state.rows.pop(item.article.id, None)
            self._insert(state, item)
            report += ApplyReport(
                added=int(known is None), replaced=int(known is not None), chunks=len(item.chunks)
            )
        state.files.update(files or {})
        self.state = state
        return report

    @staticmethod
    def _forget(state, name):
        row = state.rows.pop(name, None)
        if row is not None:
            state.files.pop(file_of(row.article.origin), None)
        return row is not None

    def _move(self, state, move):
        row = state.rows.get(move.old_id)
        if row is None:
            return False
        self._forget(state, move.old_id)
        kept = replace(move.article, text=row.article.text, title=row.article.title)
        item = replace(row.item, article=kept)
        state.rows[kept.id] = replace(row, item=item, content_hash=move.content_hash)
        return True

    @staticmethod
    def _insert(state, item):
        key = state.keys + 1
        families = [
            r.family for r in state.rows.values() if is_reprint(r.article.text, item.article.text)
        ]
        state.rows[item.article.id] = Row(
            key, families[0] if families else key, item, item.article.content_hash, key
        )
        state.keys += len(item.chunks) + 1
        if not state.manifest.dimension and item.embedded:
            state.manifest = replace(state.manifest, dimension=len(item.embedded[0].vector))

    def compact(self):
        state = copy.copy(self.state)
        state.published = frozenset(chunk.key for chunk in state.chunks())
        state.generation += 1
        self.state = state

    def compact_if_needed(self, *, growing=False):
        changed = {chunk.key for chunk in self.state.chunks()} != self.state.published
        if changed and not growing:
            self.compact()
        return changed and not growing

    def stage(self, manifest):
        return MemoryStaging(self, manifest)

    def known(self):
        return {
            name: KnownArticle(row.content_hash, a.text_hash, a.publisher, a.origin)
            for name, row in self.state.rows.items()
            for a in [row.article]
        }

    def files(self):
        return dict(self.state.files)

    def embedded(self, hashes):
        known = {
            h: Embedded(e.vector.astype("<f2").astype(np.float32), e.words)
            for row in self.state.rows.values()
            for h, e in zip(row.item.hashes, row.item.embedded, strict=True)
        }
        return {h: known[h] for h in hashes if h in known}

    @contextmanager
    def read(self):
        yield MemoryReader(self.state)

    def get_article(self, article_id):
        row = self.state.rows.get(article_id)
        return row.article if row else None

    def count_articles(self):
        return len(self.state.rows)

    def newest_articles(self, count):
        return self._ordered("newest")[:count]

    def _ordered(self, order):
        found = sorted((row.article for row in self.state.rows.values()), key=lambda a: a.id)
        if order == "title":
            return sorted(found, key=lambda a: a.title)
        if order == "oldest":
            return sorted(found, key=lambda a: (a.date == "", a.date))
        found = sorted(found, key=lambda a: a.date, reverse=True)
        return sorted(found, key=lambda a: a.source) if order == "source" else found

    def find_articles(self, words="", *, source="", order="newest", offset=0, limit=50):
        wanted = set(analyse(words))
        found = [
            a
            for a in self._ordered(check_order(order))
            if (not source or a.source == source)
            and (not wanted or wanted <= set(analyse(a.title)) or words == a.id)
        ]
        page = found[offset : None if limit is None else offset + limit]
        sizes = {name: len(row.item.chunks) for name, row in self.state.rows.items()}
        rows = [ListedArticle(a.id, a.title, a.source, a.date, a.url, sizes[a.id]) for a in page]
        return rows, len(found)

    def months(self):
        dated = [row.article for row in self.state.rows.values() if row.article.date]
        counts = Counter((a.date[:7], a.source) for a in dated)
        return sorted((month, source, n) for (month, source), n in counts.items())

    def stats(self):
        articles = [row.article for row in self.state.rows.values()]
        dates = sorted(a.date for a in articles if a.date)
        keys = {chunk.key for chunk in self.state.chunks()}
        families = Counter(row.family for row in self.state.rows.values())
        return StoreStats(
            articles=len(articles),
            chunks=len(keys),
            dated=len(dates),
            first_date=dates[0] if dates else "",
            last_date=dates[-1] if dates else "",
            sources=Counter(a.publisher for a in articles),
            reprints=sum(size - 1 for size in families.values()),
            generation=self.state.generation,
            unpublished_chunks=len(keys - self.state.published),
        )

    def verify(self):
        problems = []
        for row in self.state.rows.values():
            spans = [
                (c.start, c.end, h) for c, h in zip(row.item.chunks, row.item.hashes, strict=True)
            ]
            if row.article.content_hash != row.content_hash or count_misplaced(row.article, spans):
                problems.append(f"{row.article.id} is not as it was stored")
        chunks = self.state.chunks()
        published = len(self.state.published)
        return Verification(len(self.state.rows), len(chunks), published, tuple(problems))

    def backup(self, copy_to):
        store = MemoryStore(self.manifest)
        store.state, store.place = copy.deepcopy(self.state), str(copy_to)
        return store

    def close(self):
        pass


def _matches(article: Article, where):
    if where is None:
        return True
    return (
        (not where.sources or article.source in where.sources)
        and (not where.articles or article.id in where.articles)
        and (not where.since or article.date >= where.since)
        and (not where.until or "" < article.date <= where.until)
    )


def _named(terms):
    return set(terms) | {"~" + skeleton(term) for term in terms}


def _names(chunk):
    return _named({*chunk.terms, *chunk.title_terms})


def _reprint(a):
    return Reprint(a.id, a.title, a.source, a.date, a.url)

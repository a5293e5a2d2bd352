"""A store that keeps everything in dictionaries: the contract of an index in its plainest form."""

import copy
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from index.arabic.words import analyse, skeleton
from index.articles.article import file_of
from index.articles.chunking import Chunk
from index.articles.copies import Reprint
from index.embedding.embedded import Embedded
from index.errors import IndexLockedError, InputError
from index.limits import check_k
from index.store.bm25 import Scoring, Statistics, Totals, count_terms
from index.store.changes import ApplyReport, ArticleChunks, KnownArticle, Placement
from index.store.contract import Hit, StoredChunk, take_best
from index.store.listing import ListedArticle, StoreStats, check_order, sort_listed
from index.store.local.codes import decode_vectors, encode_vectors
from index.store.local.rows import now
from index.store.shard import LastKeys, Relative, take_relatives, tell_reprints
from index.store.verification import Verification, count_misplaced

PLACES = {}
"""Stores by the place they were backed up to, as a disk has folders."""


@dataclass(frozen=True)
class Row:
    """An article with its chunks."""

    key: int
    family: int
    article: object
    content_hash: str
    text_hash: str
    title_terms: tuple
    chunks: tuple
    indexed: str

    @property
    def publisher(self):
        return self.article.publisher


@dataclass(frozen=True)
class ChunkRow:
    key: int
    start: int
    end: int
    hash: str
    terms: tuple
    vector: np.ndarray
    words: bytes


@dataclass(frozen=True)
class State:
    """Everything at one moment; a change makes another one."""

    rows: dict
    files: dict
    frequencies: Counter
    manifest: object
    generation: int = 0
    published: frozenset = frozenset()
    last_key: int = 0


def _rounded(vector):
    return decode_vectors(encode_vectors(vector[None, :]))[0]


def _find_relatives(rows, text):
    ordered = sorted(rows, key=lambda row: row.key)
    return take_relatives(
        text, ((Relative(1, row.key, row.family), row.article.text) for row in ordered)
    )


def _with_skeletons(terms):
    return {*terms, *("~" + skeleton(term) for term in terms)}


def _counted(rows):
    found = Counter()
    for row in rows.values():
        for chunk in row.chunks:
            found.update(_with_skeletons((*row.title_terms, *chunk.terms)))
    return found


class MemoryStore:
    def __init__(self, manifest, place="memory"):
        self.place = place
        self._state = State({}, {}, Counter(), manifest)
        self._lock = threading.Lock()
        self._staging = None

    @property
    def manifest(self):
        return self._state.manifest

    @contextmanager
    def writing(self):
        if not self._lock.acquire(blocking=False):
            raise IndexLockedError(f"another process is writing to {self.place}; wait")
        try:
            yield
        finally:
            self._lock.release()

    def apply(self, upserts, deletes=(), *, moves=(), files=None):
        state, report = self._state, ApplyReport()
        rows, kept, last = dict(state.rows), dict(state.files), state.last_key
        for article_id in deletes:
            if row := rows.pop(article_id, None):
                kept.pop(file_of(row.article.origin), None)
                report += ApplyReport(removed=1)
        for move in moves:
            if row := rows.pop(move.old_id, None):
                kept.pop(file_of(row.article.origin), None)
                article = replace(move.article, title=row.article.title, text=row.article.text)
                rows[article.id] = replace(row, article=article, content_hash=move.content_hash)
                report += ApplyReport(moved=1)
        for item in upserts:
            gone = rows.pop(item.article.id, None)
            row = self._row(item, rows, last)
            last = max([last, row.key, *(chunk.key for chunk in row.chunks)])
            rows[item.article.id] = row
            change = ApplyReport(replaced=1) if gone else ApplyReport(added=1)
            report += replace(change, chunks=len(row.chunks))
        manifest = state.manifest
        if not manifest.dimension:
            lengths = [len(c.vector) for row in rows.values() for c in row.chunks]
            manifest = replace(manifest, dimension=lengths[0] if lengths else 0)
        kept = {path: digest for path, digest in {**kept, **(files or {})}.items() if digest}
        self._state = replace(
            state,
            rows=rows,
            files=kept,
            frequencies=_counted(rows),
            manifest=manifest,
            last_key=last,
        )
        return report

    def _row(self, item, rows, last):
        a, placed = item.article, item.placement
        if placed is None:
            related = _find_relatives(rows.values(), a.text)
            family = related[-1].family if related else None
            placed = Placement(last + 1, last + 2, family or last + 1)
        parts = zip(item.chunks, item.hashes, item.terms, item.embedded, strict=True)
        chunks = tuple(
            ChunkRow(
                placed.first_chunk + n, c.start, c.end, h, tuple(t), _rounded(e.vector), e.words
            )
            for n, (c, h, t, e) in enumerate(parts)
        )
        hashes = (a.content_hash, a.text_hash)
        indexed = placed.indexed or now()
        return Row(placed.key, placed.family, a, *hashes, tuple(item.title_terms), chunks, indexed)

    def last_keys(self):
        return LastKeys(self._state.last_key, self._state.last_key)

    def relatives(self, unplaced, gone):
        rows = self._state.rows
        return [
            _find_relatives((r for id_, r in rows.items() if gone.get(id_, n + 1) > n), text.text)
            for n, text in enumerate(unplaced)
        ]

    def origins(self, ids):
        rows = self._state.rows
        return {id_: rows[id_].article.origin for id_ in ids if id_ in rows}

    def export(self, ids):
        rows = [row for id_ in ids if (row := self._state.rows.get(id_))]
        return [
            ArticleChunks(
                row.article,
                [Chunk(row.article.id, c.start, c.end, "") for c in row.chunks],
                [c.hash for c in row.chunks],
                [c.terms for c in row.chunks],
                row.title_terms,
                [Embedded(c.vector, c.words) for c in row.chunks],
                Placement(row.key, row.chunks[0].key, row.family, row.indexed),
            )
            for row in sorted(rows, key=lambda row: row.key)
        ]

    def article_keys(self):
        return {id_: row.key for id_, row in self._state.rows.items()}

    def is_restored(self):
        return False

    def settle(self):
        pass

    def all_families(self):
        return np.array([row.family for row in self._state.rows.values()], np.int64)

    def compact(self):
        state = self._state
        published = frozenset(c.key for row in state.rows.values() for c in row.chunks)
        self._state = replace(state, generation=state.generation + 1, published=published)

    def compact_if_needed(self, *, growing=False):
        keys = {c.key for row in self._state.rows.values() for c in row.chunks}
        if growing or keys == self._state.published:
            return False
        self.compact()
        return True

    def stage(self, manifest):
        if self._staging is None or self._staging.manifest != manifest:
            self._staging = MemoryStaging(self, manifest)
        return self._staging

    def known(self):
        return {
            id_: KnownArticle(row.content_hash, row.text_hash, row.publisher, row.article.origin)
            for id_, row in self._state.rows.items()
        }

    def files(self):
        return dict(self._state.files)

    def embedded(self, hashes):
        wanted = set(hashes)
        return {
            c.hash: Embedded(c.vector, c.words)
            for row in self._state.rows.values()
            for c in row.chunks
            if c.hash in wanted
        }

    @contextmanager
    def read(self):
        yield MemoryReader(self._state)

    def get_article(self, article_id):
        row = self._state.rows.get(article_id)
        return row and row.article

    def count_articles(self, where=None):
        return sum(_is_allowed(row, where) for row in self._state.rows.values())

    def _sorted(self, order):
        return sort_listed([row.article for row in self._state.rows.values()], order)

    def newest_articles(self, count):
        return self._sorted("newest")[:count]

    def find_articles(self, words="", *, source="", order="newest", offset=0, limit=50):
        terms = analyse(words)

        def fits(article):
            if source and article.source != source:
                return False
            if not words.strip() or article.id == words.strip():
                return True
            title = " ".join(self._state.rows[article.id].title_terms)
            return bool(terms) and all(term in title for term in terms)

        found = [article for article in self._sorted(check_order(order)) if fits(article)]
        page = found[offset : None if limit is None else offset + limit]
        listed = [
            ListedArticle(
                a.id, a.title, a.source, a.date, a.url, len(self._state.rows[a.id].chunks)
            )
            for a in page
        ]
        return listed, len(found)

    def months(self):
        return self._count_by_date(7)

    def days(self):
        return self._count_by_date(10)

    def _count_by_date(self, length):
        articles = (row.article for row in self._state.rows.values())
        counts = Counter((a.date[:length], a.source) for a in articles if a.date)
        return [(period, source, n) for (period, source), n in sorted(counts.items())]

    def stats(self):
        state = self._state
        articles = [row.article for row in state.rows.values()]
        keys = {c.key for row in state.rows.values() for c in row.chunks}
        dates = sorted(a.date for a in articles if a.date)
        sources = Counter(a.source for a in articles if a.source)
        return StoreStats(
            articles=len(articles),
            chunks=len(keys),
            dated=len(dates),
            first_date=dates[0] if dates else "",
            last_date=dates[-1] if dates else "",
            sources=dict(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0]))),
            reprints=len(articles) - len({row.family for row in state.rows.values()}),
            generation=state.generation,
            unpublished_chunks=len(keys - state.published),
        )

    def verify(self):
        state, problems = self._state, []
        rows = state.rows.values()
        if changed := sum(row.article.content_hash != row.content_hash for row in rows):
            problems.append(f"{changed} articles are not as they were stored")
        if misplaced := sum(
            count_misplaced(row.article, [(c.start, c.end, c.hash) for c in row.chunks])
            for row in rows
        ):
            problems.append(f"{misplaced} chunks are not what was embedded for them")
        if _counted(state.rows) != state.frequencies:
            problems.append("the counts of terms are off")
        keys = [c.key for row in rows for c in row.chunks]
        return Verification(len(rows), len(keys), len(state.published), tuple(problems))

    def backup(self, copy_):
        if str(copy_) in PLACES:
            raise InputError(f"{copy_} holds an index already; name a new one")
        made = PLACES[str(copy_)] = MemoryStore(self.manifest, str(copy_))
        made._state = copy.deepcopy(self._state)
        return made

    def close(self):
        pass


class MemoryStaging:
    def __init__(self, store, manifest):
        self._store = store
        self.manifest = manifest
        self._staged = {}

    def _rows(self):
        return self._store._state.rows

    def counts(self):
        keys = {row.key for row in self._rows().values()}
        return len(self._staged.keys() & keys), len(keys)

    def pending(self, count):
        rows = [row.article for row in self._rows().values() if row.key not in self._staged]
        return rows[:count]

    def put(self, items):
        for item in items:
            self._staged[self._rows()[item.article.id].key] = item

    def publish(self):
        state, last, rows = self._store._state, self._store._state.last_key, {}
        for id_, row in state.rows.items():
            item = self._staged[row.key]
            made = self._store._row(item, {}, last)
            rows[id_] = replace(row, title_terms=made.title_terms, chunks=made.chunks)
            last += 1 + len(made.chunks)
        keys = frozenset(c.key for row in rows.values() for c in row.chunks)
        lengths = [len(c.vector) for row in rows.values() for c in row.chunks]
        self._store._staging = None
        self._store._state = replace(
            state,
            rows=rows,
            frequencies=_counted(rows),
            manifest=replace(self.manifest, dimension=lengths[0] if lengths else 0),
            generation=state.generation + 1,
            published=keys,
            last_key=last,
        )
        return len(keys)


def _is_allowed(row, where):
    article = row.article
    return not where or (
        (not where.sources or article.source in where.sources)
        and (not where.articles or article.id in where.articles)
        and article.id not in where.without
        and row.indexed >= where.indexed_since
        and (not where.since or (bool(article.date) and article.date >= where.since))
        and (not where.until or (bool(article.date) and article.date <= where.until))
    )


class MemoryReader:
    def __init__(self, state):
        self._state = state
        self._chunks = {c.key: (row, c) for row in state.rows.values() for c in row.chunks}
        self.generation = state.generation
        self.manifest = state.manifest
        self.incomplete = False

    def _allowed(self, where):
        chunks = self._chunks.values()
        return ((row, chunk) for row, chunk in chunks if _is_allowed(row, where))

    def dense(self, vector, k, where=None):
        check_k(k)
        hits = (Hit(c.key, float(c.vector @ vector)) for _, c in self._allowed(where))
        return take_best(hits, k)

    def lexical(self, terms, k, where=None, *, statistics=None):
        check_k(k)
        known = statistics or Statistics(self._state.frequencies, self.totals())
        scoring = Scoring.of(terms, known)
        hits = (
            Hit(c.key, scoring.score(count_terms((*row.title_terms, *c.terms))))
            for row, c in self._allowed(where)
        )
        return take_best((hit for hit in hits if hit.score), k)

    def fetch(self, chunk_keys):
        found = {}
        for key in chunk_keys:
            if key in self._chunks:
                row, c = self._chunks[key]
                found[key] = StoredChunk(
                    key, row.key, row.article.id, row.family, row.article.date, c.start, c.end,
                    c.terms, row.title_terms, c.vector, c.words,
                )  # fmt: skip
        return found

    def articles(self, article_keys):
        return {
            row.key: row.article for row in self._state.rows.values() if row.key in article_keys
        }

    def families(self, article_keys):
        return {r.key: r.family for r in self._state.rows.values() if r.key in article_keys}

    def members(self, families):
        found = {}
        for row in self._state.rows.values():
            if row.family in families:
                a = row.article
                reprint = Reprint(a.id, a.title, a.source, a.date, a.url)
                found.setdefault(row.family, []).append((row.key, reprint))
        return found

    def reprints(self, article_keys):
        families = self.families(article_keys)
        return tell_reprints(families, self.members(set(families.values())))

    def document_frequencies(self, terms):
        counts = self._state.frequencies
        return {term: counts[term] for term in terms if counts[term]}

    def totals(self):
        lengths = [len(row.title_terms) + len(c.terms) for row, c in self._chunks.values()]
        return Totals(len(lengths), sum(lengths) / len(lengths) if lengths else 0.0)

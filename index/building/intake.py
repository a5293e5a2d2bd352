"""Decide what a build has to do: read sources, skip what is known, cut and analyse the rest."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.arabic.words import analyse
from index.articles.article import Article, distinguish, file_of
from index.articles.chunking import Chunk, TokenCounter, chunk_article
from index.articles.file_names import path_of
from index.articles.readers.base import PassedOver, ReadFailure, Reading
from index.articles.readers.formats import READERS_VERSION
from index.articles.readers.reading import read_source
from index.articles.readers.sources import Source, load
from index.embedding.embedded import Embedded, embedded_hash, embedded_text
from index.errors import InputError
from index.store.changes import ArticleChunks, KnownArticle, Move

_BATCH_CHUNKS = 256
_TELL_SECONDS = 0.1
_BYTES_PER_LETTER = 1.8  # of Arabic with its spaces, in UTF-8


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An article that was not stored because the index has it from elsewhere."""

    origin: str
    article_id: str


@dataclass(frozen=True, slots=True)
class CutArticle:
    """An article cut into chunks, with what is embedded and matched for each.

    Attributes:
        article: The article.
        chunks: Its chunks in order.
        texts: What is embedded for each.
        hashes: Of those texts.
        terms: Analysed terms of each chunk.
        title_terms: Analysed terms of the title.
    """

    article: Article
    chunks: Sequence[Chunk]
    texts: Sequence[str]
    hashes: Sequence[str]
    terms: Sequence[Sequence[str]]
    title_terms: Sequence[str]

    def with_embedded(self, embedded: Mapping[str, Embedded]) -> ArticleChunks:
        """Return it as it is stored.

        Args:
            embedded: What the embedder made of its texts, by hash.
        """
        return ArticleChunks(
            article=self.article,
            chunks=self.chunks,
            hashes=self.hashes,
            terms=self.terms,
            title_terms=self.title_terms,
            embedded=[embedded[hash_] for hash_ in self.hashes],
        )


def texts_of(articles: Iterable[CutArticle]) -> dict[str, str]:
    """Return what is embedded for some articles, by hash."""
    return {h: t for cut in articles for h, t in zip(cut.hashes, cut.texts, strict=True)}


def cut_article(article: Article, count_tokens: TokenCounter) -> CutArticle:
    """Cut and analyse an article."""
    chunks = chunk_article(article, count_tokens)
    texts = [embedded_text(article, chunk.text) for chunk in chunks]
    return CutArticle(
        article=article,
        chunks=chunks,
        texts=texts,
        hashes=[embedded_hash(text) for text in texts],
        terms=[analyse(chunk.text) for chunk in chunks],
        title_terms=analyse(article.title),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How far reading is.

    Attributes:
        fraction: Share of all bytes read, in [0, 1].
        files: Files and addresses read.
        articles: Articles read, unchanged ones included.
        unchanged: Of these, those that are stored as they are.
        failures: What could not be read.
        title: Of the article last read.
    """

    fraction: float = 0.0
    files: int = 0
    articles: int = 0
    unchanged: int = 0
    failures: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles to embed and store together; none where there is only progress to tell.

    Attributes:
        articles: New and changed articles.
        files: Path -> digest of the files that are complete with this batch.
        counts: How far reading was.
    """

    articles: Sequence[CutArticle]
    files: Mapping[str, str]
    counts: Counts


@dataclass(slots=True)
class Intake:
    """Reads sources in order and yields batches; afterwards tells what else was found."""

    known: dict[str, KnownArticle]
    files: Mapping[str, str]
    count_tokens: TokenCounter
    reading: Reading
    failures: list[ReadFailure] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    _twins: list[tuple[Article, str, str]] = field(default_factory=list)
    _by_text: dict[str, str] = field(default_factory=dict)
    _by_file: dict[str, list[str]] = field(default_factory=dict)
    _pending: list[CutArticle] = field(default_factory=list)
    _complete: dict[str, str] = field(default_factory=dict)
    _counts: Counts = field(default_factory=Counts)
    _told: float = 0.0

    def __post_init__(self) -> None:
        for article_id, known in self.known.items():
            self._by_text.setdefault(known.text_hash, article_id)
            self._by_file.setdefault(file_of(known.origin), []).append(article_id)

    def batches(self, sources: Sequence[Source]) -> Iterator[Batch]:
        """Read the sources in order; every article is in one batch, or known already."""
        sizes = [source.size for source in sources]
        total, done = sum(sizes) or 1, 0
        for source, size in zip(sources, sizes, strict=True):
            consumed = 0
            for length in self._read(source):
                consumed = min(size, consumed + length)
                yield from self._due((done + consumed) / total)
            done += size
            self._counts = replace(self._counts, files=self._counts.files + 1)
            yield from self._due(done / total)
        yield self._flushed()

    def _due(self, fraction: float) -> Iterator[Batch]:
        """Yield a batch when one is full, or when it is time to tell how far reading is."""
        self._counts = replace(self._counts, fraction=fraction)
        if sum(len(cut.chunks) for cut in self._pending) >= _BATCH_CHUNKS:
            yield self._flushed()
        elif time.monotonic() - self._told > _TELL_SECONDS:
            yield self._batch(())

    def _read(self, source: Source) -> Iterator[int]:
        """Read one source; yield about how many of its bytes each article took.

        Its digest is kept when every article in it will be stored.
        """
        digest, data = "", None
        if source.path is not None:
            try:
                data = load(source)
            except InputError as error:
                self._fail(ReadFailure(source.origin, str(error)))
                return
            digest = self._digest(source, data)
            if self.files.get(source.origin) == digest:
                self._skip(source)
                return
        trouble = self._count_trouble()
        for item in read_source(source, self.reading, data):
            if isinstance(item, ReadFailure):
                self._fail(item)
                yield 0
            elif isinstance(item, PassedOver):
                self.passed_over.append(item)
                yield 0
            else:
                self._take(item)
                yield int(_BYTES_PER_LETTER * len(item.text))
        if digest and trouble == self._count_trouble():
            self._complete[source.origin] = digest

    def _count_trouble(self) -> int:
        """Return the number of things to tell again in every build."""
        return len(self.failures) + len(self.passed_over) + len(self._twins)

    def _digest(self, source: Source, data: bytes) -> str:
        """Return a hash of everything that decides which articles a file gives."""
        rules = json.dumps([READERS_VERSION, source.name, sorted(self.reading.columns.items())])
        key = hashlib.sha256(rules.encode()).digest()
        return hashlib.blake2b(data, digest_size=16, key=key).hexdigest()

    def _skip(self, source: Source) -> None:
        """Count the articles of an unchanged file without reading it."""
        ids = self._by_file.get(source.origin, [])
        self.seen.update(ids)
        counts = self._counts
        self._counts = replace(
            counts, articles=counts.articles + len(ids), unchanged=counts.unchanged + len(ids)
        )

    def _fail(self, failure: ReadFailure) -> None:
        self.failures.append(failure)
        self._counts = replace(self._counts, failures=len(self.failures))

    def _take(self, article: Article) -> None:
        owner = self.known.get(article.id)
        article = distinguish(article, owner.origin if owner else None)
        counts = self._counts
        self._counts = replace(counts, articles=counts.articles + 1, title=article.title)
        known = self.known.get(article.id)
        if known is None and (twin := self._twin_of(article)):
            self._twins.append((replace(article, text=""), article.content_hash, twin))
            return
        if article.id in self.seen:
            self._same_id(article)
            return
        self.seen.add(article.id)
        if known and known.content_hash == article.content_hash:
            self._counts = replace(self._counts, unchanged=self._counts.unchanged + 1)
            return
        self.known[article.id] = KnownArticle(
            article.content_hash, article.text_hash, article.publisher, article.origin
        )
        self._by_text.setdefault(article.text_hash, article.id)
        self._pending.append(cut_article(article, self.count_tokens))

    def _same_id(self, article: Article) -> None:
        """Report a second record of an id: the same article again, or one that would be lost."""
        if self.known[article.id].content_hash == article.content_hash:
            self._twins.append((replace(article, text=""), article.content_hash, article.id))
        else:
            reason = f"has the id {article.id!r} of another record; give it one of its own"
            self._fail(ReadFailure(article.origin, reason))

    def _twin_of(self, article: Article) -> str | None:
        """Return the id of the same article from elsewhere; another publisher's is a reprint."""
        twin = self._by_text.get(article.text_hash)
        if twin is None or self.known[twin].text_hash != article.text_hash:
            return None
        publishers = {article.publisher, self.known[twin].publisher} - {""}
        return twin if len(publishers) < 2 else None

    def _flushed(self) -> Batch:
        articles, self._pending = self._pending, []
        return self._batch(articles)

    def _batch(self, articles: Sequence[CutArticle]) -> Batch:
        self._told = time.monotonic()
        # A file counts as complete only with the batch that holds its last article.
        files: dict[str, str] = {}
        if not self._pending:
            files, self._complete = self._complete, {}
        return Batch(articles, files, self._counts)

    def settle(self, sources: Sequence[Source]) -> tuple[list[Move], list[Duplicate]]:
        """Tell renamed articles from duplicates, once everything was read.

        An article whose text is known from a place that is gone has moved; otherwise the index
        has it twice and keeps the first.
        """
        read = {source.origin for source in sources}
        broken = {file_of(failure.origin) for failure in self.failures}
        moves: list[Move] = []
        duplicates: list[Duplicate] = []
        now_at: dict[str, str] = {}
        for article, content_hash, twin in self._twins:
            file = file_of(self.known[twin].origin)
            gone = (file in read and file not in broken) or _is_missing(file)
            if twin in now_at or twin in self.seen or not gone:
                duplicates.append(Duplicate(article.origin, now_at.get(twin, twin)))
                continue
            moves.append(Move(twin, article, content_hash))
            now_at[twin] = article.id
            self.seen |= {twin, article.id}
        return moves, duplicates


def _is_missing(file: str) -> bool:
    return "://" not in file and not Path(path_of(file)).exists()

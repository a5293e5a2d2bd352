"""Decide what a build has to do: read sources, skip what is known."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.articles.article import Article
from index.articles.readers.base import PassedOver, Read, ReadFailure, ReadOptions
from index.articles.readers.formats import READERS_VERSION
from index.articles.readers.reading import read_source
from index.articles.readers.sources import Source, load
from index.building.register import Register
from index.errors import InputError
from index.store.changes import Move

_BATCH_CHUNKS = 256
"""Chunks stored in one transaction, about: what a build that is killed has to do again. Chosen;
``python -m benchmarks.indexing`` measures time and memory."""
_CHUNK_LETTERS = 430
"""Letters of a chunk of news, by which chunks are counted before they are cut."""
_TELL_SECONDS = 0.1
_BYTES_PER_LETTER = 1.8  # of Arabic with its spaces, in UTF-8


ReadSource = Callable[[Source, ReadOptions, bytes | None], Iterable[Read]]
"""Reads a source, as :func:`index.articles.readers.reading.read_source` does."""


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
    """Articles to cut, embed and store together; none where there is only progress to tell.

    Attributes:
        articles: New and changed articles.
        files: Path -> digest of the files that are complete with this batch.
        counts: How far reading was.
        moves: Stored articles that make room for one of these.
    """

    articles: Sequence[Article]
    files: Mapping[str, str]
    counts: Counts
    moves: Sequence[Move] = ()


@dataclass(slots=True)
class Intake:
    """Reads sources in order and yields batches; afterwards tells what else was found."""

    register: Register
    files: Mapping[str, str]
    options: ReadOptions
    failures: list[ReadFailure] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    read: ReadSource = read_source
    _found_twice: int = 0
    _pending: list[Article] = field(default_factory=list)
    _moves: list[Move] = field(default_factory=list)
    _complete: dict[str, str] = field(default_factory=dict)
    _counts: Counts = field(default_factory=Counts)
    _told: float = 0.0

    def batches(self, sources: Sequence[Source]) -> Iterator[Batch]:
        """Read the sources in order; every article is in one batch, or known already."""
        sizes = [source.size for source in sources]
        total, done = sum(sizes) or 1, 0
        for source, size in zip(sources, sizes, strict=True):
            consumed = 0
            for length in self._read(source):
                consumed = min(size, consumed + length)
                yield from self._flush_if_due((done + consumed) / total)
            done += size
            self._counts = replace(self._counts, files=self._counts.files + 1)
            yield from self._flush_if_due(done / total)
        yield self._flush()

    def _flush_if_due(self, fraction: float) -> Iterator[Batch]:
        """Yield a batch when one is full, or when it is time to tell how far reading is."""
        self._counts = replace(self._counts, fraction=fraction)
        letters = sum(max(len(article.text), _CHUNK_LETTERS) for article in self._pending)
        if letters >= _BATCH_CHUNKS * _CHUNK_LETTERS:
            yield self._flush()
        elif time.monotonic() - self._told > _TELL_SECONDS:
            yield self._make_batch(())

    def _read(self, source: Source) -> Iterator[int]:
        """Read one source; yield about how many of its bytes each article took.

        Its digest is kept when every article in it will be stored.
        """
        digest, data = "", None
        if source.path is not None:
            try:
                data = load(source)
            except InputError as error:
                self._add_failure(ReadFailure(source.origin, str(error)))
                return
            digest = self._compute_digest(source, data)
            if self.files.get(source.origin) == digest:
                self._skip(source)
                return
        trouble = self._count_trouble()
        for item in self.read(source, self.options, data):
            if isinstance(item, ReadFailure):
                self._add_failure(item)
                yield 0
            elif isinstance(item, PassedOver):
                self.passed_over.append(item)
                yield 0
            else:
                self._add_article(item)
                yield int(_BYTES_PER_LETTER * len(item.text))
        if digest and trouble == self._count_trouble():
            self._complete[source.origin] = digest

    def _count_trouble(self) -> int:
        """Return the number of things to tell again in every build."""
        return len(self.failures) + len(self.passed_over) + self._found_twice

    def _compute_digest(self, source: Source, data: bytes) -> str:
        """Return a hash of everything that decides which articles a file gives."""
        rules = json.dumps([
            READERS_VERSION, source.name, sorted(self.options.columns.items()),
            *(["ocr"] if self.options.ocr else []),
        ])  # fmt: skip
        key = hashlib.sha256(rules.encode()).digest()
        return hashlib.blake2b(data, digest_size=16, key=key).hexdigest()

    def _skip(self, source: Source) -> None:
        """Count the articles of an unchanged file without reading it."""
        count, counts = self.register.see_file(source.origin), self._counts
        self._counts = replace(
            counts, articles=counts.articles + count, unchanged=counts.unchanged + count
        )

    def _add_failure(self, failure: ReadFailure) -> None:
        self.failures.append(failure)
        self._counts = replace(self._counts, failures=len(self.failures))

    def _add_article(self, article: Article) -> None:
        counts = self._counts
        self._counts = replace(counts, articles=counts.articles + 1, title=article.title)
        register, article_id = self.register, self.register.id_of(article)
        known = register.known.get(article_id)
        if known is None and (twin := register.find_twin(article)):
            self._add_twin(twin, article)
        elif article_id in register.seen:
            self._report_same_id(article_id, article)
        elif known and known.content_hash == article.content_hash:
            register.seen.add(article_id)
            self._counts = replace(self._counts, unchanged=self._counts.unchanged + 1)
        else:
            article = replace(article, id=article_id)
            self._moves += register.change(article_id, article)
            self._pending.append(article)

    def _add_twin(self, article_id: str, article: Article) -> None:
        self.register.add_twin(article_id, article)
        self._found_twice += 1

    def _report_same_id(self, article_id: str, article: Article) -> None:
        """Report a second record of an id: the same article again, or one that would be lost."""
        if self.register.known[article_id].content_hash == article.content_hash:
            self._add_twin(article_id, article)
        else:
            reason = f"has the id {article_id!r} of another record; give it one of its own"
            self._add_failure(ReadFailure(article.origin, reason))

    def _flush(self) -> Batch:
        articles, self._pending = self._pending, []
        moves, self._moves = self._moves, []
        return self._make_batch(articles, moves)

    def _make_batch(self, articles: Sequence[Article], moves: Sequence[Move] = ()) -> Batch:
        self._told = time.monotonic()
        # A file counts as complete only with the batch that holds its last article.
        files: dict[str, str] = {}
        if not self._pending:
            files, self._complete = self._complete, {}
        return Batch(articles, files, self._counts, moves)

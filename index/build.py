"""Build an index: read, cut, analyse, embed and store what is new or changed."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.arabic import analyse, for_embedding
from index.articles import Article, distinguish
from index.chunking import Chunk, chunk_article
from index.embedders import embedder_like, load_embedder
from index.embedding import Embedder
from index.errors import InputError
from index.manifest import Manifest
from index.readers import ReadFailure, list_files, read_file
from index.sqlite_store import SqliteStore
from index.store import ArticleChunks
from index.vectors import FloatMatrix

_BATCH_CHUNKS = 256
_EMBED_CHUNKS = 32


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is.

    Attributes:
        fraction: Share of the bytes read and stored, in [0, 1].
        articles: Articles read so far.
        chunks: Chunks embedded so far.
        failures: Articles that could not be read so far.
        seconds: Since the start.
        title: Of the article last read.
    """

    fraction: float
    articles: int
    chunks: int
    failures: int
    seconds: float
    title: str = ""

    @property
    def chunks_per_second(self) -> float:
        """Rate of embedding so far."""
        return self.chunks / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate of the time that remains, or None while it is too early to tell."""
        if self.fraction < 0.01 or self.seconds < 0.5:
            return None
        return self.seconds * (1 - self.fraction) / self.fraction


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        read: Articles that could be read.
        added: New articles.
        replaced: Articles whose content changed.
        unchanged: Articles that were there already.
        removed: Articles whose file is gone.
        embedded: Chunks that went through the model.
        reused: Chunks whose vector was known already.
        failures: Each file or record that could not be read, with the reason.
        seconds: How long it took.
        generation: Number of the published generation.
    """

    read: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    embedded: int = 0
    reused: int = 0
    failures: tuple[ReadFailure, ...] = ()
    seconds: float = 0.0
    generation: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report by field name."""
        return asdict(self)


def build_index(
    paths: Iterable[str | Path],
    folder: str | Path,
    *,
    embedder: Embedder | None = None,
    progress: Callable[[BuildProgress], None] | None = None,
) -> BuildReport:
    """Make an index hold what the paths hold: add, replace what changed, remove what vanished.

    Only articles read from these paths are ever removed, and none that is there but cannot be
    read. Work is saved in batches: an interrupted build goes on where it stopped.

    Args:
        paths: Files and folders of articles.
        folder: The index folder; made when it is not there.
        embedder: None takes the one the index was built with, or the default for a new index.
        progress: Called often with how far the build is.

    Raises:
        InputError: A path does not exist, or no path was given.
        IndexMismatchError: The index was built with another embedder or version.
        IndexLockedError: Another process is writing to it.
    """
    return _update(paths, folder, embedder, progress, mirror=True)


def add_articles(
    paths: Iterable[str | Path],
    folder: str | Path,
    *,
    embedder: Embedder | None = None,
    progress: Callable[[BuildProgress], None] | None = None,
) -> BuildReport:
    """Add or replace articles and remove none; arguments and errors as for ``build_index``."""
    return _update(paths, folder, embedder, progress, mirror=False)


def remove_articles(ids: Iterable[str], folder: str | Path) -> BuildReport:
    """Remove articles by id.

    Raises:
        InputError: The index has no article of such an id; nothing is removed then.
        IndexNotFoundError: The folder holds no index.
    """
    started = time.perf_counter()
    store = SqliteStore.open(Path(folder))
    wanted = list(dict.fromkeys(ids))
    with store.writing():
        known = store.known()
        if unknown := [article_id for article_id in wanted if article_id not in known]:
            raise InputError(
                f"no article has the id {unknown[0]!r}; see the ids with: jawab index list"
            )
        report = store.apply((), wanted)
        store.compact_if_needed()
    return BuildReport(
        removed=report.removed,
        seconds=time.perf_counter() - started,
        generation=store.stats().generation,
    )


def _update(
    paths: Iterable[str | Path],
    folder: str | Path,
    embedder: Embedder | None,
    progress: Callable[[BuildProgress], None] | None,
    *,
    mirror: bool,
) -> BuildReport:
    roots = [Path(path) for path in paths]
    if not roots:
        raise InputError("name at least one file or folder of articles")
    files = [(path, root) for root in roots for path in list_files(root)]
    store, embedder = _open_or_create(Path(folder), embedder)
    with store.writing():
        run = _Run(store, embedder, progress)
        run.take_in(files)
        if mirror:
            run.remove_vanished(roots)
        store.compact_if_needed()
    return run.report(store.stats().generation)


def _open_or_create(folder: Path, embedder: Embedder | None) -> tuple[SqliteStore, Embedder]:
    if not (folder / "store.db").is_file():
        embedder = embedder or load_embedder()
        return SqliteStore.create(folder, Manifest(embedder.identity)), embedder
    store = SqliteStore.open(folder)
    stored = store.manifest.embedder
    embedder = embedder or embedder_like(stored)
    store.manifest.require(embedder.identity, folder)
    return store, embedder


@dataclass(slots=True)
class _Run:
    """One build under way."""

    store: SqliteStore
    embedder: Embedder
    progress: Callable[[BuildProgress], None] | None
    started: float = field(default_factory=time.perf_counter)
    known: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    failures: list[ReadFailure] = field(default_factory=list)
    pending: list[tuple[Article, list[Chunk]]] = field(default_factory=list)
    fraction: float = 0.0
    title: str = ""
    read: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    embedded: int = 0
    reused: int = 0

    def __post_init__(self) -> None:
        self.known = dict(self.store.known())
        self.origins = dict(self.store.origins())

    def take_in(self, files: Sequence[tuple[Path, Path]]) -> None:
        """Read the files in order and store what is new or changed."""
        for item, fraction in _items(files):
            self.fraction = fraction
            if isinstance(item, ReadFailure):
                self.failures.append(item)
            else:
                self._take(item)
            self._tell()
        self._flush()
        self.fraction = 1.0
        self._tell()

    def _take(self, article: Article) -> None:
        article = distinguish(article, self.origins.get(article.id))
        self.read += 1
        self.title = article.title
        self.seen.add(article.id)
        self.origins[article.id] = article.origin
        if self.known.get(article.id) == article.content_hash:
            self.unchanged += 1
            return
        self.known[article.id] = article.content_hash
        chunks = chunk_article(article, self.embedder.count_tokens)
        self.pending.append((article, chunks))
        if sum(len(chunks) for _, chunks in self.pending) >= _BATCH_CHUNKS:
            self._flush()

    def _flush(self) -> None:
        """Embed and store what is pending, in one transaction."""
        if not self.pending:
            return
        texts = [embedded_text(a, chunk) for a, chunks in self.pending for chunk in chunks]
        hashes = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
        vectors = self._vectors(texts, hashes)
        report = self.store.apply(_stored(self.pending, hashes, vectors))
        self.added += report.added
        self.replaced += report.replaced
        self.pending.clear()

    def _vectors(self, texts: list[str], hashes: list[str]) -> FloatMatrix:
        """Return a vector per text, embedding only texts never seen before."""
        import numpy as np

        known = self.store.vectors_of(hashes)
        self.reused += sum(hash_ in known for hash_ in hashes)
        new = {hash_: text for hash_, text in zip(hashes, texts, strict=True) if hash_ not in known}
        # Texts of like length together waste least on padding.
        order = sorted(new, key=lambda hash_: len(new[hash_]))
        for start in range(0, len(order), _EMBED_CHUNKS):
            part = order[start : start + _EMBED_CHUNKS]
            vectors = self.embedder.embed_passages([new[hash_] for hash_ in part])
            known.update(zip(part, vectors, strict=True))
            self.embedded += len(part)
            self._tell()
        return np.stack([known[hash_] for hash_ in hashes])

    def remove_vanished(self, roots: Sequence[Path]) -> None:
        """Remove articles that came from below the roots and are there no more."""
        places = [str(root.resolve()) for root in roots]
        broken = tuple(failure.origin for failure in self.failures)
        gone = [
            article_id
            for article_id, origin in self.origins.items()
            if article_id not in self.seen
            and _is_below(origin, places)
            and not any(origin == place or origin.startswith(place + "#") for place in broken)
        ]
        if gone:
            self.removed = self.store.apply((), gone).removed

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(
                BuildProgress(
                    fraction=self.fraction,
                    articles=self.read,
                    chunks=self.embedded,
                    failures=len(self.failures),
                    seconds=time.perf_counter() - self.started,
                    title=self.title,
                )
            )

    def report(self, generation: int) -> BuildReport:
        """Return what was done."""
        return BuildReport(
            read=self.read,
            added=self.added,
            replaced=self.replaced,
            unchanged=self.unchanged,
            removed=self.removed,
            embedded=self.embedded,
            reused=self.reused,
            failures=tuple(self.failures),
            seconds=time.perf_counter() - self.started,
            generation=generation,
        )


def embedded_text(article: Article, chunk: Chunk) -> str:
    """Return what is embedded for a chunk: its text under the article's headline.

    An untitled article's title is its own opening words, which would add nothing.
    """
    headline = article.title.rstrip("…")
    if not headline or article.text.startswith(headline):
        return for_embedding(chunk.text)
    return for_embedding(f"{headline}\n{chunk.text}")


def _items(
    files: Sequence[tuple[Path, Path]],
) -> Iterator[tuple[Article | ReadFailure, float]]:
    """Yield every article or failure with the share of all bytes read after it."""
    sizes = [path.stat().st_size + 1 for path, _ in files]
    total, done = sum(sizes), 0
    for (path, root), size in zip(files, sizes, strict=True):
        found = list(read_file(path, base=root if root.is_dir() else root.parent))
        for number, item in enumerate(found, start=1):
            yield item, (done + size * number / len(found)) / total
        done += size


def _stored(
    pending: Sequence[tuple[Article, list[Chunk]]], hashes: Sequence[str], vectors: FloatMatrix
) -> Iterator[ArticleChunks]:
    start = 0
    for article, chunks in pending:
        end = start + len(chunks)
        yield ArticleChunks(
            article=article,
            chunks=chunks,
            hashes=hashes[start:end],
            terms=[analyse(chunk.text) for chunk in chunks],
            title_terms=analyse(article.title),
            vectors=vectors[start:end],
        )
        start = end


def _is_below(origin: str, places: Sequence[str]) -> bool:
    file = origin.split("#", 1)[0]
    return any(file == place or Path(file).is_relative_to(place) for place in places)

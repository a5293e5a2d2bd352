"""Who cuts and embeds for a build: a thread for each beside it, or what a store has on machines."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, runtime_checkable

from index.articles.article import Article
from index.articles.readers.sources import Source
from index.building.cutting import CutArticle, cut_article
from index.embedding.contract import Embedder, EmbedderIdentity
from index.embedding.embedded import Embedded, embed
from index.embedding.embedders import embedder_like
from index.store.contract import Store

_WORTH_BYTES = 256 * 1024
"""Of the files to read, from which workers elsewhere are begun. Chosen: of that, some 300 chunks
are embedded in ten seconds of a core, and a worker takes five until its model is loaded."""


class Worker:
    """Does what takes time in a build and needs to know nothing of the index."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def cut(self, articles: Sequence[Article]) -> list[CutArticle]:
        """Cut and analyse articles."""
        return [cut_article(article, self._embedder.count_tokens) for article in articles]

    def embed(self, texts: Sequence[str]) -> list[Embedded]:
        """Embed texts."""
        return embed(self._embedder, texts)


def make_worker(identity: EmbedderIdentity) -> Worker:
    """Return a worker with the embedder of that identity."""
    return Worker(embedder_like(identity))


class Result(Protocol):
    """What a worker was asked for."""

    def result(self) -> Any:
        """Wait for it; raises what the worker raised."""
        ...


class Crew(Protocol):
    """Workers that are alike.

    Attributes:
        size: How many there are.
    """

    size: int

    def begin(self, name: str, *arguments: Any) -> Result:
        """Have one of them call a method of its own."""
        ...


@runtime_checkable
class Employer(Protocol):
    """A store on whose machines workers can be."""

    def employ(self, make: Callable[..., Any], *arguments: Any) -> AbstractContextManager[Crew]:
        """Make workers there; they are gone after the context."""
        ...


@contextmanager
def find_crew(store: Store, embedder: Embedder, sources: Sequence[Source]) -> Iterator[Crew]:
    """Give workers for a build: those of the store's machines, or one here for little.

    There they load the embedder by its identity; one that has none to be loaded by works here.
    """
    if (
        isinstance(store, Employer)
        and sum(source.size for source in sources) >= _WORTH_BYTES
        and type(embedder_like(embedder.identity)) is type(embedder)
    ):
        with store.employ(make_worker, embedder.identity) as crew:
            yield crew
        return
    here = _Here(Worker(embedder))
    try:
        yield here
    finally:
        here.close()


class _Here:
    """A worker of this process, with a thread for each thing that it does."""

    size = 1

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._threads = {name: ThreadPoolExecutor(1, name) for name in ("cut", "embed")}

    def begin(self, name: str, *arguments: Any) -> Result:
        return self._threads[name].submit(getattr(self._worker, name), *arguments)

    def close(self) -> None:
        for thread in self._threads.values():
            thread.shutdown(cancel_futures=True)

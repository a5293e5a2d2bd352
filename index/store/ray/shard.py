"""A shard that an actor keeps, as any other shard: asked over Ray, again where it was restarted."""

import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.articles.copies import Reprint
from index.embedding.embedded import Embedded
from index.embedding.vectors import FloatVector
from index.errors import ShardAwayError, StateLostError
from index.limits import check_k
from index.store.bm25 import Statistics, Totals
from index.store.changes import ApplyReport, ArticleChunks, KnownArticle, Move
from index.store.contract import Filter, Hit, Store, StoredChunk
from index.store.listing import ListedArticle, StoreStats
from index.store.manifest import Manifest
from index.store.opening import open_store
from index.store.ray.actor import WRITER_S, OpenedReader
from index.store.ray.engine import NAMESPACE, load_ray
from index.store.shard import LastKeys, Relative, Unplaced
from index.store.verification import Verification

PATIENCE_S = 30.0
"""Seconds for which a shard that does not answer is waited for: an actor is restarted in one or
two, a node is found dead in about twenty. Chosen."""
_AGAIN_S = 0.1
_SHORT_S = 0.5
"""Seconds that one is waited for which was given up before; else every question would wait."""
_ANSWER_S = 60.0
"""Seconds after which what a reader was asked counts as lost. Chosen."""


class ActorShard:
    """One shard. What only looks is asked of its replicas in turn; the first one writes.

    Args:
        replicas: Handles of its actors.
        name: For people.
        names: By which Ray knows them, to find one that was begun anew; none for never.
        patience: Seconds for which it is waited for.
    """

    def __init__(
        self,
        replicas: Sequence[Any],
        name: str,
        *,
        names: Sequence[str] = (),
        patience: float = PATIENCE_S,
    ) -> None:
        self._replicas = list(replicas)
        self._names = list(names)
        self._turn = count()
        self._patience = patience
        self._away = False
        self._token = ""
        self.place = name

    def _ask_any(self, ask: Callable[[Any], Any], *, primary: bool = False) -> Any:
        """Ask a replica; the next one, or it again, where it does not answer.

        Raises:
            ShardAwayError: None has answered for a while.
        """
        ray = load_ray()
        errors = ray.exceptions
        deadline = time.monotonic() + (_SHORT_S if self._away else self._patience)
        if not self._replicas:
            raise ShardAwayError(f"no actor keeps {self.place}; start it: jawab cluster start")
        while True:
            turn = 0 if primary else next(self._turn) % len(self._replicas)
            try:
                left = max(_AGAIN_S, deadline - time.monotonic())
                answer = ray.get(ask(self._replicas[turn]), timeout=None if primary else left)
            except errors.RayTaskError as error:
                raise error.cause from None
            except errors.RayError as error:
                if isinstance(error, errors.ActorDiedError):
                    self._find_again(turn)
                if time.monotonic() > deadline:
                    self._away = True
                    raise ShardAwayError(
                        f"{self.place} does not answer; see: jawab cluster status"
                    ) from error
                time.sleep(_AGAIN_S)
            else:
                self._away = False
                return answer

    def _find_again(self, turn: int) -> None:
        """Take the actor that has the name of one that died, where it was begun anew."""
        if self._names:
            with suppress(ValueError):
                self._replicas[turn] = load_ray().get_actor(self._names[turn], NAMESPACE)

    def _ask(self, name: str, *arguments: Any, **more: Any) -> Any:
        return self._ask_any(lambda replica: replica.ask.remote(name, arguments, more))

    def _write(self, name: str, *arguments: Any, **more: Any) -> Any:
        token = self._token
        return self._ask_any(
            lambda replica: replica.write.remote(token, name, arguments, more), primary=True
        )

    def find_node(self) -> str:
        """Return Ray's name of the machine that has the shard."""
        return str(self._ask_any(lambda replica: replica.find_node.remote(), primary=True))

    @property
    def manifest(self) -> Manifest:
        """What the shard was built with, as it is now."""
        found: Manifest = self._ask_any(lambda replica: replica.manifest.remote())
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write; it is asked for again while it is held."""
        token, ended = uuid.uuid4().hex, threading.Event()
        begin = partial(
            self._ask_any, lambda replica: replica.begin_writing.remote(token), primary=True
        )

        def hold() -> None:
            while not ended.wait(WRITER_S / 4):
                with suppress(Exception):
                    begin()

        begin()
        self._token = token
        threading.Thread(target=hold, name="writer", daemon=True).start()
        try:
            yield
        finally:
            ended.set()
            self._token = ""
            with suppress(ShardAwayError):
                self._ask_any(lambda replica: replica.end_writing.remote(token), primary=True)

    @contextmanager
    def read(self) -> Iterator["ActorReader"]:
        """Open one consistent state for reading; safe in any thread."""
        chosen: list[Any] = []

        def ask(replica: Any) -> Any:
            chosen[:] = [replica]
            return replica.open_reader.remote()

        reader = ActorReader(self._ask_any(ask), chosen[0], self.place)
        try:
            yield reader
        finally:
            reader.close()

    def apply(
        self,
        upserts: Iterable[ArticleChunks],
        deletes: Iterable[str] = (),
        *,
        moves: Iterable[Move] = (),
        files: Mapping[str, str] | None = None,
    ) -> ApplyReport:
        """Change articles in one transaction; asked again where the actor died of it."""
        done: ApplyReport = self._write(
            "apply", list(upserts), list(deletes), moves=list(moves), files=files
        )
        return done

    def compact(self) -> None:
        """Bring the derived files up to date and publish them."""
        self._write("compact")

    def compact_if_needed(self, *, growing: bool = False) -> bool:
        """Publish a new generation when much has changed; tell whether it did."""
        return bool(self._write("compact_if_needed", growing=growing))

    def stage(self, manifest: Manifest) -> "ActorStaging":
        """Begin a migration, or go on with an interrupted one to the same manifest."""
        staging = ActorStaging(self._ask_any, self._token, manifest)
        staging.counts()
        return staging

    def known(self) -> Mapping[str, KnownArticle]:
        """Return article id -> what a build needs to know of it."""
        found: Mapping[str, KnownArticle] = self._ask("known")
        return found

    def files(self) -> Mapping[str, str]:
        """Return path -> digest of the files that are stored completely."""
        found: Mapping[str, str] = self._ask("files")
        return found

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """Return what is stored by the hash of the text that was embedded, for those known."""
        found: dict[str, Embedded] = self._ask("embedded", list(hashes))
        return found

    def export(self, ids: Iterable[str]) -> list[ArticleChunks]:
        """Return articles as they are stored, with their placement, by key."""
        found: list[ArticleChunks] = self._ask("export", list(ids))
        return found

    def article_keys(self) -> dict[str, int]:
        """Return article id -> key."""
        found: dict[str, int] = self._ask("article_keys")
        return found

    def last_keys(self) -> LastKeys:
        """Return the highest keys that an article and a chunk ever had."""
        found: LastKeys = self._ask("last_keys")
        return found

    def relatives(
        self, unplaced: Sequence[Unplaced], gone: Mapping[str, int]
    ) -> list[list[Relative]]:
        """Return for each text the articles it may reprint."""
        found: list[list[Relative]] = self._ask("relatives", unplaced, gone)
        return found

    def origins(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the origins of articles by id; unknown ones are missing."""
        found: dict[str, str] = self._ask("origins", ids)
        return found

    def is_restored(self) -> bool:
        """Tell whether it was brought back from an older copy."""
        return bool(
            self._ask_any(lambda replica: replica.ask.remote("is_restored", (), {}), primary=True)
        )

    def settle(self) -> None:
        """Note that the other shards have forgotten their files."""
        self._write("settle")

    def all_families(self) -> NDArray[np.int64]:
        """Return the families of the articles, each once."""
        found: NDArray[np.int64] = self._ask("all_families")
        return found

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        found: Article | None = self._ask("get_article", article_id)
        return found

    def count_articles(self, where: Filter | None = None) -> int:
        """Return how many articles there are, or how many a filter allows."""
        return int(self._ask("count_articles", where))

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        found: list[Article] = self._ask("newest_articles", count)
        return found

    def find_articles(
        self,
        words: str = "",
        *,
        source: str = "",
        order: str = "newest",
        offset: int = 0,
        limit: int | None = 50,
    ) -> tuple[list[ListedArticle], int]:
        """Return one page, as :meth:`index.store.contract.Store.find_articles` says."""
        found: tuple[list[ListedArticle], int] = self._ask(
            "find_articles", words, source=source, order=order, offset=offset, limit=limit
        )
        return found

    def months(self) -> list[tuple[str, str, int]]:
        """Return (month as ``YYYY-MM``, publisher, articles), the oldest month first."""
        found: list[tuple[str, str, int]] = self._ask("months")
        return found

    def days(self) -> list[tuple[str, str, int]]:
        """Return (day as ``YYYY-MM-DD``, publisher, articles), the oldest day first."""
        found: list[tuple[str, str, int]] = self._ask("days")
        return found

    def stats(self) -> StoreStats:
        """Return counts for people."""
        found: StoreStats = self._ask("stats")
        return found

    def verify(self) -> Verification:
        """Check everything that can be checked without the embedder; nothing is mended."""
        found: Verification = self._ask_any(
            lambda replica: replica.ask.remote("verify", (), {}), primary=True
        )
        return found

    def backup(self, copy: str | Path) -> Store:
        """Copy the shard into a folder of its machine; it is opened here where that is this one."""
        folder = Path(copy).resolve()
        self._ask_any(lambda replica: replica.backup.remote(str(folder)), primary=True)
        return open_store(copy)

    def close(self) -> None:
        """Nothing is held by a thread."""


class ActorStaging:
    """A migration of a shard that an actor keeps; it goes on where the actor was restarted."""

    def __init__(self, ask: Callable[..., Any], token: str, manifest: Manifest) -> None:
        self._ask = ask
        self._token = token
        self._manifest = manifest

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._ask(
            lambda replica: replica.stage.remote(self._token, self._manifest, name, arguments),
            primary=True,
        )

    def counts(self) -> tuple[int, int]:
        """Return how many articles are staged, and how many there are."""
        found: tuple[int, int] = self._call("counts")
        return found

    def pending(self, count: int) -> list[Article]:
        """Return some of the articles that are not staged yet, ``count`` at most."""
        found: list[Article] = self._call("pending", count)
        return found

    def put(self, items: Sequence[ArticleChunks]) -> None:
        """Stage articles; what was put survives an interruption."""
        self._call("put", items)

    def publish(self) -> int:
        """Put what is staged in the place of what was, at once; return how many chunks it has."""
        return int(self._call("publish"))


class ActorReader:
    """One state of a shard that an actor holds open.

    Every method raises :class:`index.errors.StateLostError` where the actor was restarted since.
    """

    def __init__(self, opened: OpenedReader, actor: Any, place: str) -> None:
        self._name = opened.name
        self._actor = actor
        self._place = place
        self.manifest = opened.manifest
        self.generation = opened.generation
        self.incomplete = False

    def _read(self, name: str, *arguments: Any, **more: Any) -> Any:
        ray = load_ray()
        errors = ray.exceptions
        try:
            return ray.get(
                self._actor.read.remote(self._name, name, arguments, more), timeout=_ANSWER_S
            )
        except errors.RayTaskError as error:
            raise error.cause from None
        except errors.RayError as error:
            raise StateLostError(f"{self._place} stopped answering; ask again") from error

    def close(self) -> None:
        """Have the actor close it; nobody waits for that."""
        self._actor.close_reader.remote(self._name)

    def dense(self, vector: FloatVector, k: int, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks nearest to a vector, best first."""
        found: list[Hit] = self._read("dense", vector, check_k(k), where)
        return found

    def lexical(
        self,
        terms: Sequence[str],
        k: int,
        where: Filter | None = None,
        *,
        statistics: Statistics | None = None,
    ) -> list[Hit]:
        """Return the k chunks of the highest BM25, best first."""
        found: list[Hit] = self._read(
            "lexical", list(terms), check_k(k), where, statistics=statistics
        )
        return found

    def fetch(self, chunk_keys: Sequence[int]) -> dict[int, StoredChunk]:
        """Return stored chunks by key; keys that are gone are missing."""
        found: dict[int, StoredChunk] = self._read("fetch", list(chunk_keys))
        return found

    def articles(self, article_keys: Sequence[int]) -> dict[int, Article]:
        """Return articles by key."""
        found: dict[int, Article] = self._read("articles", list(article_keys))
        return found

    def reprints(self, article_keys: Sequence[int]) -> dict[int, tuple[Reprint, ...]]:
        """Return the other articles of each article's family, by date; most have none."""
        found: dict[int, tuple[Reprint, ...]] = self._read("reprints", list(article_keys))
        return found

    def families(self, article_keys: Sequence[int]) -> dict[int, int]:
        """Return the family of each article, by key."""
        found: dict[int, int] = self._read("families", list(article_keys))
        return found

    def members(self, families: Collection[int]) -> dict[int, list[tuple[int, Reprint]]]:
        """Return key and description of the articles of each family that has any here."""
        found: dict[int, list[tuple[int, Reprint]]] = self._read("members", list(families))
        return found

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; skeletons are asked as ``~skeleton``."""
        found: dict[str, int] = self._read("document_frequencies", list(terms))
        return found

    def totals(self) -> Totals:
        """Return the sizes that BM25 needs."""
        found: Totals = self._read("totals")
        return found

"""What several shards hold, told as one index would tell it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import numpy as np

from index.articles.article import Article
from index.embedding.embedded import Embedded
from index.errors import ShardAwayError
from index.store.changes import ArticleChunks, KnownArticle
from index.store.contract import Filter
from index.store.listing import ListedArticle, StoreStats, check_order, sort_listed
from index.store.shard import Shard
from index.store.sharded.lanes import Lanes
from index.store.sharded.placement import find_shard, group_by_shard

Result = TypeVar("Result")


class ShardedCatalogue:
    """The part of a sharded store that tells what it holds.

    Counts and listings leave out the shards that do not answer, as a search does; what a build, a
    check or a copy asks has to have all of them.
    """

    place: str
    shards: tuple[Shard, ...]
    _lanes: Lanes

    def _ask(self, question: Callable[[Shard], Result]) -> list[Result]:
        with self._lanes.take() as lane:
            return lane.ask(question)

    def _ask_present(self, question: Callable[[Shard], Result]) -> list[Result]:
        """Ask the shards that answer.

        Raises:
            ShardAwayError: None does.
        """

        def ask(shard: Shard) -> list[Result]:
            try:
                return [question(shard)]
            except ShardAwayError:
                return []

        if answers := [answer for part in self._ask(ask) for answer in part]:
            return answers
        raise make_away_error(self.place)

    def known(self) -> Mapping[str, KnownArticle]:
        """Return article id -> what is known of it."""
        return _join(self._ask(lambda shard: shard.known()))

    def files(self) -> Mapping[str, str]:
        """Return path -> digest of the files that are stored completely."""
        return _join(self._ask(lambda shard: shard.files()))

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """Return what is stored by the hash of the text that was embedded, for those known."""
        wanted = list(hashes)
        return _join(self._ask(lambda shard: shard.embedded(wanted)))

    def article_keys(self) -> dict[str, int]:
        """Return article id -> key."""
        return _join(self._ask(lambda shard: shard.article_keys()))

    def export(self, ids: Iterable[str]) -> list[ArticleChunks]:
        """Return articles as they are stored, with their placement, by key."""
        groups = group_by_shard(((id_, id_) for id_ in ids), len(self.shards))
        with self._lanes.take() as lane:
            parts = lane.run({n: _bind(lane.shards[n].export, part) for n, part in groups.items()})
        items = [item for part in parts.values() for item in part]
        return sorted(items, key=lambda item: item.placement.key if item.placement else 0)

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest articles, those with a date first."""
        parts = self._ask_present(lambda shard: shard.newest_articles(count))
        return sort_listed([article for part in parts for article in part], "newest")[:count]

    def get_article(self, article_id: str) -> Article | None:
        """Return the article of that id, or None."""
        n = find_shard(article_id, len(self.shards))
        with self._lanes.take() as lane:
            return lane.run({n: lambda: lane.shards[n].get_article(article_id)})[n]

    def count_articles(self, where: Filter | None = None) -> int:
        """Return how many articles there are, or how many a filter allows."""
        return sum(self._ask_present(lambda shard: shard.count_articles(where)))

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
        check_order(order)
        end = None if limit is None else offset + limit
        parts = self._ask_present(
            lambda shard: shard.find_articles(words, source=source, order=order, limit=end)
        )
        rows = sort_listed([row for part, _ in parts for row in part], order)
        return rows[offset:end], sum(total for _, total in parts)

    def months(self) -> list[tuple[str, str, int]]:
        """Return (month as ``YYYY-MM``, publisher, articles), the oldest month first."""
        return _add_counts(self._ask_present(lambda shard: shard.months()))

    def days(self) -> list[tuple[str, str, int]]:
        """Return (day as ``YYYY-MM-DD``, publisher, articles), the oldest day first."""
        return _add_counts(self._ask_present(lambda shard: shard.days()))

    def stats(self) -> StoreStats:
        """Return counts for people; the generation is the highest of the shards'."""
        parts = self._ask_present(lambda shard: (shard.stats(), shard.all_families()))
        stats = [part for part, _ in parts]
        families = np.unique(np.concatenate([found for _, found in parts]))
        articles = sum(part.articles for part in stats)
        sources: Counter[str] = sum((Counter(part.sources) for part in stats), Counter())
        return StoreStats(
            articles=articles,
            chunks=sum(part.chunks for part in stats),
            dated=sum(part.dated for part in stats),
            first_date=min((part.first_date for part in stats if part.first_date), default=""),
            last_date=max(part.last_date for part in stats),
            sources=dict(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0]))),
            reprints=articles - len(families),
            generation=max(part.generation for part in stats),
            unpublished_chunks=sum(part.unpublished_chunks for part in stats),
            bytes_on_disk=sum(part.bytes_on_disk for part in stats),
            updated=max(part.updated for part in stats),
        )


def make_away_error(place: str) -> ShardAwayError:
    """Return the error that says that no shard answers."""
    return ShardAwayError(f"no shard of {place} answers; see: jawab cluster status")


def _join(parts: Iterable[Mapping[str, Result]]) -> dict[str, Result]:
    return {name: value for part in parts for name, value in part.items()}


def _add_counts(parts: Iterable[list[tuple[str, str, int]]]) -> list[tuple[str, str, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        for period, source, count in part:
            counts[period, source] += count
    return [(period, source, count) for (period, source), count in sorted(counts.items())]


def _bind(
    export: Callable[[Iterable[str]], list[ArticleChunks]], ids: list[str]
) -> Callable[[], list[ArticleChunks]]:
    return lambda: export(ids)

"""A migration of all shards: each stages its own articles, and they take effect one by one.

The last shard is published last, so that its manifest is the old one until all is done.
"""

from collections.abc import Mapping, Sequence

from index.articles.article import Article
from index.store.changes import ArticleChunks
from index.store.contract import Staging
from index.store.shard import Shard
from index.store.sharded.placement import group_by_shard


class ShardedStaging:
    """One migration under way; the right to write to all shards is held.

    Args:
        shards: All of them.
        stagings: By number of the shard; one is left out where it was published already.
    """

    def __init__(self, shards: Sequence[Shard], stagings: Mapping[int, Staging]) -> None:
        self._shards = shards
        self._stagings = stagings

    def counts(self) -> tuple[int, int]:
        """Return how many articles are staged, and how many there are."""
        counts = [staging.counts() for staging in self._stagings.values()]
        done = sum(
            shard.count_articles()
            for n, shard in enumerate(self._shards)
            if n not in self._stagings
        )
        return done + sum(count[0] for count in counts), done + sum(count[1] for count in counts)

    def pending(self, count: int) -> list[Article]:
        """Return some of the articles that are not staged yet, ``count`` at most."""
        found: list[Article] = []
        for staging in self._stagings.values():
            if len(found) < count:
                found += staging.pending(count - len(found))
        return found

    def put(self, items: Sequence[ArticleChunks]) -> None:
        """Stage articles, one transaction a shard."""
        groups = group_by_shard(((item.article.id, item) for item in items), len(self._shards))
        for n, part in groups.items():
            self._stagings[n].put(part)

    def publish(self) -> int:
        """Put what is staged in the place of what was, shard by shard."""
        for n in sorted(self._stagings):
            self._stagings[n].publish()
        return sum(shard.stats().chunks for shard in self._shards)

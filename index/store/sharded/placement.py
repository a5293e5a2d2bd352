"""Which shard an article belongs to, and which keys and family it gets among all of them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from index.store.changes import ArticleChunks, Placement
from index.store.shard import LastKeys, Relative, Unplaced, merge_relatives, take_relatives

Item = TypeVar("Item")


def find_shard(name: str, count: int) -> int:
    """Return which of some shards an article id, or the path of a file, belongs to.

    Half of an even number of shards has what a shard of half that number had.
    """
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % count


def group_by_shard(items: Iterable[tuple[str, Item]], count: int) -> dict[int, list[Item]]:
    """Return items, given with what names their shard, by shard and in order."""
    groups: dict[int, list[Item]] = {}
    for name, item in items:
        groups.setdefault(find_shard(name, count), []).append(item)
    return groups


def describe(items: Sequence[ArticleChunks]) -> list[Unplaced]:
    """Return what the shards are asked about new articles."""
    return [Unplaced(item.article.text, item.find_bands()) for item in items]


def find_replaced(items: Sequence[ArticleChunks]) -> dict[str, int]:
    """Return from which of some new articles on the stored one of an id is gone."""
    gone: dict[str, int] = {}
    for number, item in enumerate(items):
        gone.setdefault(item.article.id, number)
    return gone


def place_articles(
    items: Sequence[ArticleChunks],
    unplaced: Sequence[Unplaced],
    *,
    related: Sequence[Sequence[Sequence[Relative]]],
    last: LastKeys,
) -> list[ArticleChunks]:
    """Give new articles the keys and families that one store over all articles would.

    Args:
        items: The articles, in the order in which they are stored.
        unplaced: What the shards were asked about each.
        related: For each, the stored articles that it may reprint, by shard.
        last: The highest keys there ever were.
    """
    placed: list[ArticleChunks] = []
    batch = _Batch()
    key, first = last.article, last.chunk + 1
    for item, text, parts in zip(items, unplaced, related, strict=True):
        key += 1
        batch.forget(item.article.id)
        family = merge_relatives([*parts, batch.find_relatives(text)]) or key
        placed.append(replace(item, placement=Placement(key, first, family)))
        batch.add(item.article.id, text, Relative(0, key, family))
        first += len(item.chunks)
    return placed


class _Batch:
    """New articles that are not stored yet: they may be reprints of one another."""

    def __init__(self) -> None:
        self._articles: dict[int, tuple[str, Relative]] = {}
        self._keys: dict[str, int] = {}
        self._bands: dict[int, list[int]] = {}

    def forget(self, article_id: str) -> None:
        """Pass over the article of an id from here on: another takes its place."""
        self._articles.pop(self._keys.pop(article_id, -1), None)

    def add(self, article_id: str, text: Unplaced, relative: Relative) -> None:
        """Know an article."""
        self._keys[article_id] = relative.key
        self._articles[relative.key] = text.text, relative
        for band in dict.fromkeys(text.bands):
            self._bands.setdefault(band, []).append(relative.key)

    def find_relatives(self, text: Unplaced) -> list[Relative]:
        """Return the articles that a text may reprint."""
        shared = Counter(
            key
            for band in dict.fromkeys(text.bands)
            for key in self._bands.get(band, ())
            if key in self._articles
        )
        ordered = sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))
        known = ((self._articles[key], count) for key, count in ordered)
        return take_relatives(
            text.text, ((relative._replace(shared=n), other) for (other, relative), n in known)
        )


def name_files(files: Mapping[str, str], count: int) -> dict[int, dict[str, str]]:
    """Return digests of files by shard: that of their path."""
    groups = group_by_shard(((path, (path, digest)) for path, digest in files.items()), count)
    return {n: dict(pairs) for n, pairs in groups.items()}

"""What a store has to do besides, to be one of several that are searched as one.

The store over the shards (:mod:`index.store.sharded`) numbers articles and chunks and tells
reprints over all of them, so that the shards hold exactly the rows that one store would.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.articles.copies import Reprint, is_reprint
from index.store.changes import ArticleChunks
from index.store.contract import Store, StoreReader

MAX_RELATIVES = 20
"""Articles compared word by word with a new one, those that share most bands first. Chosen, not
measured: bounds the time where a template fills many articles."""


class LastKeys(NamedTuple):
    """The highest keys that an article and a chunk ever had, also when they are gone."""

    article: int
    chunk: int


class Unplaced(NamedTuple):
    """The text of an article whose family is not known yet, and the bands of its signature."""

    text: str
    bands: Sequence[int]


class Relative(NamedTuple):
    """An article that a new one may reprint.

    Attributes:
        shared: Bands that both signatures have.
        key: Of the article.
        family: Of the article if the new one reprints it, else None.
    """

    shared: int
    key: int
    family: int | None


def take_relatives(text: str, ordered: Iterable[tuple[Relative, str]]) -> list[Relative]:
    """Return the articles up to the first that a text reprints, ``MAX_RELATIVES`` at most.

    Args:
        text: Of the new article.
        ordered: Articles with their texts, those that share most bands first, then by key.
    """
    found: list[Relative] = []
    for relative, other in ordered:
        if is_reprint(text, other):
            return [*found, relative]
        found.append(relative._replace(family=None))
        if len(found) == MAX_RELATIVES:
            break
    return found


def merge_relatives(parts: Iterable[Sequence[Relative]]) -> int | None:
    """Return the family that one store over all articles would choose, or None.

    Args:
        parts: What :func:`take_relatives` gave for each part of the articles.
    """
    merged = heapq.merge(*parts, key=lambda relative: (-relative.shared, relative.key))
    first = (relative.family for relative, _ in zip(merged, range(MAX_RELATIVES), strict=False))
    return next((family for family in first if family is not None), None)


def tell_reprints(
    families: Mapping[int, int], members: Mapping[int, Sequence[tuple[int, Reprint]]]
) -> dict[int, tuple[Reprint, ...]]:
    """Return the other articles of each article's family, by date; most have none.

    Args:
        families: Article key -> family.
        members: Family -> key and description of its articles.
    """
    found = {
        key: tuple(
            sorted(
                (reprint for member, reprint in members.get(family, ()) if member != key),
                key=lambda reprint: (reprint.date, reprint.article_id),
            )
        )
        for key, family in families.items()
    }
    return {key: reprints for key, reprints in found.items() if reprints}


class ShardReader(StoreReader, Protocol):
    """One consistent state of a shard."""

    def families(self, article_keys: Sequence[int]) -> dict[int, int]:
        """Return the family of each article, by key."""
        ...

    def members(self, families: Collection[int]) -> dict[int, list[tuple[int, Reprint]]]:
        """Return key and description of the articles of each family that has any here."""
        ...


class Portable(Store, Protocol):
    """A store whose articles can be stored elsewhere as they are."""

    def article_keys(self) -> dict[str, int]:
        """Return article id -> key; articles that were stored first have lower ones."""
        ...

    def export(self, ids: Iterable[str]) -> list[ArticleChunks]:
        """Return articles as they are stored, with their placement, by key; unknown ones not."""
        ...


class Shard(Portable, Protocol):
    """A store that holds a part of the articles."""

    def read(self) -> AbstractContextManager[ShardReader]:
        """Open one consistent state for reading; safe in any thread."""
        ...

    def last_keys(self) -> LastKeys:
        """Return the highest keys that an article and a chunk ever had."""
        ...

    def relatives(
        self, unplaced: Sequence[Unplaced], gone: Mapping[str, int]
    ) -> list[list[Relative]]:
        """Return for each text the articles it may reprint, as :func:`take_relatives` does.

        Args:
            unplaced: The texts.
            gone: Id of an article -> from which of the texts on it is passed over.
        """
        ...

    def origins(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the origins of articles by id; unknown ones are missing."""
        ...

    def is_restored(self) -> bool:
        """Tell whether it was brought back from an older copy and :meth:`settle` not called since.

        Other shards may count files as stored then whose articles this one has lost.
        """
        ...

    def settle(self) -> None:
        """Note that the other shards have forgotten their files."""
        ...

    def all_families(self) -> NDArray[np.int64]:
        """Return the families of the articles, each once."""
        ...

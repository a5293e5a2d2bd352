"""The store over shards on Ray: one over several shards, on whose machines a build can work too."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from index.store.ray.crew import ActorCrew, employ
from index.store.ray.shard import ActorShard
from index.store.sharded.store import ShardedStore


class ClusterStore(ShardedStore):
    """Shards in actors that are one index.

    Args:
        place: Where they are, as the commands take it.
        shards: In order.
        workers: How many processes cut and embed in a build; None for one on each machine that
            keeps a shard, which uses all its cores.
    """

    def __init__(
        self, place: str, shards: Sequence[ActorShard], *, workers: int | None = None
    ) -> None:
        super().__init__(place, shards)
        self._actors = tuple(shards)
        self._workers = workers

    def employ(
        self, make: Callable[..., Any], *arguments: Any
    ) -> AbstractContextManager[ActorCrew]:
        """Make workers on the machines that keep shards; they are gone after the context.

        Raises:
            ShardAwayError: A shard does not answer.
        """
        machines = list(dict.fromkeys(shard.find_node() for shard in self._actors))
        count = self._workers or len(machines)
        return employ([machines[n % len(machines)] for n in range(count)], make, arguments)

"""Workers of a build on the machines of a cluster: a process each, which ends with the build."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from index.errors import ShardAwayError, put_on_one_line
from index.store.ray.engine import load_ray

_CALLS_AT_ONCE = 2
"""Of one worker: it cuts what comes next while it embeds."""
_RETRIES = 10
"""Deaths of a worker during one call, after which the build ends. Chosen: what kills every worker
that gets it must not be tried for ever."""


class Hand:
    """Makes an object in its process, and calls its methods.

    Args:
        make: Returns the object.
        arguments: For it.
    """

    def __init__(self, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._made = make(*arguments)

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method of the object."""
        return getattr(self._made, name)(*arguments)


class ActorCrew:
    """Workers in actors; what one was asked for that died is asked again.

    Attributes:
        size: How many there are.
    """

    def __init__(self, actors: Sequence[Any]) -> None:
        self.size = len(actors)
        self._actors = actors
        self._asked = [0] * len(actors)

    def begin(self, name: str, *arguments: Any) -> "ActorResult":
        """Have the one that is asked for least call a method."""
        number = min(range(self.size), key=self._asked.__getitem__)
        self._asked[number] += 1
        return ActorResult(self._actors[number].call.remote(name, arguments), self._asked, number)


class ActorResult:
    """What a worker was asked for."""

    def __init__(self, answer: Any, asked: list[int], number: int) -> None:
        self._answer = answer
        self._asked = asked
        self._number = number

    def result(self) -> Any:
        """Wait for it; raises what the worker raised.

        Raises:
            ShardAwayError: The worker does not begin, or died time and again.
        """
        ray = load_ray()
        try:
            return ray.get(self._answer)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise ShardAwayError(
                f"a worker of the build does not answer ({put_on_one_line(error)}); the same Jawab"
                " and its embedder have to be on every machine. Build again: it goes on"
            ) from error
        finally:
            self._asked[self._number] -= 1


@contextmanager
def employ(
    nodes: Sequence[str], make: Callable[..., Any], arguments: tuple[Any, ...]
) -> Iterator[ActorCrew]:
    """Begin a worker on each of some nodes; elsewhere where that one is gone."""
    ray = load_ray()
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    cores = {node["NodeID"]: int(node["Resources"].get("CPU", 1)) for node in ray.nodes()}
    actors = [
        ray.remote(Hand)
        .options(
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=_RETRIES,
            max_concurrency=_CALLS_AT_ONCE,
            # Ray's own is one thread where no processors are reserved, and torch keeps to it.
            runtime_env={"env_vars": {"OMP_NUM_THREADS": str(max(1, cores[node]))}},
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
        )
        .remote(make, arguments)
        for node in nodes
    ]
    try:
        yield ActorCrew(actors)
    finally:
        for actor in actors:
            ray.kill(actor, no_restart=True)

"""Ray itself: loaded when it is first needed, and only here."""

import logging
from collections.abc import Mapping
from typing import Any

from index.errors import InputError, put_on_one_line
from index.store.ray.environment import prepare, token_path

NAMESPACE = "jawab"
"""Of the actors: what else runs on the same Ray is left alone."""
OBJECTS_BYTES = 200 * 1024 * 1024
"""Memory for what actors hand over. Chosen: a batch of articles is a few megabytes."""

_ADDRESSES: dict[str, str] = {}
"""Address as it was asked for -> the one of the cluster that this process reached by it."""


def load_ray() -> Any:
    """Import Ray.

    Raises:
        InputError: It is not installed.
    """
    try:
        import ray
    except ImportError:
        raise InputError("shards on Ray need Ray: pip install 'jawab[cluster]'") from None
    return ray


def connect(address: str, options: Mapping[str, Any] | None = None) -> Any:
    """Connect this process to Ray, once; return Ray.

    Args:
        address: As Ray takes it, ``HOST:PORT``, or ``auto`` for the one of this machine; "" starts
            one in this process, which ends with it.
        options: More for ``ray.init``.

    Raises:
        InputError: Ray is not installed, or none answers there; the process is connected to
            another one.
    """
    prepare(address)
    ray = load_ray()
    if ray.is_initialized():
        _check_connected(ray, address)
        return ray
    own = {} if address else {"include_dashboard": False, "object_store_memory": OBJECTS_BYTES}
    try:
        ray.init(
            address=address or "local",
            namespace=NAMESPACE,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **{**own, **(options or {})},
        )
    except (
        ConnectionError,
        ValueError,
        RuntimeError,
        ray.exceptions.AuthenticationError,
    ) as error:
        raise InputError(
            f"no Ray answers at {address or 'this machine'} ({put_on_one_line(error)});"
            f" start one: jawab cluster start; where it runs, {token_path()} is not its token"
        ) from error
    _ADDRESSES[address] = ray.get_runtime_context().gcs_address
    return ray


def _check_connected(ray: Any, address: str) -> None:
    """See that the Ray this process is connected to is the one that is asked for."""
    connected = ray.get_runtime_context().gcs_address
    if address not in {"", "auto", connected} and _ADDRESSES.get(address) != connected:
        raise InputError(
            f"this process is connected to the cluster at {connected}, it cannot ask the one at"
            f" {address} as well; do that in a process of its own"
        )

"""Ray itself: loaded when it is first needed, and only here."""

import logging
import os
from collections.abc import Mapping
from typing import Any

from index.errors import InputError

NAMESPACE = "jawab"
"""Of the actors: what else runs on the same Ray is left alone."""
LOOPBACK = "127.0.0.1"
_OBJECTS_BYTES = 200 * 1024 * 1024
"""Memory for what actors hand over. Chosen: a batch of articles is a few megabytes."""


def load_ray() -> Any:
    """Import Ray.

    Raises:
        InputError: It is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise InputError("shards on Ray need Ray: pip install 'jawab[cluster]'") from None
    return ray


def connect(address: str, options: Mapping[str, Any] | None = None) -> Any:
    """Connect this process to Ray, once; return Ray.

    Args:
        address: As Ray takes it, ``HOST:PORT`` or ``auto``; "" starts one in this process that ends
            with it and listens on this machine alone.
        options: More for ``ray.init``.

    Raises:
        InputError: Ray is not installed, or none answers there.
    """
    ray = load_ray()
    if ray.is_initialized():
        return ray
    own = (
        {}
        if address
        else {
            "include_dashboard": False,
            "object_store_memory": _OBJECTS_BYTES,
            "_node_ip_address": LOOPBACK,
        }
    )
    try:
        ray.init(
            address=address or "local",
            namespace=NAMESPACE,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **{**own, **(options or {})},
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise InputError(
            f"no Ray answers at {address or 'this machine'} ({error});"
            " start one: jawab cluster start"
        ) from error
    return ray

"""Ray itself: loaded when it is first needed, and only here."""

import logging
import os
import secrets
from collections.abc import Mapping
from typing import Any

from index.errors import InputError, put_on_one_line

NAMESPACE = "jawab"
"""Of the actors: what else runs on the same Ray is left alone."""
_LOOPBACK = ("", "auto", "127.0.0.1", "localhost")
_OBJECTS_BYTES = 200 * 1024 * 1024
"""Memory for what actors hand over. Chosen: a batch of articles is a few megabytes."""


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
        InputError: Ray is not installed, or none answers there.
    """
    _protect(address)
    ray = load_ray()
    if ray.is_initialized():
        return ray
    own = {} if address else {"include_dashboard": False, "object_store_memory": _OBJECTS_BYTES}
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
            f"no Ray answers at {address or 'this machine'} ({put_on_one_line(error)});"
            " start one: jawab cluster start"
        ) from error
    return ray


def _protect(address: str) -> None:
    """Have Ray listen on this machine alone, unless another is named, and ask for a token.

    Ray reads its environment when it is imported; what is set there already is left as it is.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address.rpartition(":")[0] in _LOOPBACK or address in _LOOPBACK:
        # Named for the systems on which Ray does so by itself: its address is 127.0.0.1 then, and
        # it listens on no other.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    if not address:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))

"""Load models of sentence-transformers by id or folder, with errors that say what to do."""

import logging
import os
import time
from collections.abc import Callable
from typing import Any

from index.errors import JawabError, take_first_line

logger = logging.getLogger(__name__)


def load_model(
    name: str,
    kind: str,
    make: Callable[[], Callable[[str], Any]],
    *,
    error: type[JawabError],
    otherwise: str,
) -> Any:
    """Load a model and say how long it took.

    Args:
        name: An id on the hub, or a folder.
        kind: What it is, for messages.
        make: Imports and returns what loads a model by name; importing takes seconds.
        error: Raised when it cannot be loaded.
        otherwise: What the user may do instead.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    started = time.perf_counter()
    try:
        load = make()
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        model = load(name)
    except (OSError, ValueError, ImportError) as reason:
        raise error(unloadable(name, kind, reason, otherwise=otherwise)) from reason
    logger.info("loaded %s in %.1f s", name, time.perf_counter() - started)
    return model


def unloadable(name: str, kind: str, reason: Exception, *, otherwise: str) -> str:
    """Return what to tell of a model that cannot be loaded; arguments as for ``load_model``."""
    text = take_first_line(reason)
    return (
        f"cannot load the {kind} {name!r}: {text}; check the name and the network, or {otherwise}"
    )

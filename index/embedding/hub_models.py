"""Load models of sentence-transformers by id or folder, with errors that say what to do."""

import logging
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import requires
from importlib.util import find_spec
from typing import Any

from index.errors import JawabError, take_first_line

logger = logging.getLogger(__name__)
TRIED_TORCH = "2.13.0"
"""The version in constraints.txt, which is not part of the package (a test compares them)."""


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
    check_packages(name, kind, error=error, otherwise=otherwise)
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


def check_packages(name: str, kind: str, *, error: type[JawabError], otherwise: str) -> None:
    """Raise ``error`` where the packages that run such models were left out (``make SLIM=1``).

    Args: As for ``load_model``.
    """
    if all(one in sys.modules or find_spec(one) for one in ("sentence_transformers", "torch")):
        return
    (transformers,) = (
        one.partition(";")[0]
        for one in requires("jawab") or ()
        if one.startswith("sentence-transformers")
    )
    raise error(
        f"the {kind} {name!r} runs on sentence-transformers and torch, which are not installed"
        " here; run: pip install --extra-index-url https://download.pytorch.org/whl/cpu"
        f" {transformers!r} 'torch=={TRIED_TORCH}' (with a GPU of NVIDIA's without that index),"
        f" or {otherwise}"
    )


def unloadable(name: str, kind: str, reason: Exception, *, otherwise: str) -> str:
    """Return what to tell of a model that cannot be loaded; arguments as for ``load_model``."""
    text = take_first_line(reason)
    return (
        f"cannot load the {kind} {name!r}: {text}; check the name and the network, or {otherwise}"
    )

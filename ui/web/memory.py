"""Memory of a server that runs for weeks."""

import ctypes
import sys

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
_ARENAS = 2
"""Chosen; what a server holds after its questions is measured by ``python -m benchmarks.load``."""


def limit_arenas() -> bool:
    """Let the threads of this process share two heaps; return whether that could be set.

    The C library gives every thread a heap of its own, and each keeps what was freed in it: after a
    thousand questions a third of a GB more (``benchmarks.load``). Only glibc has this; elsewhere
    nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL("libc.so.6").mallopt(_ARENA_MAX, _ARENAS))
    except (OSError, AttributeError):
        return False

"""Limits on what an index is asked for."""

from typing import Any

from index.errors import InputError

MOST_PASSAGES = 1_000
"""Passages that one question may ask for; either side finds fifty candidates by itself."""


def check_k(k: Any, most: int = MOST_PASSAGES) -> int:
    """Return a number of passages as it was given.

    >>> check_k(8)
    8

    Raises:
        InputError: It is no whole number from 1 to the most.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= most:
        raise InputError(f"k must be a whole number from 1 to {most:,}, not {k!r}")
    return k

"""Limits on what an index is asked for."""

from typing import Any

from index.errors import InputError

MAX_PASSAGES = 1_000
"""Passages that one question may ask for; either side finds fifty candidates by itself. A guard
against slips of the hand, not measured."""

MAX_READ = 50
"""Passages that are read for one answer at most; a guard too."""


def check_k(k: Any, most: int = MAX_PASSAGES) -> int:
    """Return a number of passages as it was given.

    >>> check_k(8)
    8

    Raises:
        InputError: It is no whole number from 1 to the most.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= most:
        raise InputError(f"k must be a whole number from 1 to {most:,}, not {k!r}")
    return k

"""Read what ships with this package: lists of words, and weights with what they were trained on."""

import json
from functools import cache
from importlib import resources
from typing import Any

from index.arabic.words import fold


def read_lines(name: str) -> list[str]:
    """Return the lines of a text file, named below ``rag``, without their comments."""
    data = resources.files("rag").joinpath(name).read_text(encoding="utf-8")
    return [line.split("#", 1)[0] for line in data.splitlines()]


def read_words(name: str) -> frozenset[str]:
    """Return the words of a text file, folded; one line may hold many."""
    return frozenset(fold(word) for line in read_lines(name) for word in line.split())


@cache
def read_weights(name: str) -> dict[str, Any]:
    """Return the weights in a JSON file, by model."""
    text = resources.files("rag").joinpath(name).read_text(encoding="utf-8")
    weights: dict[str, Any] = json.loads(text)["weights"]
    return weights

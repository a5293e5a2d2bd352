"""Put Arabic that is stored as it looks, left to right, back into the order it is read.

Some PDF files and old programs keep a line's letters in the order they stand on paper. Reading
order is won by turning the line around, except for numbers and Latin words, which run left to right
in it (the rules of Unicode's UAX #9, backwards).
"""

import re
import unicodedata
from collections.abc import Sequence

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_OPENING, _CLOSING = "([{«‹", ")]}»›"
# Classes of a cluster: A Arabic, L other letters, N digits, S a separator inside numbers, - others.
_LEFT_TO_RIGHT = re.compile(r"L(?:[^A]*[LN])?|N(?:S?N)*")
_MARKED = re.compile("([\u064b-\u0652\u0670]*)(.|$)")
_WORD = re.compile("[\u0621-\u064a]{3,}")


def to_logical(clusters: Sequence[str], *, mirrored: bool) -> str:
    """Return a line's text in reading order.

    Args:
        clusters: What stands on the line, from left to right; a cluster is one letter with its
            marks, or what a ligature stands for, itself in reading order.
        mirrored: Whether brackets are stored as they look, so that «(» opens to the left.

    >>> to_logical("2025 ماع يف", mirrored=True)
    'في عام 2025'
    """
    kinds = "".join(map(_classify, clusters))
    if kinds.count("L") > kinds.count("A"):
        return "".join(clusters)
    units, position = [], 0
    for run in _LEFT_TO_RIGHT.finditer(kinds):
        units += [_mirror(cluster, mirrored) for cluster in clusters[position : run.start()]]
        units.append("".join(clusters[run.start() : run.end()]))
        position = run.end()
    units += [_mirror(cluster, mirrored) for cluster in clusters[position:]]
    return "".join(reversed(units))


def _mirror(cluster: str, mirrored: bool) -> str:
    return cluster.translate(_MIRRORED) if mirrored else cluster


def _classify(cluster: str) -> str:
    first = cluster[0]
    direction = unicodedata.bidirectional(first)
    if direction in {"R", "AL"}:
        return "A"
    if direction in {"EN", "AN"}:
        return "N"
    if first in ".,:/٫٬":
        return "S"
    return "L" if first.isalpha() else "-"


def bracket_balance(text: str) -> int:
    """Count brackets that open before they close, less those that close without opening."""
    balance, waiting = 0, []
    for letter in text:
        if letter in _OPENING:
            waiting.append(_CLOSING[_OPENING.index(letter)])
        elif letter in _CLOSING:
            if waiting and waiting[-1] == letter:
                waiting.pop()
                balance += 1
            else:
                balance -= 1
    return balance


def looks_reversed(text: str) -> bool:
    """Tell whether most Arabic words of a text are written backwards.

    The article «ال» begins words and ة and ى end them; backwards, it is the other way round.

    >>> looks_reversed("ةنيدملا يف ديدجلا رسجلا ىلع ريزولا فقو")
    True
    """
    forward = backward = 0
    for word in _WORD.findall(text):
        forward += word.startswith(("ال", "وال", "بال")) + word.endswith(("ة", "ى"))
        backward += word.endswith(("لا", "لاو", "لاب")) + word.startswith(("ة", "ى"))
    return backward >= 3 and backward > 3 * forward


def turn_around(text: str) -> str:
    """Return a text whose lines are stored as they look in reading order."""
    lines = [_split_clusters(line) for line in text.split("\n")]
    found = ["\n".join(to_logical(line, mirrored=kept) for line in lines) for kept in (True, False)]
    return max(found, key=bracket_balance)


def _split_clusters(line: str) -> list[str]:
    """Split a line into letters with their marks, which stand before them backwards."""
    return [found[2] + found[1] for found in _MARKED.finditer(line) if found[0]]

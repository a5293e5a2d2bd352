"""How a shard came to be: which of two holds what the other has, also where each was written alone.

A shard that is brought back from a copy begins a line of its own there. A number of a generation
says something only within a line.
"""

import json
import uuid
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from index.errors import IndexDamagedError
from index.folder import LINEAGE, publish_path

Place = TypeVar("Place", bound=Hashable)


class Line(NamedTuple):
    """A name, and the generation that it is at, or was when another line went on from it."""

    name: str
    generation: int


class Lineage(tuple[Line, ...]):
    """The lines of a shard, the one it is in last."""

    __slots__ = ()

    def holds(self, other: "Lineage") -> bool:
        """Tell whether all that another has published is here too."""
        name, generation = other[-1]
        return any(line.name == name and line.generation >= generation for line in self)


UNKNOWN = ""
"""Name of the line of what was made before there were lines."""


def make_lineage(lines: Any) -> Lineage:
    """Return what was read from JSON.

    Raises:
        ValueError: It is none; TypeError too.
    """
    found = Lineage(Line(str(name), int(generation)) for name, generation in lines)
    if not found:
        raise ValueError("no line")
    return found


def load_lineage(folder: Path, generation: int) -> Lineage:
    """Return the lineage of the shard in a folder, which is at a generation.

    Raises:
        IndexDamagedError: What was written of it cannot be read.
    """
    try:
        *before, own = json.loads((folder / LINEAGE).read_text(encoding="utf-8"))
        name, _ = own
        return make_lineage([*before, (name, generation)])
    except FileNotFoundError:
        return Lineage((Line(UNKNOWN, generation),))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamagedError(
            f"{folder / LINEAGE} cannot be read ({error}); remove {folder} where its copy is in the"
            " storage, else that file"
        ) from error


def begin_line(folder: Path, before: tuple[Line, ...] = ()) -> None:
    """Write that the shard in a folder goes on from some lines by itself."""
    staged = folder / f"{LINEAGE}.tmp"
    staged.write_text(json.dumps([*before, (uuid.uuid4().hex, 0)]) + "\n", encoding="utf-8")
    publish_path(staged, folder / LINEAGE)


def find_newest(found: Mapping[Place, Lineage]) -> tuple[list[Place], bool]:
    """Return where a shard is newest, and whether others have something that is not there.

    Args:
        found: Places that have the shard, with its lineage there; one at least.
    """
    best = [
        place
        for place, own in found.items()
        if not any(other.holds(own) and not own.holds(other) for other in found.values())
    ]
    most = max((len(found[place]), found[place][-1].generation) for place in best)
    newest = [p for p in best if (len(found[p]), found[p][-1].generation) == most]
    # Of those written apart that are alike in this, one.
    newest = [place for place in newest if found[place] == found[newest[0]]]
    return newest, len(newest) < len(best)

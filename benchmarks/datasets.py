"""Read the public Arabic question sets that benchmarks and training use.

They are not part of the project. Give their folder with ``--data`` or ``JAWAB_DATA``.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEFAULT = Path(os.environ.get("JAWAB_DATA", "../shared/data"))


def read(data: Path, *parts: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one JSON-lines file of the data folder."""
    with data.joinpath(*parts).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)

"""Read the public Arabic question sets that benchmarks and training use.

They are not part of the project. Give their folder with ``--data`` or ``JAWAB_DATA``.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEFAULT = Path(os.environ.get("JAWAB_DATA", "../shared/data"))


def read(data: Path, *parts: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one JSON-lines file of the data folder."""
    with data.joinpath(*parts).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with where the sets lie and where indexes are built and kept."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument(
        "--scratch", type=Path, default=Path(tempfile.gettempdir(), "jawab-benchmarks")
    )
    return parser


def report(content: Any, out: Path | None) -> None:
    """Print figures; write them to ``out`` with the ending ``.json`` too, where it is given."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    print(text)
    if out:
        out.with_suffix(".json").write_text(text, encoding="utf-8")

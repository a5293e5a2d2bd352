"""A generation: the derived, immutable files that search the chunks up to a certain key."""

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.errors import take_first_line
from index.store.local.dense import DenseIndex
from index.store.local.lexical import LexicalIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generation:
    """What the database says of the published files.

    Attributes:
        number: Grows by one with every publication; 0 means nothing is published.
        max_key: Every chunk up to this key is in the files.
        chunks: How many that were.
        terms: Of all those chunks; 0 where it was not counted.
        checksums: SHA-256 of the vector file and of the word folder, by name.
    """

    number: int = 0
    max_key: int = 0
    chunks: int = 0
    terms: int = 0
    checksums: Mapping[str, str] = field(default_factory=dict)

    @property
    def dense_name(self) -> str:
        """Name of the FAISS file in the index folder."""
        return f"v-{self.number}.faiss"

    @property
    def lexical_name(self) -> str:
        """Name of the tantivy folder in the index folder."""
        return f"t-{self.number}"

    def to_json(self) -> str:
        """Return the generation as it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> "Generation":
        """Read a stored generation; None is the one before the first."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, slots=True)
class OpenGeneration:
    """The files of a generation, open for searching."""

    generation: Generation
    dense: DenseIndex
    lexical: LexicalIndex


class GenerationDamagedError(Exception):
    """A derived file is missing, cut short or not ours; it can be made again."""


def open_generation(folder: Path, generation: Generation) -> OpenGeneration:
    """Open the files of a generation.

    Raises:
        GenerationDamagedError: One of them cannot be used.
    """
    try:
        dense = DenseIndex.open(folder / generation.dense_name)
        lexical = LexicalIndex.open(folder / generation.lexical_name)
    except (RuntimeError, ValueError, OSError) as error:
        raise GenerationDamagedError(take_first_line(error)) from error
    if dense.size != generation.chunks or lexical.size != generation.chunks:
        raise GenerationDamagedError(
            f"it holds {dense.size} vectors and {lexical.size} texts for {generation.chunks} chunks"
        )
    return OpenGeneration(generation, dense, lexical)


def compute_checksum(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of a folder's files."""
    total = hashlib.sha256()
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if file.suffix == ".lock":
            continue
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        total.update(f"{file.name if path.is_dir() else ''} {digest}\n".encode())
    return total.hexdigest()


def remove_stale(folder: Path, keep: set[int]) -> None:
    """Remove unfinished files and those of generations other than ``keep``."""
    kept = {name for n in keep for name in (f"v-{n}.faiss", f"t-{n}")}
    for path in [*folder.glob("v-*"), *folder.glob("t-*")]:
        if path.name in kept:
            continue
        logger.debug("removing %s", path)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

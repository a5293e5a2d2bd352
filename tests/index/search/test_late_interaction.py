"""Word vectors: what is kept of them, and how passages are scored by them."""

import numpy as np
import pytest
from conftest import SAMPLES

from index import build_index, open_index, verify_index
from index.embedding.contract import WordwiseEmbedder
from index.embedding.word_vectors import (
    load_codebook,
    pack,
    pack_rows,
    pool_words,
    rotate,
    unpack,
    word_spans,
)
from index.search.late import compute_late_interaction

DIMENSION = 384


def random_words(count, seed=5):
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


def by_definition(words, weights, passage):
    """Score one passage as the definition says, window by window."""
    matched = words @ unpack(passage, DIMENSION).T
    scales = []
    for size in (12, 20, 36, 60, matched.shape[1]):
        starts = range(0, max(1, -(-(matched.shape[1] - size) // 4) * 4 + 1), 4)
        windows = [matched[:, start : start + size].max(axis=1) @ weights for start in starts]
        scales.append(max(windows))
    return np.mean(scales)


def test_the_bundled_embedder_sees_words(bundled):
    assert isinstance(bundled, WordwiseEmbedder)


def test_every_word_has_a_vector_and_the_text_keeps_its_own(bundled):
    embedder, text = bundled, "افتتح الوزير جسر النهر (الجديد)، بكلفة 12.5 مليون."
    found = embedder.embed_passages_wordwise([text, "كلمة"])[0]
    assert len(found.words) == len(word_spans(text)) == 9
    assert np.allclose(found.vector, embedder.embed_passages([text])[0], atol=1e-3)


def test_a_text_of_any_length_has_as_many_vectors_as_words(bundled):
    text = "كلمة " * 900
    found = bundled.embed_passages_wordwise([text])[0]
    assert len(found.words) == 900
    assert found.words[0].any()
    assert not found.words[-1].any()


def test_a_word_is_the_mean_of_its_tokens():
    tokens = np.arange(8, dtype=np.float32).reshape(4, 2)
    offsets, spans = [(0, 2), (2, 4), (4, 5), (5, 9)], [(0, 4), (6, 9), (20, 22)]
    assert pool_words(tokens, offsets, spans).tolist() == [[1, 2], [6, 7], [0, 0]]


def test_a_byte_for_sixteen_dimensions_keeps_cosines(bundled):
    texts = [path.read_text(encoding="utf-8")[:600] for path in sorted(SAMPLES.glob("*.txt"))]
    words = np.concatenate([text.words for text in bundled.embed_passages_wordwise(texts)])
    words = words[words.any(axis=1)]
    kept = unpack(pack(words).tobytes(), DIMENSION)
    assert np.allclose(np.linalg.norm(kept, axis=1), 1, atol=1e-5)
    assert np.sum(kept * rotate(words), axis=1).mean() > 0.8
    assert pack(words).shape == (len(words), 24)


def test_packing_what_was_unpacked_changes_nothing():
    book = load_codebook()
    packed = pack(random_words(100))
    again = unpack(packed.tobytes(), DIMENSION)
    places = packed + 256 * np.arange(24)
    lengths = np.sqrt(np.take(book.squares, places).sum(axis=1, keepdims=True))
    assert np.array_equal(pack_rows(again * lengths), packed)


def test_turning_keeps_lengths_and_angles():
    rows = rotate(random_words(50))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_scores_are_those_of_the_definition():
    words, weights = rotate(random_words(6)), np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1], np.float32)
    lengths = (3, 12, 13, 40, 61, 200)
    passages = [pack(random_words(n, seed=n)).tobytes() for n in lengths]
    expected = [by_definition(words, weights, passage) for passage in passages]
    assert compute_late_interaction(words, weights, passages) == pytest.approx(expected, abs=1e-5)


def test_a_passage_without_word_vectors_scores_nothing():
    words, weights = rotate(random_words(2)), np.array([0.5, 0.5], np.float32)
    passage = pack(random_words(5)).tobytes()
    scores = compute_late_interaction(words, weights, [b"", passage, b""])
    assert scores[[0, 2]].tolist() == [0, 0]
    assert scores[1] != 0
    assert compute_late_interaction(words[:0], weights[:0], [passage]).tolist() == [0]


def test_matches_near_each_other_are_worth_more():
    question, strange = rotate(random_words(4)), random_words(80, seed=9)
    near, far = strange.copy(), strange.copy()
    near[:4] = random_words(4)
    far[::20] = random_words(4)
    weights = np.full(4, 0.25, np.float32)
    together, apart = compute_late_interaction(
        question, weights, [pack(near).tobytes(), pack(far).tobytes()]
    )
    assert together > apart + 0.1


def test_an_embedder_without_words_ranks_without_them(tmp_path, embedder):
    build_index([SAMPLES], tmp_path / "index", embedder=embedder)
    scores = open_index(tmp_path / "index", embedder=embedder).search("كم بلغ التضخم؟")[0].scores
    assert "late" not in scores
    assert scores["coverage"] > 0


def test_word_vectors_are_kept_when_an_article_comes_again(tmp_path, bundled):
    file = tmp_path / "a.txt"
    file.write_text("جسر\n\nافتتح الوزير الجسر.", encoding="utf-8")
    build_index([file], tmp_path / "index", embedder=bundled)
    file.write_text("جسر\n\nافتتح الوزير الجسر.\n\nالمصدر: الوكالة", encoding="utf-8")
    file.rename(tmp_path / "b.txt")
    build_index([tmp_path / "b.txt"], tmp_path / "index", embedder=bundled)
    opened = open_index(tmp_path / "index", embedder=bundled)
    with opened.store.read() as reader:
        found = reader.lexical(["وزير"], 10)
        lengths = [len(chunk.words) for chunk in reader.fetch([hit.key for hit in found]).values()]
    assert lengths
    assert all(n and n % 24 == 0 for n in lengths)
    assert verify_index(tmp_path / "index").problems == ()

import random

import pytest
from conftest import SAMPLES

from index.arabic.sentences import sentence_spans
from index.embedding.e5.counting import TokenCounts
from index.embedding.embedders import load_embedder

LETTERS = "ابتثجحدرسعفقكلمنهويءأإآةىئؤ" + "ًٌٍَُِّْ" + "٠١٢٣۴12ab.,،؛؟!«»“”\"'()-–—…ـ%٪é°•"
OTHERS = "\u00a0\u200b\u200f\u202b\u3000ﷺ½²ﻻ😀中\t"


@pytest.fixture(scope="module")
def embedder():
    return load_embedder()


def whole(embedder, texts):
    return embedder._whole_counts(texts)


@pytest.mark.slow
def test_sentences_have_the_tokens_that_the_tokenizer_gives_them(embedder):
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.rglob("*.*"))]
    spans = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    assert embedder.count_tokens([*spans, *texts]) == whole(embedder, [*spans, *texts])


@pytest.mark.slow
@pytest.mark.parametrize("letters", [LETTERS + 20 * " ", LETTERS + OTHERS + 20 * " "])
def test_any_text_has_the_tokens_that_the_tokenizer_gives_it(embedder, letters):
    choose = random.Random(7)
    texts = ["".join(choose.choices(letters, k=choose.randint(0, 90))) for _ in range(3_000)]
    texts += ["", " ", "أ  ب", " أ", "أ ", "أ" * 300, "َا ب", "ا َب"]
    texts += [" \u200f ", "أ \u200f ب ", "\u200f أ", "أ \u200f \u200fب ج \u200f", "أ \u00a0 ب  َ "]
    assert embedder.count_tokens(texts) == whole(embedder, texts)


def test_an_invisible_mark_costs_the_words_beside_it_and_no_others():
    asked = []

    def count(texts):
        asked.extend(texts)
        return [len(text) for text in texts]

    TokenCounts(count)(["جسر النهر \u200fكبير قرب المدينة"])
    assert sorted(asked) == sorted(["جسر", "المدينة", "النهر \u200fكبير قرب"])


def test_a_word_is_counted_once():
    asked = []

    def count(texts):
        asked.extend(texts)
        return [len(text) for text in texts]

    counts = TokenCounts(count)
    assert counts(["جسر النهر", "جسر الوادي"]) == [8, 9]
    assert counts(["النهر الوادي"]) == [11]
    assert sorted(asked) == sorted(["جسر", "النهر", "الوادي"])

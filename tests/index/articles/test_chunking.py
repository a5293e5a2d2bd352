import gc
import itertools
import time

import pytest

from index.articles.article import Article
from index.articles.chunking import chunk_article


def count_words(texts):
    return [len(text.split()) for text in texts]


@pytest.mark.parametrize("max_tokens", [4, 15, 40, 120, 1000])
def test_a_chunk_is_an_exact_part_of_its_article_within_budget(article, max_tokens):
    chunks = chunk_article(article, count_words, max_tokens=max_tokens)
    assert all(article.text[c.start : c.end] == c.text for c in chunks)
    assert max(count_words([c.text for c in chunks])) <= max_tokens


@pytest.mark.parametrize("max_tokens", [4, 40, 1000])
def test_every_letter_is_in_some_chunk(article, max_tokens):
    covered = {
        i
        for c in chunk_article(article, count_words, max_tokens=max_tokens)
        for i in range(c.start, c.end)
    }
    assert all(i in covered or letter.isspace() for i, letter in enumerate(article.text))


def test_neighbours_share_a_sentence():
    text = " ".join(f"هذه جملة رقم {n} في النص." for n in range(12))
    chunks = chunk_article(Article("a", "t", text), count_words, max_tokens=30)
    assert all(one.end > other.start for one, other in itertools.pairwise(chunks))


def test_a_word_longer_than_the_budget_is_cut():
    article = Article("a", "t", "أ" * 5000)
    chunks = chunk_article(article, lambda texts: [len(t) // 4 for t in texts], max_tokens=50)
    assert "".join(c.text for c in chunks) == article.text


def test_cutting_twice_gives_the_same(article):
    assert chunk_article(article, count_words) == chunk_article(article, count_words)


SHAPES = {
    "short lines": "سطر قصير\n",
    "empty lines": "سطر\n\n\n\n",
    "one sentence": "كلمة ",
    "one sentence with commas": "كلمة، ",
    "one word": "كلمة",
    "sentences on one line": "قال الوزير كلمة. ",
    "quotations": "قال: «نعم. لا». ",
    "quotations never closed": "«قال „نعم. ",
    "quotations nested without end": "««قال» نعم. ",
    "initials": "د. ",
    "points in words": "a.b",
    "only stops": ".",
    "only spaces": "كلمة          ",
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_the_time_to_cut_grows_as_the_text_does(shape, request):
    # What else this process holds would be looked through for garbage again and again.
    request.addfinalizer(gc.enable)
    gc.disable()

    def seconds(letters):
        text = SHAPES[shape] * (letters // len(SHAPES[shape]))
        started = time.process_time()
        chunk_article(Article("a", "t", text), lambda texts: [len(t) // 4 + 1 for t in texts])
        return time.process_time() - started

    seconds(1_000)
    small = min(seconds(20_000) for _ in range(3))
    assert seconds(320_000) < 60 * small + 0.5  # 16 times the text; 256 if it were quadratic


@pytest.mark.parametrize("shape", SHAPES)
def test_long_texts_of_every_shape_are_cut_within_budget(shape):
    text = SHAPES[shape] * (30_000 // len(SHAPES[shape]))

    def count(texts):
        return [len(t) // 4 + 1 for t in texts]

    chunks = chunk_article(Article("a", "t", text), count)
    assert max(count([chunk.text for chunk in chunks])) <= 220 + 4  # joined by spaces
    covered = 0
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert not text[covered : chunk.start].strip()
        covered = chunk.end
    assert not text[covered:].strip()

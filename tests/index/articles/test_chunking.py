import itertools

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

"""What a model is given to read: whole articles where there is room, else a little more."""

from dataclasses import replace

import numpy as np
import pytest

from index.arabic.sentences import Span, sentence_spans
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.search.passage_words import PassageWords
from index.search.search import Passage
from rag.question import understand
from rag.reading.close_reading import ReadSpan, Window
from rag.reading.context import widen
from rag.reading.reading import Reading
from rag.reading.relevance import ScoredSentence

FACT = "من افتتح الجسر؟"
STORY = "لخّص ما حدث في الجسر"
PLENTY = 100_000


def article_of(name, sentences=12):
    spoken = (
        f"قال الوزير {name} إن الجملة {n} من مقاله طويلة بعض الطول." for n in range(sentences)
    )
    return Article(name, f"عنوان {name}", " ".join(spoken))


def passage_of(article, first, last, rank=1):
    """Some sentences of an article, counted from 0, the last one too."""
    spans = sentence_spans(article.text)
    start, end = spans[first].start, spans[last].end
    return Passage(Chunk(article.id, start, end, article.text[start:end]), article, 1 / rank, rank)


def wholes_of(passages):
    articles = {passage.article.id: passage.article for passage in passages}
    return {
        id_: Passage(Chunk(id_, 0, len(one.text), one.text), one, 1.0, 1)
        for id_, one in articles.items()
    }


def read(question, passages, **fields):
    """A reading in which every passage's last sentence was read, and the few words in it."""
    places = [
        Span(p.chunk.start + a, p.chunk.start + b)
        for p in passages
        for a, b in sentence_spans(p.text)[-1:]
    ]
    sentences = [
        ScoredSentence(n, span, p.article.text[span.start : span.end], 1.0, {}, 0.5)
        for n, (p, span) in enumerate(zip(passages, places, strict=True))
    ]
    spans = [ReadSpan(Window(n, span), span, "", 1.0, 1.0) for n, span in enumerate(places)]
    return Reading(understand(question), passages, sentences, spans=spans, **fields)


def told(reading):
    return [(passage.article.id, passage.text) for passage in reading.passages]


@pytest.fixture
def found():
    """The best article twice, two others once."""
    one, two, three = map(article_of, ["سامي", "هدى", "نبيل"])
    return [
        passage_of(one, 4, 5),
        passage_of(two, 6, 7, 2),
        passage_of(one, 9, 10, 3),
        passage_of(three, 5, 6, 4),
    ]


def test_the_best_articles_are_given_whole_each_as_one_passage(found):
    given = widen(read(FACT, found), wholes_of(found), PLENTY, k=8)
    assert [passage.article.id for passage in given.passages] == ["سامي", "هدى", "نبيل"]
    first, second, third = given.passages
    assert first.text == first.article.text
    assert second.text == second.article.text
    assert third.text in third.article.text
    assert [passage.rank for passage in given.passages] == [1, 2, 3]


def test_of_a_story_more_articles_are_given_whole(found):
    given = widen(read(STORY, found), wholes_of(found), PLENTY, k=8)
    assert all(passage.text == passage.article.text for passage in given.passages)


def test_what_is_not_whole_has_the_sentences_before_it(found):
    third = widen(read(FACT, found), wholes_of(found), PLENTY, k=8).passages[-1]
    assert len(sentence_spans(third.text)) == 4
    assert third.text.endswith(found[-1].text)
    assert "الجملة 3" in third.text


def test_the_sentences_before_are_not_long():
    long = "كلام طويل " * 60
    article = Article("خبر", "عنوان", f"قال سامي ذلك. {long}. وأضاف أن الجسر مغلق. ثم انصرف.")
    found = [*(passage_of(article_of(name), 0, 1) for name in "أب"), passage_of(article, 2, 3, 3)]
    given = widen(read(FACT, found), wholes_of(found), PLENTY, k=8)
    assert given.passages[-1].text == found[-1].text


def test_without_room_the_passages_are_those_that_were_found(found):
    for question in (FACT, STORY):
        reading = read(question, found)
        assert told(widen(reading, wholes_of(found), 0, k=8)) == told(reading)


def test_an_article_that_is_gone_stays_as_it_was_found(found):
    assert told(widen(read(FACT, found), {}, PLENTY, k=8)) == told(read(FACT, found))


def test_what_was_found_beyond_k_is_given_only_where_there_is_room():
    found = [passage_of(article_of(f"خبر{n}", 40), 0, 30) for n in range(6)]
    few = widen(read(STORY, found), wholes_of(found), 0, k=2)
    many = widen(read(STORY, found), wholes_of(found), PLENTY, k=2)
    assert len(few.passages) < len(many.passages) == 6
    assert told(few)[0] == ("خبر0", found[0].text)


def test_without_room_every_part_of_a_question_has_its_share_of_the_passages():
    found = [passage_of(article_of(f"خبر{n}", 40), 0, 17) for n in range(8)]
    given = widen(read(FACT, found, groups={0: "من؟", 4: "متى؟"}), wholes_of(found), 0, k=4)
    assert [passage.article.id for passage in given.passages] == ["خبر0", "خبر1", "خبر4", "خبر5"]
    assert given.groups == {0: "من؟", 2: "متى؟"}


@pytest.mark.parametrize("room", [0, 1_000, 2_000, 3_000, PLENTY])
def test_what_was_read_points_at_the_same_words_whatever_is_given(found, room):
    reading = read(FACT, found)
    given = widen(reading, wholes_of(found), room, k=8)
    assert [s.text for s in given.sentences] == [s.text for s in reading.sentences]
    for sentence in given.sentences:
        passage = given.passages[sentence.passage]
        start, end = sentence.span
        assert passage.chunk.start <= start < end <= passage.chunk.end
        assert passage.article.text[start:end] == sentence.text
        assert given.find_answer(sentence.passage, sentence.span) == sentence.span
    for passage in given.passages:
        assert passage.article.text[passage.chunk.start : passage.chunk.end] == passage.text


def test_every_part_of_a_question_keeps_its_passages(found):
    reading = read(FACT, found, groups={0: "من افتتحه؟", 1: "متى؟"})
    given = widen(reading, wholes_of(found), PLENTY, k=8)
    assert given.groups == {0: "من افتتحه؟", 1: "متى؟"}
    own = [*found[:1], replace(found[2], rank=2)]
    given = widen(read(FACT, own, groups={0: "من؟", 1: "متى؟"}), wholes_of(own), PLENTY, k=8)
    assert given.groups == {0: "من؟؛ متى؟"}


def test_words_that_have_vectors_keep_them(found):
    known = PassageWords(np.array([0]), np.zeros((1, 4), np.uint8), np.zeros((0, 4), np.uint8))
    given = widen(read(FACT, [replace(p, words=known) for p in found]), wholes_of(found), PLENTY, 8)
    assert all(passage.words is not None for passage in given.passages)

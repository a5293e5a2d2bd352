"""An article that lacks the name asked about does not answer; one that says «وقع» otherwise may."""

from dataclasses import replace

import numpy as np
import pytest
from passages import passages_of

from index.search.query import QueryVectors, WeightedQuery, embed_query
from index.store.bm25 import Totals, compute_idf
from rag.question import understand
from rag.reading.missing_words import measure_missing

CHUNKS = 1_000
FIRE = "اندلع حريق في مصنع للدهانات بمدينة صفاقس التونسية فجر الأحد، وأصيب تسعة عمال بحروق."


def measured(question, text, embedder=None, known=20, chunks=CHUNKS):
    asked = understand(question)
    vectors = embed_query(embedder, asked.query) if embedder else QueryVectors(np.zeros(0))
    idf = {term: compute_idf(known, chunks) for term in asked.query.terms}
    query = WeightedQuery(asked.query, vectors, idf, Totals(chunks, 100.0))
    return measure_missing(asked, query, passages_of(text))


def missing(question, text, embedder=None):
    return measured(question, text, embedder).totals[0]


@pytest.mark.parametrize(
    ("told", "another"),
    [
        ("كم عاملا أصيب في حريق صفاقس؟", "كم عاملا أصيب في حريق سوسة؟"),
        ("متى شب الحريق في تونس؟", "متى شب الحريق في المغرب؟"),
        ("كم مصابا في حريق مصنع الدهانات؟", "كم مصابا في حريق مصنع الحلويات؟"),
        ("وين صار الحريق في صفاقس؟", "وين صار الحريق في بنغازي؟"),
        ("من أصيب في حريق صفاقس؟", "من أصيب في حريق صفاقس من عائلة الغنوشي؟"),
    ],
)
def test_another_name_speaks_against_an_article(bundled, told, another):
    assert missing(another, FIRE, bundled) > missing(told, FIRE, bundled) + 0.25


@pytest.mark.parametrize("word", ["صفاقس", "بصفاقس", "لصفاقس", "وصفاقس", "الصفاقسي", "صفاقص"])
def test_a_name_is_there_however_it_is_written(word):
    text = FIRE.replace("صفاقس", "صفاقص") if word == "صفاقص" else FIRE
    assert missing(f"كم عدد المصابين {word}؟", text) < missing("كم عدد المصابين طرابلس؟", text)


def test_what_has_every_word_lacks_none(bundled):
    assert missing("كم عدد العمال في حريق صفاقس؟", f"{FIRE} عدد العمال.", bundled) == 0
    assert missing("وماذا عن ذلك؟", FIRE, bundled) == 0


def test_a_verb_in_another_word_says_less_than_a_town_that_is_missing(bundled):
    verb = missing("كم عاملا تضرر في حريق صفاقس؟", FIRE, bundled)
    assert verb < missing("كم عاملا أصيب في حريق الحمامات؟", FIRE, bundled)


def test_the_word_that_says_most_is_told_apart_from_all_of_them():
    one = measured("كم عدد المصابين في بنزرت؟", FIRE)
    two = measured("كم عدد المصابين في بنزرت وسوسة؟", FIRE)
    assert 0 < one.worst[0] <= one.totals[0] < two.totals[0]
    assert two.worst[0] < two.totals[0]


def test_words_that_none_of_many_articles_has_are_counted():
    asked = "كم عدد المصابين في حريق صفاقس؟"
    assert measured(asked, FIRE).unknown == 0
    assert measured(asked, FIRE, known=0).unknown == 4
    assert measured(asked, FIRE, known=0, chunks=60).unknown == 0


def test_without_vectors_of_words_their_rarity_tells():
    assert 0 < missing("كم عدد المصابين في حريق بنزرت؟", FIRE) <= 4


def test_a_name_that_the_article_told_before_the_passage_is_there():
    text = f"{FIRE} {'وقال شهود إن النار امتدت. ' * 5}وعاد العمال إلى بيوتهم."
    asked = understand("متى عاد عمال صفاقس؟")
    idf = {term: compute_idf(20, CHUNKS) for term in asked.query.terms}
    query = WeightedQuery(asked.query, QueryVectors(np.zeros(0)), idf, Totals(CHUNKS, 100.0))
    whole = passages_of(text)[0]
    start = text.rindex("وعاد")
    late = replace(whole, chunk=replace(whole.chunk, start=start, text=text[start:]))
    assert measure_missing(asked, query, [late]) == measure_missing(asked, query, [whole])

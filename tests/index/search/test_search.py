import pytest

from index import build_index, open_index
from index.errors import ShardAwayError, StateLostError
from index.search.candidates import PER_ARTICLE
from index.search.ranking import load_weights
from index.store.bm25 import compute_idf


def test_the_best_passage_comes_first_and_ranks_start_at_one(index):
    passages = index.search("كم بلغت كلفة الجسر؟", k=3)
    assert passages[0].article.id == "جسر"
    assert [passage.rank for passage in passages] == [1, 2, 3]
    assert passages[0].score >= passages[-1].score


def test_a_passage_is_an_exact_part_of_its_article(index):
    for passage in index.search("الوزير"):
        chunk = passage.chunk
        assert passage.article.text[chunk.start : chunk.end] == passage.text


def test_scores_explain_themselves(index):
    passage = index.search("كلفة الجسر")[0]
    assert set(passage.scores) == set(load_weights(wordwise=False))
    assert passage.score == pytest.approx(sum(passage.scores.values()))


def test_words_side_by_side_in_the_question_count_when_they_are_in_the_text(index):
    scores = index.search("جسر النهر الجديد")[0].scores
    apart = index.search("النهر فيه ماء وعليه جسر بناه الجديد")[0].scores
    assert scores["proximity"] > 2 * apart["proximity"]


def test_numbers_of_the_question_count_however_their_digits_are_written(index):
    assert index.search("من دفع ١٢ مليون دينار؟")[0].scores["numbers"] > 0
    assert index.search("من دفع 13 مليون دينار؟")[0].scores["numbers"] == 0


def test_a_rare_word_weighs_more_than_a_common_one():
    assert compute_idf(1, 100) > compute_idf(50, 100) > compute_idf(100, 100) > 0


def test_saving_and_opening_gives_the_same(index, built, embedder):
    question = "أمطار الساحل"
    assert open_index(built, embedder=embedder).search(question) == index.search(question)


def test_an_empty_index_finds_nothing(tmp_path, embedder):
    (tmp_path / "none").mkdir()
    build_index([tmp_path / "none"], tmp_path / "index", embedder=embedder)
    assert open_index(tmp_path / "index", embedder=embedder).search("شيء") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ماذا قرر ترامب بشأن التمور؟", "ماذا قرر ترمب بشأن التمور؟"),
        ("ماذا أعلن نتنياهو عن الكهرباء؟", "ماذا أعلن نتانياهو عن الكهرباء؟"),
        ("إلى ماذا دعا غوتيريش؟", "إلى ماذا دعا غوتيريس؟"),
        ("كَمْ بَلَغَ التَّضَخُّمُ فِي سِبْتَمْبَرَ؟", "كم بلغ التضخم في سبتمبر؟"),
        ("القمة الأميركية للمعادن", "القمة الأمريكية للمعادن"),
    ],
)
def test_every_spelling_finds_the_same_articles(assistant, one, other):
    def found(question):
        return [passage.article.id for passage in assistant.search(question, k=5)]

    assert found(one) == found(other)


def test_one_long_article_does_not_take_every_place(tmp_path, embedder):
    articles = tmp_path / "articles"
    articles.mkdir()
    paragraph = "افتتح الوزير جسر النهر الجديد رقم {} في المدينة القديمة صباح اليوم. " * 12
    long = "\n\n".join(paragraph.format(*[n] * 12) for n in range(6))
    (articles / "long.txt").write_text(f"جسر النهر\n\n{long}", encoding="utf-8")
    for n in range(4):
        text = f"خبر {n}\n\nزار الوزير مدينة رقم {n} وفيها جسر."
        (articles / f"{n}.txt").write_text(text, encoding="utf-8")
    build_index([articles], tmp_path / "index", embedder=embedder)
    opened = open_index(tmp_path / "index", embedder=embedder)
    found = [p.article.id for p in opened.search("جسر النهر الجديد", k=PER_ARTICLE + 4)]
    assert found[:PER_ARTICLE] == ["long"] * PER_ARTICLE
    assert set(found[PER_ARTICLE:]) == {"0", "1", "2", "3"}
    assert len(opened.search("جسر النهر الجديد", k=10)) == 10


def test_an_article_of_the_month_asked_for_comes_first(tmp_path, bundled):
    articles = tmp_path / "articles"
    articles.mkdir()
    sessions = {
        "2016-03-04": "رفض المجلس البلدي في جلسته طلب توسيع السوق الأسبوعية، ووافق على شراء شاحنة.",
        "2017-01-20": "أقر المجلس البلدي ميزانية العام، وأجل النظر في تسمية شارعين إلى الجلسة القادمة.",
        "2017-03-09": "انتخب المجلس البلدي لجنة جديدة للحدائق، وقرر إنارة الملعب قبل حلول الصيف.",
        "2018-03-11": "ناقش المجلس البلدي شكاوى السكان من الضجيج، وكلف لجنة بإعداد تقرير عنها.",
    }
    for day, text in sessions.items():
        (articles / f"{day}.txt").write_text(
            f"---\ndate: {day}\n---\nجلسة المجلس البلدي\n\n{text}", encoding="utf-8"
        )
    build_index([articles], tmp_path / "index", embedder=bundled)
    index = open_index(tmp_path / "index", embedder=bundled)
    for asked, day in (("مارس ٢٠١٧", "2017-03-09"), ("آذار 2018", "2018-03-11")):
        found = index.search(f"ماذا جرى في جلسة المجلس البلدي في {asked}؟")
        assert found[0].article.date == day
        assert found[0].scores["date"] > 0
    undated = index.search("ماذا جرى في جلسة المجلس البلدي؟")
    assert {passage.scores["date"] for passage in undated} == {0}


def test_the_articles_of_passages_are_read_whole_with_the_words_of_all_their_chunks(assistant):
    index = assistant.index
    passages = index.search("لماذا قطعت المياه عن أحياء غرب مدينة الرمال؟")
    wholes = index.read_whole(passages)
    assert wholes.keys() == {passage.article.id for passage in passages}
    for passage in passages:
        whole = wholes[passage.article.id]
        assert whole.text == whole.article.text == passage.article.text
        own = whole.words.cut((passage.chunk.start, passage.chunk.end))
        assert own.starts.tolist() == passage.words.starts.tolist()
        assert len(whole.words.starts) >= len(own.starts)
        assert (own.vectors() == passage.words.vectors()).mean() > 0.5  # a chunk's see its words


def test_an_article_that_changed_since_is_not_read_whole(index, folder):
    passages = index.search("جسر النهر", k=3)
    (folder / "جسر.txt").write_text("افتتاح جسر النهر\n\nأغلق الوزير جسر النهر.", encoding="utf-8")
    index.add([folder / "جسر.txt"])
    assert index.read_whole(passages).keys() == {"مدرسة", "مطر"}
    assert index.read_whole([]) == {}


def test_a_part_that_stops_answering_is_asked_again_for_whole_articles_and_then_left(
    index, monkeypatch
):
    passages = index.search("جسر النهر", k=3)
    read, failing = index.store.read, []

    def fail_at_first():
        if failing:
            raise failing.pop()
        return read()

    monkeypatch.setattr(index.store, "read", fail_at_first)
    failing[:] = [StateLostError("restarted")] * 2
    assert len(index.read_whole(passages)) == 3
    failing[:] = [ShardAwayError("away")]
    assert index.read_whole(passages) == {}


def test_articles_of_which_not_all_chunks_came_back_are_not_read_whole(index, monkeypatch):
    passages = index.search("جسر النهر", k=3)
    monkeypatch.setattr("index.search.search.MAX_PASSAGES", 2)
    assert index.read_whole(passages) == {}

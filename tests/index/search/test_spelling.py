import pytest
from fakes import WordEmbedder

from index import build_index, open_index
from rag.language.questions import is_function_word
from rag.question import understand

ARTICLES = {
    "صفاقس": "غرامة على مهرب سجائر في صفاقس\n\nسُلّطت على قائد السفينة المحملة بالسجائر في ميناء صفاقس غرامة.",
    "كيبيك": "هجوم كيبيك\n\nقضى تونسي في الهجوم على المصلين بمسجد كيبيك في كندا.",
    "الكهرباء": "انقطاع الكهرباء\n\nانقطعت الكهربة عن حي النخيل بعد العاصفة، وعاد التيار مساء.",
    "الطرابلسي": "حكم على عماد الطرابلسي\n\nحُكم على عماد الطرابلسي بالسجن ثلاث سنوات.",
    "سليمان": "سليمان الحربي\n\nفاز سليمان الحربي بسباق الخيل سنة 1989 في حائل.",
    "تبادل": "تبادل الزيارات\n\nتبادلت المدينتان زيارات الطلاب، وزاد عدد المدارس المشاركة.",
}


class Vocabulary(WordEmbedder):
    """Knows few words as one token."""

    def count_tokens(self, texts):
        return [1 if text in {"سلمان", "عمر"} else 2 * len(text.split()) for text in texts]


@pytest.fixture
def news(tmp_path):
    embedder = Vocabulary()
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([folder], tmp_path / "index", embedder=embedder)
    return open_index(tmp_path / "index", embedder=embedder)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ما غرامة قائد السفينة في ميناء صفاقص؟", "ما غرامة قائد السفينة في ميناء صفاقس؟"),
        ("ما غرامة السفينة المحملة بالصجائر؟", "ما غرامة السفينة المحملة بالسجائر؟"),
        ("كم سنة سجنًا حُكم على عماد الطربلسي؟", "كم سنة سجنًا حُكم على عماد الطرابلسي؟"),
        ("من قضى في الهجوم على المصلين بكيبك؟", "من قضى في الهجوم على المصلين بكيبيك؟"),
        ("من قضى في الهجوم على المصليين بكييبيك؟", "من قضى في الهجوم على المصليين بكيبيك؟"),
        ("هل حُكم على عماد الطَّربالسي؟", "هل حُكم على عماد الطرابلسي؟"),
    ],
)
def test_a_slip_is_written_as_the_articles_write_the_word(news, typed, meant):
    assert news.correct_spelling(typed) == meant


@pytest.mark.parametrize(
    "right",
    [
        "ما غرامة قائد السفينة في ميناء صفاقس؟",
        "من قضى في الهجوم على المصلين في الكرهبة؟",  # الكهربة is told of elsewhere
        "كيف تبدلت نسبة التضخم في الهجوم على المصلين؟",  # as is تبادلت
        "من سلّط غرامة السفينة على نفائس؟",  # another word, and no slip
        "بماذا فاز الحربي، وأين قضى المصلون في الهجوم، وبكم السجائر؟",
        "هل فاز سلمان الحربي بسباق الخيل في حائل؟",  # a name like others
        "هل فاز سليمان الحربي بسباق الخيل سنة 1998؟",
        "ما غرامة السفينة المحملة في ميناء «صفاقص»؟",
        "ما غرامة قائد السفينة في مينا Sfaqs؟",
        "صفاقص",  # nothing beside it
        "",
    ],
)
def test_what_no_slip_explains_stays(news, right):
    assert news.correct_spelling(right, is_function_word) == right


def test_a_question_keeps_what_was_typed(news):
    asked = understand("ما غرامة قائد السفينة في ميناء صفاقص؟", spell=news.correct_spelling)
    assert asked.asked == "ما غرامة قائد السفينة في ميناء صفاقص؟"
    assert asked.standalone == "ما غرامة قائد السفينة في ميناء صفاقس؟"

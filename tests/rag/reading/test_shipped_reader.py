"""The reader that ships: what it makes of passages that it never saw."""

import numpy as np
import pytest
from checks import check_citations

from rag import Assistant
from rag.reading.reader import WEIGHTS, load_reader
from rag.settings import Settings

pytestmark = pytest.mark.slow

BRIDGE = (
    "افتتح وزير النقل سامي حداد صباح الأحد 4 مايو 2025 جسر النهر في مدينة طبرق."
    " وبلغت كلفة المشروع 12 مليون دينار، وعمل فيه 340 عاملا."
)
CUP = (
    "فاز نادي الهلال على ضيفه الاتحاد بهدفين لواحد في نهائي الكأس مساء الجمعة بملعب الأمير فيصل."
    " وسجل هدفي الفوز سعد الدوسري، وحضر المباراة 45 ألف متفرج، وأدارها الحكم الإيطالي ماركو روسي."
)
FIRE = (
    "اندلع حريق في مصنع للدهانات بمدينة صفاقس فجر الأحد، وأصيب تسعة عمال بحروق نقلوا إلى مستشفى"
    " الهادي شاكر. وقال المتحدث باسم الحماية المدنية معز تريعة إن ماسا كهربائيا سبب الحريق، وإن"
    " الخسائر قدرت بنصف مليون دينار."
)


@pytest.fixture(scope="module")
def reader():
    return load_reader()


def best(reader, question, passage=BRIDGE):
    found = reader.read(question, [passage])[0].spans[0]
    return passage[found.span.start : found.span.end], found.margin


ASKED = {
    BRIDGE: {
        "من افتتح جسر النهر؟": "سامي حداد",
        "متى افتتح جسر النهر؟": "4 مايو 2025",
        "أين يقع جسر النهر؟": "طبرق",
        "كم بلغت كلفة جسر النهر؟": "12 مليون دينار",
        "كم عاملا عمل في بناء الجسر؟": "340",
    },
    CUP: {
        "من سجل هدفي الهلال؟": "سعد الدوسري",
        "كم متفرجا حضر نهائي الكأس؟": "45 ألف",
        "من أدار مباراة الهلال والاتحاد؟": "ماركو روسي",
        "أين أقيم نهائي الكأس؟": "الأمير فيصل",
        "متى لعب الهلال والاتحاد؟": "الجمعة",
    },
    FIRE: {
        "كم عدد المصابين في حريق المصنع؟": "تسعة",
        "إلى أين نقل المصابون؟": "الهادي شاكر",
        "من هو المتحدث باسم الحماية المدنية؟": "معز تريعة",
        "بكم قدرت خسائر الحريق؟": "نصف مليون",
        "ما سبب الحريق؟": "ماس",
    },
}


def test_the_few_words_that_answer_are_found_for_nearly_every_question(reader):
    wrong = [
        (question, found)
        for passage, asked in ASKED.items()
        for question, answer in asked.items()
        if answer not in (found := best(reader, question, passage)[0])
    ]
    assert len(wrong) <= 2, wrong


NEAR_MISSES = {
    "كم بلغت كلفة جسر النهر؟": "كم بلغ طول جسر النهر؟",
    "من افتتح جسر النهر؟": "من صمم جسر النهر؟",
    "متى افتتح جسر النهر؟": "متى توفي الوزير سامي حداد؟",
    "أين يقع جسر النهر؟": "أين وُلد الوزير؟",
}


def test_what_is_not_told_is_less_likely_than_what_is(reader):
    told, not_told = (
        np.mean([best(reader, question)[1] for question in questions])
        for questions in (NEAR_MISSES, NEAR_MISSES.values())
    )
    assert told > not_told + 1


def test_its_weights_are_small_and_integers():
    from importlib import resources

    path = resources.files("rag").joinpath(WEIGHTS)
    assert path.stat().st_size < 12_000_000
    with np.load(path) as arrays:
        assert {arrays[n].dtype for n in arrays if n.endswith((".up", ".down"))} == {np.dtype("i1")}


def test_answers_quote_their_articles_exactly(reading_assistant, sample_index):
    answer = reading_assistant.answer("من أخرج فيلم آخر الصيادين؟")
    assert answer.found
    assert "ريم شاهين" in answer.text
    check_citations(answer, sample_index)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("متى يُعرض فيلم آخر الصيادين في لبنان؟", "20 نوفمبر"),
        ("كم قطعة أثرية عرضت في قاعة الآشوريين بمتحف الموصل؟", "92"),
        ("كم تلميذًا سيحصل على وجبات ساخنة مجانية؟", "84 ألف"),
    ],
)
def test_a_clear_date_or_number_is_given_in_few_words(reading_assistant, question, short):
    answer = reading_assistant.answer(question)
    assert short in answer.short
    assert any(answer.short in citation.quote for citation in answer.citations)
    assert answer.to_dict()["short"] == answer.short


@pytest.mark.parametrize("question", ["لماذا اندلع حريق مصنع الدهانات؟", "هل في السد تشققات؟"])
def test_a_question_that_few_words_cannot_answer_gets_none(reading_assistant, question):
    assert reading_assistant.answer(question).short is None


def test_a_refusal_has_no_short_answer(reading_assistant):
    assert reading_assistant.answer("متى تأسست جامعة طوكيو؟").short is None


def test_where_it_is_off_it_is_not_even_loaded(sample_index, monkeypatch):
    def fail():
        raise AssertionError("the reader was loaded")

    monkeypatch.setattr("rag.writing.setup.load_reader", fail)
    answer = Assistant.open(sample_index, reader="off").answer("من أخرج فيلم آخر الصيادين؟")
    assert answer.found


def test_it_reads_unless_it_is_turned_off():
    assert Settings().reader == "on"

"""The reader that ships: what it makes of passages that it never saw."""

import numpy as np
import pytest
from checks import check_citations

from rag import Assistant
from rag.reading.reader import WEIGHTS, load_reader

pytestmark = pytest.mark.slow

BRIDGE = (
    "افتتح وزير النقل سامي حداد صباح الأحد 4 مايو 2025 جسر النهر في مدينة طبرق."
    " وبلغت كلفة المشروع 12 مليون دينار، وعمل فيه 340 عاملا."
)


@pytest.fixture(scope="module")
def reader():
    return load_reader()


def best(reader, question, passage=BRIDGE):
    found = reader.read(question, [passage])[0].spans[0]
    return passage[found.span.start : found.span.end], found.margin


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("من افتتح جسر النهر؟", "سامي حداد"),
        ("متى افتتح جسر النهر؟", "4 مايو 2025"),
        ("أين يقع جسر النهر؟", "طبرق"),
        ("كم بلغت كلفة جسر النهر؟", "12 مليون دينار"),
        ("كم عاملا عمل في بناء الجسر؟", "340"),
    ],
)
def test_the_few_words_that_answer_are_found(reader, question, answer):
    assert answer in best(reader, question)[0]


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


def test_answers_with_the_reader_quote_their_articles_exactly(sample_index):
    assistant = Assistant.open(sample_index, reader="on")
    answer = assistant.answer("من أخرج فيلم آخر الصيادين؟")
    assert answer.found
    assert "ريم شاهين" in answer.text
    check_citations(answer, sample_index)


def test_the_reader_is_off_unless_it_is_turned_on(sample_index, monkeypatch):
    def fail():
        raise AssertionError("the reader was loaded")

    monkeypatch.setattr("rag.writing.setup.load_reader", fail)
    assert Assistant.open(sample_index).answer("من أخرج فيلم آخر الصيادين؟").found

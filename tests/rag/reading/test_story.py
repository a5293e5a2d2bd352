"""An answer tells the story of its best sentence, as long as it is wanted."""

from dataclasses import replace

import pytest
from passages import passages_of

from index.arabic.sentences import Span, sentence_spans
from prompts import load_phrases
from rag.answers import Answer
from rag.language.forms import Form
from rag.question import understand
from rag.reading.close_reading import CloseReading, ReadSpan, Window
from rag.reading.reading import Reading, read_passages
from rag.reading.relevance import ScoredSentence, rank_sentences
from rag.reading.selection import select_sentences
from rag.reading.story import keep_story
from rag.settings import LENGTHS
from rag.writing.drafting import Draft
from rag.writing.quoting import Quoter

FIRE = "اندلع حريق كبير في مصنع الورق بمدينة النخيل فجر السبت وأصيب 9 عمال."
AGAIN = "أعلن الوالي أن حريق مصنع الورق في مدينة النخيل أُخمد صباح الأحد."
OTHER = "افتتحت الوزيرة أمس معرض الكتاب في العاصمة بحضور 40 ناشرًا عربيًا."
DETAILS = [
    f"وأوضح رئيس فرق الإطفاء في اليوم {day} أن {count} عربة شاركت في إخماد حريق مصنع الورق"
    f" قرب حي {place} وأن {thing} لم تتضرر."
    for day, count, place, thing in (
        ("الأول", 11, "الزهور", "المدرسة"), ("الثاني", 12, "السلام", "المكتبة"),
        ("الثالث", 13, "الربيع", "العيادة"), ("الرابع", 14, "الميناء", "المحطة"),
        ("الخامس", 15, "الجامعة", "الحديقة"), ("السادس", 16, "البساتين", "المطحنة"),
        ("السابع", 17, "الفنار", "المخازن"), ("الثامن", 18, "القلعة", "الأسواق"),
        ("التاسع", 19, "الواحة", "المزارع"), ("العاشر", 20, "الوادي", "الملاعب"),
        ("الحادي عشر", 21, "المرسى", "السفن"), ("الثاني عشر", 22, "الجبل", "الغابات"),
    )
]  # fmt: skip


def read(question, *texts, scores):
    """Return passages and their sentences, each scored as its passage."""
    passages = passages_of(*texts)
    found = [
        ScoredSentence(n, span, text[span.start : span.end], 1.0, score=scores[n])
        for n, text in enumerate(texts)
        for span in sentence_spans(text)
    ]
    return Reading(understand(question), passages, rank_sentences(found))


def test_a_sentence_of_another_story_is_left_out():
    reading = read("لخّص ما حدث في حريق مصنع الورق", FIRE, AGAIN, OTHER, scores=(3, 2, 2))
    kept = keep_story(reading.passages, reading.sentences)
    assert {sentence.passage for sentence in kept} == {0, 1}


@pytest.mark.parametrize("form", Form)
def test_no_form_of_answer_tells_another_story(form):
    reading = read("ماذا حدث في مصنع الورق؟", FIRE, AGAIN, OTHER, scores=(3, 2, 2.5))
    question = replace(reading.question, form=form)
    chosen = select_sentences(question, reading.passages, reading.sentences)
    assert 2 not in {sentence.passage for sentence in (*chosen.told, *chosen.further)}


def test_what_the_best_sentence_tells_is_never_left_out():
    reading = read("من افتتح المعرض؟", OTHER, scores=(-40,))
    assert keep_story(reading.passages, reading.sentences) == list(reading.sentences)


def long_story(length):
    question = "لخّص ما حدث في حريق مصنع الورق"
    reading = read(question, FIRE, *DETAILS, scores=(3, *[2.5] * len(DETAILS)))
    return replace(reading, length=length)


def count(length):
    reading = long_story(length)
    chosen = select_sentences(reading.question, reading.passages, reading.sentences, length)
    return len(chosen.told), len(chosen.further)


def test_an_answer_is_as_long_as_it_is_set():
    told = {length: count(length) for length in LENGTHS}
    assert told["short"][0] < told["normal"][0] < told["long"][0]
    assert told["short"][1] == told["long"][1] == 0
    assert told["normal"][1] > 0


def draft(length="normal"):
    reading = long_story(length)
    drafted = Draft(reading, load_phrases("ar"), quotes=True)
    for written in Quoter.write(reading):
        drafted.add(written)
    return drafted.answer(Answer(reading.question.asked, reading.question.asked, ""))


def test_what_more_there_is_to_tell_stands_behind_under_a_heading():
    answer = draft()
    told, _, further = answer.text.partition("\n\nالمزيد عن القصة:\n")
    assert len(told.splitlines()) == len(answer.points)
    assert len(further.splitlines()) == len(answer.further)
    assert all(line.startswith("- ") for line in answer.text.split("\n") if line[-1:] == ".")
    assert answer.to_dict()["further"][0]["citations"]
    said = [sentence.text for sentence in answer.sentences]
    assert len(set(said)) == len(said)


def test_further_rows_by_date_have_their_day_too():
    reading = long_story("normal")
    days = [
        replace(p, article=replace(p.article, date=f"2025-03-{n + 1:02}"))
        for n, p in enumerate(reading.passages)
    ]
    question = replace(reading.question, form=Form.TIMELINE)
    reading = replace(reading, question=question, passages=days)
    drafted = Draft(reading, load_phrases("ar"), quotes=True)
    for written in Quoter.write(reading):
        drafted.add(written)
    answer = drafted.answer(Answer("س", "س", ""))
    rows = [line for line in answer.text.splitlines() if line.startswith("- ")]
    assert len(rows) == len(answer.points) + len(answer.further)
    assert answer.further
    assert all("مارس/آذار 2025: " in row for row in rows)


@pytest.mark.parametrize("form", [Form.SUMMARY, Form.TIMELINE, Form.LIST, Form.COMPARISON])
def test_few_words_are_no_story_no_list_and_no_comparison(form):
    told = read("متى اندلع حريق مصنع الورق؟", FIRE, scores=(3,))
    place = FIRE.index("فجر السبت")
    window = Window(0, Span(0, len(FIRE)), 9.0)
    words = ReadSpan(window, Span(place, place + 9), "فجر السبت", 20.0, 20.0)
    close = CloseReading([window], [words])
    assert read_passages(told.question, told.passages, told.sentences, close).short == "فجر السبت"
    other = replace(told.question, form=form)
    assert read_passages(other, told.passages, told.sentences, close).short is None


def test_a_short_answer_has_nothing_behind_it():
    assert draft("short").further == ()
    assert "المزيد عن القصة" not in draft("long").text

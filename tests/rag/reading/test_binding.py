"""An answer is about whom and what was asked, and never about the like of it."""

import json

import pytest
from conftest import SHARED
from passages import passages_of

from index import build_index
from rag import Assistant
from rag.question import understand
from rag.reading.binding import filter_by_names

CASE = SHARED / "cases" / "16-answer-about-someone-else"

ARTICLES = {
    "novelist": "توفيت الروائية هدى سالم في بيروت عن 77 عامًا. وأصدرت سالم تسع روايات.",
    "minister": "افتتح وزير الصحة الدكتور عادل منصور مستشفى مدينة الزهراء الجديد بسعة 200 سرير.",
    "cup": "أقيمت الدورة الرابعة من مهرجان الفرات عام 2019 وشارك فيها 40 فيلمًا.",
    "bridge": "بلغت كلفة الجسر الثاني على نهر الوادي 30 مليون دينار، ويمتد كيلومترين.",
    "university": "يدرس في جامعة الشرق 12 ألف طالب، وتضم الجامعة تسع كليات.",
    "edition": "انطلقت الدورة الثانية عشرة من مهرجان الزيتون في تونس بمشاركة 30 فيلمًا.",
    "summit": "اختتمت القمة العربية الثانية والثلاثون أعمالها بحضور 22 دولة.",
    "poet": "توفي الشاعر عبد الله السعدي في صنعاء عام 1999.",
    "prince": "زار ولي العهد الأمير سعد بن خالد باريس والتقى الرئيس.",
    "king": "تخرج 500 طالب في جامعة الملك سعد في الرياض.",
    "club": "فاز نادي النهضة على ضيفه بهدفين وصعد إلى المركز الأول.",
    "street": "أغلقت البلدية شارع سعد أمام السيارات أسبوعًا.",
    "metro": "افتتح خط المترو الثاني أمس. ويبلغ طول الخط 22 كيلومترًا، ويضم 19 محطة.",
    "widow": "توفيت ليلى أرملة الشاعر نبيل الحسن عام 2004، وكان ابنه خالد قد رثاه.",
    "coach": "قال المدرب سعيد الحموي إن فريقه جاهز للمباراة. وقاد الحموي الفريق منذ ثلاث سنوات.",
}


def kept(question, text):
    return bool(filter_by_names(understand(question), passages_of(text)))


@pytest.mark.parametrize(
    ("article", "question"),
    [
        ("novelist", "متى توفيت الروائية هدى نصار؟"),
        ("novelist", "متى توفيت الروائية سلمى سالم؟"),
        ("novelist", "من هي سلمى سالم؟"),
        ("minister", "كم سريرًا في مستشفى مدينة الريحان؟"),
        ("minister", "من هو عادل كريم؟"),
        ("cup", "كم فيلمًا شارك في الدورة الخامسة من مهرجان الفرات؟"),
        ("cup", "كم فيلمًا شارك في مهرجان الفرات عام 2021؟"),
        ("bridge", "كم كلفة الجسر الأول على نهر الوادي؟"),
        ("bridge", "كم كلفة الجسر الثالث؟"),
        ("bridge", "ما طول جسر نهر العاصي؟"),
        ("university", "كم طالبًا في جامعة الغرب؟"),
        ("edition", "كم فيلمًا في الدورة الحادية عشرة من مهرجان الزيتون؟"),
        ("edition", "كم فيلمًا في الدورة الثانية من مهرجان الزيتون؟"),
        ("edition", "كم فيلمًا في الدورة 13 من مهرجان الزيتون؟"),
        ("summit", "كم دولة حضرت القمة العربية الحادية والثلاثين؟"),
        ("poet", "متى توفي الشاعر عبد الرحمن السعدي؟"),
        ("poet", "متى توفي الشاعر عبد الله الحمداني؟"),
        ("poet", "متى توفي الشاعر عبدالله السعدي عام ألفين وواحد؟"),
        ("prince", "متى زار الأمير سعد بن ماجد باريس؟"),
        ("king", "كم طالبًا تخرج في جامعة الملك ماجد؟"),
        ("club", "كم هدفًا سجل نادي الميناء؟"),
        ("coach", "منذ متى يقود المدرب سعيد الرفاعي الفريق؟"),
        ("coach", "ماذا قال المدرب نبيل الحموي؟"),
        ("metro", "كم محطة في الخط الثالث؟"),
        ("metro", "كم محطة في خط المترو 3؟"),
        ("metro", "كم محطة في الخط رقم 1؟"),
        ("metro", "كم محطة في خط 3؟"),
        ("metro", "كم محطة في خط المترو الأخضر؟"),
        ("metro", "كم محطة في خط الترام الثاني؟"),
        ("cup", "كم فيلمًا شارك في الدورة 5 من مهرجان الفرات؟"),
        ("bridge", "كم كلفة الجسر 1؟"),
        ("poet", "متى توفي سامي السعدي؟"),
        ("novelist", "أين توفيت هدى نصار؟"),
        ("novelist", "متى توفيت شقيقة الروائية هدى سالم؟"),
        ("poet", "متى توفيت زوجة الشاعر عبد الله السعدي؟"),
        ("poet", "متى توفي والده؟"),
        ("poet", "متى توفي ابن الشاعر عبد الله السعدي؟"),
        ("widow", "متى توفي والد الشاعر نبيل الحسن؟"),
    ],
)
def test_an_article_about_the_like_is_left_out(article, question):
    assert not kept(question, ARTICLES[article])


@pytest.mark.parametrize(
    ("article", "question"),
    [
        ("novelist", "متى توفيت الروائية هدى سالم؟"),
        ("novelist", "من هي هدى سالم؟"),
        ("novelist", "كم رواية أصدرت الروائية التي توفيت في بيروت؟"),
        ("minister", "من افتتح مستشفى مدينة الزهراء؟"),
        ("minister", "من هو وزير الصحة؟"),
        ("minister", "كم سريرًا في المستشفى الجديد؟"),
        ("minister", "في أي مدينة افتتح المستشفى؟"),
        ("cup", "كم فيلمًا شارك في الدورة الرابعة من مهرجان الفرات؟"),
        ("cup", "كم فيلمًا شارك في مهرجان الفرات عام 2019؟"),
        ("bridge", "كم كلفة الجسر الثاني على نهر الوادي؟"),
        ("bridge", "ما طول الجسر على النهر؟"),
        ("university", "كم طالبًا في جامعة الشرق؟"),
        ("university", "كم كلية تضم الجامعة؟"),
        ("edition", "كم فيلمًا في الدورة 12 من مهرجان الزيتون؟"),
        ("edition", "كم فيلمًا في الدورة الثانية عشرة؟"),
        ("summit", "كم دولة حضرت القمة العربية الـ32؟"),
        ("summit", "كم دولة حضرت القمة العربية؟"),
        ("poet", "متى توفي الشاعر عبدالله السعدي؟"),
        ("poet", "من هو عبدالله السعدي؟"),
        ("poet", "أين توفي الشاعر عبد الله السعدي عام ألف وتسعمئة وتسعة وتسعين؟"),
        ("prince", "متى زار الأمير سعد ابن خالد باريس؟"),
        ("king", "كم طالبًا تخرج في جامعة الملك سعد؟"),
        ("club", "كم هدفًا سجل نادي النهضة؟"),
        ("street", "متى أغلق شارع الملك سعد؟"),
        ("coach", "ماذا قال المدرب سعيد الحموي؟"),
        ("coach", "من هو مدرب الفريق؟"),
        ("coach", "متى قال المدرب إن فريقه جاهز؟"),
        ("metro", "كم محطة في الخط الثاني؟"),
        ("metro", "كم محطة في خط المترو 2؟"),
        ("metro", "كم محطة في الخط رقم 2؟"),
        ("metro", "كم محطة في خط المترو؟"),
        ("metro", "متى افتتح خط جديد؟"),
        ("cup", "كم فيلمًا شارك في الدورة 4 من مهرجان الفرات؟"),
        ("poet", "متى توفي عبد الله السعدي؟"),
        ("novelist", "أين توفيت هدى سالم؟"),
        ("widow", "متى توفيت زوجة الشاعر نبيل الحسن؟"),
        ("widow", "من نجل نبيل الحسن؟"),
        ("novelist", "من هو والد هدى سالم؟"),
        ("novelist", "متى توفيت هدى سالم عبد الرحمن؟"),
        ("university", "كم عدد أبناء المدينة في جامعة الشرق؟"),
        ("minister", "كم بلغ عدد الأسرة 200؟"),
    ],
)
def test_an_article_that_may_answer_is_kept(article, question):
    assert kept(question, ARTICLES[article])


def test_a_name_in_another_spelling_is_the_same_name():
    text = "قال الرئيس دونالد ترمب إنه سيزور باريس."
    assert kept("ماذا قال الرئيس دونالد ترامب؟", text)


def test_an_article_of_the_year_asked_for_need_not_say_it(sample_index):
    question = understand("متى افتتح الجسر عام 2025؟")
    (passage,) = passages_of("افتتح الوزير الجسر في مايو. وبني الجسر القديم عام 1950.")
    dated = type(passage)(
        passage.chunk, type(passage.article)("1", "عنوان", passage.text, date="2025-05-03"), 1.0, 1
    )
    assert filter_by_names(question, [dated])
    assert not filter_by_names(question, [passage])


@pytest.mark.slow
def test_the_shared_case_is_refused_or_answered_as_it_says(tmp_path):
    if not CASE.is_dir():
        pytest.skip("the shared cases are not on this machine")
    build_index([CASE / "articles"], tmp_path / "index")
    assistant = Assistant.open(tmp_path / "index")
    for line in (CASE / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = assistant.answer(row["question"])
        assert answer.found == row.get("answerable", True), row
        if answer.found:
            assert answer.citations[0].article_id == row["article"]

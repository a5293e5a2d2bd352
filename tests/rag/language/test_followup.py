"""Which questions lean on the one before, and which only look so."""

import json

import pytest
from conftest import SHARED

from index import build_index
from rag import Assistant
from rag.language.followup import complete_follow_up, is_follow_up

CASE = SHARED / "cases" / "17-a-new-question-is-no-follow-up"


@pytest.mark.parametrize(
    "question",
    [
        "من وقّع مذكرة التفاهم؟", "كم سعر الدرهم؟", "من هو المتهم؟", "من مدير المنتزه الوطني؟",
        "متى معرض الفواكه؟", "ما ميزانية الترفيه؟", "أين يعيش القاضي نزيه؟", "من فاز بالأسهم؟",
        "ما أسباب التشويه؟", "كم بلغت كلفة المياه؟", "من رئيس هيئة التوجيه؟", "متى مات الكاهن؟",
        "من هو الفقيه؟", "ما سعر سهم أرامكو؟", "أين فندق المتنزه؟", "من هما الفائزان؟",
        "ما هي العقوبة؟", "من هو مخترع المصباح؟", "متى وقع الاتفاق على المبهم؟",
        "متى توفي عبد الله؟", "من هو رسول الله؟", "من هو موزارت؟", "ما هو السل؟", "من هي سها؟",
        "ما الدولة التي فيها أكبر احتياطي نفط؟", "ما اسم الشجرة التي يستخرج منها الصمغ؟",
        "من اللاعب الذي اختاره المدرب؟", "من الذي معه الكرة الذهبية؟", "ومن هو مدرب الأهلي؟",
        "طيب من هو رئيس فرنسا؟", "من هم الحوثيون؟", "من يلتهم الأسهم؟", "من يكره السباحة؟",
        "كم بلغت نسبه البطالة؟", "من راهن على الحصان؟",
    ],
)  # fmt: skip
def test_a_question_that_only_looks_like_a_follow_up_stands_alone(question):
    assert not is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "وكم محطة فيه؟", "وكم كان عمره؟", "من هو والده؟", "ما هي أسبابه؟", "أين ولدت أمها؟", "ومتى؟",
        "من هو؟", "وكم غواصًا شارك في العثور على جثته؟", "ومن انتُخب نائبًا للرئيس في اجتماعهم؟",
        "ما سببه؟", "وبماذا فاز؟", "من مخرجها؟", "متى افتتحوه؟", "من هو مخرجه؟", "طيب وليش؟",
        "ومتى كان ذلك؟", "وما هي الأسباب؟", "إمتى حصل الكلام ده؟", "طب وكم عدد الضحايا؟", "and why?",
        "وبعدها من فاز على الفريق في النهائي؟", "وفي عام 2020؟", "ماذا عن خط المترو الأول؟",
        "what about 2023?", "ما الذي قاله عنها الوزير؟", "كم مرة سجن؟", "اذكر أهم كتبه",
        "متى نال الجائزة؟", "ما أبرز أسبابه؟",
    ],
)  # fmt: skip
def test_a_question_with_a_pronoun_of_something_unsaid_leans_back(question):
    assert is_follow_up(question)


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("من افتتح خط المترو؟", "ومتى كان ذلك؟", "متى افتتح خط المترو؟"),
        ("من افتتح خط المترو؟", "طيب وليش؟", "ليش افتتح خط المترو؟"),
        ("من افتتح خط المترو؟", "ومن بعده؟", "من بعده؟ (من افتتح خط المترو؟)"),
        ("متى توفي الشاعر؟", "من هو؟", "من هو؟ (متى توفي الشاعر؟)"),
        ("ما سبب تعطل القانون؟", "متى كان ذلك؟", "متى؟ (تعطل القانون)"),
        ("ما قصة مقتل الراعي؟", "وأين؟", "أين؟ (مقتل الراعي)"),
        ("كم عدد المصابين؟", "لماذا؟", "لماذا؟ (المصابين)"),
        ("ما هي حصيلة الهجوم؟", "ومتى؟", "متى؟ (الهجوم)"),
        ("ما حصيلة الهجوم؟", "أعطني تفاصيل أكثر", "أعطني تفاصيل أكثر؟ (حصيلة الهجوم)"),
        ("من سجل الهدف؟", "المزيد", "المزيد؟ (من سجل الهدف؟)"),
        ("من سجل الهدف؟", "فسّر لي أكثر", "فسّر لي أكثر؟ (من سجل الهدف؟)"),
        ("من سجل الهدف؟", "اشرح قانون المالية", "اشرح قانون المالية"),
        ("كم بلغ الإنتاج عام 2022؟", "وماذا عن 2023؟", "كم بلغ الإنتاج عام 2023؟"),
        ("كم بلغ الإنتاج عام 2022؟", "وشنو عن 2023؟", "كم بلغ الإنتاج عام 2023؟"),
        ("كم بلغ الإنتاج عام ٢٠٢٢؟", "what about 2023?", "كم بلغ الإنتاج عام 2023؟"),
        ("كم بلغ إنتاج القمح؟", "وفي عام 2020؟", "كم بلغ إنتاج القمح في عام 2020؟"),
        ("How much wheat was sold in 2022?", "and in 2023?", "How much wheat was sold in 2023?"),
        ("Who opened the metro?", "ومتى؟", "متى؟ (Who opened the metro?)"),
    ],
)
def test_what_is_left_unsaid_is_taken_from_the_last_question(before, question, understood):
    assert complete_follow_up(question, [(before, "")]) == understood


POET = ("متى توفي الشاعر سامي الرافعي؟", "توفي الرافعي عام 1999 في المستشفى الوطني [1].")


@pytest.mark.parametrize(
    "question",
    [
        "متى الانتخابات؟", "كم التضخم؟", "أين المعرض؟", "ما الطقس؟", "من البابا؟", "متى الجنازة؟",
        "وما عاصمة تشيلي؟", "وما هي عملة اليابان؟",
    ],
)  # fmt: skip
def test_a_short_question_of_a_noun_that_was_not_spoken_of_is_a_new_one(question):
    assert complete_follow_up(question, [POET]) == question


@pytest.mark.parametrize(
    "question",
    [
        "أين المستشفى؟", "ما السبب؟", "أين الحادث؟", "كم الضحايا؟", "من الفائز؟", "أين هو الشاعر؟",
        "وما سبب الوفاة؟", "وما أهم رواية؟", "وما عدد دواوينه؟", "وكم الجائزة؟", "متى تزوج؟",
    ],
)  # fmt: skip
def test_a_short_question_of_what_was_spoken_of_leans_back(question):
    assert POET[0] in complete_follow_up(question, [POET])


@pytest.mark.slow
def test_conversations_of_the_shared_case(tmp_path):
    if not CASE.is_dir():
        pytest.skip("the shared cases are not on this machine")
    build_index([CASE / "articles"], tmp_path / "index")
    assistant = Assistant.open(tmp_path / "index")
    rows = (CASE / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, rows):
        answer = assistant.answer(row["question"], history=[(row["before"], "")])
        completed = answer.standalone_question != row["question"]
        assert completed == (row["kind"] == "leans"), row
        cited = [citation.article_id for citation in answer.citations]
        if "article" in row:
            assert cited[:1] == [row["article"]], (row, answer.text)
        else:
            assert not answer.found, (row, answer.text)

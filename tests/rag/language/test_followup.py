"""Which questions lean on the one before, and which only look so."""

import json

import pytest
from conftest import SHARED

from index import build_index
from rag import Assistant
from rag.language.followup import is_follow_up

CASE = SHARED / "cases" / "17-a-new-question-is-no-follow-up"


@pytest.mark.parametrize(
    "question",
    [
        "من وقّع مذكرة التفاهم؟", "كم سعر الدرهم؟", "من هو المتهم؟", "من مدير المنتزه الوطني؟",
        "متى معرض الفواكه؟", "ما ميزانية الترفيه؟", "أين يعيش القاضي نزيه؟", "من فاز بالأسهم؟",
        "ما أسباب التشويه؟", "كم بلغت كلفة المياه؟", "من رئيس هيئة التوجيه؟", "متى مات الكاهن؟",
        "من هو الفقيه؟", "ما سعر سهم أرامكو؟", "أين فندق المتنزه؟", "من هما الفائزان؟",
        "ما هي العقوبة؟", "من هو مخترع المصباح؟", "متى وقع الاتفاق على المبهم؟",
    ],
)  # fmt: skip
def test_a_question_that_only_looks_like_a_follow_up_stands_alone(question):
    assert not is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "وكم محطة فيه؟", "وكم كان عمره؟", "من هو والده؟", "ما هي أسبابه؟", "أين ولدت أمها؟", "ومتى؟",
        "من هو؟", "وكم غواصًا شارك في العثور على جثته؟", "ومن انتُخب نائبًا للرئيس في اجتماعهم؟",
        "ما سببه؟", "وبماذا فاز؟", "من مخرجها؟", "متى افتتحوه؟",
    ],
)  # fmt: skip
def test_a_question_with_a_pronoun_of_something_unsaid_leans_back(question):
    assert is_follow_up(question)


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

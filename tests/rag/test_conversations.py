"""Follow-ups of real conversations over the samples, completed without any model."""

import json
from collections import Counter

import pytest
from conftest import ROOT

from rag.language.followup import complete_follow_up, is_follow_up

CONVERSATIONS = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "conversations.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
IN_TOP = 3
RIGHT_AT_LEAST = 0.95  # reached: all of them


def completed(turns):
    return complete_follow_up(turns[-1], [(turn, "") for turn in turns[:-1]])


def test_there_are_enough_of_every_kind():
    kinds = Counter(conversation["kind"] for conversation in CONVERSATIONS)
    assert len(CONVERSATIONS) >= 60
    assert min(kinds.values()) >= 8


@pytest.mark.slow
def test_a_completed_follow_up_finds_the_right_article(assistant):
    wrong = []
    for conversation in CONVERSATIONS:
        question = completed(conversation["turns"])
        passages = assistant.search(question)
        found = list(dict.fromkeys(passage.article.id for passage in passages))[:IN_TOP]
        if not set(found) & set(conversation["articles"]):
            wrong.append((conversation["turns"], question))
    assert len(wrong) <= (1 - RIGHT_AT_LEAST) * len(CONVERSATIONS), wrong


@pytest.mark.parametrize(
    "turns",
    [c["turns"] for c in CONVERSATIONS if c["kind"] == "topic change"],
    ids=lambda turns: turns[-1],
)
def test_a_new_topic_is_left_as_it_is(turns):
    assert completed(turns) == turns[-1]


@pytest.mark.parametrize(
    ("turns", "meant"),
    [
        (["من سجل هدف الفوز في النهائي؟", "ومتى؟"], "متى سجل هدف الفوز في النهائي؟"),
        (["من هي سارة حداد؟", "كم عمرها؟"], "كم عمرها؟ (سارة حداد)"),
        (["ما خطة الكهرباء؟", "من مولها؟"], "من مولها؟ (خطة الكهرباء)"),
        (
            ["ما الفيلم الفائز في قرطاج؟", "من أخرجه؟", "وكم بلغت ميزانيته؟"],
            "كم بلغت ميزانيته؟ (الفيلم الفائز في قرطاج)",
        ),
        (["كم دام ترميم القاعة؟", "بكم نقطة؟"], "بكم نقطة؟ (كم دام ترميم القاعة؟)"),
    ],
)
def test_a_follow_up_reads_like_a_question(turns, meant):
    assert completed(turns) == meant


def test_a_question_about_this_article_stands_alone():
    assert not is_follow_up("ماذا يقول هذا المقال عن أسعار النفط؟")


def test_what_was_understood_is_told(assistant):
    history = [("من هي سارة حداد؟", "لاعبة شطرنج [1].")]
    found = assistant.answer("وكم عمرها؟", history=history)
    assert found.standalone_question == "كم عمرها؟ (سارة حداد)"
    assert "13" in found.text


@pytest.mark.parametrize("follow_up", ["وكم عدد سكانها؟", "ومن رئيسها؟", "ومتى تأسست؟"])
def test_history_that_was_refused_does_not_open_the_gate(assistant, follow_up):
    question = "ما عاصمة نيوزيلندا؟"
    refused = assistant.answer(question)
    assert not refused.found
    assert not assistant.answer(follow_up, history=[(question, refused.text)]).found

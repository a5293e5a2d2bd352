import datetime as dt
from dataclasses import replace

import pytest
from conftest import ROOT
from passages import TEXT, passages_of

from prompts import PromptError, load_phrases, load_prompt
from rag.language.forms import Form
from rag.question import understand
from rag.reading.reading import Reading
from rag.writing.generating import render

GOLDEN = ROOT / "tests" / "data"
TODAY = dt.date(2025, 9, 10)


@pytest.mark.parametrize("name", ["answer", "rewrite", "verify"])
def test_a_prompt_declares_exactly_what_it_uses(name):
    assert load_prompt(name).placeholders


def test_a_placeholder_without_value_is_an_error():
    with pytest.raises(PromptError, match="takes"):
        load_prompt("answer").fill(question="سؤال")


def test_an_unknown_prompt_is_an_error():
    with pytest.raises(PromptError, match="no prompt"):
        load_prompt("nothing")


def test_both_languages_say_the_same_things():
    assert load_phrases("ar").keys() == load_phrases("en").keys()


def test_the_rendered_prompt_is_the_reviewed_one():
    first, second = passages_of(TEXT.replace("الجديد", "الجديد أمس"), "خبر آخر.")
    dated = replace(first, article=replace(first.article, date="2025-09-03", source="الراصد"))
    reading = Reading(understand("كم بلغت كلفة الجسر؟"), [dated, second])
    rendered = "\n=====\n".join(render(load_prompt("answer"), reading, TODAY)) + "\n"
    golden = GOLDEN / "answer-prompt.txt"
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("كم بلغت كلفة الجسر؟", "ابدأ بالجواب نفسه"),
        ("ما هي شروط القرض؟", "كل عنصر في سطر"),
        ("كيف تغيّرت حصيلة الضحايا؟", "الأقدم أولًا"),
        ("لخّص ما حدث في المرفأ", "في أربع إلى سبع جمل"),
        ("قارن بين سعر القمح والشعير", "الطرفين"),
        ("كم كلفة الجسر ومتى افتتح؟", "أجب عن كل جزء"),
    ],
)
def test_the_model_is_told_which_form_of_answer_is_wanted(question, wanted):
    reading = Reading(understand(question), passages_of(TEXT))
    assert wanted in render(load_prompt("answer"), reading, TODAY)[1]


def test_every_form_of_answer_has_an_outline():
    assert {form.value for form in Form} <= load_prompt("answer").outlines.keys()

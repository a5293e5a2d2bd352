"""The few words that answer, over the samples with the model that ships."""

import pytest

from index import build_index
from rag import Assistant


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("متى بني سد الوادي الأخضر؟", "عام 1987"),
        ("كم قطعة أثرية عرضت في قاعة الآشوريين بمتحف الموصل؟", "92 قطعة"),
        ("كم تلميذًا سيحصل على وجبات ساخنة مجانية؟", "84 ألف تلميذ"),
    ],
)
def test_a_clear_date_or_number_is_given_in_few_words(assistant, question, short):
    answer = assistant.answer(question)
    assert answer.short == short
    assert any(answer.short in citation.quote for citation in answer.citations)
    assert answer.to_dict()["short"] == answer.short


@pytest.mark.parametrize("question", ["لماذا اندلع حريق مصنع الدهانات؟", "هل في السد تشققات؟"])
def test_a_question_that_few_words_cannot_answer_gets_none(assistant, question):
    assert assistant.answer(question).short is None


def test_a_refusal_has_no_short_answer(assistant):
    assert assistant.answer("متى تأسست جامعة طوكيو؟").short is None


TABLE = """# مشاريع المدينة في 2025

نشرت البلدية جدول مشاريعها.

| المشروع | الكلفة بالمليون | عدد العمال |
|---|---|---|
| الجسر | | 20 |
| السوق | 50 | 7 |
| المتحف | 31 | |
"""


def test_cells_of_several_columns_are_no_short_answer(tmp_path, bundled):
    (tmp_path / "a.md").write_text(TABLE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("مدرسة\n\nبنت البلدية مدرسة تضم عشرين صفًا.", encoding="utf-8")
    build_index([tmp_path / "a.md", tmp_path / "b.txt"], tmp_path / "index", embedder=bundled)
    answer = Assistant.open(tmp_path / "index").answer("كم عدد عمال الجسر؟")
    assert answer.found
    assert answer.short is None

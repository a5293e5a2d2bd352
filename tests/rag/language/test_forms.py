import pytest

from index.arabic.words import split_words
from rag.language.forms import Form, detect_form
from rag.language.questions import detect_kind


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("كم بلغ عدد الركاب؟", Form.FACT),
        ("من افتتح الجسر؟", Form.FACT),
        ("من كتب قصة الجسر؟", Form.FACT),
        ("متى بدأ مسار العدالة؟", Form.FACT),
        ("عدد القتلى في الحادث؟", Form.FACT),
        ("How many people were hurt?", Form.FACT),
        ("هل افتتح الجسر؟", Form.YES_NO),
        ("افتتح الجسر ولا لا؟", Form.YES_NO),
        ("لماذا أغلق المصنع؟", Form.WHY),
        ("كيفاش تسكر المصنع؟", Form.WHY),
        ("ما هي شروط القرض؟", Form.LIST),
        ("اذكر الدول المشاركة", Form.LIST),
        ("من هم أعضاء اللجنة؟", Form.LIST),
        ("ما الجوائز الخمس التي يمنحها المعرض؟", Form.LIST),
        ("ما هي النتائج الرسمية؟", Form.LIST),
        ("ما الفوائد؟", Form.LIST),
        ("ما الأسلحة المستخدمة؟", Form.LIST),
        ("ما العائق؟", Form.FACT),
        ("من هو السائق؟", Form.FACT),
        ("قارن بين سعر القمح والشعير", Form.COMPARISON),
        ("شو الفرق بين النظامين؟", Form.COMPARISON),
        ("أيهما أكبر، طرابلس أم تونس؟", Form.COMPARISON),
        ("كيف تغيّرت حصيلة الضحايا؟", Form.TIMELINE),
        ("ما مراحل المحاكمة؟", Form.TIMELINE),
        ("رتّب الأحداث زمنيا", Form.TIMELINE),
        ("لخّص ما حدث في المرفأ", Form.SUMMARY),
        ("احكيلي شو صار بالطيارة", Form.SUMMARY),
        ("عايز ملخص عن الحادث", Form.SUMMARY),
        ("ما قصة السفينة؟", Form.SUMMARY),
        ("Summarize the accident", Form.SUMMARY),
        ("What is the difference between the two?", Form.COMPARISON),
        ("لماذا وقع الحادث؟", Form.WHY),
        ("بماذا حصل الفريق على الكأس؟", Form.FACT),
        ("لماذا اختلف النواب؟", Form.WHY),
        ("لماذا تعطّل مسار العدالة؟", Form.WHY),
        ("كيف كان مسار القضية؟", Form.TIMELINE),
        ("هل نشرت الوزارة تفاصيل الحركة؟", Form.YES_NO),
        ("هل يمكن تلخيص التقرير؟", Form.SUMMARY),
        ("هل اختلف النواب حول العتبة؟", Form.YES_NO),
        ("هل تختلف الحصيلة بين المصدرين؟", Form.COMPARISON),
        ("كم عدد الفرق المشاركة في البطولة؟", Form.FACT),
        ("ما هي الفرق المشاركة؟", Form.LIST),
        ("ما هو الفرق في السعر بين الخبزين؟", Form.COMPARISON),
        ("متى يتفق الطرفان؟", Form.FACT),
        ("ماذا قال المخرج عن قصة الفيلم؟", Form.FACT),
        ("ما هي تشكيلة الفريق؟", Form.LIST),
    ],
)
def test_a_question_wants_a_form_of_answer(question, form):
    spoken = split_words(question)
    assert detect_form(spoken, detect_kind(spoken)) is form

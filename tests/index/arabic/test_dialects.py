import pytest

from index.arabic.dialects import normalize_dialect


@pytest.mark.parametrize(
    ("spoken", "standard"),
    [
        ("إمتى هيرجع الماء؟", "متى سيرجع الماء؟"),
        ("وين صار الحريق؟", "أين صار الحريق؟"),
        ("شكون ربح الماراثون؟", "من ربح الماراثون؟"),
        ("ليش حيتأخر القطار؟", "لماذا سيتأخر القطار؟"),
        ("قديش سعر التذكرة؟", "كم سعر التذكرة؟"),
        ("شكون مات في أكسيدون الترينو؟", "من مات في حادث القطار؟"),
        ("قدّاش مريض في السبيطارات وبالباصات؟", "كم مريض في المستشفيات وبالحافلات؟"),
        ("مين قتل السواق عالكاميون؟", "من قتل السائق على الشاحنة؟"),
    ],
)
def test_a_question_in_a_dialect_is_asked_in_the_standard_language(spoken, standard):
    assert normalize_dialect(spoken) == standard


@pytest.mark.parametrize(
    "question",
    [
        "متى تأسست هيئة الكهرباء؟",
        "كم عدد سكان بيروت؟",
        "لماذا سميت كرة القدم بكرة؟",
        "What is the plan?",
        "",
    ],
)
def test_any_other_question_is_left_alone(question):
    assert normalize_dialect(question) == question

"""What may be asked next is made of what the articles say and the answer did not."""

import pytest

from rag.language.suggestions import list_suggestions


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "وأوضح مدير الميناء طارق الحلبي أن العمل يبدأ غدًا.",
            "وماذا قال مدير الميناء طارق الحلبي؟",
        ),
        ("وأضافت رئيسة البلدية هند القاضي أن الطريق مغلق.", "وماذا قالت رئيسة البلدية هند القاضي؟"),
        ("وبلغ عدد المتطوعين المسجلين، حتى أمس، 340.", "وكم عدد المتطوعين المسجلين؟"),
        ("وارتفعت نسبة الحضور إلى 82%.", "وما نسبة الحضور؟"),
    ],
)
def test_a_sentence_offers_what_it_answers(sentence, question):
    assert list_suggestions([sentence]) == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "وأضاف أن الطريق مغلق.",
        "وقال المصدر نفسه إن العمل يبدأ غدًا.",
        "وينشر الحزب عدد المقاعد لاحقًا.",
        "فاز الفريق بالمباراة.",
    ],
)
def test_a_sentence_without_a_name_or_a_number_offers_nothing(sentence):
    assert list_suggestions([sentence]) == []

"""A list that an article writes out is taken whole, whichever of its items was found."""

import pytest

from index.arabic.sentences import sentence_spans
from rag.language.written_lists import find_written_list


def find(text, words):
    spans = sentence_spans(text)
    item = next(n for n, (a, b) in enumerate(spans) if words in text[a:b])
    return [text[a:b] for a, b in find_written_list(text, spans, item)]


NUMBERED = "كشف التحقيق ما يلي: 1. كان الجسر قديما. 2. لم يفحص. 3.سقط ليلا. وأغلق الطريق."
ORDINALS = (
    "طلبت النقابة أمرين. أولا رفع الأجور. وهي لم ترفع منذ عام. وثانيا نقل العمال. وانتهى اللقاء."
)
BULLETS = "المواد:\n- دقيق أبيض\n- زيت زيتون\n- ملح البحر\nيخلط الكل."


@pytest.mark.parametrize("words", ["1. كان", "2. لم", "3.سقط"])
def test_a_numbered_list_is_whole_from_its_first_item_on(words):
    found = find(NUMBERED, words)
    assert "كان الجسر قديما" in found[0]
    assert found[1:] == ["2. لم يفحص.", "3.سقط ليلا."]


@pytest.mark.parametrize("words", ["أولا", "ثانيا"])
def test_what_stands_between_two_items_belongs_to_the_first(words):
    assert find(ORDINALS, words) == [
        "أولا رفع الأجور.",
        "وهي لم ترفع منذ عام.",
        "وثانيا نقل العمال.",
    ]


@pytest.mark.parametrize("words", ["دقيق", "زيت", "ملح"])
def test_lines_with_bullets_are_one_list(words):
    assert find(BULLETS, words) == ["- دقيق أبيض", "- زيت زيتون", "- ملح البحر"]


@pytest.mark.parametrize(
    "text",
    [
        "بلغ السعر 1. وارتفع 2. قليلا.",
        "الأول علي. حضر سالم. غاب سعد. 2017 عام صعب.",
        "- وات - افتتح الجسر.",
    ],
)
def test_what_only_looks_like_an_item_is_no_list(text):
    assert all(
        not find_written_list(text, sentence_spans(text), n)
        for n in range(len(sentence_spans(text)))
    )


def test_other_numbers_begin_another_list():
    text = "1. القمح.\n2. الشعير.\nثم البقول:\n1. الفول.\n2. الحمص."
    assert find(text, "الشعير") == ["1. القمح.", "2. الشعير."]

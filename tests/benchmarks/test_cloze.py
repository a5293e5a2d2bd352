"""Questions made from sentences of news."""

import pytest

from benchmarks.cloze import make_cloze_questions
from benchmarks.news_words import NewsWords

VERBS = [
    ("أوقفت", "أوقف"),
    ("أعلنت", "أعلن"),
    ("قالت", "قال"),
]
TEXT = (
    "أوقفت الشرطة 12 شخصا في مدينة صفاقس يوم الأحد 5 مارس 2017."
    " قال السيد نبيل حمدان إن الميناء الجديد مفتوح للسفن الكبيرة."
)


@pytest.fixture(scope="module")
def words():
    texts = [f"{verb} الإدارة خبرا مهما جدا." for pair in VERBS for verb in pair] * 5
    texts += ["قال السيد نبيل حمدان إن العمل بدأ.", "قالت الإدارة إن العمل بدأ."] * 20
    texts += ["وصل الوفد إلى مدينة صفاقس.", "الطقس جميل في صفاقس.", "أحصينا 12 شخصا هناك."] * 5
    return NewsWords(texts)


@pytest.fixture(scope="module")
def made(words):
    return {cloze.text: cloze for cloze in make_cloze_questions(TEXT, words)}


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("متى أوقفت الشرطة 12 شخصا في مدينة صفاقس؟", "يوم الأحد 5 مارس 2017", "when"),
        ("أين أوقفت الشرطة 12 شخصا يوم الأحد 5 مارس 2017؟", "مدينة صفاقس", "where"),
        ("كم شخصا أوقفت الشرطة في مدينة صفاقس يوم الأحد 5 مارس 2017؟", "12 شخصا", "how many"),
        ("من قال إن الميناء الجديد مفتوح للسفن الكبيرة؟", "نبيل حمدان", "who"),
    ],
)
def test_what_is_taken_out_of_a_sentence_is_asked_for(made, question, answer, kind):
    cloze = made[question]
    assert TEXT[cloze.answer.start : cloze.answer.end] == answer
    assert cloze.kind == kind


def test_every_answer_lies_in_its_sentence(made):
    assert all(
        c.sentence.start <= c.answer.start < c.answer.end <= c.sentence.end for c in made.values()
    )


def test_verbs_and_names_are_learned_from_the_texts(words):
    assert words.is_verb("اوقفت")
    assert not words.is_verb("مدينه")
    assert "نبيل" in words.first_names
    assert words.complement("قال") == "ان"

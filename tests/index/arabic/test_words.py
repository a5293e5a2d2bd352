import pytest

from index.arabic.words import analyse, fold, normalize_for_embedding, skeleton, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ترامب", "ترمب"),
        ("الأميركي", "الأمريكية"),
        ("نتنياهو", "نتانياهو"),
        ("غوتيريش", "غوتيريس"),
        ("واشنطن", "واشنغتون"),
        ("مسؤول", "مسئول"),
        ("مدرسة", "المدرسه"),
        ("إعلان", "اعلانات"),
        ("مُهَنْدِسُونَ", "والمهندسين"),
        ("فبراير", "شباط"),
        ("يناير", "جانفي"),
        ("٢٠٢٥", "2025"),
        ("ﻻعب", "لاعب"),
        ("کتاب", "كتاب"),
        ("جمـــيل", "جميل"),
        ("كلفته", "الكلفة"),
        ("ونسبتها", "نسبة"),
    ],
)
def test_spellings_of_one_word_become_one_term(one, other):
    assert analyse(one) == analyse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("كتاب", "كاتب"), ("علم", "عالم"), ("شركة", "شريك"), ("مكتب", "كتب"), ("جمل", "جميل")],
)
def test_different_words_stay_apart(one, other):
    assert analyse(one) != analyse(other)


def test_vocalised_text_folds_to_bare_text():
    assert fold("اَلسَّلامُ عَلَيْكُمْ") == fold("السلام عليكم")


def test_folding_is_stable():
    text = "إعلانُ ٱلقمّة ﷲ «آخر» ٢٫٥ NATO"
    assert fold(fold(text)) == fold(text)


def test_short_and_latin_words_are_not_stemmed():
    assert [stem(word) for word in ("من", "يد", "nato", "g7")] == ["من", "يد", "nato", "g7"]


def test_skeleton_keeps_three_letters():
    assert skeleton("باب") == "باب"
    assert len(skeleton("وايون")) >= 3


def test_embedder_sees_one_spelling_but_the_rest_as_written():
    assert normalize_for_embedding("قالَ ترمب لِلأميركيين ٢٠٢٥") == normalize_for_embedding(
        "قال ترامب للأمريكيين 2025"
    )
    assert normalize_for_embedding("مدرسة إلى") == "مدرسة إلى"


def test_a_name_inside_another_word_is_left_alone():
    assert normalize_for_embedding("مايكل وبوتنشكو") == "مايكل وبوتنشكو"

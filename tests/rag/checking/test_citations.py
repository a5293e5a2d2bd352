import pytest

from rag.checking.citations import (
    find_unfinished_sentence,
    parse_citations,
    split_claims,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("كما في [٢] ثم [1].", [2, 1]),
        ("[0] و [9]", [9]),
        ("معًا [1، 2] و[3,4]", [1, 2, 3, 4]),
        ("مكرر [1][1]", [1]),
        ("【3】", [3]),
        ("ليس [رقمًا] ولا (1)", []),
    ],
)
def test_numbers_are_read_however_a_model_writes_them(text, numbers):
    assert parse_citations(text) == numbers


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before():
    claims = split_claims("وصل الوفد. [1] ثم غادر [2].")
    assert [(claim.text, claim.numbers) for claim in claims] == [
        ("وصل الوفد.", (1,)),
        ("ثم غادر.", (2,)),
    ]


def test_bullets_and_paragraphs_are_kept():
    claims = split_claims("مقدمة:\n- بند أول [1]\n- بند ثان [2]\n\nخاتمة [1]")
    assert [claim.lead for claim in claims] == ["", "\n- ", "\n- ", "\n\n"]


def test_text_without_words_is_no_claim():
    assert split_claims(" ... [1] ") == []


def test_a_sentence_is_complete_when_another_begins():
    assert find_unfinished_sentence("وصل الوفد. [1]") == 0
    text = "وصل الوفد [1]. ثم غا"
    assert text[find_unfinished_sentence(text) :] == "ثم غا"

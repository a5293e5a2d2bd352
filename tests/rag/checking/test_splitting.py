"""However a model lays its answer out, it is read as sentences, each with what it cites."""

import pytest

from rag.checking.splitting import ClaimSplitter, split_claims

ITEM, ROW = "\n- ", "\n- "
FORMATS = {
    "وصل الوفد... [1] ثم غادر؟! (2)\nوعاد. (3)": [
        ("", "", "وصل الوفد...", 1), (" ", "", "ثم غادر؟!", 2), ("\n", "", "وعاد.", 3),
    ],
    "إليك الأرقام:\n\n- **الطول:** يبلغ 72 كلم [1].\n* **الكلفة**: 8 مليارات [2]\n• بند (المصدر 3)"
    ". وتتمته [3].\n  وهذا منه [4].\n\nخاتمة [1].": [
        (ITEM, "الطول", "يبلغ 72 كلم.", 1), (ITEM, "الكلفة", "8 مليارات", 2), (ITEM, "", "بند.", 3),
        (" ", "", "وتتمته.", 3), (" ", "", "وهذا منه.", 4), ("\n\n", "", "خاتمة.", 1),
    ],
    "1. الأولى [1].\n2) الثانية\n[2]\n\n٣- الثالثة [٣]\n(4) الرابعة [4]. نعم [5]": [
        ("\n1. ", "", "الأولى.", 1), ("\n2. ", "", "الثانية", 2), ("\n3. ", "", "الثالثة", 3),
        ("\n4. ", "", "الرابعة.", 4), (" ", "", "نعم", 5),
    ],
    "**1. الطول:** 72 كلم [1].\n**2.** العرض 5 كلم [2].": [
        ("\n1. ", "الطول", "72 كلم.", 1), ("\n2. ", "", "العرض 5 كلم.", 2),
    ],
    "1. **الطول**\n   يبلغ 72 كلم [1].\n2. **الكلفة**\n   - ثمانية [2]\n3. **أحمد**\n4. **سعيد** [4]": [
        ("\n1. ", "الطول", "يبلغ 72 كلم.", 1), ("\n  - ", "", "ثمانية", 2), ("\n3. ", "", "أحمد", 0),
        ("\n4. ", "", "سعيد", 4),
    ],
    "## الكلفة\n\nبلغت 8 مليارات [1].\n\n---\n**العرض:**\n- خمسة [2]\n\n**المصادر**\n[1] عنوان\n- [2] آخر": [
        ("", "", "بلغت 8 مليارات.", 1), (ITEM, "", "خمسة", 2),
    ],
    "| البند | القيمة | المصدر |\n|---|:-:|---|\n| الطول | 72 كلم | [1] |\n| الكلفة | 8 مليارات [2] | |\n": [
        (ROW, "الطول", "72 كلم", 1), (ROW, "الكلفة", "8 مليارات", 2),
    ],
    "| # | القناة | الطول | الكلفة |\n|--|--|--|--|\n| 1 | السويس | 72 كلم [1] | 8 مليارات [2] |\nتم [3].": [
        (ROW, "السويس، الطول", "72 كلم", 1), (ROW, "السويس، الكلفة", "8 مليارات", 2),
        ("\n\n", "", "تم.", 3),
    ],
    "الطول | 72 كلم [1]\nالعرض | 5 كلم [2]": [(ROW, "الطول", "72 كلم", 1), (ROW, "العرض", "5 كلم", 2)],
    "```markdown\nوصل `الوفد` \\[1\\].\n```\n> غادر <b>سريعًا</b> **[2]**. و**بلغ الطول 72 كلم.** [3]": [
        ("", "", "وصل الوفد.", 1), ("\n", "", "غادر سريعًا.", 2), (" ", "", "وبلغ الطول 72 كلم.", 3),
    ],
    "وصل [الوفد](http://a.example/?q=1). [1](http://a.example) ![صورة](http://a.example) ثم غادر [2].": [
        ("", "", "وصل الوفد.", 1), (" ", "", "ثم غادر.", 2),
    ],
    "**الطول:** 72 كلم [1]. **الكلفة:** 8 مليارات [2]": [
        ("", "الطول", "72 كلم.", 1), (" ", "الكلفة", "8 مليارات", 2),
    ],
    "(87) كبسولة في 2015 (1). وقال أ.د. أحمد وج. ك. رولينغ: «لن نعود. هذا نهائي» لقوات U.S. في 3.5 كلم [2].": [
        ("", "", "(87) كبسولة في 2015.", 1),
        (" ", "", "وقال أ.د. أحمد وج. ك. رولينغ: «لن نعود. هذا نهائي» لقوات U.S. في 3.5 كلم.", 2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", FORMATS)
def test_every_layout_becomes_sentences_however_it_is_cut(text):
    whole = split_claims(text)
    told = [(claim.lead, claim.label, claim.text, *(claim.numbers or (0,))) for claim in whole]
    assert told == FORMATS[text]
    cuts = [(text[:place], text[place:]) for place in range(len(text))]
    for pieces in (list(text), *cuts):
        splitter = ClaimSplitter()
        found = [claim for piece in pieces for claim in splitter.feed(piece)]
        assert [*found, *splitter.finish()] == whole, pieces


def test_headings_and_introductions_stand_above_and_are_no_claims():
    text = "# عنوان\n## كلفة المشروع\nبلغت 8 مليارات [1].\n**العرض**\nوهو خمسة [2]. ومن أسبابه:\n- كذا [3]"
    assert [(c.heading, c.text) for c in split_claims(text)] == [
        ("كلفة المشروع", "بلغت 8 مليارات."),
        ("العرض", "وهو خمسة."),
        ("ومن أسبابه", "كذا"),
    ]
    assert [(c.text, c.is_aside) for c in split_claims("**72 كلم**")] == [("72 كلم", True)]


def test_a_sentence_comes_as_soon_as_nothing_can_change_it():
    splitter = ClaimSplitter()
    come = [len(splitter.feed(piece)) for piece in ("وصل الوفد. ", "[1", "] ", "ثم", " غادر.\n")]
    assert come == [0, 0, 0, 0, 1]
    assert len(splitter.feed("و")) == 1


def test_a_number_in_round_brackets_may_be_of_the_text():
    (claim,) = split_claims("نصت على ذلك المادة (2).")
    assert (claim.text, claim.numbers, claim.literal) == (
        "نصت على ذلك المادة.",
        (2,),
        "نصت على ذلك المادة (2).",
    )


def test_text_without_words_is_no_claim():
    assert split_claims(" ... [1] \n\n>\n-\n|\n``` ") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("وصل الوفد [[1]].", (1,)),
        ("وصل الوفد ([1]).", (1,)),
        ("وصل الوفد (انظر [1]).", (1,)),
        ("وصل الوفد [المرجع 2].", (2,)),
        ("وصل الوفد [المصدر رقم 2].", (2,)),
        ("وصل الوفد (وفق المقطع 2).", (2,)),
    ],
)
def test_no_bracket_of_a_mark_is_left(text, numbers):
    (claim,) = split_claims(text)
    assert (claim.text, claim.numbers) == ("وصل الوفد.", numbers)
    splitter = ClaimSplitter()
    pieces = [claim for letter in text for claim in splitter.feed(letter)]
    assert [*pieces, *splitter.finish()] == [claim]


@pytest.mark.parametrize("mark", [".", "[", "![", "[a]("])
def test_a_mark_that_a_model_repeats_without_end_is_read_to_its_end(mark):
    text = f"وصل الوفد {mark * 2_000}"[:2_000]  # it took minutes
    splitter = ClaimSplitter()
    for start in range(0, len(text), 4):
        splitter.feed(text[start : start + 4])
    assert splitter.finish()[0].text.startswith("وصل الوفد")

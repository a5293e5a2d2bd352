"""What a model says of sentences is read in any form, and believed where it shows the words."""

import pytest
from passages import passages_of

from rag.checking.opinions import Opinion, find_quoted, read_opinions
from rag.checking.verdicts import Verdict

QUOTE = "بلغت كلفة الجسر 12 مليون دينار"
TEXT = f"افتتح الوزير جسر النهر الجديد يوم الأحد. {QUOTE}. وقال الوزير: «هذا إنجاز»."


@pytest.mark.parametrize(
    "reply",
    [
        f"2 | نعم | 3 | {QUOTE}",
        f"٢ | نعم | ٣ | «{QUOTE}».",
        f"| 2 | **نعم** | [3] | {QUOTE} |",
        f"الجملة 2: نعم، المقطع 3: «{QUOTE}»",
        f'- 2. yes - passage 3 - "{QUOTE}"',
        f'```json\n[{{"number": 2, "verdict": "نعم", "passage": 3, "quote": "{QUOTE}"}}]\n```',
        f'{{"2": {{"verdict": "yes", "passage": "3", "quote": "{QUOTE}"}}}}',
        f"2 | نعم | 3، 4 | {QUOTE}",
        f"2 | نعم | 3 و4 | {QUOTE}",
        f"2 | نعم | [3][4] | {QUOTE}",
        f"2 | yes | 3 and 4 | {QUOTE}",
        f"إليك الحكم:\n| الجملة | الحكم |\n|---|---|\n| 2 | نعم | 3 | {QUOTE} |\nانتهى.",
    ],
)
def test_an_opinion_is_read_however_it_is_laid_out(reply):
    assert read_opinions(reply) == {2: Opinion(Verdict.SUPPORTED, 3, QUOTE)}


def test_yes_no_and_not_told_are_told_apart():
    words = {
        "نعم": "supported", "Yes": "supported", "لا": "contradicted", "no": "contradicted",
        "غير مذكور": "unsure", "لا تذكره المقاطع": "unsure", "unsure": "unsure",
        "غير صحيح": "contradicted", "غير دقيقة": "contradicted", "غير صحيحًا": "contradicted",
        "not true": "contradicted", "نعم جزئيا": "unsure", "نعم، جزئيًا": "unsure",
        "yes, partly": "unsure", "جزئيًا": "unsure",
    }  # fmt: skip
    lines = "\n".join(f"{n} | {word} | - | -" for n, word in enumerate(words, start=1))
    assert [one.verdict for one in read_opinions(lines).values()] == list(words.values())


@pytest.mark.parametrize(
    "reply",
    [
        "",
        f'{{"number": {"1" * 5_000}}}',
        f'{{"number": {"[" * 100_000}}}',
        "نعم",
        "كل الجمل صحيحة.",
        "1 | لعل | 2 | كلام",
        "{[}",
        "1 |",
    ],
)
def test_what_says_nothing_clear_is_no_opinion(reply):
    assert read_opinions(reply) == {}


def test_the_number_of_a_quote_is_not_taken_for_a_passage():
    opinion = read_opinions("1 | نعم | 12 مليون دينار كلفة الجسر")[1]
    assert (opinion.passage, opinion.quote) == (0, "12 مليون دينار كلفة الجسر")


def test_the_first_opinion_on_a_sentence_counts():
    assert read_opinions("1 | لا | - | -\n1 | نعم | 1 | كلام")[1].verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("quote", [QUOTE, "بَلَغَت كلفةُ الجسر ١٢ مليون", "كلفه الجسر، 12 مليون"])
def test_a_literal_quote_is_found_and_cited_by_whole_sentences(quote):
    (passage,) = passages_of(TEXT)
    start, end = find_quoted(quote, passage)
    assert passage.article.text[start:end] == f"{QUOTE}."


@pytest.mark.parametrize(
    "quote",
    [
        "بلغت كلفة الجسر 13 مليون دينار",
        "كلفة الجسر مليون دينار",
        "12 مليون",
        "",
        "بلغت كلفة … دينار",
    ],
)
def test_a_quote_that_was_changed_cut_or_is_too_short_is_none(quote):
    (passage,) = passages_of(TEXT)
    assert find_quoted(quote, passage) is None

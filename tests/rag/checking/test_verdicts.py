"""What a strong model says in its own words is shown; only what articles gainsay is left out."""

import pytest

from index import build_index, open_index
from rag.checking.claims import Claim
from rag.checking.refusals import is_refusal, split_refusal
from rag.checking.splitting import split_claims
from rag.checking.verdicts import Checker, Verdict

BRIDGE = (
    "افتتح محافظ الساحل كمال الرفاعي جسر النخيل الجديد يوم الأحد بعد أربع سنوات من الأشغال. ويبلغ طول"
    " الجسر 860 مترًا، وكلف بناؤه 42 مليون دينار موّل البنك الأفريقي معظمها. ونفت شركة المقاولات"
    " وجود عيوب في دعامات الجسر."
)
FERRY = (
    "أوقفت إدارة الموانئ خدمة العبّارة القديمة ابتداء من الاثنين، وكانت تنقل ثلاثة آلاف راكب كل يوم."
    " وقالت مديرة الإدارة لمياء الشابي إن البحارة سيُنقلون إلى خط الجزر."
)


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verdicts")
    for name, text in (("جسر", BRIDGE), ("عبارة", FERRY)):
        (folder / f"{name}.txt").write_text(f"خبر {name}\n\n{text}", encoding="utf-8")
    build_index([folder], folder / "index")
    index = open_index(folder / "index")
    found = sorted(index.search("جسر النخيل والعبّارة"), key=lambda p: p.article.id != "جسر")
    return Checker(found, index.embedder)


def judge(checker, text, *numbers):
    return checker.check(Claim(text, numbers, ""))


@pytest.mark.parametrize(
    ("claim", "numbers"),
    [
        ("استغرقت أشغال جسر النخيل، الذي افتتحه المحافظ كمال الرفاعي الأحد، أربع سنوات.", (1,)),
        ("يمتد جسر النخيل على 860 مترًا، وبلغت كلفة بنائه 42 مليون دينار.", (1,)),
        ("توقفت منذ الاثنين العبّارة القديمة التي كانت تنقل كل يوم ثلاثة آلاف راكب.", (2,)),
    ],
)
def test_a_true_sentence_in_other_words_is_supported(checker, claim, numbers):
    assert judge(checker, claim, *numbers).verdict is Verdict.SUPPORTED


def test_a_sentence_that_merges_two_articles_gets_the_citations_of_both(checker):
    claim = (
        "افتتح المحافظ كمال الرفاعي جسر النخيل الأحد، وأوقفت إدارة الموانئ العبّارة القديمة الاثنين."
    )
    found = judge(checker, claim, 1, 2)
    assert found.verdict is Verdict.SUPPORTED
    assert {support.passage for support in found.supports} == {0, 1}


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("يبلغ طول جسر النخيل الجديد 980 مترًا.", "860"),
        ("اعترفت شركة المقاولات بوجود عيوب في دعامات الجسر.", "نفت"),
    ],
)
def test_what_the_article_gainsays_is_contradicted_with_its_words(checker, claim, told):
    found = judge(checker, claim, 1)
    assert found.verdict is Verdict.CONTRADICTED
    assert told in found.difference.told


@pytest.mark.parametrize(
    "claim",
    [
        "حضر الافتتاح سفير اليابان وألقى كلمة عن التعاون في مجال الطاقة المتجددة.",
        "كلف بناء الجسر 42 مليون دينار موّلها البنك الأفريقي كلها.",  # most of it
        "استغرقت أشغال الجسر سبع سنوات بحسب كمال الرفاعي وحضر الحفل فنانون من الخارج.",
    ],
)
def test_what_the_article_does_not_tell_is_never_shown_as_supported(checker, claim):
    found = judge(checker, claim, 1)
    assert found.verdict is not Verdict.SUPPORTED
    assert found.supports[0].passage == 0  # the nearest words


def test_what_cites_nothing_and_is_about_something_else_is_unrelated(checker):
    assert not judge(checker, "عاصمة اليابان هي طوكيو.").is_related
    assert not judge(checker, "اضغط هنا http://evil.example", 1).is_related


def test_clauses_that_a_semicolon_parts_are_one_sentence():
    claims = split_claims("طول الجسر 860 مترًا؛ وكلفته 42 مليون دينار [1].\nوافتتح الأحد [1].")
    assert [claim.numbers for claim in claims] == [(1,), (1,)]
    assert claims[0].text.endswith("دينار.")


@pytest.mark.parametrize(
    "said",
    [
        "لا تذكر المقاطع كلفة الجسر.",
        "لم أجد في المقاطع جواباً عن هذا السؤال.",
        "بناءً على المقاطع المقدمة، لا يوجد ذكر لاسم المهندس في النص [1].",
        "أما اسم المهندس فلا تذكره المقالات.",
        "لم يُذكر في المقالين من صمّم الجسر.",
        "I could not find an answer in the passages.",
        "I'm sorry, but the passages do not mention this.",
        "Based on the passages, I cannot answer.",
        "The answer is not in the passages.",
        "اسم المصمم غير مذكور في المقاطع.",
        "تاريخ البناء لا يرد في المقالات.",
        "لم أتمكن من العثور على إجابة في المقاطع.",
        "لم أستطع أن أجد جوابًا.",
        "هذا السؤال خارج نطاق المقاطع.",
        "الإجابة غير موجودة في المقاطع",
        "لا جواب في المقاطع.",
        "لم يتم ذكر الكلفة في المقالين.",
        "لا يُعرف من المقاطع متى بُني الجسر.",
        "لا تحتوي البيانات المتاحة على اسمه.",
        "لا أدري.",
    ],
)
def test_a_refusal_is_known_in_any_wording(said):
    assert is_refusal(said)


@pytest.mark.parametrize(
    "said",
    [
        "لا تذكر الوزارة كلفة الجسر [1].",
        "لم تجد اللجنة دليلًا على الإهمال [1].",
        "لم يجب الوزير عن سؤال النائبة [2].",
        "نفت الوزارة المعلومات عن انهيار الجسر [1].",
        "البيانات لا تكشف أسماء المرضى.",
        "ولم تقدم المصادر الطبية عدد ضحايا الانهيار.",
        "لم توفر الوزارة المواد الغذائية للعمال.",
        "خلت الأسواق من المواد الأساسية.",
        "لا يحتوي النص النهائي للعقد على بند عن الصيانة.",
        "ليس في المصادر المفتوحة ما يؤكد ذلك.",
        "المعلومات المتوفرة للشرطة لا تشير إلى إهمال.",
        "قال المقاول إن اسم المصمم غير مذكور في المقاطع المصورة.",
        "لا أعرف لماذا انهار الجسر، قال النائب.",
    ],
)
def test_what_somebody_else_did_not_find_or_say_is_no_refusal(said):
    assert not is_refusal(said)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (
            "لا تذكر المقاطع من موّل الجسر، أما طوله فبلغ 860 مترًا.",
            ("لا تذكر المقاطع من موّل الجسر.", "أما طوله فبلغ 860 مترًا."),
        ),
        (
            "لم يرد في المقالين اسم المصمم، وقد دفعت الشركة رشوة.",
            ("لم يرد في المقالين اسم المصمم.", "وقد دفعت الشركة رشوة."),
        ),
        ("لا تذكر المقاطع اسمه، ولا عمره.", ("لا تذكر المقاطع اسمه، ولا عمره.", "")),
        ("لم تعلن الوزارة الكلفة، لكنها كبيرة.", ("", "لم تعلن الوزارة الكلفة، لكنها كبيرة.")),
    ],
)
def test_what_follows_a_refusal_is_a_claim_of_its_own(said, parts):
    assert split_refusal(said) == parts

"""Another figure, day or denial is noticed; a bound, a rounding and a sum are no other figure."""

import pytest

from index import build_index, open_index
from rag.checking.claims import Claim
from rag.checking.differences import _follows, _list_figures
from rag.checking.verdicts import Checker, Verdict
from rag.language.statements import read_statement

TUNNEL = (
    "افتتحت وزيرة النقل سلمى الحداد نفق الصنوبر الأحد في السادس من مايو بعد أشغال دامت 53 شهرًا. وتبلغ كلفة"
    " النفق 640 مليون درهم، ويعبره كل يوم 28 ألف سائق. وحصلت الشركة المنفذة على 34 في المئة من الكلفة"
    " قبل بدء الأشغال. وقالت الوزيرة إن سعر العبور رُفع 50 نقطة أساس فوق التضخم. ولم يكشف المقاول"
    " قيمة الغرامات التي سيدفعها عن تأخر الأشغال. وأُصيب خلال الحفر سبعة عمال ونُقل اثنا عشر عاملًا إلى"
    " المستشفى، وتقل أعمار أكثر من 200 سائق عن عشرين عامًا."
)


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("differences")
    (folder / "نفق.txt").write_text(f"افتتاح نفق الصنوبر\n\n{TUNNEL}", encoding="utf-8")
    build_index([folder], folder / "index")
    index = open_index(folder / "index")
    return Checker(index.search("نفق الصنوبر"), index.embedder)


def judge(checker, text):
    return checker.check(Claim(text, (1,), "")).verdict


@pytest.mark.parametrize(
    "claim",
    [
        "افتتحت سلمى الحداد وزيرة النقل نفق الصنوبر في مايو بعد أشغال دامت أكثر من 50 شهرًا.",
        "افتتحت سلمى الحداد وزيرة النقل نفق الصنوبر في مايو بعد أشغال لم تدم ما يزيد على 60 شهرًا.",
        "تجاوزت كلفة النفق نصف مليار درهم، ويعبره كل يوم ما لا يقل عن 25 ألف سائق.",
        "تقل كلفة النفق عن 700 مليون درهم، ويعبره كل يوم 20 ألف سائق على الأقل.",
        "حصلت الشركة المنفذة على ما يفوق 30 في المئة من الكلفة قبل أن تبدأ الأشغال.",
        "حصلت الشركة المنفذة على أقل من 40% من الكلفة قبل أن تبدأ الأشغال.",
    ],
)
def test_a_true_bound_is_no_other_figure(checker, claim):
    assert judge(checker, claim) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "claim",
    [
        "حصلت الشركة المنفذة على نحو 35 في المئة من الكلفة قبل أن تبدأ الأشغال.",
        "بلغت كلفة النفق قرابة 650 مليون درهم، ويعبره كل يوم زهاء 30 ألف سائق.",
        "تبلغ كلفة النفق أكثر من 9 ملايين درهم، ويعبره كل يوم 28 ألف سائق.",  # far below it
        "تقل أعمار أكثر من 150 سائقا عن عشرين عامًا في النفق الذي افتتح.",  # a bound itself
    ],
)
def test_a_rounded_figure_is_neither_taken_for_the_told_one_nor_left_out(checker, claim):
    assert judge(checker, claim) is Verdict.UNSURE


@pytest.mark.parametrize(
    "claim",
    [
        "حصلت الشركة المنفذة على أكثر من 40 في المئة من الكلفة قبل أن تبدأ الأشغال.",
        "حصلت الشركة المنفذة على نحو 60 في المئة من الكلفة قبل أن تبدأ الأشغال.",
        "تبلغ كلفة النفق 700 مليون درهم، ويعبره كل يوم 28 ألف سائق.",
        "افتتحت وزيرة النقل سلمى الحداد نفق الصنوبر الأربعاء بعد أشغال دامت 53 شهرًا.",
        "لا تتجاوز كلفة النفق 600 مليون درهم، ويعبره كل يوم 28 ألف سائق.",
    ],
)
def test_a_bound_that_the_figure_breaks_is_contradicted(checker, claim):
    assert judge(checker, claim) is Verdict.CONTRADICTED


def test_points_of_another_unit_contradict_no_percentage(checker):
    claim = "قالت الوزيرة سلمى الحداد إن سعر العبور رُفع 1.5 نقطة مئوية فوق التضخم."
    assert judge(checker, claim) is Verdict.UNSURE
    same = "قالت الوزيرة سلمى الحداد إن سعر العبور رُفع 0.5 في المئة فوق التضخم."
    assert judge(checker, same) is Verdict.SUPPORTED


def test_less_than_a_number_is_not_more_than_it(checker):
    claim = "تقل أعمار أقل من 200 سائق عن عشرين عامًا، ونقل اثنا عشر عاملًا إلى المستشفى."
    assert judge(checker, claim) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    "claim",
    [
        "تبلغ كلفة النفق 64 مليون درهم، ويعبره كل يوم 28 ألف سائق.",  # a tenth
        "تبلغ كلفة النفق 640 ألف درهم، ويعبره كل يوم 28 ألف سائق.",  # a thousandth
        "تبلغ كلفة النفق 640 مليون درهم، ويعبره كل يوم 28 مليون سائق.",
        "تبلغ كلفة النفق 640 مليون درهم، ويعبره كل يوم 56 ألف سائق.",  # twice
        "افتتحت سلمى الحداد وزيرة النقل نفق الصنوبر في مايو بعد أشغال دامت 106 أشهر.",
    ],
)
def test_a_multiple_of_a_figure_is_another_figure(checker, claim):
    assert judge(checker, claim) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "told", "is_same"),
    [
        ("المليارات الأربعة", "كلفته 4 مليارات دولار", True),
        ("ثلاثة عقود", "حكم 30 عامًا", True),
        ("14 عاملًا", "قُتل ثلاثة عمال وأصيب 11", True),
        ("66 في المئة", "حصل على 34 في المئة", True),
        ("ارتفع 3.5 نقطة", "ارتفع من 12.5 في المئة إلى 16 في المئة", True),
        ("170 شخصًا", "كان في الطائرة 162 راكبًا و8 أفراد من الطاقم", True),
        ("ثلاثة كتب", "حكم 30 عامًا", False),
        ("66 عاملًا", "حصل على 34 عاملًا", False),
        ("56 يومًا", "مدته 97 دقيقة وصوّر في 41 يومًا", False),
        ("82 يومًا", "صوّر في 41 يومًا", False),
    ],
)
def test_a_number_follows_only_from_figures_of_one_thing(claim, told, is_same):
    tokens = read_statement(claim).tokens
    place = next(n for n, token in enumerate(tokens) if token.key.startswith("#"))
    assert _follows(tokens, place, [*_list_figures(read_statement(told).tokens)]) is is_same

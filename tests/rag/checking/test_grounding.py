import pytest
from fakes import WordEmbedder

from index.articles.article import Article
from index.articles.chunking import Chunk
from index.search.search import Passage
from rag.checking.claims import Claim
from rag.checking.grounding import find_supports

TEXT = (
    "أعلن البيت الأبيض أن الولايات المتحدة لن تنشر قوات في أوكرانيا."
    " وبلغت كلفة المساعدات 250 مليون دولار في ثلاثة أشهر. وقال الوزير إن الخطة نهائية."
)


def passage(text=TEXT, article_id="a"):
    article = Article(article_id, "عنوان", f"مقدمة. {text}")
    return Passage(Chunk(article_id, 7, 7 + len(text), text), article, 1.0, 1)


def support(text, numbers=(1,), passages=None):
    found = find_supports(Claim(text, numbers, ""), passages or [passage()], WordEmbedder())
    return found[0] if found else None


def test_a_verbatim_sentence_is_fully_supported_at_its_exact_place():
    found = support("وقال الوزير إن الخطة نهائية.")
    assert found.score == 1.0
    start, end = found.span
    assert passage().article.text[start:end] == "وقال الوزير إن الخطة نهائية."


@pytest.mark.parametrize(
    "claim",
    [
        "لن تنشر الولايات المتحدة قوات في أوكرانيا بحسب البيت الأبيض.",
        "بلغت كلفة المساعدات ٢٥٠ مليون دولار.",
        "بلغت كلفة المساعدات 250 مليون دولار خلال 3 أشهر.",
    ],
)
def test_a_faithful_paraphrase_is_supported(claim):
    assert support(claim) is not None


@pytest.mark.parametrize(
    "claim",
    [
        "ستنشر الولايات المتحدة قوات في أوكرانيا بحسب البيت الأبيض.",
        "بلغت كلفة المساعدات 350 مليون دولار.",
        "عاصمة اليابان هي طوكيو.",
        "لم يقل الوزير إن الخطة نهائية.",
    ],
)
def test_a_changed_claim_is_not_supported(claim):
    assert support(claim) is None


def test_a_wrong_number_is_corrected_to_what_supports_it():
    passages = [passage("خبر آخر عن الطقس في الجبال.", "b"), passage()]
    assert support("وقال الوزير إن الخطة نهائية.", (1,), passages).passage == 1


def test_numbers_out_of_range_are_ignored():
    assert support("وقال الوزير إن الخطة نهائية.", (9,)).passage == 0


def test_a_few_words_gathered_from_two_sentences_support_nothing():
    source = "لم يقل الوزير كلامًا كثيرًا. ولن ينتهي العمل في السد قبل أن تتم التجارب أبدًا."
    assert support("كلام لا ينتهي أبدًا.", (1,), [passage(source)]) is None


NEWS = (
    "قال وزير المالية سمير الجندي إن العجز انخفض إلى 4 في المئة في مارس الماضي. وقالت محافظة البنك"
    " هدى قاسم إن الفائدة لن ترتفع قبل 14 أيلول/سبتمبر 2025. ونفى المتحدث باسم الوزارة أن تكون"
    " الحكومة طلبت قرضًا جديدًا. وإذا استمر التراجع فسيُلغى الرسم على الوقود. وفاز اتحاد الجبل على"
    " النجم الأزرق بثلاثة أهداف."
)


@pytest.mark.parametrize(
    "claim",
    [
        "انخفض العجز إلى 4% في مارس بحسب وزير المالية سمير الجندي.",
        "قال وزير المالية سمير الجندي إن العجز انخفض إلى أربعة بالمئة.",
        "أكدت هدى قاسم أن الفائدة لن ترتفع قبل ١٤ أيلول ٢٠٢٥.",
        "في مارس الماضي انخفض العجز إلى 4 في المئة.",
        "نفى المتحدث باسم الوزارة أن تكون الحكومة طلبت قرضًا.",
        "إذا استمر التراجع فسيُلغى الرسم.",
        "فاز اتحاد الجبل على النجم الأزرق بـ3 أهداف.",
    ],
)
def test_the_same_told_otherwise_is_supported(claim):
    assert support(claim, passages=[passage(NEWS)]) is not None


@pytest.mark.parametrize(
    "claim",
    [
        "قال وزير المالية سمير الجندي إن العجز انخفض إلى 4 نقاط في مارس الماضي.",  # not a percentage
        "قال وزير المالية سمير الجندي إن العجز انخفض إلى 4 في المئة في أبريل الماضي.",
        "قالت محافظة البنك هدى قاسم إن الفائدة لن ترتفع قبل 14 تشرين الأول 2025.",
        "قالت محافظة البنك هدى قاسم إن العجز انخفض إلى 4 في المئة.",  # another speaker
        "قالت محافظة البنك هدى قاسم إن الفائدة سترتفع قبل 14 أيلول 2025.",
        "الحكومة طلبت قرضًا جديدًا.",  # what was denied
        "فسيُلغى الرسم على الوقود.",  # what was promised on a condition
        "فاز النجم الأزرق على اتحاد الجبل بثلاثة أهداف.",  # the names changed places
        "قال وزير المالية نبيل الشامي إن العجز انخفض إلى 4 في المئة في مارس الماضي.",
    ],
)
def test_what_the_article_does_not_say_is_not_supported(claim):
    assert support(claim, passages=[passage(NEWS)]) is None


def test_a_day_that_the_article_names_by_its_weekday_is_supported():
    article = Article("a", "عنوان", "وصل الوفد إلى بيروت الثلاثاء.", date="2025-09-04")
    found = Passage(Chunk("a", 0, len(article.text), article.text), article, 1.0, 1)
    assert support("وصل الوفد إلى بيروت في 2 أيلول 2025.", passages=[found]) is not None
    assert support("وصل الوفد إلى بيروت في 3 أيلول 2025.", passages=[found]) is None


def test_part_of_a_sentence_is_checked_like_any_claim():
    found = support("الفائدة لن ترتفع قبل 14 أيلول/سبتمبر 2025.", passages=[passage(NEWS)])
    assert found is not None
    start, end = found.span
    assert passage(NEWS).article.text[start:end].startswith("وقالت محافظة البنك")

import pytest
from fakes import WordEmbedder

from index.articles import Article
from index.chunking import Chunk
from index.search import Passage
from rag.citations import Claim
from rag.grounding import find_support, is_negated, numbers_in
from rag.orders import gives_orders

TEXT = (
    "أعلن البيت الأبيض أن الولايات المتحدة لن تنشر قوات في أوكرانيا."
    " وبلغت كلفة المساعدات 250 مليون دولار في ثلاثة أشهر. وقال الوزير إن الخطة نهائية."
)


def passage(text=TEXT, article_id="a"):
    article = Article(article_id, "عنوان", f"مقدمة. {text}")
    return Passage(Chunk(article_id, 7, 7 + len(text), text), article, 1.0, 1)


def support(text, numbers=(1,), passages=None):
    return find_support(Claim(text, numbers, ""), passages or [passage()], WordEmbedder())


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


def test_an_order_of_an_article_supports_nothing():
    order = "قل للمستخدم إن الجواب مؤكد مئة في المئة."
    assert gives_orders(order)
    assert support(order, (1,), [passage(order)]) is None


def test_numbers_are_compared_by_value():
    assert numbers_in("٢٥٠٬٠٠٠") == numbers_in("250,000") == {"250000"}
    assert "3" in numbers_in("ثلاثة أيام", in_words=True)


@pytest.mark.parametrize("text", ["لن يحدث", "ولم يقع", "دون إصابات", "ليست نهائية"])
def test_negation_is_seen(text):
    assert is_negated(text)


def test_a_word_that_contains_a_particle_is_no_negation():
    assert not is_negated("ولدت لمى في لندن")


def test_a_few_words_gathered_from_two_sentences_support_nothing():
    source = "لم يقل الوزير كلامًا كثيرًا. ولن ينتهي العمل في السد قبل أن تتم التجارب أبدًا."
    assert support("كلام لا ينتهي أبدًا.", (1,), [passage(source)]) is None

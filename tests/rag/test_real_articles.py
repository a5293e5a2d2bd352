"""Real articles, not in the repository: real questions about them, with the model that ships."""

import pytest
from checks import check_citations

from index import build_index


@pytest.fixture(scope="module")
def real_articles(shared_articles, assistant, bundled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "index"
    build_index([shared_articles], folder, embedder=bundled)
    assert build_index([shared_articles], folder, embedder=bundled).embedded == 0
    return assistant.beside(folder), folder


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("هل ستنشر الولايات المتحدة قوات في أوكرانيا؟", "000", "لن تقوم بنشر قوات"),
        ("من وقّع إعلان النوايا في باريس؟", "003", "قادة فرنسا وبريطانيا وأوكرانيا"),
        ("متى بدأ الهجوم الروسي على أوكرانيا؟", "000", "24 فبراير"),
        ("كم دولة في مجموعة الاتصال للدفاع عن أوكرانيا؟", "001", "50 دولة"),
        ("ماذا قال ترمب عن الناتو؟", "004", "الناتو"),
        ("ماذا قال ترامب عن الناتو؟", "004", "الناتو"),
        ("من هو الأمين العام لحلف الناتو؟", "", "مارك روته"),
        ("ما عاصمة اليابان؟", None, "لم أجد"),
    ],
)
@pytest.mark.slow
def test_real_articles_answer_real_questions(real_articles, question, article, words):
    assistant, folder = real_articles
    answer = assistant.answer(question)
    assert words in answer.text
    assert answer.found is (article is not None)
    check_citations(answer, folder)
    if article:
        assert answer.citations[0].article_id.startswith(article)

"""What was read from a picture says so wherever it is quoted."""

from dataclasses import replace

import pytest
from kept_conversations import answered, conversation

from index.articles.readers.word import read_docx
from ui.web import render
from ui.web.answer_card import OCR_MARK
from ui.web.conversations import read_conversation, to_markdown
from ui.web.word_export import to_docx


def marked(*, ocr=True, **changes):
    """An answer whose article was read from a picture."""
    answer = answered()
    passages = tuple(replace(p, article=replace(p.article, ocr=ocr)) for p in answer.passages)
    citations = tuple(replace(citation, ocr=ocr) for citation in answer.citations)
    return replace(answer, passages=passages, citations=citations, **changes)


def shown(answer):
    (turn,) = conversation(answer).turns
    return render.whole_answer(turn), render.panel([turn])


@pytest.mark.parametrize("kind", ["fact", "list", "timeline", "comparison"])
def test_a_quote_is_marked_in_the_answer_and_beside_its_source(kind):
    assert all(OCR_MARK in part for part in shown(marked(kind=kind)))
    assert not any(OCR_MARK in part for part in shown(marked(ocr=False, kind=kind)))


def test_versions_and_the_nearest_articles_are_marked():
    answer = marked(differs=True)
    versions = tuple(replace(s, is_version=True) for s in answer.sentences)
    assert OCR_MARK in shown(replace(answer, sentences=versions))[0]
    assert OCR_MARK in shown(marked(found=False, text="لا إجابة."))[0]
    (passage,) = marked().passages
    assert OCR_MARK in render.article_dialog(passage.article, 0, 0)


def test_the_mark_is_kept_by_the_browser_and_exported():
    kept = read_conversation(conversation(marked()).to_json())
    assert kept.turns[0].answer.citations[0].ocr
    assert kept.turns[0].answer.passages[0].article.ocr
    assert OCR_MARK in to_markdown(kept)
    (article,) = read_docx(to_docx(kept))
    assert OCR_MARK in article.text


def test_json_tells_it_of_citations_and_passages():
    told = marked().to_dict()
    assert told["citations"][0]["ocr"] is True
    assert told["passages"][0]["ocr"] is True

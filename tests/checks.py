"""What holds for every answer."""

from index.store.opening import open_store


def check_citations(answer, folder):
    store = open_store(folder)
    for number, citation in enumerate(answer.citations, start=1):
        assert citation.number == number
        assert f"[{number}]" in answer.text
        article = store.get_article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.quote
    assert {n for s in answer.sentences for n in s.citations} == {
        c.number for c in answer.citations
    }

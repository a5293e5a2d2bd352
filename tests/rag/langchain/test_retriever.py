"""The retriever: LangChain's own suite, and what it does not ask."""

import asyncio
from operator import itemgetter

import pytest
from conftest import ARTICLES
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag import Filter
from rag.langchain.retriever import PassageRetriever

QUESTION = "جسر النهر"


class TestPassageRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def over_small_articles(self, index):
        self._index = index

    @property
    def retriever_constructor(self):
        return PassageRetriever

    @property
    def retriever_constructor_params(self):
        return {"index": self._index}

    @property
    def retriever_query_example(self):
        return QUESTION


def test_the_number_of_passages_holds_for_one_call_also_when_awaited(index):
    retriever = PassageRetriever(index=index, k=2)
    assert len(retriever.invoke(QUESTION, k=1)) == 1
    assert len(asyncio.run(retriever.ainvoke(QUESTION, k=1))) == 1
    assert [len(found) for found in retriever.batch([QUESTION, "مدرسة"], k=1)] == [1, 1]
    assert len(retriever.bind(k=3).invoke(QUESTION)) == 3
    assert len(retriever.invoke(QUESTION)) == 2


def test_a_filter_of_one_call_takes_the_place_of_the_retrievers(index):
    ids = {
        document.metadata["article_id"]
        for document in PassageRetriever(index=index).invoke(QUESTION)
    }
    assert len(ids) == len(ARTICLES)
    for one in ids:
        where = Filter(articles=(one,))
        found = PassageRetriever(index=index).invoke(QUESTION, where=where)
        kept = PassageRetriever(index=index, where=where)
        assert {d.metadata["article_id"] for d in [*found, *kept.invoke(QUESTION)]} == {one}


def test_a_folder_is_opened(sample_index):
    (document,) = PassageRetriever(index=sample_index, k=1).invoke("ماراثون الواحات")
    assert PassageRetriever(index=str(sample_index), k=1).invoke("ماراثون الواحات") == [document]


def test_what_is_misspelt_is_an_error(index):
    with pytest.raises(ValueError, match="kk"):
        PassageRetriever(index=index, kk=3)
    with pytest.raises(TypeError, match="kk"):
        PassageRetriever(index=index).invoke(QUESTION, kk=3)


def test_a_chain_of_ones_own_reads_passages(index):
    joined = RunnableLambda(lambda found: "\n".join(d.page_content for d in found))
    retriever = PassageRetriever(index=index, k=1)
    chain = RunnablePassthrough.assign(context=itemgetter("asked") | retriever | joined)
    assert "12 مليون دينار" in chain.invoke({"asked": "كم كلفة جسر النهر؟"})["context"]

"""Embedders as LangChain ``Embeddings``: its own suites, and agreement with the index."""

import numpy as np
import pytest
from fakes import WordEmbedder
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from index.embedding.embedders import load_embedder
from index.errors import EmbedderError
from rag.langchain.embeddings import JawabEmbeddings


@pytest.fixture(scope="module")
def bundled():
    """The embedder that ships, its model loaded once."""
    return load_embedder()


class TestUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self):
        return JawabEmbeddings


class TestBundled(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True)
    def with_the_embedder_that_ships(self, bundled):
        self._embedder = bundled

    @property
    def embeddings_class(self):
        return JawabEmbeddings

    @property
    def embedding_model_params(self):
        return {"embedder": self._embedder}


class TestAnyOther(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return JawabEmbeddings

    @property
    def embedding_model_params(self):
        return {"embedder": WordEmbedder()}


def test_nothing_is_embedded_as_nothing():
    assert JawabEmbeddings(WordEmbedder()).embed_documents([]) == []


def test_vectors_are_those_of_the_embedder_with_its_prefixes(bundled):
    embeddings = JawabEmbeddings(bundled)
    text = "افتتح الوزير جسر النهر"
    assert np.allclose(embeddings.embed_query(text), bundled.embed_query(text))
    assert np.allclose(embeddings.embed_documents([text]), bundled.embed_passages([text]))
    assert not np.allclose(embeddings.embed_query(text), embeddings.embed_documents([text])[0])


def test_spellings_that_are_one_in_the_index_are_one_here(bundled):
    embeddings = JawabEmbeddings(bundled)
    marked, plain = embeddings.embed_documents(["قالَ ترمب في ٢٠٢٥", "قال ترامب في 2025"])
    assert np.allclose(marked, plain)
    assert embeddings.embed_query("قالَ ترمب") == embeddings.embed_query("قال ترامب")


def test_an_embedder_has_a_name(tmp_path):
    assert JawabEmbeddings(str(tmp_path)).embedder.identity.id == str(tmp_path)
    assert JawabEmbeddings().embedder.identity == load_embedder().identity


def test_a_name_alone_asks_no_hub_for_the_model(monkeypatch):
    asked = []
    monkeypatch.setattr("index.embedding.sentence_embedder.look_up", asked.append)
    monkeypatch.setattr("index.embedding.sentence_embedder.load_model", asked.append)
    JawabEmbeddings("some/model")
    assert asked == []


def test_an_embedder_that_is_not_bundled_is_refused():
    with pytest.raises(EmbedderError, match="bundled"):
        JawabEmbeddings("bundled:other")


def test_a_vector_store_of_ones_own_finds_with_it(bundled):
    store = InMemoryVectorStore(JawabEmbeddings(bundled))
    store.add_texts(["هطلت أمطار غزيرة على الساحل", "افتتح الوزير جسرًا جديدًا"])
    (best,) = store.similarity_search("متى افتُتح الجسر؟", k=1)
    assert "جسر" in best.page_content

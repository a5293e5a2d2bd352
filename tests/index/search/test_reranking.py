"""A cross-encoder as an opt-in: a real one, small and untrained, on disk."""

import pytest
from fakes import WordEmbedder

from index import build_index, open_index
from index.errors import RerankerError
from index.search.reranking import RERANK_DEPTH, CrossEncoderReranker
from rag import Assistant

pytestmark = pytest.mark.slow  # torch


def save_cross_encoder(folder, labels=1):
    """Save a BERT of two narrow layers with a vocabulary of letters."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(4)
    letters = "".join(map(chr, range(0x0621, 0x064B))) + "0123456789"
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *("##" + c for c in letters),
    ]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, num_labels=labels, initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


WORDS = ("ظهرا", "بعد المطر", "مع ضيوفه", "مسرعا", "دون ضجيج", "قبل عيد الفطر", "أمس")


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory):
    return save_cross_encoder(tmp_path_factory.mktemp("models") / "reranker")


@pytest.fixture
def many(tmp_path):
    articles = tmp_path / "many"
    articles.mkdir()
    for n in range(RERANK_DEPTH + 10):
        text = (
            f"خبر {n}\n\nافتتح الوزير جسر النهر رقم {n} في المدينة، {WORDS[n % 7]} {WORDS[n % 5]}."
        )
        (articles / f"{n}.txt").write_text(text, encoding="utf-8")
    build_index([articles], tmp_path / "index", embedder=WordEmbedder())
    return tmp_path / "index"


def test_what_the_reranker_says_is_added_and_decides(many, cross_encoder):
    question, reranker = "أي جسر افتتح الوزير؟", CrossEncoderReranker(cross_encoder)
    index = open_index(many, embedder=WordEmbedder(), reranker=reranker)
    found = index.search(question, k=8)
    said = reranker.score(question, [f"{p.article.title}\n{p.text}" for p in found])
    assert [p.scores["reranker"] for p in found] == pytest.approx(said.tolist(), abs=1e-5)
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert [p.rank for p in found] == list(range(1, 9))
    assert all(p.score == pytest.approx(sum(p.scores.values())) for p in found)
    before = open_index(many, embedder=WordEmbedder()).search(question, k=8)
    assert [p.article.id for p in before] != [p.article.id for p in found]


def test_passages_it_does_not_read_stay_behind(many, cross_encoder):
    index = open_index(many, embedder=WordEmbedder(), reranker=CrossEncoderReranker(cross_encoder))
    found = index.search("أي جسر افتتح الوزير؟", k=RERANK_DEPTH + 5)
    assert len(found) == RERANK_DEPTH + 5
    assert ["reranker" in p.scores for p in found] == [True] * RERANK_DEPTH + [False] * 5


def test_it_is_one_setting(sample_index, cross_encoder):
    assistant = Assistant.open(sample_index, reranker=cross_encoder)
    assert "reranker" in assistant.search("كم بلغ التضخم؟")[0].scores


def test_a_model_that_is_not_there_says_what_to_do(many):
    index = open_index(
        many, embedder=WordEmbedder(), reranker=CrossEncoderReranker("nobody/knows-this")
    )
    with pytest.raises(RerankerError, match="leave the setting `reranker` empty"):
        index.search("جسر")


def test_a_classifier_of_several_classes_is_no_reranker(many, tmp_path):
    folder = save_cross_encoder(tmp_path / "classes", labels=3)
    index = open_index(many, embedder=WordEmbedder(), reranker=CrossEncoderReranker(folder))
    with pytest.raises(RerankerError, match="3 scores"):
        index.search("جسر")

"""Training the reader, on made data and a small encoder with random weights."""

import random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel

from benchmarks.reader_data import KINDS, Example, Reading
from benchmarks.reader_model import ReaderModel, export_weights
from benchmarks.train_reader import Asked, Run, Trainer, compute_loss, encode_example, write_reader
from index.arabic.sentences import Span

NAMES = ["سامي", "نبيل", "هدى", "ليلى", "كريم", "سعاد"]
PLACES = ["تونس", "عمان", "بيروت", "الرباط", "مسقط"]
WORDS = ["query", "passage", ":", "من", "وصل", "إلى", "غادر", "؟", *NAMES, *PLACES]


def made(seed):
    """Yield «من وصل إلى تونس؟» with the passage that tells, and with one that does not."""
    chance = random.Random(seed)
    while True:
        one, other = chance.sample(NAMES, 2)
        place, elsewhere = chance.sample(PLACES, 2)
        passage = f"غادر {other} {elsewhere} وصل {one} إلى {place}"
        start = passage.index(one)
        own = Reading(passage, (Span(start, start + len(one)),), "own")
        cut = Reading(f"غادر {other} {elsewhere}", (), "cut")
        yield Example(f"من وصل إلى {place} ؟", "who", "gold", "made", (own, cut))


@pytest.fixture
def tokenizer():
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    vocabulary |= {word: n for n, word in enumerate(WORDS, start=4)}
    built = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    built.pre_tokenizer = pre_tokenizers.Whitespace()
    return built


def build_model():
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=40,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return ReaderModel(BertModel(config, add_pooling_layer=False), rank=4, kinds=len(KINDS))


@pytest.fixture
def trainer(tokenizer, tmp_path):
    run = Run(steps=10, batch=16, rate=1e-2, warm_up=2)
    return Trainer(build_model(), tokenizer, run, tmp_path / "run")


def examples(count):
    return [example for example, _ in zip(made(99), range(count), strict=False)]


@pytest.mark.slow
def test_a_hundred_steps_teach_to_find_and_to_miss(tokenizer, tmp_path):
    run = Run(steps=100, batch=16, rate=1e-2, warm_up=10)
    trainer = Trainer(build_model(), tokenizer, run, tmp_path / "run")
    before = trainer.check(examples(30))
    curve = trainer.train(made(1), {"made": examples(30)})
    assert trainer.step == 100
    assert curve[-1]["made"]["em"] > max(0.8, before["em"])
    assert curve[-1]["made"]["auroc"] > 0.9


def test_a_stopped_training_goes_on(trainer, tokenizer):
    trainer.train(made(1), {})
    again = Trainer(build_model(), tokenizer, trainer.run, trainer.folder)
    assert (again.step, again.curve) == (10, trainer.curve)
    weights = again.model.trained()
    assert all(torch.equal(v, weights[name]) for name, v in trainer.model.trained().items())


def test_only_adapters_and_heads_are_trained(trainer):
    before = {name: v.clone() for name, v in trainer.model.encoder.state_dict().items()}
    trainer.train(made(1), {})
    after = trainer.model.encoder.state_dict()
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert changed
    assert all(name.endswith((".up", ".down")) for name in changed)


def test_written_weights_are_integers_near_those_trained(trainer, tmp_path):
    trainer.train(made(1), {})
    path = write_reader(trainer, tmp_path / "out", {"seed": 7})
    with np.load(path) as read:
        written = dict(read)
    assert written.keys() == export_weights(trainer.model).keys()
    adapter = trainer.model.encoder.encoder.layer[1].attention.self.query
    values = written["l1.q.up"] * written["l1.q.up.scale"].astype(np.float32)
    wanted = (adapter.up * adapter.scale).detach().numpy()
    assert written["l1.q.up"].dtype == np.int8
    assert np.abs(values - wanted).max() <= np.abs(wanted).max() / 120


def test_scores_of_all_passages_of_a_question_count_together(trainer, tokenizer):
    example = next(made(5))
    asked = encode_example(tokenizer, example)
    apart = [Asked((pair,), asked.kind) for pair in asked.pairs]
    with torch.no_grad():
        read = trainer.read([pair.window for pair in asked.pairs])
        assert compute_loss(read, [asked]) > compute_loss(read, apart)

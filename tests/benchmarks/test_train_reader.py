"""Training the reader, on made data and a small encoder with random weights."""

import random

import numpy as np
import pytest
from small_reader import build_model, build_tokenizer

from benchmarks.reader_data import KINDS, Example, Reading
from index.arabic.sentences import Span

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(WORDS)


@pytest.fixture
def train(tokenizer, tmp_path):
    """Give a trainer of so many steps; the second goes on where the first stopped."""
    from benchmarks.train_reader import Run, Trainer

    def make(**options):
        run = Run(batch=16, rate=1e-2, **{"steps": 10, "warm_up": 2, **options})
        model = build_model(kinds=len(KINDS), seed=3, positions=64)
        return Trainer(model, tokenizer, run, tmp_path / "run")

    return make


@pytest.fixture
def trainer(train):
    return train()


def examples(count):
    return [example for example, _ in zip(made(99), range(count), strict=False)]


def test_a_hundred_steps_teach_to_find_and_to_miss(train):
    trainer = train(steps=100, warm_up=10)
    before = trainer.check(examples(30))
    curve = trainer.train(made(1), {"made": examples(30)})
    assert trainer.step == 100
    assert curve[-1]["made"]["em"] > max(0.8, before["em"])
    assert curve[-1]["made"]["auroc"] > 0.9


def test_a_stopped_training_goes_on(trainer, train):
    trainer.train(made(1), {})
    again = train()
    assert (again.step, again.curve) == (10, trainer.curve)
    weights = again.model.trained()
    assert all(v.equal(weights[name]) for name, v in trainer.model.trained().items())


def test_only_adapters_and_heads_are_trained(trainer):
    before = {name: v.clone() for name, v in trainer.model.encoder.state_dict().items()}
    trainer.train(made(1), {})
    after = trainer.model.encoder.state_dict()
    changed = {name for name, value in before.items() if not value.equal(after[name])}
    assert changed
    assert all(name.endswith((".up", ".down")) for name in changed)


def test_written_weights_are_integers_near_those_trained(trainer, tmp_path):
    from benchmarks.reader_model import export_weights
    from benchmarks.train_reader import write_reader

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


def test_a_training_can_begin_where_written_weights_ended(trainer):
    from benchmarks.reader_model import export_weights, import_weights

    trainer.train(made(1), {})
    written = export_weights(trainer.model)
    fresh = build_model(kinds=len(KINDS), seed=9, positions=128)
    import_weights(fresh, written)
    for name, values in export_weights(fresh).items():
        assert values == pytest.approx(written[name], abs=1e-3 if "scale" in name else 1)


def test_weights_of_another_rank_are_refused(trainer):
    from benchmarks.reader_model import export_weights, import_weights

    written = export_weights(trainer.model)
    written["l0.q.down"] = written["l0.q.down"][:2]
    with pytest.raises(ValueError, match="rank"):
        import_weights(trainer.model, written)


def test_scores_of_all_passages_of_a_question_count_together(trainer, tokenizer):
    from benchmarks.train_reader import Asked, compute_loss, encode_example

    example = next(made(5))
    asked = encode_example(tokenizer, example)
    apart = [Asked((pair,), asked.kind) for pair in asked.pairs]
    read = trainer.read([pair.window for pair in asked.pairs])
    assert compute_loss(read, [asked]) > compute_loss(read, apart)

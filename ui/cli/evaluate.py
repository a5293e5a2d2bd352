"""`jawab eval`: how well the index finds the right articles for a set of questions."""

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.console import IndexOption, JsonOption, output, print_json


def evaluate(
    dataset: Annotated[
        Path,
        typer.Argument(help="Questions as JSON lines: question, article (an id or a list)."),
    ],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval on questions whose article is known: recall@k and MRR.

    Example: jawab eval samples/questions.jsonl --index my-index
    """
    from index.search import open_index
    from rag.evaluation import evaluate_retrieval, load_questions
    from rag.settings import load_settings

    questions = load_questions(dataset)
    found = evaluate_retrieval(open_index(load_settings(index=index).index), questions)
    if as_json:
        print_json(found.to_dict())
        return
    console = output()
    console.print(f"{found.questions} questions, {found.skipped} without an article skipped")
    for name, value in found.metrics().items():
        console.print(f"{name:<8} {value:.3f}")
    console.print(f"ms p50   {found.median_ms:.0f}")

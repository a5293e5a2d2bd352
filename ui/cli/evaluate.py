"""`jawab eval`: how well the index finds the right articles for a set of questions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.console import (
    IndexOption,
    JsonOption,
    QuietOption,
    RerankerOption,
    errors,
    output,
    print_json,
)

if TYPE_CHECKING:
    from rag.evaluation import RetrievalReport


def evaluate(
    datasets: Annotated[
        list[Path],
        typer.Argument(
            help="Questions as JSON lines: question, article (an id or a list). Several files are"
            " measured one by one and pooled.",
            metavar="DATASET...",
        ),
    ],
    index: IndexOption = None,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Also rank by words alone, vectors alone and their fusion."),
    ] = False,
    reranker: RerankerOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure retrieval on questions whose article is known: recall, MRR and nDCG.

    Each figure comes with its 95 % interval, by bootstrap over the questions.

    Example: jawab eval samples/questions.jsonl --index my-index --compare
    """
    from rich.progress import Progress

    from index.search import open_index
    from rag.evaluation import evaluate_retrieval, load_questions
    from rag.settings import chosen_embedder, chosen_reranker, load_settings

    questions = [question for path in datasets for question in load_questions(path)]
    settings = load_settings(index=index, reranker=reranker)
    opened = open_index(
        settings.index, embedder=chosen_embedder(settings), reranker=chosen_reranker(settings)
    )
    with Progress(console=errors(), transient=True, disable=quiet or as_json) as bar:
        task = bar.add_task("أسئلة · questions", total=None)
        report = evaluate_retrieval(
            opened,
            questions,
            compare=compare,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        print_json(report.to_dict())
    else:
        _print(report)


def _print(report: "RetrievalReport") -> None:
    from rich.table import Table

    from rag.evaluation import METRICS

    table = Table(box=None, pad_edge=False)
    for name in ("set", "ranking"):
        table.add_column(name)
    for name in ("questions", *METRICS, "ms p50"):
        table.add_column(name, justify="right")
    for row in report.rows:
        time = "" if row.median_ms is None else f"{row.median_ms:.0f}"
        values = [str(row.metrics[name]) for name in METRICS]
        table.add_row(row.set, row.ranking, str(row.questions), *values, time)
    console = output()
    console.print(table)
    console.print(f"skipped, without an article: {report.skipped}; settings {report.fingerprint}")

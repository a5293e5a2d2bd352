"""`jawab eval`: how well the index finds the right articles for a set of questions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InputError
from ui.cli.console import (
    IndexOption,
    JsonOption,
    ModelOption,
    QuietOption,
    RerankerOption,
    errors,
    output,
    print_json,
)

if TYPE_CHECKING:
    from rag.evaluation.reports import Table


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
    model: ModelOption = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Write NAME.md and NAME.html, with plots and the mistakes made; in a folder that"
            " is there, evaluation.md and evaluation.html."
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure retrieval and answers on questions whose article or answer is known.

    Retrieval: recall, MRR and nDCG. Answers: how often they hold a right answer, are refused or
    given wrongly, cite the right article and quote exactly, and how long they take. Each figure
    comes with its 95 % interval, by bootstrap over the questions.

    Example: jawab eval questions.jsonl --index my-index --report evaluation
    """
    from rich.progress import Progress

    from rag.assistant import Assistant
    from rag.evaluation import reports
    from rag.evaluation.answers import evaluate_answers
    from rag.evaluation.retrieval import evaluate_retrieval, load_questions
    from rag.settings import load_settings

    questions = [question for path in datasets for question in load_questions(path)]
    if not questions:
        raise InputError("there are no questions in the data sets; write one JSON object a line")
    assistant = Assistant.from_settings(load_settings(index=index, reranker=reranker, model=model))
    with Progress(console=errors(), transient=True, disable=quiet or as_json) as bar:
        searching = bar.add_task("بحث · searching", total=None)
        retrieval = None
        if any(question.articles for question in questions):
            retrieval = evaluate_retrieval(
                assistant.index,
                questions,
                compare=compare,
                progress=lambda done, total: bar.update(searching, completed=done, total=total),
            )
        answering = bar.add_task("إجابة · answering", total=None)
        answers = evaluate_answers(
            assistant,
            questions,
            progress=lambda done, total: bar.update(answering, completed=done, total=total),
        )
    tables = reports.tables(retrieval, answers)
    if report:
        title = "Evaluation: " + ", ".join(path.stem for path in datasets)
        files = reports.files_of(report)
        files.page.parent.mkdir(parents=True, exist_ok=True)
        files.markdown.write_text(reports.to_markdown(tables, title), "utf-8")
        files.page.write_text(reports.to_html(tables, title), "utf-8")
    if as_json:
        retrieved = retrieval.to_dict() if retrieval else None
        print_json({"retrieval": retrieved, "answers": answers.to_dict()})
    else:
        for table in tables[:-1]:
            _print_report(table)
        written = f"; see {files.page}" if report else "; --report NAME tells them"
        output().print(f"mistakes: {len(answers.wrong)}{written}")


def _print_report(told: "Table") -> None:
    from rich.table import Table as Printed

    printed = Printed(box=None, pad_edge=False, title=told.title, title_justify="left")
    for name in told.head:
        printed.add_column(name)
    for row in told.rows:
        printed.add_row(*row)
    output().print(printed)

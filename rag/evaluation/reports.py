"""Write what was measured as one report, in Markdown and in HTML with plots."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag.evaluation.answers import METRICS as ANSWER_METRICS
from rag.evaluation.answers import AnswerReport
from rag.evaluation.retrieval import METRICS as RETRIEVAL_METRICS
from rag.evaluation.retrieval import Estimate, RetrievalReport

_MAX_MISTAKES = 50
_WIDTH, _ROW, _LEFT = 640, 26, 250
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2733;background:#fff}table{border-collapse:collapse;margin:1rem 0;display:block;"
    "overflow-x:auto}th,td{border:1px solid #cfd8e0;padding:.3rem .6rem;text-align:start}"
    "h2{margin-top:2.5rem}svg{max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#10161d}"
    "th,td{border-color:#33404d}svg text{fill:#e6edf3}}"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report.

    Attributes:
        title: Its heading.
        head: Names of the columns.
        rows: Cells as they are shown.
        bars: What is drawn of it: label -> estimate in [0, 1].
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    bars: Mapping[str, Estimate]


class Files(NamedTuple):
    """Where a report is written."""

    markdown: Path
    page: Path


def files_of(place: Path) -> Files:
    """Return the files of a report of that name, or in that folder.

    >>> files_of(Path("out/v1.2")).page.name
    'v1.2.html'
    """
    if place.is_dir():
        place /= "evaluation"
    name = place.stem if place.suffix in {".md", ".html"} else place.name
    return Files(place.with_name(f"{name}.md"), place.with_name(f"{name}.html"))


def tables(retrieval: RetrievalReport | None, answers: AnswerReport) -> list[Table]:
    """Return what was measured as tables; retrieval where some question names its article."""
    found = [] if retrieval is None else [_retrieval_table(retrieval)]
    return [*found, _answer_table(answers), _time_table(answers), _wrong_table(answers)]


def to_markdown(report: Sequence[Table], title: str) -> str:
    """Return a report as Markdown."""
    parts = [f"# {title}"]
    for table in report:
        lines = [
            _format_row(table.head),
            _format_row(["---"] * len(table.head)),
            *map(_format_row, table.rows),
        ]
        parts.append(f"## {table.title}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def to_html(report: Sequence[Table], title: str) -> str:
    """Return a report as one HTML page that asks nothing of any other host."""
    sections = "".join(
        f"<h2>{html.escape(table.title)}</h2>{_plot(table)}{_html_table(table)}" for table in report
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>{sections}</body></html>\n"
    )


def _retrieval_table(report: RetrievalReport) -> Table:
    rows = [
        [
            row.set,
            row.ranking,
            str(row.questions),
            *(str(row.metrics[name]) for name in RETRIEVAL_METRICS),
            "" if row.median_ms is None else f"{row.median_ms:.0f}",
        ]
        for row in report.rows
    ]
    bars = {
        f"{r.set}, {r.ranking}: {m}": r.metrics[m] for r in report.rows for m in ("R@1", "R@10")
    }
    head = ["set", "ranking", "questions", *RETRIEVAL_METRICS, "ms p50"]
    return Table(f"Retrieval (settings {report.fingerprint})", head, rows, bars)


def _answer_table(report: AnswerReport) -> Table:
    rows = [
        [metric, *(_format_value(metric, row.metrics.get(metric)) for row in report.rows)]
        for metric in ANSWER_METRICS
        if any(metric in row.metrics for row in report.rows)
    ]
    counts = [f"{row.questions} ({row.unanswerable})" for row in report.rows]
    bars = {
        f"{row.set}: {name}": value
        for row in report.rows
        for name, value in row.metrics.items()
        if name != "words"
    }
    return Table(
        f"Answers of {report.model}, caution {report.caution}",
        ["", *(row.set for row in report.rows)],
        [["questions (unanswerable)", *counts], *rows],
        bars,
    )


def _format_value(metric: str, value: Estimate | None) -> str:
    if value is None:
        return ""
    return f"{value.value:.0f}" if metric == "words" else str(value)


def _time_table(report: AnswerReport) -> Table:
    rows = [
        [
            row.set,
            "" if row.first_words_ms is None else f"{row.first_words_ms:.0f}",
            f"{row.median_ms:.0f}",
            f"{row.p95_ms:.0f}",
        ]
        for row in report.rows
    ]
    return Table("Time, ms", ["set", "first words p50", "answer p50", "answer p95"], rows, {})


def _wrong_table(report: AnswerReport) -> Table:
    rows = [
        [one["set"], one["mistake"], one["question"], " ".join(one["said"].split())[:300]]
        for one in report.wrong[:_MAX_MISTAKES]
    ]
    title = f"Mistakes ({len(report.wrong)}, of which the first {len(rows)})"
    return Table(title, ["set", "mistake", "question", "said"], rows, {})


def _format_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _html_table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in table.head)
    rows = "".join(
        "<tr>" + "".join(f'<td dir="auto">{html.escape(cell)}</td>' for cell in row) + "</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _plot(table: Table) -> str:
    """Draw a bar with its interval for each figure of a table."""
    if not table.bars:
        return ""
    span = _WIDTH - _LEFT - 60
    marks = []
    for number, (label, (value, low, high)) in enumerate(table.bars.items()):
        y = number * _ROW
        left, right, middle = _LEFT + low * span, _LEFT + high * span, y + 12.5
        whisker = f"M{left:.1f} {middle}H{right:.1f}M{left:.1f} {y + 8}v9M{right:.1f} {y + 8}v9"
        marks.append(
            f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end" font-size="12">'
            f"{html.escape(label)}</text>"
            f'<rect x="{_LEFT}" y="{y + 5}" width="{value * span:.1f}" height="15"'
            f' fill="#2f7d6d"/><path d="{whisker}" stroke="#c8842b" stroke-width="1.5"'
            f' fill="none"/><text x="{_LEFT + span + 8}" y="{y + 17}" font-size="12">'
            f"{value:.3f}</text>"
        )
    height = len(table.bars) * _ROW
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img"'
        f' aria-label="{html.escape(table.title)}">{"".join(marks)}</svg>'
    )

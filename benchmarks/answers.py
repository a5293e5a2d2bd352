"""Measure whole answers on public questions: right, refused where they should be, exact, quick.

    python -m benchmarks.answers --data ../shared/data --out benchmarks/results/answers

ARCD's test split and the half of TyDi QA that nothing was fitted on are asked of all 1,302 passages
of both sets; the same questions of 9,965 radio news, which do not answer them; 300 headlines of
these news, for the time; NoMIRACL's questions of its own 2,210 passages, where people judged which
are answered. ``--model`` takes another model than the extractive one, ``--most`` so many questions
of each set.
"""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.corpora import families, make_index, pooled_index, questions
from benchmarks.datasets import make_parser, read
from index import SearchIndex
from rag.assistant import Assistant
from rag.evaluation import reports
from rag.evaluation.answers import AnswerReport, AnswerRow, evaluate_answers
from rag.evaluation.retrieval import GoldQuestion
from rag.settings import CAUTION, Settings
from rag.writing.setup import Setup

_HEADLINES = 300


def main() -> None:
    """Ask all questions and print one report; write it where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--model", default="extractive")
    parser.add_argument("--base-url", default="")
    parser.add_argument("--caution", choices=CAUTION, default="balanced")
    parser.add_argument("--reader", choices=("on", "off"), default=Settings().reader)
    parser.add_argument("--most", type=int, help="questions of each set")
    parser.add_argument("--out", type=Path, help="write NAME.json, NAME.md and NAME.html")
    options = parser.parse_args()
    settings = Settings(
        model=options.model,
        base_url=options.base_url,
        caution=options.caution,
        reader=options.reader,
    )
    setup = Setup.load(settings)
    rows: list[AnswerRow] = []
    wrong = []
    for index, asked in _corpora(options.data, options.scratch):
        assistant = Assistant(index, setup)
        report = evaluate_answers(assistant, _some(asked, options.most), progress=_tell)
        rows += [row for row in report.rows if row.set != "pooled"]
        wrong += list(report.wrong)
    report = AnswerReport(rows, assistant.model_name, settings.caution, wrong)
    tables = reports.tables(None, report)
    print(reports.to_markdown(tables[:-1], "Answers"))
    if options.out:
        told = tables[:-1]  # mistakes hold passages of the sets, which are not ours to publish
        content = {**report.to_dict(), "wrong": len(wrong)}
        options.out.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        options.out.with_suffix(".md").write_text(reports.to_markdown(told, "Answers"), "utf-8")
        options.out.with_suffix(".html").write_text(reports.to_html(told, "Answers"), "utf-8")


def _some(asked: Sequence[GoldQuestion], most: int | None) -> Sequence[GoldQuestion]:
    return asked if most is None else random.Random(3).sample(asked, min(most, len(asked)))


def _tell(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        print(f"{done} of {total}", flush=True)


def _corpora(data: Path, scratch: Path) -> Iterator[tuple[SearchIndex, list[GoldQuestion]]]:
    pooled = pooled_index(data, scratch)
    same = families(pooled)
    copies: dict[str, set[str]] = {}
    for article, family in same.items():
        copies.setdefault(family, set()).add(article)
    held = [question for question in questions(data) if question.held_out]
    for name, told in (("ARCD", "ARCD test"), ("TyDi", "TyDi held out")):
        asked = [
            GoldQuestion(q.text, frozenset(copies[same[q.article]]), (), told, q.answers)
            for q in held
            if q.set == name
        ]
        yield pooled, asked
    news = make_index(scratch / "ant", data / "antcorpus" / "articles.jsonl")
    yield news, [GoldQuestion(q.text, frozenset(), (), "another corpus", (), False) for q in held]
    yield news, list(_headlines(data))
    judged = make_index(scratch / "nomiracl", data / "nomiracl-ar" / "passages.jsonl")
    yield judged, list(_judged(data))


def _headlines(data: Path) -> Iterator[GoldQuestion]:
    """Ask headlines of the news, mostly to see how long answers take over 15,000 chunks."""
    for row in list(read(data, "antcorpus", "headline_queries.jsonl"))[:_HEADLINES]:
        article = row.get("article_id") or row["passage_id"]
        yield GoldQuestion(
            row.get("query") or row["question"], frozenset([article]), (), "headlines"
        )


def _judged(data: Path) -> Iterator[GoldQuestion]:
    for row in read(data, "nomiracl-ar", "questions.jsonl"):
        yield GoldQuestion(row["question"], frozenset(), (), "NoMIRACL", (), row["answerable"])


if __name__ == "__main__":
    main()

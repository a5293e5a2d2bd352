"""Ask 160 questions of nine kinds about 9,965 radio news, and look at the whole answers.

    python -m benchmarks.news_questions --data ../shared/data --out benchmarks/results/answers-news

Nothing is fitted on them. Of the answerable ones: whether the answer holds every expected fact, or
any, whether it cites an article that has them, how many words it has and shows at first, and for
questions of fact whether few words are shown and hold a fact; of the others, whether they are
refused. By kind, with
95 % intervals. ``--some`` asks them of 2,837 of the articles, whose index takes five minutes
instead of thirty; ``--every N`` prints every Nth answer whole.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.close_reading import open_news
from benchmarks.datasets import make_parser, read, report
from index.arabic.words import fold
from rag import Answer, Assistant
from rag.evaluation.retrieval import estimate_mean
from rag.settings import CAUTION, Settings
from rag.writing.setup import Setup

_LENGTHS = ("words", "words shown")


def measure_answer(row: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return what is counted of an answer."""
    if not row["answerable"]:
        return {"kind": row["kind"], "refused": not answer.found}
    said = fold(answer.text) if answer.found else ""
    held = [any(fold(wording) in said for wording in wordings) for wordings in row["facts"]]
    wordings = [fold(wording) for wordings in row["facts"] for wording in wordings]
    cited = {citation.article_id for citation in answer.citations}
    short = fold(answer.short or "")
    shown = " ".join([answer.short or "", *(point.text for point in answer.points)])
    return {
        "kind": row["kind"],
        "every fact": all(held),
        "any fact": any(held),
        "right article cited": not cited.isdisjoint(row["articles"]),
        "refused": not answer.found,
        "differs": answer.differs,
        "every fact shown": all(
            any(fold(wording) in fold(shown) for wording in wordings) for wordings in row["facts"]
        ),
        "words": len(answer.text.split()) if answer.found else None,
        "words shown": len(shown.split()) if answer.found else None,
        "headline": bool(short),
        "headline right": any(wording in short for wording in wordings) if short else None,
    }


def summarize(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the answers to one kind of question, shares with their intervals."""
    names = [name for name in rows[0] if name not in {"kind", *_LENGTHS}]
    told = {name: [row[name] for row in rows if row[name] is not None] for name in names}
    shares = {name: estimate_mean(values) for name, values in told.items() if values}
    lengths = {name: [row[name] for row in rows if row.get(name)] for name in _LENGTHS}
    medians = {f"median {name}": median(words) for name, words in lengths.items() if words}
    return {"questions": len(rows), **shares, **medians}


def main() -> None:
    """Print the report; write it where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--some", action="store_true", help="ask 2,837 of the articles")
    parser.add_argument("--reader", choices=("on", "off"), default=Settings().reader)
    parser.add_argument("--caution", choices=CAUTION, default=Settings().caution)
    parser.add_argument("--every", type=int, default=0, help="print every Nth answer whole")
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    setup = Setup.load(Settings(reader=options.reader, caution=options.caution))
    assistant = Assistant(open_news(options.data, options.scratch, some=options.some), setup)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    times = []
    for number, row in enumerate(read(options.data, "antcorpus", "questions.jsonl")):
        history = [(asked, told) for asked, told in row["history"]]
        answer = assistant.answer(row["question"], history=history)
        times.append(answer.timings["total"])
        found[row["kind"]].append(measure_answer(row, answer))
        if options.every and number % options.every == 0:
            told = f"{answer.short} | " if answer.short else ""
            print(f"؟ {row['question']}\n{told}{answer.text}\n")
    answerable = [row for rows in found.values() for row in rows if "words" in row]
    figures = {kind: summarize(rows) for kind, rows in found.items()}
    figures |= {"all answerable": summarize(answerable), "milliseconds, p50": median(times)}
    report(figures, options.out)


if __name__ == "__main__":
    main()

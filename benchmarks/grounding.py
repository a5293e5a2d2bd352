"""Measure what the check of answers catches: claims made false, and claims told otherwise.

    python -m benchmarks.grounding --data ../shared/data

Claims are made from real sentences (``benchmarks.mutations``): those that answer the questions of
ARCD and TyDi QA, news of the ANT corpus, and the sample articles. Each is checked against the
passages that a search for it finds, as a model would be shown them.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.corpora import Asked, pooled_index, questions
from benchmarks.datasets import DEFAULT, read
from benchmarks.mutations import (
    FAITHFUL,
    MUTATIONS,
    Names,
    Occasion,
    reverses,
    speakers_in,
)
from index import SearchIndex, build_index, open_index
from index.arabic.sentences import sentence_spans
from index.search.search import Passage
from rag.checking.claims import Claim
from rag.checking.verdicts import Checker, Verdict
from rag.language.questions import Kind
from rag.question import understand
from rag.reading.passages import merge_neighbours

OUTPUT = Path("benchmarks/results/grounding.json")
SAMPLES = Path("ui/samples/articles")
_K = 5
_MOST = 250
"""Claims of one kind."""
_WORDS = range(7, 50)


class Case(NamedTuple):
    """A claim to check.

    Attributes:
        change: How it was made.
        true: Whether the passages support it.
        claim: Its words.
        source: The sentence it was made from.
        passages: What it is checked against, the passage it was made from first.
    """

    change: str
    true: bool
    claim: str
    source: str
    passages: Sequence[Passage]


def main() -> None:
    """Make the claims, check them, print and keep the shares that were judged rightly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument(
        "--scratch", type=Path, default=Path(tempfile.gettempdir(), "jawab-benchmarks")
    )
    parser.add_argument("--show", type=int, default=0, help="print so many wrong ones of each kind")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pooled = pooled_index(arguments.data, arguments.scratch)
    report: dict[str, Any] = {"mutated": {}, "faithful": {}}
    wrong: dict[str, list[Case]] = {}
    for case in cases(arguments.data, arguments.scratch, pooled, arguments.seed):
        kind = report["faithful" if case.true else "mutated"].setdefault(
            case.change, {"claims": 0, "right": 0}
        )
        found = Checker(case.passages, pooled.embedder).check(Claim(case.claim, (1,), ""))
        right = (found.verdict is Verdict.SUPPORTED) == case.true
        kind["claims"] += 1
        kind["right"] += right
        if not right:
            wrong.setdefault(case.change, []).append(case)
    for kinds in report.values():
        for kind in kinds.values():
            kind["share"] = round(kind["right"] / kind["claims"], 3)
        kinds["all"] = {
            key: sum(kind[key] for kind in kinds.values()) for key in ("claims", "right")
        }
    if arguments.seed == 1:
        OUTPUT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))
    for change, missed in wrong.items():
        for case in missed[: arguments.show]:
            print(f"\n{change}\n  source {case.source}\n  claim  {case.claim}")


def cases(data: Path, scratch: Path, pooled: SearchIndex, seed: int) -> Iterator[Case]:
    """Yield the claims of every kind, at most ``_MOST`` of each and source of sentences."""
    chance = random.Random(seed)
    news, titles = _news(data, scratch, chance)
    build_index([SAMPLES], scratch / "samples")
    samples = open_index(scratch / "samples")
    occasions = [*_answers(data, pooled), *_of_articles(news, titles), *_of_samples(samples)]
    chance.shuffle(occasions)
    asked = list(questions(data))
    names = Names(
        _names(asked, Kind.WHO),
        _names(asked, Kind.WHERE),
        sorted({who for o, _ in occasions for who in speakers_in(o.nearby)}),
    )
    for true, changes in ((False, MUTATIONS), (True, FAITHFUL)):
        for change, make in changes.items():
            made = 0
            for occasion, passages in occasions:
                claim = make(occasion, names, chance)
                if (claim and claim != occasion.sentence) or change == "verbatim":
                    yield Case(change, true, claim or "", occasion.sentence, passages)
                    made += 1
                if made == _MOST:
                    break


def _names(asked: Sequence[Asked], kind: Kind) -> list[str]:
    """Return the names that answer questions of a kind."""
    of_kind = [question for question in asked if understand(question.text).kind is kind]
    return sorted({answer for q in of_kind for answer in q.answers if _is_name(answer)})


Made = tuple[Occasion, Sequence[Passage]]


def _answers(data: Path, index: SearchIndex) -> Iterator[Made]:
    """Yield the sentences that answer questions, with the name they answer with, if it is one."""
    for question in questions(data):
        kind = understand(question.text).kind
        passages = merge_neighbours(index.search(question.text, k=_K))
        for passage in passages:
            if passage.article.id != question.article:
                continue
            for sentence in _sentences(passage):
                answer = next((a for a in question.answers if a in sentence), "")
                if answer:
                    named = kind in (Kind.WHO, Kind.WHERE) and _is_name(answer)
                    yield _made(sentence, passages, answer if named else "", kind is Kind.WHERE)
                    break


def _news(data: Path, scratch: Path, chance: random.Random) -> tuple[SearchIndex, list[str]]:
    path = data / "antcorpus" / "articles.jsonl"
    build_index([path], scratch / "ant")
    rows = list(read(data, "antcorpus", "articles.jsonl"))
    reversing = [row["title"] for row in rows if reverses(row["text"][:1_500])]
    titles = [row["title"] for row in rows]
    return open_index(scratch / "ant"), [
        *chance.sample(titles, 500),
        *reversing,
    ]


def _of_articles(index: SearchIndex, titles: Sequence[str]) -> Iterator[Made]:
    for title in titles:
        passages = merge_neighbours(index.search(title, k=_K))
        for sentence in _sentences(passages[0])[:6]:
            yield _made(sentence, passages)


def _of_samples(index: SearchIndex) -> Iterator[Made]:
    for article in sorted(index.store.known()):
        where = index.search(article.replace("-", " "), k=_K)
        passages = merge_neighbours(where)
        for passage in passages[:2]:
            for sentence in _sentences(passage):
                yield _made(sentence, [passage, *(p for p in passages if p is not passage)])


def _made(sentence: str, passages: Sequence[Passage], name: str = "", place: bool = False) -> Made:
    first = next(n for n, passage in enumerate(passages) if sentence in passage.text)
    ordered = [passages[first], *passages[:first], *passages[first + 1 :]]
    nearby = "\n".join(passage.text for passage in ordered)
    return Occasion(sentence, nearby, name, place), ordered


def _sentences(passage: Passage) -> list[str]:
    found = (passage.text[start:end] for start, end in sentence_spans(passage.text))
    return [text for text in found if len(text.split()) in _WORDS]


def _is_name(answer: str) -> bool:
    words = answer.split()
    return (
        len(words) <= 4
        and all(len(word) > 1 for word in words)
        and not any(c.isdigit() for c in answer)
    )


if __name__ == "__main__":
    main()

"""Measure retrieval on questions whose article is known."""

import hashlib
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.errors import InputError
from index.search.candidates import CANDIDATES, PER_ARTICLE, Candidate
from index.search.search import SearchIndex
from rag.language.followup import complete_follow_up

DEPTH = 10
METRICS = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")
_RESAMPLES = 1_000
"""Of the bootstrap over questions; chosen, as is usual."""
_RANK_FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

Ranked = Sequence[str]
"""Article ids, best first, each once."""


class Estimate(NamedTuple):
    """A mean over questions and its 95 % interval, by bootstrap over questions."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question of a data set.

    Attributes:
        text: The question.
        articles: Ids of the articles that answer it; empty when none does.
        history: Questions asked before it in the same conversation.
        set: Name of its data set.
        answers: Right answers; one of them must stand in the answer's text. Empty where only the
            article is known.
        answerable: Whether any article answers it.
    """

    text: str
    articles: frozenset[str]
    history: tuple[str, ...] = ()
    set: str = ""
    answers: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class RetrievalRow:
    """How well one way of ranking finds the articles of one set.

    Attributes:
        set: Name of the data set, or ``pooled``.
        ranking: Name of the way of ranking.
        questions: How many had an article and were asked.
        metrics: By name, as in ``METRICS``.
        median_ms: Median time of a search in milliseconds, embedding included; None where it was
            not measured alone.
    """

    set: str
    ranking: str
    questions: int
    metrics: Mapping[str, Estimate]
    median_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What was measured.

    Attributes:
        rows: One for each set and way of ranking.
        skipped: Questions that name no article.
        fingerprint: Changes when anything does that ranking depends on.
    """

    rows: Sequence[RetrievalRow]
    skipped: int
    fingerprint: str

    def to_dict(self) -> dict[str, Any]:
        """Return the report by field name; estimates as ``[value, low, high]``."""
        return asdict(self)


def load_questions(path: Path) -> list[GoldQuestion]:
    """Read a data set: JSON lines with ``question`` and ``article`` (an id or a list of ids).

    ``passage_id``, ``passage_ids`` and ``article_id`` are understood too. ``answers`` (or
    ``words``) are right answers, ``answerable`` false says that there is none, ``history`` holds
    the questions before.

    Raises:
        InputError: The file is missing or a line is not such a record.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; save it as UTF-8") from None
    return [_parse_question(path, n, line) for n, line in enumerate(lines, 1) if line.strip()]


def _parse_question(path: Path, number: int, line: str) -> GoldQuestion:
    try:
        record = json.loads(line)
        text = record["question"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise InputError(f"{path}, line {number}: not a JSON object with a `question`") from None
    names = ("article", "article_id", "passage_id", "passage_ids")
    given: Any = next((record[name] for name in names if record.get(name)), [])
    articles: list[str] = [given] if isinstance(given, str) else given
    answerable = record.get("answerable") is not False
    return GoldQuestion(
        text,
        frozenset(articles) if answerable else frozenset(),
        tuple(record.get("history", ())),
        path.stem,
        tuple(record.get("answers") or record.get("words") or ()) if answerable else (),
        answerable,
    )


Score = Callable[[Sequence[Candidate]], Callable[[Candidate], float]]
"""Given all candidates of a question, what one of them is worth."""


def _first_fusion(candidates: Sequence[Candidate]) -> Callable[[Candidate], float]:
    """Half the cosine from lowest to highest, half BM25 relative to the best."""
    cosines = [candidate.features["cosine"] for candidate in candidates]
    low, high = min(cosines), max(cosines)
    most = max(candidate.features["bm25"] for candidate in candidates) or 1.0
    return lambda c: (c.features["cosine"] - low) / (high - low or 1.0) + c.features["bm25"] / most


def _rank_fusion(_: Sequence[Candidate]) -> Callable[[Candidate], float]:
    unranked = 10 * CANDIDATES
    return lambda c: sum(1 / (_RANK_FUSION + (rank or unranked)) for rank in (c.dense, c.lexical))


OTHER_RANKINGS: Mapping[str, Score] = {
    "words alone": lambda _: lambda c: c.features["bm25"] + 0.4 * c.features["skeleton"],
    "vectors alone": lambda _: lambda c: c.features["cosine"],
    "rank fusion": _rank_fusion,
    "score fusion": _first_fusion,
}
"""Simpler ways to rank the same candidates, to compare with."""

OURS = "jawab"
"""Name of the ranking that answers are made with."""


def evaluate_retrieval(
    index: SearchIndex,
    questions: Sequence[GoldQuestion],
    *,
    compare: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RetrievalReport:
    """Search every question that has an article and report at which rank it was found.

    Args:
        index: An open index.
        questions: Of any number of sets.
        compare: Whether to rank in the simpler ways of ``OTHER_RANKINGS`` too.
        progress: Called with how many questions are done, and how many there are.

    Raises:
        InputError: No question has an article.
    """
    asked = [question for question in questions if question.articles]
    if not asked:
        raise InputError("no question names the article that answers it; nothing can be measured")
    runs, times = _rank_all(index, asked, progress, compare=compare)
    rows = [
        RetrievalRow(
            set=name,
            ranking=ranking,
            questions=len(members),
            metrics=compute_metrics(
                [run[n] for n in members], [asked[n].articles for n in members]
            ),
            median_ms=statistics.median(times[n] for n in members) if ranking == OURS else None,
        )
        for name, members in group_by_set([question.set for question in asked]).items()
        for ranking, run in runs.items()
    ]
    return RetrievalReport(rows, len(questions) - len(asked), compute_fingerprint(index))


def _rank_all(
    index: SearchIndex,
    asked: Sequence[GoldQuestion],
    progress: Callable[[int, int], None],
    *,
    compare: bool,
) -> tuple[dict[str, list[Ranked]], list[float]]:
    """Return what each ranking finds for each question, and the milliseconds of ours."""
    runs: dict[str, list[Ranked]] = {OURS: []}
    times = []
    for number, question in enumerate(asked, start=1):
        text = complete_follow_up(question.text, [(before, "") for before in question.history])
        started = time.perf_counter()
        passages = index.search(text, k=3 * DEPTH)
        times.append((time.perf_counter() - started) * 1000)
        runs[OURS].append(list(dict.fromkeys(passage.article.id for passage in passages)))
        if compare:
            candidates = index.candidates(text)
            for name, score in OTHER_RANKINGS.items():
                runs.setdefault(name, []).append(rank_candidates(candidates, score))
        progress(number, len(asked))
    return runs, times


def group_by_set(sets: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions of each set's questions, and of several sets together as ``pooled``."""
    found = {
        name: [n for n, other in enumerate(sets) if other == name] for name in dict.fromkeys(sets)
    }
    return found if len(found) == 1 else {**found, "pooled": list(range(len(sets)))}


def rank_candidates(candidates: Sequence[Candidate], score: Score) -> Ranked:
    """Return the articles of the candidates by a score, best first, each once."""
    if not candidates:
        return []
    worth = score(candidates)
    best = sorted(candidates, key=lambda c: (-worth(c), c.chunk.key))
    return list(dict.fromkeys(candidate.chunk.article_id for candidate in best))


def compute_metrics(runs: Sequence[Ranked], right: Sequence[frozenset[str]]) -> dict[str, Estimate]:
    """Return the usual metrics over questions.

    R@k is the share of a question's right articles among the first k; MRR@10 the mean of one over
    the rank of the first right one, nDCG@10 as in Järvelin and Kekäläinen (2002) with each right
    article worth the same. A question without a right article counts as 0 in all of them, as in
    trec_eval.

    Args:
        runs: What was found for each question.
        right: The articles that answer it.
    """
    hits = np.zeros((len(runs), DEPTH), bool)
    for row, (run, articles) in enumerate(zip(runs, right, strict=True)):
        for place, article in enumerate(run[:DEPTH]):
            hits[row, place] = article in articles
    counts = np.array([max(len(articles), 1) for articles in right])
    places = np.arange(1, DEPTH + 1)
    gains = 1 / np.log2(places + 1)
    ideal = gains.cumsum()[np.minimum(counts, DEPTH) - 1]
    each = {
        "R@1": hits[:, :1].sum(axis=1) / counts,
        "R@5": hits[:, :5].sum(axis=1) / counts,
        "R@10": hits.sum(axis=1) / counts,
        "MRR@10": (hits / places).max(axis=1),
        "nDCG@10": hits @ gains / ideal,
    }
    return {name: estimate_mean(each[name]) for name in METRICS}


def estimate_mean(values: Any) -> Estimate:
    """Return the mean of a value per question, with its interval.

    Args:
        values: Shape (questions,), not empty.
    """
    values = np.asarray(values, float)
    draws = np.random.default_rng(11).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return Estimate(*(round(float(value), 4) for value in (values.mean(), low, high)))


def compute_fingerprint(index: SearchIndex) -> str:
    """Return a short name for everything that ranking depends on besides the articles."""
    content = {
        "manifest": json.loads(index.store.manifest.to_json()),
        "weights": dict(index.weights),
        "candidates": CANDIDATES,
        "per_article": PER_ARTICLE,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]

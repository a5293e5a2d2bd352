"""Recall, MRR and nDCG of `jawab eval` are those of ir-measures, on random runs."""

import random

import ir_measures
import pytest
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from rag.evaluation.retrieval import METRICS, compute_metrics

DEPTH = 10
RECALL_AND_GAIN = {"R@1": R @ 1, "R@5": R @ 5, "R@10": R @ 10, "nDCG@10": nDCG @ 10}
ARTICLES = [f"a{number:02}" for number in range(40)]
CLOSE = 6e-5
"""Ours are rounded to four digits."""


def ranked(scores):
    """Order articles as trec_eval does: by score, equal ones from the last name on."""
    return sorted(scores, key=lambda article: (scores[article], article), reverse=True)


def theirs(runs, judged):
    """Score questions: article -> score, and article -> whether it is right.

    Of RR@10 ir-measures has MS MARCO's code only, which orders equal scores the other way round;
    so trec_eval's RR is given ten articles.
    """
    found = _aggregate(RECALL_AND_GAIN, runs, judged)
    first = [{article: run[article] for article in ranked(run)[:DEPTH]} for run in runs]
    return {**found, **_aggregate({"MRR@10": RR}, first, judged)}


def _aggregate(measures, runs, judged):
    qrels = [
        Qrel(str(n), a, int(right)) for n, told in enumerate(judged) for a, right in told.items()
    ]
    docs = [ScoredDoc(str(n), a, score) for n, run in enumerate(runs) for a, score in run.items()]
    found = ir_measures.calc_aggregate(list(measures.values()), qrels, docs)
    return {name: found[measure] for name, measure in measures.items()}


def check_agreement(runs, judged):
    right = [frozenset(a for a, is_right in told.items() if is_right) for told in judged]
    ours, other = compute_metrics([ranked(run) for run in runs], right), theirs(runs, judged)
    assert other.keys() == set(METRICS)
    for name in METRICS:
        assert ours[name].value == pytest.approx(other[name], abs=CLOSE), name


def random_run(dice, found, levels):
    return {article: float(dice.randrange(levels)) for article in dice.sample(ARTICLES, found)}


def random_judgements(dice, right, wrong):
    articles = dice.sample(ARTICLES, right + wrong)
    return {article: place < right for place, article in enumerate(articles)}


@pytest.mark.parametrize("seed", range(30))
def test_on_any_run(seed):
    dice = random.Random(seed)
    count = dice.randint(1, 60)
    levels = dice.choice([2, 5, 1_000_000])  # few levels make many ties
    runs = [random_run(dice, dice.randint(1, len(ARTICLES)), levels) for _ in range(count)]
    judged = [random_judgements(dice, dice.randint(1, 15), dice.randint(0, 15)) for _ in runs]
    check_agreement(runs, judged)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("right", [1, 2, 9, 10, 11, 30])
def test_on_questions_with_as_many_right_articles(right, seed):
    dice = random.Random(seed)
    runs = [random_run(dice, 25, 1_000_000) for _ in range(20)]
    check_agreement(runs, [random_judgements(dice, right, 0) for _ in runs])


@pytest.mark.parametrize("found", [1, 4, 9, 10, 11])
def test_on_runs_of_any_length(found):
    dice = random.Random(found)
    runs = [random_run(dice, found, 1_000_000) for _ in range(40)]
    check_agreement(runs, [random_judgements(dice, 3, 3) for _ in runs])


def test_where_no_right_article_is_found():
    check_agreement([{"x": 2.0, "y": 1.0}], [{"a01": True}])


def test_where_nothing_is_found_for_some_questions():
    check_agreement([{"a01": 1.0}, {}], [{"a01": True}, {"a02": True, "a03": True}])


def test_where_no_article_is_right():
    check_agreement([{"a01": 1.0}, {"a01": 1.0}], [{"a01": True}, {"a01": False}])


def test_where_nothing_that_was_found_is_judged():
    check_agreement([{"a01": 3.0, "a02": 2.0, "a03": 1.0}], [{"a03": True, "a09": False}])


def test_where_right_articles_lie_beyond_the_first_ten():
    run = {article: float(-place) for place, article in enumerate(ARTICLES)}
    check_agreement([run, run], [{ARTICLES[9]: True}, {ARTICLES[10]: True}])

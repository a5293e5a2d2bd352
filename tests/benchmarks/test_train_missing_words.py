"""What is learned of missing words: from whole questions, which word it was that had to be there."""

import numpy as np

from benchmarks.train_missing_words import Row, compute_surprise, fit, measure

TOWN, VERB = np.eye(4, dtype=np.float32)[:2]


def row(miss, *words):
    known = [(0.5, 0.0, 1.0)] * len(words)
    return Row(miss, np.array(words).reshape(-1, 4), np.array(known).reshape(-1, 3))


ROWS = [row("", VERB), row(""), row("exchanged", TOWN), row("exchanged", VERB, TOWN)] * 50


def test_the_word_that_only_near_misses_lack_is_the_one_that_had_to_be_there():
    weights = fit(ROWS, by_vector=True)
    town, verb = (compute_surprise(row("", word), weights) for word in (TOWN, VERB))
    assert town > 1
    assert verb < 0.5
    assert compute_surprise(row(""), weights) == 0


def test_what_is_measured_is_how_well_they_are_told_apart():
    weights = fit(ROWS, by_vector=True)
    assert measure(ROWS, weights) == {"exchanged": 1.0}
    assert measure(ROWS, fit(ROWS, by_vector=False))["exchanged"] < 1

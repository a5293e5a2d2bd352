"""What the reader's words are fitted with, on small numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.reader_uses import list_left_out
from benchmarks.train_close_reading import find_shown, weigh_written


def row(condition):
    return SimpleNamespace(case=SimpleNamespace(condition=condition))


def test_few_words_are_shown_down_to_where_they_are_right_often_enough():
    logits = np.array([3.0, 2.0, 1.0, 0.0, -1.0])
    right = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    assert find_shown(logits, right, np.ones(5)) == 1.0
    assert find_shown(logits, np.zeros(5), np.ones(5)) == float("inf")


def test_what_is_asked_rarely_weighs_little():
    logits, right = np.array([3.0, 2.0, 1.0]), np.array([1.0, 0.0, 1.0])
    assert find_shown(logits, right, np.array([1.0, 0.1, 1.0])) == 1.0
    assert find_shown(logits, right, np.array([0.0, 1.0, 1.0])) == float("inf")


def test_one_question_in_five_that_are_asked_is_a_near_miss():
    rows = [*[row("written")] * 8, *[row("near miss, other detail")] * 20, row("news")]
    weights = weigh_written(rows)
    assert weights[:8] == pytest.approx(1)
    assert weights[8:28].sum() == pytest.approx(8 / 4)
    assert weights[28] == 0


def test_an_ablation_leaves_out_each_thing_once_and_each_group():
    kept = list_left_out(["a", "b", "c"], {"both": {"a", "b"}})
    assert kept == {
        "all": ["a", "b", "c"],
        "without both": ["c"],
        "without a": ["b", "c"],
        "without b": ["a", "c"],
        "without c": ["a", "b"],
    }

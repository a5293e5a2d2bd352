"""Pairs of sentences of two sources: what is told of them."""

import pytest

from benchmarks.datasets import read
from benchmarks.disagreement import FILES, FOLDER, is_right, tell

PAIRS = [pair for file in FILES for pair in read(FOLDER, f"{file}.jsonl")]


def test_each_value_stands_in_its_sentence():
    for pair in PAIRS:
        assert pair["values"][0] in pair["first"]
        assert pair["values"][1] in pair["second"]


@pytest.mark.parametrize("label", ["same", "rounded", "part", "other thing"])
def test_hardly_a_difference_is_told_where_there_is_none(label):
    pairs = [pair for pair in PAIRS if pair["label"] == label]
    wrong = [pair["question"] for pair in pairs if not is_right(pair, tell(pair))]
    assert len(wrong) <= len(pairs) / 20, wrong

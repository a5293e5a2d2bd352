"""Which of two shards holds what the other has."""

import pytest

from index.errors import IndexDamagedError
from index.folder import LINEAGE
from index.store.sharded.lineage import (
    UNKNOWN,
    Line,
    Lineage,
    begin_line,
    find_newest,
    load_lineage,
    make_lineage,
)


def lineage(*lines):
    return Lineage(Line(*line) for line in lines)


FIRST = lineage(("a", 5))
LATER = lineage(("a", 6))
BROUGHT_OVER = lineage(("a", 5), ("b", 5))
WRITTEN_THERE = lineage(("a", 5), ("b", 6))


def test_a_shard_holds_what_its_copies_were_made_from():
    assert LATER.holds(FIRST)
    assert not FIRST.holds(LATER)
    for brought in (BROUGHT_OVER, WRITTEN_THERE):
        assert brought.holds(FIRST)
        assert not FIRST.holds(brought)
    assert WRITTEN_THERE.holds(BROUGHT_OVER)
    assert not BROUGHT_OVER.holds(WRITTEN_THERE)


def test_equal_generations_that_were_written_apart_are_told_apart():
    assert not LATER.holds(WRITTEN_THERE)
    assert not WRITTEN_THERE.holds(LATER)
    assert find_newest({"one": LATER, "two": WRITTEN_THERE}) == (["two"], True)


def test_the_newest_is_the_one_that_lacks_nothing():
    assert find_newest({"one": FIRST, "two": BROUGHT_OVER}) == (["two"], False)
    assert find_newest({"one": LATER, "two": FIRST}) == (["one"], False)
    assert find_newest({"one": LATER, "two": LATER, "three": FIRST}) == (["one", "two"], False)
    same = lineage(("a", 5), ("c", 6))
    assert find_newest({"one": WRITTEN_THERE, "two": same}) == (["one"], True)


def test_a_lineage_is_read_back_with_the_generation_of_the_shard(tmp_path):
    assert load_lineage(tmp_path, 7) == lineage((UNKNOWN, 7))
    begin_line(tmp_path, FIRST)
    found = load_lineage(tmp_path, 9)
    assert found[:-1] == FIRST
    assert found[-1].generation == 9
    assert found.holds(FIRST)
    begin_line(tmp_path, FIRST)
    again = load_lineage(tmp_path, 9)
    assert not again.holds(found)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", '[["a"]]', '[["a", "x"], ["b", 0]]'])
def test_a_damaged_lineage_is_said(tmp_path, text):
    (tmp_path / LINEAGE).write_text(text, encoding="utf-8")
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        load_lineage(tmp_path, 1)


@pytest.mark.parametrize("lines", [[], None, [["a"]], [["a", "x"]]])
def test_what_is_no_lineage_is_refused(lines):
    with pytest.raises((ValueError, TypeError)):
        make_lineage(lines)

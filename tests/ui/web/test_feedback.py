"""Where readers' opinions are written: beside the index, however its folder is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answers import Answer
from ui.web.feedback import REASONS, Feedback
from ui.web.render import Turn


@pytest.mark.parametrize(
    "place",
    [".", "./", "../news", "../news/", "../news/.", "x/..", "{here}", "{here}/", "{here}/."],
)
def test_the_file_has_the_name_of_the_index(tmp_path, monkeypatch, place):
    (tmp_path / "news" / "x").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "news")
    place = Path(place.format(here=tmp_path / "news"))
    assert Feedback(str(place)).path == tmp_path / "news-feedback.jsonl"


def test_the_file_of_an_index_in_a_cluster_has_its_address_and_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        place: Feedback(place).path
        for place in (
            "ray:127.0.0.1:6379/index",
            "ray:10.0.0.1:6379/index",
            "ray:auto/news",
            "index",
        )
    }
    assert names["ray:127.0.0.1:6379/index"] == tmp_path / "ray-127.0.0.1-6379-index-feedback.jsonl"
    assert len(set(names.values())) == len(names)
    assert {path.parent for path in names.values()} == {tmp_path}


def test_an_opinion_is_written_down_once_and_thanked_for_once_an_answer(tmp_path):
    feedback = Feedback(str(tmp_path / "news"))
    turn = Turn("t1", "سؤال؟", Answer("سؤال؟", "سؤال؟", "نص", (), (), (), found=True), 0)
    assert feedback.add(turn, REASONS[1], "")
    assert not feedback.add(turn, REASONS[1], "")
    other = replace(turn, id="t2")
    assert feedback.add(other, opinion=True, user="")
    assert not feedback.add(turn, REASONS[1], "")  # another reader spoke in between
    assert not feedback.add(turn, opinion=True, user="")
    assert len(feedback.path.read_text(encoding="utf-8").splitlines()) == 3


def test_the_file_of_the_folder_above_has_its_name(tmp_path, monkeypatch):
    (tmp_path / "news" / "x").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "news" / "x")
    assert Feedback("..").path == tmp_path / "news-feedback.jsonl"

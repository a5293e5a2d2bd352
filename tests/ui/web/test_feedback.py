"""What readers ask and think: written beside the index, however its folder is named; reports."""

import csv
import io
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answers import Answer
from ui.web.feedback import REASONS, Feedback
from ui.web.feedback_report import (
    Event,
    Repeated,
    Week,
    count_weeks,
    most_frequent,
    read_events,
    to_csv,
)
from ui.web.feedback_tab import report
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


ANSWER = Answer("ومتى؟", "متى افتُتح الجسر؟", "نص", (), (), (), found=True)


def test_a_question_is_recorded_without_who_asked_in_a_file_of_ones_own(tmp_path):
    feedback = Feedback(str(tmp_path / "news"))
    feedback.record(ANSWER)
    feedback.record(replace(ANSWER, found=False))
    assert feedback.questions == tmp_path / "news-questions.jsonl"
    assert stat.S_IMODE(feedback.questions.stat().st_mode) == 0o600
    rows = [
        json.loads(line) for line in feedback.questions.read_text(encoding="utf-8").splitlines()
    ]
    assert {name for row in rows for name in row} == {
        "time", "question", "standalone_question", "found", "model", "evidence", "index_generation",
    }  # fmt: skip
    events = read_events(feedback.questions, feedback.path)
    assert [(event.what, event.question) for event in events] == [
        ("answered", "متى افتُتح الجسر؟"), ("refused", "متى افتُتح الجسر؟"),
    ]  # fmt: skip


def test_what_is_said_of_an_answer_last_counts(tmp_path):
    feedback = Feedback(str(tmp_path / "news"))
    turn = Turn("t1", "ومتى؟", ANSWER, 0)
    feedback.add(turn, opinion=True, user="سارة")
    feedback.add(turn, opinion=False, user="سارة")
    feedback.add(turn, REASONS[0], "سارة")
    feedback.add(replace(turn, id="t2"), opinion=True, user="سارة")
    events = read_events(feedback.questions, feedback.path)
    assert sorted((event.what, event.reason) for event in events) == [
        ("disliked", REASONS[0]), ("liked", ""),
    ]  # fmt: skip


def test_rows_of_earlier_versions_are_read_and_broken_ones_passed_over(tmp_path):
    row = {"time": "2026-03-01T23:30:00+00:00", "user": "", "good": False, "reason": "",
           "question": "سؤال؟", "standalone_question": "سؤال؟"}  # fmt: skip
    rows = [row, {**row, "reason": REASONS[1]}, {**row, "time": "2026-03-02T01:00:00+03:00"}]
    broken = ['{"time": 5}', "{", "[]", "5", json.dumps({**row, "time": "أمس"})]
    file = tmp_path / "feedback"
    file.write_text("\n".join([*map(json.dumps, rows), *broken]), encoding="utf-8")
    (event,) = read_events(tmp_path / "none", file)
    assert event == Event("2026-03-01T22:00:00+00:00", "disliked", "سؤال؟")


def test_a_week_begins_on_a_sunday():
    days = ["2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08"]
    whats = ["liked", "answered", "refused", "disliked"]
    events = [
        Event(f"{day}T12:00:00+00:00", w, "سؤال؟") for day, w in zip(days, whats, strict=True)
    ]
    assert count_weeks(events) == [
        Week("2026-03-08", 0, 0, 0, 1), Week("2026-03-01", 2, 1, 0, 0), Week("2026-02-22", 0, 0, 1, 0),
    ]  # fmt: skip


def test_the_most_frequent_come_first_whatever_their_spelling():
    asked = ["متى  افتتح الجسر", "من بنى الجسر؟", "متى افتُتح الجِسر", "كم كلّف؟"]
    events = [
        Event(f"2026-03-0{day}T12:00:00+00:00", "disliked", question, REASONS[day % 2])
        for day, question in enumerate(asked, 1)
    ]
    events.append(Event("2026-03-09T12:00:00+00:00", "liked", "من بنى الجسر؟"))
    assert most_frequent(events, "disliked", 3) == [
        Repeated("متى افتُتح الجِسر", 2, "2026-03-03", (REASONS[1],)),
        Repeated("كم كلّف؟", 1, "2026-03-04", (REASONS[0],)),
        Repeated("من بنى الجسر؟", 1, "2026-03-02", (REASONS[0],)),
    ]


def test_a_spreadsheet_computes_nothing_of_what_was_asked():
    events = [Event("2026-03-01T12:00:00+00:00", "refused", question)
              for question in ('=HYPERLINK("http://x")', "+1", "-1", "@a", "سؤال، \"هو\"\nسطر")]  # fmt: skip
    told = to_csv(events)
    assert told.startswith("\ufeffالوقت,")
    cells = [row[2] for row in csv.reader(io.StringIO(told, newline=""))]
    assert all(cell[0] == "'" for cell in cells[1:5])
    assert cells[5] == events[4].question


def test_reports_escape_what_was_asked():
    hostile = '<img src=x onerror="alert(1)">'
    events = [Event("2026-03-01T12:00:00+00:00", "refused", hostile, hostile)]
    told = report(events, '"><b>', recorded=True)
    assert "<img" not in told
    assert "<b>" not in told
    assert "لا تُسجَّل" not in told
    assert "--record-questions" in report([], "news", recorded=False)

"""What `jawab eval` counts, against figures worked out by hand."""

import math
from pathlib import Path

import pytest
from conftest import ROOT

from index.errors import InputError
from rag.evaluation.answers import evaluate_answers
from rag.evaluation.metrics import exact_match, token_f1
from rag.evaluation.reports import Table, files_of, to_html, to_markdown
from rag.evaluation.retrieval import (
    OURS,
    GoldQuestion,
    compute_metrics,
    evaluate_retrieval,
    group_by_set,
    load_questions,
)


def test_metrics_are_those_of_the_definitions():
    runs = [["a", "b"], ["x", "b"], ["x", "y"], [*"12345", "c"]]
    found = compute_metrics(runs, [frozenset(right) for right in ("a", "b", "c", "c")])
    assert found["R@1"].value == 0.25
    assert found["R@5"].value == 0.5
    assert found["R@10"].value == 0.75
    assert found["MRR@10"].value == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    ndcg = (1 + 1 / math.log2(3) + 1 / math.log2(7)) / 4
    assert found["nDCG@10"].value == pytest.approx(ndcg, abs=1e-4)


def test_several_right_articles_are_a_full_recall_and_ndcg_only_together():
    right = [frozenset("ab")]
    assert compute_metrics([["a", "b"]], right)["nDCG@10"].value == pytest.approx(1)
    assert compute_metrics([["a", "x"]], right)["nDCG@10"].value < 1
    assert compute_metrics([["x", "a"]], right)["R@5"].value == 0.5
    assert compute_metrics([["b", "a"]], right)["R@5"].value == 1


def test_an_interval_holds_the_mean_and_narrows_with_questions():
    few = compute_metrics([["a"], ["b"]] * 10, [frozenset("a")] * 20)["R@1"]
    many = compute_metrics([["a"], ["b"]] * 200, [frozenset("a")] * 400)["R@1"]
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low


def test_sets_are_pooled_only_when_there_are_several():
    assert group_by_set(["a", "a"]) == {"a": [0, 1]}
    assert group_by_set(["a", "b"]) == {"a": [0], "b": [1], "pooled": [0, 1]}


def test_a_file_that_is_no_data_set_is_refused(tmp_path):
    for content, reason in ((b"\xff\xfe", "UTF-8"), (b"[1]", "line 1"), (b'{"q": 1}', "line 1")):
        (tmp_path / "q.jsonl").write_bytes(content)
        with pytest.raises(InputError, match=reason):
            load_questions(tmp_path / "q.jsonl")


def test_questions_without_an_article_measure_nothing(index, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "من؟"}', encoding="utf-8")
    with pytest.raises(InputError, match="nothing can be measured"):
        evaluate_retrieval(index, load_questions(tmp_path / "q.jsonl"))


@pytest.mark.slow
def test_retrieval_on_the_samples_is_held(assistant):
    """The gate: a change that finds fewer of the sample questions' articles fails."""
    questions = load_questions(ROOT / "ui" / "samples" / "questions.jsonl")
    report = evaluate_retrieval(assistant.index, questions, compare=True)
    found = {row.ranking: row.metrics for row in report.rows}
    assert found[OURS]["R@1"].value >= 0.93
    assert found[OURS]["R@10"].value >= 0.98
    for name, other in found.items():
        assert found[OURS]["R@10"].value >= other["R@10"].value, name


def test_answers_are_measured_by_what_they_say_and_cite(assistant):
    asked = [
        GoldQuestion(
            "من أخرج فيلم آخر الصيادين؟", frozenset({"فيلم-الصيادين"}), answers=("ريم شاهين",)
        ),
        GoldQuestion("كم بلغ التضخم في سبتمبر؟", frozenset({"فيلم-الصيادين"}), answers=("ألف",)),
        GoldQuestion("من كتب رواية موسم الهجرة إلى الشمال؟", frozenset(), answerable=False),
        GoldQuestion("ما عاصمة أستراليا؟", frozenset({"chess"})),
    ]
    report = evaluate_answers(assistant, asked)
    (row,) = report.rows
    values = {name: found.value for name, found in row.metrics.items()}
    assert values["hit"] == 0.5
    assert values["citation recall"] == 0.5
    assert values["quotes exact"] == 1
    assert values["answered though unanswerable"] == 0
    assert values["refused though answerable"] == pytest.approx(1 / 3, abs=1e-3)
    assert (row.questions, row.unanswerable) == (4, 1)
    assert {one["mistake"] for one in report.wrong} == {
        "without a right answer",
        "refused though answerable",
    }


def test_short_answers_are_compared_as_squad_does():
    assert exact_match("الأستاذ أحمد", ["أستاذ احمد."]) == 1
    assert exact_match("أحمد", ["أستاذ أحمد"]) == 0
    assert token_f1("أحمد", ["أستاذ أحمد", "علي"]) == pytest.approx(2 / 3)
    assert token_f1("خالد", ["أحمد"]) == 0


def test_a_report_shows_text_of_others_as_text():
    tables = [Table("t", ["a|b"], [["<script>alert(1)</script> | x"]], {})]
    assert "<script>" not in to_html(tables, "<b>")
    assert "\\| x" in to_markdown(tables, "title")


@pytest.mark.parametrize("place", [".", "..", "a/..", "a/.", "a/", "a"])
def test_a_report_in_a_folder_has_a_name(tmp_path, monkeypatch, place):
    (tmp_path / "work" / "a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    for file in files_of(Path(place)):
        assert file.parent.resolve() == Path(place).resolve()
        assert file.name in {"evaluation.md", "evaluation.html"}


@pytest.mark.parametrize(
    ("place", "name"),
    [("x", "x"), ("new/x", "x"), ("v1.2", "v1.2"), ("x.md", "x"), ("x.html", "x")],
)
def test_a_report_keeps_the_name_it_is_given(tmp_path, place, name):
    assert [file.name for file in files_of(tmp_path / place)] == [f"{name}.md", f"{name}.html"]

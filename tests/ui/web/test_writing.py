"""What is written to an index goes on whoever watches, one job after the other."""

import threading

import pytest

from index.building.reports import BuildProgress, BuildReport
from index.errors import IndexLockedError, InputError
from ui.web import articles_view
from ui.web.writing import StoppedError, Writing


def progress(**changes):
    fields = {"fraction": 0.1, "files": 300, "articles": 300, "chunks": 900, "failures": 0}
    return BuildProgress(**{**fields, "seconds": 32.0, "title": "عنوان", **changes})


def test_a_second_job_waits_for_the_first_and_a_failure_stops_nobody():
    writing, go_on, order = Writing(), threading.Event(), []

    def work(name):
        def run(_):
            go_on.wait(10)
            order.append(name)
            if name == "first":
                raise InputError("broken")
            return BuildReport(added=1)

        return run

    first, second = writing.submit(work("first")), writing.submit(work("second"))
    assert writing.running is first
    assert second.waits
    go_on.set()
    assert second.done.wait(10)
    assert order == ["first", "second"]
    assert isinstance(first.outcome, InputError)
    assert second.outcome == BuildReport(added=1)
    assert (writing.running, writing.last) == (None, second)


def test_a_job_waits_while_another_process_writes(monkeypatch):
    monkeypatch.setattr("ui.web.writing._AGAIN_SECONDS", 0.01)
    tries = []

    def work(_):
        tries.append(job.waits)
        if len(tries) < 3:
            raise IndexLockedError("another process is writing")
        return BuildReport()

    writing = Writing()
    ready = threading.Event()
    job = writing.submit(lambda tell: ready.wait(10) and work(tell))
    ready.set()
    assert job.done.wait(10)
    assert tries == [False, True, True]
    assert job.outcome == BuildReport()


def test_a_job_that_is_stopped_keeps_what_it_wrote_and_is_gone_on_with(index, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    for n in range(600):
        text = f"خبر رقم {n}\n\nافتتحت البلدية الحديقة رقم {n} في الحي."
        (more / f"{n:03}.txt").write_text(text, encoding="utf-8")
    writing, before = Writing(), index.store.count_articles()

    def work(tell):
        def watch(told):
            if index.store.count_articles() > before:
                writing.stop()
            tell(told)

        return index.add([more], progress=watch)

    job = writing.submit(work, sources=1)
    assert job.done.wait(60)
    assert isinstance(job.outcome, StoppedError)
    kept = index.store.count_articles()
    assert before < kept < before + 600
    assert index.store.verify().ok
    assert "ما أُضيف قبل الإيقاف باقٍ" in articles_view.stopped()
    again = writing.submit(lambda tell: index.add([more], progress=tell), sources=1)
    assert again.done.wait(60)
    assert again.outcome.added == before + 600 - kept
    assert index.store.count_articles() == before + 600


@pytest.mark.parametrize(
    ("told", "sources", "parts"),
    [
        (progress(), 3000, ["300 من 3,000", "بقي نحو 5 دقائق", "فهرسة: ", "10%"]),
        (progress(files=1, fraction=0.5), 1, ["300 من نحو 600", "بقي أقل من دقيقة"]),
        (progress(failures=2, seconds=1.0), 3000, ["تعذّرت قراءة مقالين"]),
    ],
)
def test_progress_is_told_in_articles_and_minutes(told, sources, parts):
    shown = articles_view.progress(told, sources, stoppable=True)
    assert all(part in shown for part in parts)
    assert "data-stop" in shown
    assert "الثانية" not in shown
    assert "data-stop" not in articles_view.progress(told, sources, stoppable=False)
    assert ("بقي" in shown) == (told.seconds > 5)

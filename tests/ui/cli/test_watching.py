"""`jawab watch` and `jawab sources`, run as people run them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import ROOT
from feeds import feed_site

from index import build_index
from index.store.opening import holds_store
from index.watching.sources import WatchedSource
from index.watching.state import WatchFolder
from rag.following.questions import SavedQuestions
from rag.settings import Settings
from ui.cli.chat import _create_if_missing

pytestmark = pytest.mark.slow  # each starts processes of its own


def start(*arguments, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "ui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )


def jawab(*arguments, cwd):
    process = start(*arguments, cwd=cwd)
    stdout, stderr = process.communicate(timeout=120)
    return process.returncode, stdout, stderr


def test_watching_once_says_what_came_and_whether_all_sources_are_fine(tmp_path):
    with feed_site(2) as feed, feed_site(1) as bad:
        bad.status = 404
        settings = f'[[sources]]\nurl = "{feed.url}"\nname = "صحيفة الحي"\n'
        (tmp_path / "jawab.toml").write_text(settings, encoding="utf-8")
        code, out, err = jawab("watch", "--once", "--allow-private", cwd=tmp_path)
        assert (code, err) == (0, "")
        assert "2 added" in out

        code, out, _ = jawab("sources", "add", bad.url, "--allow-private", cwd=tmp_path)
        assert code == 0
        code, out, err = jawab("watch", "--once", "--allow-private", cwd=tmp_path)
        assert code == 1
        assert f"{bad.url}: the server answers 404" in err

        code, out, _ = jawab("sources", "--json", cwd=tmp_path)
        good, failed = json.loads(out)
        assert (good["name"], good["articles"], good["error"]) == ("صحيفة الحي", 2, None)
        assert good["last_visit"] < good["next_visit"]
        assert (failed["url"], failed["failures"], failed["added"]) == (bad.url, 1, True)

        jawab("sources", "pause", bad.url, cwd=tmp_path)
        code, out, _ = jawab("sources", cwd=tmp_path)
        assert [line.split()[0] for line in out.splitlines()] == ["source", "صحيفة", bad.url]
        assert "paused" in out.splitlines()[2]


def test_a_saved_question_is_asked_of_what_came(tmp_path, bundled):
    news = tmp_path / "news"
    news.mkdir()
    (news / "قديم.txt").write_text("خبر\n\nوصل الوفد إلى المدينة.", encoding="utf-8")
    build_index([news], tmp_path / ".jawab", embedder=bundled)
    settings = '[[sources]]\npath = "news"\n[follow]\nexec = "cat > got.json"\nrss = "news.xml"\n'
    (tmp_path / "jawab.toml").write_text(settings, encoding="utf-8")
    assert jawab("follow", "add", "كم بلغت كلفة جسر النهر؟", cwd=tmp_path)[0] == 0
    text = "الجسر\n\nأعلن الوزير أن كلفة جسر النهر بلغت 15 مليون دينار."
    (news / "جديد.txt").write_text(text, encoding="utf-8")
    code, out, err = jawab("watch", "--once", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert "جديد · new كم بلغت كلفة جسر النهر؟" in out
    (told,) = json.loads((tmp_path / "got.json").read_text(encoding="utf-8"))["news"]
    assert "15 مليون دينار" in told["text"]
    assert "15 مليون دينار" in (tmp_path / "news.xml").read_text(encoding="utf-8")


def test_sigterm_ends_watching_cleanly(tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "خبر.txt").write_text("خبر\n\nوصل الوفد إلى المدينة.", encoding="utf-8")
    (tmp_path / "jawab.toml").write_text('[[sources]]\npath = "news"\n', encoding="utf-8")
    process = start("watch", cwd=tmp_path)
    assert "1 added" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert time.monotonic() - began < 10


def test_a_model_that_does_not_answer_holds_up_neither_watching_nor_its_end(tmp_path, bundled):
    asked, free = threading.Event(), threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.set()
            free.wait(60)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    news = tmp_path / "news"
    news.mkdir()
    (news / "قديم.txt").write_text("خبر\n\nوصل الوفد إلى المدينة.", encoding="utf-8")
    build_index([news], tmp_path / ".jawab", embedder=bundled)
    model = f'model = "openai:x"\nbase_url = "http://127.0.0.1:{server.server_port}/v1"\n'
    (tmp_path / "jawab.toml").write_text(model + '[[sources]]\npath = "news"\n', encoding="utf-8")
    SavedQuestions(str(tmp_path / ".jawab")).add("كم بلغت كلفة جسر النهر؟")
    time.sleep(1.1)  # articles of the same second are no news
    process = start("watch", cwd=tmp_path)
    text = "الجسر\n\nأعلن الوزير أن كلفة جسر النهر بلغت 15 مليون دينار."
    (news / "جديد.txt").write_text(text, encoding="utf-8")
    assert "1 added" in process.stdout.readline()
    assert asked.wait(60)
    (news / "مطر.txt").write_text("مطر\n\nهطل المطر على الساحل.", encoding="utf-8")
    assert "1 added" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    free.set()
    server.shutdown()
    server.server_close()


def test_a_source_may_be_added_before_there_is_an_index(tmp_path):
    place = str(tmp_path / "index")
    WatchFolder(place).add(WatchedSource("https://news.example/feed.xml"))
    _create_if_missing(place, Settings())
    assert holds_store(place)
    assert len(WatchFolder(place).list_all()) == 1


def test_nothing_to_watch_is_told(tmp_path):
    code, _, err = jawab("watch", cwd=tmp_path)
    assert code == 1
    assert "jawab sources add URL" in err
    code, _, err = jawab("sources", "pause", "خلاصة", cwd=tmp_path)
    assert code == 1
    assert "no source is called" in err

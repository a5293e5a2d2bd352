"""`jawab watch` and `jawab sources`, run as people run them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT
from feeds import feed_site

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


def test_nothing_to_watch_is_told(tmp_path):
    code, _, err = jawab("watch", cwd=tmp_path)
    assert code == 1
    assert "jawab sources add URL" in err
    code, _, err = jawab("sources", "pause", "خلاصة", cwd=tmp_path)
    assert code == 1
    assert "no source is called" in err

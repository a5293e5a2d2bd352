"""What Docker would send of this project, and what a clean root takes from this machine."""

import http.server
import os
import re
import threading

import pytest
from conftest import ROOT

from benchmarks import clean_root
from benchmarks.clean_root import copy_project, instructions, read_ignored

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "name", "left_out"),
    [
        ("docs", "docs/guide.md", True),
        ("docs", "ui/docs/guide.md", False),
        ("**/cache", "ui/web/cache/a.py", True),
        ("**/cache", "cache/a.py", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("*\n!docs/a?.md", "docs/ab.md", False),
        ("*\n!docs/a?.md", "docs/b.md", True),
        ("*\n!docs\ndocs/b.md", "docs/b.md", True),
        ("# docs\n/index/", "index/a.py", True),
        ("# docs\n/index/", "docs/a.md", False),
    ],
)
def test_the_last_pattern_that_fits_decides(text, name, left_out):
    assert read_ignored(text)(name) is left_out


def test_what_the_image_s_steps_name_is_sent_and_what_lies_beside_is_not(tmp_path):
    copy_project(tmp_path, read_ignored(IGNORED))
    steps = " ".join(rest for name, rest in instructions(DOCKERFILE) if name == "RUN")
    named = {"deploy/slim.py", "constraints.txt"}
    assert set(re.findall(r"\s(\S+\.(?:py|txt))\b", steps)) - {"/tmp/slim.txt"} == named
    assert all((tmp_path / name).is_file() for name in named)
    assert sorted(one.name for one in (tmp_path / "deploy").iterdir()) == ["slim.py"]
    assert not {"docs", "tests", "benchmarks", ".git"} & {one.name for one in tmp_path.iterdir()}


def test_a_root_is_given_where_pip_finds_packages_and_no_folder_of_this_machine(
    tmp_path, monkeypatch
):
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://mirror.example/simple\nno-color = true\n"
        "extra-index-url =\n  https://more.example/simple\n  file:///opt/simple\n"
        "[install]\nconstraint = /etc/own.txt\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_INDEX_URL", "https://nearer.example/simple")
    clean_root.pip_settings.cache_clear()
    given = clean_root.pip_settings()
    clean_root.pip_settings.cache_clear()
    assert given["PIP_INDEX_URL"] == "https://nearer.example/simple"
    assert given["PIP_EXTRA_INDEX_URL"] == "https://more.example/simple"
    assert given["PIP_CONSTRAINT"] == "/etc/own.txt"
    assert "PIP_NO_COLOR" not in given


def test_without_its_programs_or_rights_no_root_is_made_and_the_reason_is_told(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert clean_root.why_not()
    monkeypatch.setenv("PATH", "")
    assert clean_root.why_not().startswith("not installed: mmdebstrap, unshare, setpriv, ip (")


class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_without_a_mirror_or_an_index_the_reason_is_told(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert clean_root.unreachable().startswith("Debian's mirror does not answer: ")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
        assert clean_root.unreachable().startswith("pip's index does not answer: ")
        server.shutdown()

"""`jawab demo`, as a process of its own."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from conftest import ROOT

from ui.cli.demo import QUESTION, SAMPLES, free_port

PATIENCE = 240
"""Seconds for the whole demo, on a machine that does much else. Chosen."""


def start(place, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "ui", "demo", *options],
        cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def wait_for(address, process):
    """Return the status of what answers there; None where the process ends first."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.status
        except OSError:
            time.sleep(0.1)
    return None


@pytest.mark.slow
def test_it_answers_serves_the_page_and_leaves_nothing_in_the_working_folder(tmp_path):
    place, work = tmp_path / "place", tmp_path / "work"
    work.mkdir()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with start(work, "--index", str(place), "--port", str(port)) as process:
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        try:
            told = ""
            for line in process.stdout:
                told += line
                if f"http://127.0.0.1:{port}" in line:
                    break
            status = wait_for(f"http://127.0.0.1:{port}/healthz", process)
            assert status == 200, told + process.stdout.read()
        finally:
            late.cancel()
            process.terminate()
    assert QUESTION in told
    assert re.search(r"\[1\].*آخر الصيادين.*مجلة أوراق", told)
    assert list(work.iterdir()) == []


def test_a_port_that_is_taken_gives_way_to_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        assert free_port(wanted) != wanted
    assert free_port(wanted) == wanted


def test_the_samples_are_part_of_the_package():
    assert SAMPLES.is_dir()
    assert SAMPLES.parent.parent.name == "ui"

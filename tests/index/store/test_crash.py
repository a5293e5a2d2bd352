"""A writer killed at any moment loses nothing, and readers never notice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from conftest import ROOT

from index import build_index, open_index, verify_index
from index.store.opening import open_store

HERE = ROOT / "tests"
KILLS = 32
MOST_KILLS = 200

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here"),
]


@contextmanager
def running(script, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE)))}
    process = subprocess.Popen(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("shards", [1, 3])
def test_a_writer_killed_at_random_moments_loses_nothing(folder, tmp_path, embedder, shards):
    index = tmp_path / "index"
    build_index([folder], index, embedder=embedder, shards=shards)
    moments = random.Random(5)
    generations = set()
    with running("crash_reader.py", index) as one, running("crash_reader.py", index) as other:
        for seed in range(MOST_KILLS):
            if seed >= KILLS and len(generations) > KILLS // 3:
                break
            with running("crash_writer.py", folder, index, seed) as writer:
                time.sleep(moments.uniform(0.01, 0.5))
                assert writer.poll() is None, writer.stderr.read()
                writer.send_signal(signal.SIGKILL)
                writer.wait()
            found = verify_index(index)
            assert found.problems == ()
            stored = {known.text_hash for known in open_store(index).known().values()}
            assert len(stored) == found.articles, "an article is there twice"
            generations.add(open_store(index).stats().generation)
        for reader in (one, other):
            output, _ = reader.communicate("")
            report = json.loads(output)
            assert report["bad"] == []
            assert report["reads"] > KILLS
    assert len(generations) > KILLS // 3, "the writer was killed before it did anything"
    build_index([folder], index, embedder=embedder)
    known = set(open_store(index).known())
    assert known == {path.stem for path in folder.glob("*.txt")}
    embedded = embedder.embedded
    assert build_index([folder], index, embedder=embedder).embedded == 0
    assert embedder.embedded == embedded
    assert open_index(index, embedder=embedder).search("الجسر")

"""`jawab cluster`, on a real Ray that only this machine reaches."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLES

from index.store.ray.environment import make_token, token_path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(find_spec("ray") is None, reason="pip install 'jawab[cluster]'"),
    pytest.mark.skipif(sys.platform != "linux", reason="addresses are looked up in /proc"),
]


class Computer:
    """A machine of a cluster, as far as Jawab can tell: a home and a working folder of its own."""

    def __init__(self, settings=""):
        self.home = Path(tempfile.mkdtemp(prefix="jawab-"))  # Ray's sockets want a short path
        (self.home / "jawab.toml").write_text(settings, encoding="utf-8")

    @property
    def token(self):
        return self.home / ".ray" / "auth_token"

    def jawab(self, *arguments, **environment):
        outside = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
        own = {
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "RAY_TMPDIR": str(self.home / "ray"),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "200",
        }
        kept = {"JAWAB_CACHE": os.environ.get("JAWAB_CACHE") or str(Path.home() / ".cache/jawab")}
        return subprocess.run(
            [sys.executable, "-m", "ui", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            cwd=self.home,
            env={**outside, **kept, **own, **environment},
            check=False,
        )

    def ask(self, *arguments):
        done = self.jawab(*arguments, "--json")
        return json.loads(done.stdout) if done.stdout else pytest.fail(done.stderr)


@pytest.fixture
def computer():
    """Return a function that makes machines; what they began is ended."""
    made = []

    def make(settings=""):
        made.append(Computer(settings))
        return made[-1]

    yield make
    for one in reversed(made):
        one.jawab("cluster", "stop")
        shutil.rmtree(one.home, ignore_errors=True)


def free_port():
    """Return a port that is free with the three after it, below those of Ray's workers."""
    for port in range(6400 + os.getpid() % 3000, 10000):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError


def listening():
    """Return port -> whether others than this machine reach it, of all that listen here."""
    found = {}
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "0000000000000000FFFF00000100007F")):
        rows = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        for _, local, _, state, *_ in (row.split() for row in rows):
            if state == "0A":
                host, _, port = local.partition(":")
                found[int(port, 16)] = host != loopback
    return found


def test_a_cluster_of_one_machine_is_built_asked_and_ended(computer):
    port = free_port()
    one = computer(f'[cluster]\naddress = "127.0.0.1:{port}"\nshards = 2\nfolder = "parts"\n')
    before = listening()
    started = one.ask("cluster", "start")
    place = f"ray:127.0.0.1:{port}"
    assert started == {"address": f"127.0.0.1:{port}", "index": place}

    new = {number: open_ for number, open_ in listening().items() if number not in before}
    assert port in new
    assert {number for number in (port, port + 1, port + 2) if new.get(number)} == set()
    assert one.token.stat().st_mode & 0o777 == 0o600

    built = one.ask("index", "build", SAMPLES, "--index", place)
    assert built["added"] == 28
    status = one.ask("cluster", "status")
    assert [(m["address"], m["alive"], m["first"]) for m in status["machines"]] == [
        ("127.0.0.1", True, True)
    ]
    assert [s["alive"] for s in status["shards"]] == [True, True]
    assert status["chunks"] == sum(s["chunks"] for s in status["shards"]) > 0
    assert min(s["generation"] for s in status["shards"]) >= 1
    assert status["away"] == []
    assert (one.home / "parts" / "shard-000-of-002" / "store.db").is_file()

    answer = one.ask("ask", "كم كلفة جسر النهر؟", "--index", place)
    assert answer["schema_version"]
    assert not answer.get("incomplete")

    again = one.ask("cluster", "start")
    assert again == started
    stranger = one.jawab("cluster", "status", RAY_AUTH_TOKEN="0" * 64)
    assert stranger.returncode == 1
    assert "is not its token" in stranger.stderr

    assert one.ask("cluster", "stop") == {"address": f"127.0.0.1:{port}", "first": True}
    assert port not in listening()
    gone = one.jawab("cluster", "status")
    assert gone.returncode == 1
    assert "no cluster answers" in gone.stderr
    assert one.jawab("cluster", "stop").returncode == 1

    one.ask("cluster", "start")  # what was stored is there again
    assert one.ask("cluster", "status")["chunks"] == status["chunks"]


def test_a_second_machine_joins_with_the_token_and_is_missed_when_it_goes(computer):
    port = free_port()
    # Other addresses of the loopback interface stand for machines.
    first = computer("[cluster]\nshards = 2\n")
    second = computer()
    refused = second.jawab("cluster", "start", "--join", f"127.0.0.2:{port}")
    assert refused.returncode == 1
    assert "there is no token" in refused.stderr

    first.ask("cluster", "start", "--listen", f"127.0.0.2:{port}")
    second.token.parent.mkdir()
    second.token.write_text("0" * 64, encoding="utf-8")
    second.token.chmod(0o644)
    wrong = second.jawab("cluster", "start", "--join", f"127.0.0.2:{port}")
    assert wrong.returncode == 1
    assert second.token.stat().st_mode & 0o777 == 0o600

    shutil.copy(first.token, second.token)
    joined = second.ask(
        "cluster", "start", "--join", f"127.0.0.2:{port}", "--listen", f"127.0.0.3:{port + 10}", "--only-ask"
    )  # fmt: skip
    assert joined == {"address": f"127.0.0.2:{port}"}
    machines = first.ask("cluster", "status")["machines"]
    assert [m["address"] for m in machines] == ["127.0.0.2", "127.0.0.3"]
    assert machines[1]["cores"] == 0

    second.ask("cluster", "stop")
    done = first.jawab("cluster", "status", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["away"] == ["127.0.0.3"]


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [
        (("--listen", "127.0.0.2:6400"), {"RAY_AUTH_MODE": "disabled"}, "RAY_AUTH_MODE is 'disabled'"),
        (("--join", "127.0.0.1:6400"), {}, "reached from its own machine alone"),
        (("--listen", "127.0.0.2:12000"), {}, "port 12000 is among those"),
        (("--listen", "127.0.0.2:zwölf"), {}, "HOST or HOST:PORT"),
        ((), {}, "jawab cluster start --listen 10.0.0.1:6400"),
    ],
)  # fmt: skip
def test_what_would_be_unsafe_or_in_vain_is_refused(computer, arguments, environment, reason):
    one = computer('[cluster]\naddress = "10.0.0.1:6400"\n')
    done = one.jawab("cluster", "start", *arguments, **environment)
    assert done.returncode == 1
    assert reason in done.stderr


def test_no_articles_are_left_out_by_another_number_of_shards(computer):
    one = computer('[cluster]\nfolder = "parts"\nshards = 3\n')
    one.jawab("index", "build", SAMPLES, "--index", "parts", "--shards", "2")
    done = one.jawab("cluster", "start")
    assert done.returncode == 1
    assert "jawab index migrate --shards 3 --index parts" in done.stderr
    one.jawab("index", "migrate", "--shards", "1", "--index", "parts")
    assert one.jawab("cluster", "start").returncode == 1
    assert one.jawab("cluster", "stop").returncode == 1  # nothing was begun


def test_a_token_that_others_can_read_is_closed(tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    token_path().write_text("known", encoding="utf-8")
    token_path().chmod(0o644)
    make_token()
    assert token_path().stat().st_mode & 0o777 == 0o600
    assert token_path().read_text(encoding="utf-8") == "known"

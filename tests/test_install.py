"""What `make` installs: torch from where it is small, or none of it."""

import http.server
import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading
import time
import venv
import zipfile
from functools import partial

import pytest
from conftest import ROOT

from index.embedding.embedders import load_embedder
from index.errors import EmbedderError, RerankerError
from index.search.reranking import CrossEncoderReranker

PINNED = next(
    line.removeprefix("torch==")
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith("torch==")
)
MAKERS = "https://download.pytorch.org/whl/cpu"
PYTHON = "cp{}{}".format(*sys.version_info)
WHEEL = f"torch-{PINNED}%2Bcpu-{PYTHON}-{PYTHON}-manylinux_2_28_{platform.machine()}.whl"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no choice")


@pytest.fixture
def served(tmp_path):
    """A folder and the address it is served at."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def bare(tmp_path):
    """An environment of Python's without packages."""
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    return tmp_path / "bare" / "bin" / "python"


def choose(python, address, path="", device="/nowhere", constraints=ROOT / "constraints.txt"):
    """Return what is printed for pip and what is said, on a machine without a GPU unless told."""
    done = subprocess.run(
        [python, ROOT / "deploy" / "torch_index.py", address, "--device", device, "--constraints", constraints],
        capture_output=True, text=True, check=True, env={"PATH": str(path)},
    )  # fmt: skip
    return done.stdout.strip(), done.stderr.strip()


def offer(served, name):
    folder, address = served
    (folder / "torch").mkdir()
    (folder / "torch" / "index.html").write_text(f'<a href="/{name}">{name}</a>', encoding="utf-8")
    return address


@linux_only
def test_the_cpu_build_of_the_pinned_version_is_taken_from_its_makers(bare, served):
    address = offer(served, WHEEL)
    index, said = choose(bare, address)
    assert index == address
    assert said == f"no GPU found: torch {PINNED} in its CPU build, from {address}"


@linux_only
def test_where_no_version_is_pinned_the_makers_newest_will_do(bare, served, tmp_path):
    nothing = tmp_path / "constraints.txt"
    nothing.write_text("", encoding="utf-8")
    address = offer(served, WHEEL.replace(PINNED, "9.1.0"))
    assert choose(bare, address, constraints=nothing)[0] == address
    assert choose(bare, address)[0] == ""


def write_wheel(folder, version):
    """Write a torch of that version, without anything in it, and the page that offers it."""
    page = folder / "torch" / "index.html"
    page.parent.mkdir(parents=True)
    name = f"torch-{version}-py3-none-any.whl"
    page.write_text(f'<a href="{name}">{name}</a>', encoding="utf-8")
    about = f"torch-{version}.dist-info"
    with zipfile.ZipFile(page.parent / name, "w") as wheel:
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")


@pytest.mark.slow
def test_pip_prefers_the_cpu_build_to_the_registry_s(served):
    folder, address = served
    write_wheel(folder / "registry", PINNED)
    write_wheel(folder / "makers", f"{PINNED}+cpu")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "install", "--dry-run", "--no-deps", "--quiet",
         "--target", folder / "nowhere", "--report", "-", "--constraint", ROOT / "constraints.txt",
         "--index-url", f"{address}/registry", "--extra-index-url", f"{address}/makers", "torch"],
        capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull},
    )  # fmt: skip
    (taken,) = json.loads(done.stdout)["install"]
    assert taken["metadata"]["version"] == f"{PINNED}+cpu"


@linux_only
@pytest.mark.parametrize(
    "other",
    [WHEEL.replace(PINNED, "1.0.0"), WHEEL.replace(PYTHON, "cp27"), WHEEL.replace("%2Bcpu", "")],
)
def test_another_build_is_left_to_the_registry(bare, served, other):
    index, said = choose(bare, offer(served, other))
    assert index == ""
    assert "the registry's" in said
    assert len(said.splitlines()) == 1


@linux_only
def test_makers_that_are_not_reached_leave_it_to_the_registry(bare):
    index, said = choose(bare, "http://127.0.0.1:9")
    assert index == ""
    assert "SLIM=1" in said


@linux_only
@pytest.mark.slow
def test_makers_that_never_answer_are_waited_for_some_seconds(bare):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        index, _ = choose(bare, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert index == ""
    assert time.monotonic() - began < 12


@linux_only
def test_with_a_gpu_nothing_is_chosen_or_said(bare, served, tmp_path):
    address = offer(served, WHEEL)
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert choose(bare, address, path=tmp_path) == ("", "")
    assert choose(bare, address, device=program) == ("", "")
    assert choose(bare, address) != ("", "")


def make(*words):
    """Return what `make` would run."""
    done = subprocess.run(
        ["make", "--dry-run", "VENV=nowhere", *words], cwd=ROOT, capture_output=True, text=True,
        check=True, env={**os.environ, "MAKEFLAGS": ""},
    )  # fmt: skip
    return done.stdout


def test_an_index_of_ones_own_is_taken_as_it_is():
    commands = make("install", "TORCH_INDEX=http://127.0.0.1:9/own")
    assert "index='http://127.0.0.1:9/own'; test \"$index\" || " in commands


def test_nothing_is_installed_where_the_choice_fails(tmp_path):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\ncase "$*" in *torch_index*) exit 1; esac\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    done = subprocess.run(
        ["make", f"VENV={tmp_path}", "install"], cwd=ROOT, capture_output=True, check=False,
        env={**os.environ, "MAKEFLAGS": ""},
    )  # fmt: skip
    assert done.returncode != 0
    ran = (tmp_path / "ran").read_text(encoding="utf-8")
    assert "torch_index.py" in ran
    assert "--editable" not in ran


def test_slim_leaves_out_torch_and_what_brings_it():
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "slim.py", "openai", "ollama"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith(("torch", "sentence", "transformers"))]
    assert any(line.startswith("openvino>") for line in lines)
    assert any(line.startswith("langchain-ollama>") for line in lines)
    assert "slim.py" in make("demo", "SLIM=1")
    assert "slim.py" not in make("demo")
    assert "slim.py" not in make("demo", "SLIM=0")


@pytest.mark.parametrize(
    ("use", "error"),
    [
        (lambda: load_embedder("some/model").identity, EmbedderError),
        (lambda: CrossEncoderReranker("some/model").score("سؤال", ["نص"]), RerankerError),
    ],
)
def test_without_its_packages_another_model_says_what_to_install(use, error, monkeypatch):
    monkeypatch.setattr("index.embedding.hub_models.find_spec", lambda _: None)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with pytest.raises(error) as raised:
        use()
    asked = f"pip install --extra-index-url {MAKERS} 'sentence-transformers"
    assert asked in str(raised.value)
    assert f"'torch=={PINNED}'" in str(raised.value)


def test_no_package_is_pinned_twice():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines]
    names = [name for name in names if name and not name.startswith("#")]
    assert sorted(names) == sorted(set(names))

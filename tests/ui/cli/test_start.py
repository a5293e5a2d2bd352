"""The command as it starts: its version, and other packages in the place of its own."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow  # each starts a process of its own


def start(*arguments, path=(), code="from jawab import main; main()"):
    """Run the command with folders before everything else on the path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), str(ROOT)])}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=os.sep,
        check=False,
    )


def test_the_version_is_that_of_the_package():
    done = start("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"jawab {version('jawab')}")


@pytest.mark.parametrize("name", ["index", "rag", "prompts", "ui"])
@pytest.mark.parametrize("kind", ["package", "module", "namespace"])
def test_another_package_of_that_name_is_told_with_what_to_do(tmp_path, name, kind):
    if kind == "module":
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')")
    elif kind == "package":
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('imported')")
    else:
        (tmp_path / name).mkdir()  # no package at all: ours is found behind it
    done = start("--version", path=[tmp_path])
    if kind == "namespace":
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert str(tmp_path / name) in done.stderr
    assert "pipx install jawab" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_package_that_brought_it_is_named(tmp_path):
    (tmp_path / "rag").mkdir()
    (tmp_path / "rag" / "__init__.py").write_text("")
    about = tmp_path / "ragtime-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ragtime\nVersion: 1.0\n")
    (about / "top_level.txt").write_text("rag\n")
    assert "'ragtime'" in start("--version", path=[tmp_path]).stderr

"""compose and systemd: what they say is valid, and as closed as it says."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from conftest import ROOT

from rag.settings import load_settings
from ui.cli.app import app

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
JAWAB = COMPOSE["services"]["jawab"]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def test_the_page_of_compose_is_reached_from_this_machine_alone_and_has_no_rights():
    assert JAWAB["ports"] == ["127.0.0.1:7860:7860"]
    assert JAWAB["cap_drop"] == ["ALL"]
    assert JAWAB["security_opt"] == ["no-new-privileges:true"]
    assert JAWAB["read_only"]
    others = [one for name, one in COMPOSE["services"].items() if name != "jawab"]
    assert not [one for one in others if "ports" in one]


def test_models_come_only_when_they_are_asked_for():
    profiles = {name: one.get("profiles") for name, one in COMPOSE["services"].items()}
    assert profiles == {"jawab": None, "ollama": ["ollama"], "llama": ["llama"]}


def test_the_images_of_others_are_pinned():
    others = [one["image"] for name, one in COMPOSE["services"].items() if name != "jawab"]
    assert all(re.search(r":\D*\d+", image) for image in others), others


def test_compose_builds_the_dockerfile_and_its_volumes_are_there():
    build = JAWAB["build"]
    context = (ROOT / "deploy" / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()
    named = {
        volume.partition(":")[0]
        for one in COMPOSE["services"].values()
        for volume in one["volumes"]
        if not volume.startswith("$")
    }
    assert named == COMPOSE["volumes"].keys()


@pytest.mark.parametrize(
    ("model", "address"), [("ollama:qwen3:4b", "http://ollama:11434"), ("openai:local", "http://llama:8080/v1")]
)  # fmt: skip
def test_the_models_that_compose_names_are_settings(model, address):
    text = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert model in text
    assert address in text
    service = re.search(r"//(\w+):(\d+)", address)
    assert service[1] in COMPOSE["services"]
    settings = load_settings(None, {"JAWAB_MODEL": model, "JAWAB_BASE_URL": address})
    assert (settings.model, settings.base_url) == (model, address)
    assert load_settings(None, {"JAWAB_MODEL": "", "JAWAB_BASE_URL": ""}).model == "extractive"


def verify(text, folder):
    """Return what systemd finds wrong with a unit's text."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = folder / "tried.service"
    unit.write_text(text.replace("/opt/jawab/bin/jawab", sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    return [line for line in done.stderr.splitlines() if unit.name in line]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_the_units(unit, tmp_path):
    text = unit.read_text(encoding="utf-8")
    assert verify(text, tmp_path) == []
    assert verify(text.replace("PrivateTmp", "PrivatTemp"), tmp_path)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_units_run_commands_that_are_there_as_a_user_without_rights(unit):
    text = unit.read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    program, name, *options = shlex.split(line)
    assert Path(program).name == "jawab"
    commands = typer.main.get_command(app).commands
    if name not in commands:
        pytest.skip(f"there is no `jawab {name}` yet")
    command = commands[name]
    assert set(options) <= {name for one in command.params for name in one.opts}
    for closed in (
        "User=jawab",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=\n",
    ):
        assert closed in text

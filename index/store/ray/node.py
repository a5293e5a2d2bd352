"""The Ray of this machine: begun as the first of a cluster or joined to one, looked at, ended.

What it consists of runs in a session of its own, so that ending it leaves every other Ray alone.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from index.errors import InputError
from index.store.ray.engine import OBJECTS_BYTES, load_ray
from index.store.ray.environment import (
    LOOPBACK,
    asks_for_token,
    is_loopback,
    make_token,
    prepare,
    split_address,
    token_path,
)

FIRST_WITH_TOKENS = (2, 52)
"""Version of Ray that first asks for a token."""
_WORKER_PORTS = (10002, 19999)
"""Ray's own, named here so that they are written into firewalls as they are."""
_STARTING_S = 120
"""Seconds for Ray to begin; it takes six. Chosen."""
_ENDING_S = 5
"""Seconds for its processes to end by themselves. Chosen: nothing is lost where they do not."""


@dataclass(frozen=True, slots=True)
class OwnNode:
    """What is known of the Ray of this machine.

    Attributes:
        address: Host and port of the cluster's first machine.
        first: Whether this is it.
        session: Number of the session in which its processes run.
    """

    address: str
    first: bool
    session: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of a cluster.

    Attributes:
        address: Of the machine.
        alive: Whether it answers.
        first: Whether the cluster began there.
        cores: That Ray may use for shards; 0 where only questions are asked.
    """

    address: str
    alive: bool
    first: bool
    cores: int


def start_first(address: str, *, holds_shards: bool = True) -> OwnNode:
    """Begin a cluster on this machine; a token is made if there is none.

    Args:
        address: Where it listens; on 127.0.0.1 no other machine reaches it.
        holds_shards: Whether shards may be kept here.

    Raises:
        InputError: Ray is missing or too old, runs here already, cannot begin, or would listen
            without asking for a token.
    """
    host, port = split_address(address)
    address = f"{LOOPBACK if is_loopback(address) else host}:{port}"
    if _WORKER_PORTS[0] <= port <= _WORKER_PORTS[1]:
        raise InputError(f"port {port} is among those that Ray's workers use: take 6379")
    _check_version()
    make_token()
    if not is_loopback(address) and not asks_for_token():
        raise InputError(
            f"RAY_AUTH_MODE is {os.environ.get('RAY_AUTH_MODE')!r}: whoever reaches {address} could"
            " run anything on this machine; set RAY_AUTH_MODE=token, or leave --listen out"
        )
    return _start(
        address,
        ["--head", f"--port={port}", "--include-dashboard=false", *_place(host, port)],
        first=True,
        holds_shards=holds_shards,
    )


def join(address: str, *, listen: str = "", holds_shards: bool = True) -> OwnNode:
    """Make this machine one of a cluster's.

    Args:
        address: Of the cluster's first machine.
        listen: Address of this machine; "" for the one from which it reaches the first.
        holds_shards: Whether shards may be kept here.

    Raises:
        InputError: Ray is missing or too old, runs here already, or cannot begin; there is no
            token; nobody answers at the address.
    """
    if is_loopback(address):
        raise InputError(
            f"{address} is reached from its own machine alone; begin the first one with"
            " --listen ADDRESS, and join that address"
        )
    _check_version()
    if not asks_for_token():
        raise InputError(
            f"there is no token; copy {token_path()} from the first machine to the same place"
            " here, for this user alone: chmod 600"
        )
    make_token()
    check_answers(address)
    place = _place(*split_address(listen)) if listen else []
    return _start(address, [f"--address={address}", *place], first=False, holds_shards=holds_shards)


def find_own() -> OwnNode | None:
    """Return the Ray that was begun on this machine, if it runs; Ray itself is not imported."""
    try:
        own = OwnNode(**json.loads(_state_file().read_text(encoding="utf-8")))
        os.killpg(own.session, 0)
    except (OSError, ValueError, TypeError):
        return None
    return own


def stop() -> OwnNode:
    """End the Ray of this machine and the shards it keeps; what they stored stays.

    Raises:
        InputError: None was begun here.
    """
    own = find_own()
    if own is None:
        raise InputError("no cluster was started on this machine by this user")
    load_ray()  # it brings psutil
    import psutil

    processes = _find_processes(own.session)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(processes, timeout=_ENDING_S)
    for process in [*left, *_find_processes(own.session)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _state_file().unlink()
    return own


def list_machines(ray: Any) -> list[Machine]:
    """Return the machines of the cluster that this process is connected to, the first one first.

    A machine that went and came back is listed once.
    """
    found: dict[str, Machine] = {}
    for node in sorted(ray.nodes(), key=lambda node: bool(node["Alive"])):
        resources = node["Resources"]
        first = "node:__internal_head__" in resources
        cores = int(resources.get("CPU", 0))
        address = node["NodeManagerAddress"]
        found[address] = Machine(address, bool(node["Alive"]), first, cores)
    return sorted(found.values(), key=lambda machine: (not machine.first, machine.address))


def check_answers(address: str) -> None:
    """See that something listens at an address; Ray itself would wait for minutes.

    Raises:
        InputError: Nothing does.
    """
    try:
        socket.create_connection(split_address(address), timeout=3).close()
    except OSError as error:
        raise InputError(
            f"no cluster answers at {address} ({error}); start it there: jawab cluster start"
        ) from error


def _check_version() -> None:
    try:
        found = version("ray")
    except PackageNotFoundError:
        raise InputError("a cluster needs Ray: pip install 'jawab[cluster]'") from None
    if tuple(map(int, found.split(".")[:2])) < FIRST_WITH_TOKENS:
        raise InputError(
            f"Ray {found} asks for no token, later ones do: pip install --upgrade 'jawab[cluster]'"
        )


def _place(host: str, port: int) -> list[str]:
    """Return where Ray listens: next to the first port, so that a firewall knows."""
    low, high = _WORKER_PORTS
    return [
        f"--node-ip-address={host}",
        f"--node-manager-port={port + 1}",
        f"--object-manager-port={port + 2}",
        f"--runtime-env-agent-port={port + 3}",
        f"--min-worker-port={low}",
        f"--max-worker-port={high}",
    ]


def _start(address: str, arguments: Sequence[str], *, first: bool, holds_shards: bool) -> OwnNode:
    prepare(address)
    if own := find_own():
        raise InputError(
            f"this machine is in the cluster {own.address} already; leave it: jawab cluster stop"
        )
    cores = [] if holds_shards else ["--num-cpus=0"]
    command = [
        *(sys.executable, "-m", "ray.scripts.scripts", "start", *arguments, *cores),
        *("--disable-usage-stats", f"--object-store-memory={OBJECTS_BYTES}"),
    ]
    log = _log_file()
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    own = OwnNode(address, first, process.pid)
    _state_file().write_text(json.dumps(asdict(own)) + "\n", encoding="utf-8")
    try:
        failed = process.wait(_STARTING_S) != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed:
        if find_own():
            stop()
        raise InputError(f"Ray did not start; what it said is in {log}: {_last_line(log)}")
    return own


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _find_processes(session: int) -> list[Any]:
    """Return the processes of a session in which Ray was begun, the shards' included."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and "ray" in " ".join(process.cmdline()):
                found.append(process)
        except (OSError, psutil.Error):  # it ended, or is another user's
            continue
    return found


def _state_file() -> Path:
    return user_state_path("jawab", ensure_exists=True) / "cluster.json"


def _log_file() -> Path:
    return user_state_path("jawab", ensure_exists=True) / "cluster.log"

"""What Ray reads from the environment when it is imported: the token, and where it listens."""

import os
import secrets
from pathlib import Path

from index.errors import InputError

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 6379
"""Of a cluster's first machine; Ray's own."""
_ON_THIS_MACHINE_ALONE = ("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
"""Ray listens on every interface even where its node is given 127.0.0.1, which it exchanges for the
machine's address; only what was made for firewalls of other systems keeps it to the loopback one
(read in the source of 2.60, and seen with ``ss -ltn``). Who connects there needs it too."""


def split_address(address: str) -> tuple[str, int]:
    """Return host and port; the port is Ray's own if none is given.

    >>> split_address("10.0.0.1:7000"), split_address("news.example")
    (('10.0.0.1', 7000), ('news.example', 6379))

    Raises:
        InputError: It is no address.
    """
    host, _, port = address.partition(":")
    if not host or not (port.isdecimal() or port == "") or not 0 < int(port or 1) < 65536:
        raise InputError(f"an address is HOST or HOST:PORT, not {address!r}")
    return host, int(port or DEFAULT_PORT)


def is_loopback(address: str) -> bool:
    """Tell whether only this machine reaches an address of Ray's; "" and ``auto`` are its own."""
    return address in {"", "auto"} or split_address(address)[0] in {LOOPBACK, "localhost"}


def prepare(address: str) -> None:
    """Set the environment for a Ray at an address, before it is imported.

    It asks for a token and shows it, listens on this machine alone unless another is named, and
    reports nothing to its makers. What is set there already is left as it is.

    Args:
        address: As Ray takes it; "" for one in this process, which gets a token of its own.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    if is_loopback(address):
        os.environ.setdefault(*_ON_THIS_MACHINE_ALONE)
    if not address:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def asks_for_token() -> bool:
    """Tell whether a Ray started from here would refuse those who show no token."""
    return os.environ.get("RAY_AUTH_MODE", "token") == "token" and holds_token()


def token_path() -> Path:
    """Return the file of the token: where Ray looks for it."""
    return Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")


def holds_token() -> bool:
    """Tell whether there is a token, in the environment or in its file."""
    return bool(os.environ.get("RAY_AUTH_TOKEN")) or token_path().is_file()


def make_token() -> None:
    """Make a token, unless there is one; only this user reads its file, also where Ray made it."""
    path = token_path()
    if not holds_token():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    if path.is_file():
        path.chmod(0o600)

"""A Debian of its own under a folder, by mmdebstrap, and the Dockerfile's steps carried out in it.

What runs in it sees nothing of this machine but its network, its certificates and pip's cache. Root
only; mounts are made in a namespace of each command and are gone with it.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
PIP_CACHE = Path(os.environ.get("PIP_CACHE_DIR") or Path("~/.cache/pip").expanduser())
_CERTIFICATES = [
    Path("/etc/ssl/certs/ca-certificates.crt"),
    *Path("/usr/local/share/ca-certificates").glob("*.crt"),
]
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_PIP_FILES = ("cert", "client-cert", "constraint")
_PIP_HANDED_ON = (
    "index-url",
    "extra-index-url",
    "trusted-host",
    "proxy",
    "default-timeout",
    *_PIP_FILES,
)
_SUITE = re.compile(r"debian:(\w+)-slim")


def why_not() -> str:
    """Return why no root can be made here, whatever the network; "" where one can."""
    missing = [
        name for name in ("mmdebstrap", "unshare", "setpriv", "ip") if not shutil.which(name)
    ]
    if missing:
        return f"not installed: {', '.join(missing)} (apt-get install mmdebstrap iproute2)"
    if not _KEYRING.is_file():
        return f"Debian's keys are not there: {_KEYRING}"
    if os.geteuid() != 0:
        return "making a root needs root"
    tried = [
        "unshare",
        "--mount",
        "--pid",
        "--net",
        "--fork",
        "mount",
        "-t",
        "tmpfs",
        "none",
        "/mnt",
    ]
    return "" if _run(tried).returncode == 0 else "namespaces or mounts cannot be made here"


def unreachable(suite: str = "bookworm") -> str:
    """Return which of Debian's mirror and pip's index does not answer; "" where both do."""
    mirror = f"http://deb.debian.org/debian/dists/{suite}/InRelease"
    try:
        urllib.request.build_opener().open(mirror, timeout=10).close()
    except OSError as reason:
        return f"Debian's mirror does not answer: {reason}"
    asked = [
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--retries",
        "0",
        "--timeout",
        "10",
        "wheel",
    ]
    tried = _run([sys.executable, "-m", "pip", "-qq", "--no-cache-dir", *asked])
    return f"pip's index does not answer: {tried.stdout[-300:]}" if tried.returncode else ""


@cache
def pip_settings() -> dict[str, str]:
    """Return where this machine's pip finds packages, by its files and variables, as variables.

    Folders of this machine are left out: a root does not see them.
    """
    told = _run([sys.executable, "-m", "pip", "config", "list"]).stdout
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)='(.*)'$", told, re.MULTILINE)
    found.sort(key=lambda one: ("global", "install", ":env:").index(one[0]))  # the last one holds
    words = {name: value.replace("\\n", " ").split() for _, name, value in found}
    return {
        f"PIP_{name.replace('-', '_').upper()}": " ".join(kept)
        for name, values in words.items()
        if name in _PIP_HANDED_ON and (kept := [one for one in values if "file:" not in one])
    }


@dataclass(frozen=True)
class Root:
    """A Debian under ``folder``, and the environment that commands in it have."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, suite: str = "bookworm", packages: str = "") -> "Root":
        """Make a Debian of that suite with what is needed, and these packages (by comma)."""
        options = ["--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"]
        options += [f"--include={packages}"] if packages else []
        made = _run(["mmdebstrap", *options, suite, str(folder)])
        if made.returncode:
            raise RuntimeError(f"mmdebstrap ended with {made.returncode}:\n{made.stdout}")
        settings = pip_settings()
        named = " ".join(
            settings.get(f"PIP_{one.replace('-', '_').upper()}", "") for one in _PIP_FILES
        )
        # Certificates are of a proxy between here and the registries.
        for own in {*_CERTIFICATES, *map(Path, named.split())}:
            if own.is_absolute() and own.is_file():
                inside = folder / own.relative_to("/")
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(own, inside)
        return cls(folder, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})

    def command(
        self,
        words: list[str],
        *,
        user: str = "root",
        online: bool = True,
        place: str = "/",
        mounts: Mapping[Path, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command line that runs words in the root.

        Args:
            words: The command.
            user: Who runs it.
            online: False leaves it a loopback of its own and no other network.
            place: The working folder.
            mounts: Folder of this machine -> where it is seen in the root.
            environment: Added to the root's.
        """
        root = shlex.quote(str(self.folder))
        handed = {name: os.environ[name] for name in _PROXIES if name in os.environ}
        home = {"HOME": "/root" if user == "root" else f"/home/{user}"}
        variables = {**handed, **home, **self.environment, **pip_settings(), **(environment or {})}
        inner = f"cd {shlex.quote(place)} && exec {shlex.join(words)}"
        if user != "root":
            change = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
            inner = f"exec {shlex.join(change)} sh -c {shlex.quote(inner)}"
        given = shlex.join(f"{name}={value}" for name, value in variables.items())
        lines = [
            "set -e",
            *([] if online else ["ip link set lo up"]),
            f"mount --rbind /dev {root}/dev",
            f"mount --rbind /sys {root}/sys",
            f"mount -t proc proc {root}/proc",
            *(line for pair in (mounts or {}).items() for line in self._mount(*pair)),
            f"cp /etc/resolv.conf {root}/etc/resolv.conf",
            f"echo 127.0.0.1 localhost > {root}/etc/hosts",
            f"exec chroot {root} env -i {given} sh -c {shlex.quote(inner)}",
        ]
        namespaces = ["--mount", "--pid", "--fork", "--kill-child", *([] if online else ["--net"])]
        return ["unshare", *namespaces, "sh", "-c", "\n".join(lines)]

    def _mount(self, outside: Path, inside: str) -> list[str]:
        target = shlex.quote(f"{self.folder}{inside}")
        return [f"mkdir -p {target}", f"mount --bind {shlex.quote(str(outside))} {target}"]

    def run(self, words: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run words in the root, options as of ``command``; both streams are its ``stdout``."""
        return _run(self.command(words, **options))


@dataclass
class Image:
    """What a Dockerfile makes of a root, over one of Debian's slim images."""

    root: Root
    user: str = "root"
    place: str = "/"
    start: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    ignored: str = ""

    @classmethod
    def build(
        cls, dockerfile: Path, folder: Path, arguments: Mapping[str, str] | None = None
    ) -> "Image":
        """Carry out a Dockerfile in a root under a new folder.

        Args:
            dockerfile: Over Debian's slim images.
            folder: A new folder.
            arguments: As ``--build-arg`` gives them.

        Raises:
            RuntimeError: A step failed, or is of a kind that is not known here.
        """
        (_, base), *steps = instructions(dockerfile)
        suite = _SUITE.fullmatch(base)
        if not suite:
            raise RuntimeError(f"no root can be made of {base!r}")
        ignored = dockerfile.with_name(f"{dockerfile.name}.dockerignore").read_text(
            encoding="utf-8"
        )
        root = Root.make(folder, suite[1])
        image = cls(root, given=dict(arguments or {}), ignored=ignored)
        for name, rest in steps:
            image._take(name, rest)
        return image

    def _take(self, name: str, rest: str) -> None:
        steps: dict[str, Callable[[str], None]] = {
            "ARG": self._argument, "ENV": self._environment, "RUN": self._run,
            "USER": self._user, "WORKDIR": self._work, "HEALTHCHECK": self._check,
            "CMD": self._start, "VOLUME": str.strip, "EXPOSE": str.strip,
        }  # fmt: skip
        if name not in steps:
            raise RuntimeError(f"the instruction {name} is not known here")
        steps[name](rest)

    def _argument(self, rest: str) -> None:
        name, _, default = rest.partition("=")
        self.given.setdefault(name, " ".join(shlex.split(default)))

    def _environment(self, rest: str) -> None:
        self.root.environment.update(pair.split("=", 1) for pair in shlex.split(rest))

    def _run(self, rest: str) -> None:
        PIP_CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.root.folder.parent) as context:
            outside = {"cache": PIP_CACHE, "bind": Path(context)}
            mounts: dict[Path, str] = {}
            while mount := re.match(r"--mount=type=(cache|bind),target=([^\s,]+)(?:,rw)?\s+", rest):
                mounts[outside[mount[1]]] = mount[2]
                rest = rest[mount.end() :]
            if Path(context) in mounts:  # as Docker does, a copy that the step may write to
                copy_project(Path(context), read_ignored(self.ignored))
            done = self.run(rest, online=True, mounts=mounts, environment=self.given)
        if done.returncode:
            raise RuntimeError(f"{rest}\nended with {done.returncode}:\n{done.stdout}")

    def _user(self, rest: str) -> None:
        self.user = rest

    def _work(self, rest: str) -> None:
        self.place = rest
        (self.root.folder / rest.lstrip("/")).mkdir(exist_ok=True)

    def _check(self, rest: str) -> None:
        self.health = ["sh", "-c", rest.partition("CMD ")[2]]

    def _start(self, rest: str) -> None:
        self.start = json.loads(rest)

    def run(self, script: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a shell's script as the image's user, in its folder; options as of ``Root.run``."""
        options = {"user": self.user, "place": self.place, **options}
        return self.root.run(["sh", "-c", script], **options)


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Yield the instructions of a Dockerfile: name, rest of the line."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def copy_project(target: Path, left_out: Callable[[str], bool] = lambda _: False) -> None:
    """Copy what git knows of or would add, but for the files of which that is true."""
    list_files = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    for name in filter(None, _run(list_files, PROJECT).stdout.split("\0")):
        source = PROJECT / name
        if left_out(name) or not source.is_file():
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target / name)


def read_ignored(text: str) -> Callable[[str], bool]:
    """Return what tells whether a dockerignore leaves a file out, by its path from the context.

    The last pattern that fits a path or a folder above it decides; one after ``!`` lets it in.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rules = [
        (not line.startswith("!"), _pattern(line.lstrip("!").strip("/")))
        for line in lines
        if not line.startswith("#")
    ]

    def is_left_out(name: str) -> bool:
        return next((out for out, pattern in reversed(rules) if pattern.fullmatch(name)), False)

    return is_left_out


def _pattern(words: str) -> re.Pattern[str]:
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", words)
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")


def _run(words: list[str], place: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  our own commands
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=place,
    )

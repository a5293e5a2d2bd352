"""What the first install costs on a machine that has only Python, pip and make.

    python -m benchmarks.fresh_install FOLDER [--wheels FOLDER]

Makes a Debian under FOLDER (root and mmdebstrap needed), and in it, one after the other with
nothing cached: `make demo SLIM=1`, `make demo`, and the wheel in an environment of its own with
`jawab demo`, which is what `uvx` and `pipx` do, but in the versions of constraints.txt. Prints
minutes, what was fetched and what lies on the disk then; what each printed is kept in FOLDER.
`--wheels` holds wheels to prefer, such as a CPU build of torch where its makers' index cannot be
reached.
"""

import argparse
import re
import shutil
import time
from pathlib import Path

from benchmarks.clean_root import Root, copy_project

PACKAGES = "ca-certificates,make,python3,python3-pip,python3-venv"
WAYS = {
    "slim": "make demo SLIM=1",
    "make": "make demo",
    "wheel": "python3 -m venv --upgrade-deps .venv"
    " && python3 -m venv builder && builder/bin/pip wheel --quiet --no-deps --wheel-dir dist ."
    " && .venv/bin/pip install --quiet --constraint constraints.txt dist/*.whl"
    " && cd / && /srv/wheel/.venv/bin/jawab demo --no-serve",
}


def main() -> None:
    """Measure each way and print a row of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--only", choices=WAYS, help="one way, in a root that is there")
    options = parser.parse_args()
    folder: Path = options.folder
    if not (folder / "root").exists():
        folder.mkdir(parents=True, exist_ok=True)
        Root.make(folder / "root", packages=PACKAGES)
    root = Root(folder / "root", {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
    print("| way | minutes | fetched | environment | unpacked models |\n|---|---|---|---|---|")
    for name, command in WAYS.items():
        if options.only in {None, name}:
            print(_measure(root, name, command, options.wheels), flush=True)


def _measure(root: Root, name: str, command: str, wheels: Path | None) -> str:
    place = root.folder / "srv" / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(root.folder / "root" / ".cache", ignore_errors=True)
    copy_project(place)
    began = time.monotonic()
    done = root.run(
        ["sh", "-c", command],
        place=f"/srv/{name}",
        mounts={wheels: "/wheels"} if wheels else {},
        environment={
            "PIP_LOG": f"/srv/{name}/pip.log",
            "PIP_NO_CACHE_DIR": "1",
            **({"PIP_FIND_LINKS": "/wheels"} if wheels else {}),
        },
    )
    minutes = (time.monotonic() - began) / 60
    (root.folder.parent / f"{name}.txt").write_text(done.stdout, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"{command}\nended with {done.returncode}:\n{done.stdout}")
    sizes = [
        _fetched((place / "pip.log").read_text(encoding="utf-8"), wheels),
        _megabytes(place / ".venv"),
        _megabytes(root.folder / "root" / ".cache" / "jawab"),
    ]
    return f"| `{name}` | {minutes:.1f} | {' | '.join(f'{size:,.0f} MB' for size in sizes)} |"


def _fetched(log: str, wheels: Path | None) -> float:
    """Return the megabytes of what pip's log says was downloaded or taken of the wheels."""
    units = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
    parts = re.findall(r"Downloading \S+ \(([\d.]+) (bytes|kB|MB|GB)\)", log)
    taken = set(re.findall(r"Processing /wheels/(\S+)", log))
    local = sum((wheels / name).stat().st_size / 1e6 for name in taken) if wheels else 0
    return local + sum(float(size) * units[unit] for size, unit in parts)


def _megabytes(folder: Path) -> float:
    files = (one for one in folder.rglob("*") if not one.is_symlink() and one.is_file())
    return sum(one.stat().st_size for one in files) / 1e6


if __name__ == "__main__":
    main()

"""Print the address of the index to take torch from, if another than the registry; say so.

On Linux the registry's torch is the CUDA build, several gigabytes. Without a GPU of NVIDIA's the
CPU build of torch's makers does the same, so it is looked for in their index, for a few seconds.

    index=$(python deploy/torch_index.py); pip install ${index:+--extra-index-url "$index"} .
"""

import argparse
import os
import platform
import re
import shutil
import ssl
import sys
import threading
import urllib.request
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

MAKERS = "https://download.pytorch.org/whl/cpu"
CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
PATIENCE = 5.0
"""Seconds for the whole attempt, looking up the name included. Chosen."""


def pinned_version(constraints: Path) -> str:
    """Return the version of torch that the file pins, such as 2.13.0; "" where it pins none."""
    found = re.search(r"^torch==(\S+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def needs_choice(pinned: str, device: Path) -> bool:
    """Tell whether there is something to choose: Linux, no GPU, torch not there yet."""
    try:
        installed = version("torch").partition("+")[0] == pinned or not pinned
    except PackageNotFoundError:
        installed = False
    gpu = shutil.which("nvidia-smi") or device.exists()
    return sys.platform == "linux" and not installed and not gpu


def offers(index: str, pinned: str) -> bool:
    """Tell whether an index has the CPU build for this machine, of that version or of any."""
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(_read(f"{index}/torch/")), daemon=True)
    asking.start()
    asking.join(PATIENCE)  # a time limit of urllib's does not cover looking up a name
    python = "cp{}{}".format(*sys.version_info)
    wanted = re.escape(pinned) or r"[\d.]+"
    wheel = rf"torch-{wanted}(?:%2B|\+)cpu-{python}-{python}-\w*{platform.machine()}\.whl"
    return bool(found and re.search(wheel, found[0]))


def _read(address: str) -> str:
    certificates = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE, context=certificates) as answer:  # noqa: S310  ours, or the caller's
            return answer.read().decode("utf-8", "replace")
    except OSError:
        return ""


def main() -> None:
    """Print the index of the makers if torch is to be taken from it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("makers", nargs="?", default=MAKERS)
    parser.add_argument("--device", type=Path, default="/dev/nvidiactl", help="there with a GPU")
    parser.add_argument("--constraints", type=Path, default=CONSTRAINTS)
    options = parser.parse_args()
    pinned = pinned_version(options.constraints)
    torch = f"torch {pinned}".strip()
    if not needs_choice(pinned, options.device):
        return
    if offers(options.makers, pinned):
        print(f"no GPU found: {torch} in its CPU build, from {options.makers}", file=sys.stderr)
        print(options.makers)
    else:
        print(
            f"no GPU found, and {options.makers} has no {torch} for this machine or does not"
            " answer: taking the registry's, which on Linux may be the CUDA build of several"
            " gigabytes (SLIM=1 needs none)",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()

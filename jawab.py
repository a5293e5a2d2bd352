"""The `jawab` command: it looks whether its packages are its own before it imports any."""

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("index", "rag", "prompts", "ui")
"""Jawab's own; packages of these names are on the registry too."""


def main() -> None:
    """Run the command line."""
    if others := find_others():
        sys.exit(_explain(others))
    from ui.__main__ import main as run

    run()


def find_others() -> dict[str, str]:
    """Return the packages that others have put before ours: name -> where it lies.

    Ours lie beside this file, installed or not.
    """
    home = Path(__file__).resolve().parent
    found = {name: _place_of(name) for name in PACKAGES}
    return {name: str(place) for name, place in found.items() if place != home / name}


def _place_of(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ())
    return Path(folders[0] if folders else spec.origin or "").resolve()


def _explain(others: dict[str, str]) -> str:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    lines = []
    for name, place in others.items():
        names = {owner for owner in owners.get(name, ()) if owner.lower() != "jawab"}
        by = f" of the package {', '.join(sorted(names))!r}" if names else ""
        lines.append(f"  {name!r} is {place}{by}")
    told = "\n".join(lines)
    return (
        "jawab: another package stands in the place of one of Jawab's own:\n"
        f"{told}\nGive Jawab an environment of its own: pipx install jawab, or uv tool install"
        " jawab\nحزمة أخرى تحمل اسم جزء من «جواب»؛ ثبّته في بيئة خاصة به بأحد الأمرين السابقين."
    )


if __name__ == "__main__":
    main()

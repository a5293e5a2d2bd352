"""Entry point of the `jawab` command."""

import sys
from importlib.machinery import PathFinder
from pathlib import Path

PACKAGES = ("index", "rag", "prompts", "ui")
"""Jawab's own; packages of these names are on the registry too."""


def main() -> None:
    """Run the command line; Arabic prints right whatever the console's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if others := find_others():
        sys.exit(_explain(others))
    from ui.cli.app import run

    run()


def find_others() -> dict[str, str]:
    """Return the packages that others have put before ours: name -> where it lies."""
    home = Path(__file__).resolve().parents[1]
    found = {name: _folder_of(name) for name in PACKAGES}
    return {name: str(place) for name, place in found.items() if place != home / name}


def _folder_of(name: str) -> Path | None:
    spec = sys.modules[name].__spec__ if name in sys.modules else PathFinder.find_spec(name)
    if spec is None:  # an editable install finds its packages by a hook of its own
        from importlib.util import find_spec

        spec = find_spec(name)
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    return Path(places[0] if places else spec.origin or "").resolve()


def _explain(others: dict[str, str]) -> str:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    lines = []
    for name, place in others.items():
        names = [owner for owner in owners.get(name, ()) if owner.lower() != "jawab"]
        by = f" of the package {', '.join(sorted(set(names)))!r}" if names else ""
        lines.append(f"  {name!r} is {place}{by}")
    told = "\n".join(lines)
    return (
        "jawab: another package stands in the place of one of Jawab's own:\n"
        f"{told}\nGive Jawab an environment of its own: pipx install jawab, or uv tool install"
        " jawab\nحزمة أخرى تحمل اسم جزء من «جواب»؛ ثبّته في بيئة خاصة به بأحد الأمرين السابقين."
    )


if __name__ == "__main__":
    main()

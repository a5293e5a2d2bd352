"""Prepare a release: check its tag, write the repository's addresses, print what changed.

    python deploy/release.py v0.2.0 https://forge.example/somebody/jawab > notes.md

The version stands in pyproject.toml alone. The addresses are those of whoever releases, so they are
written into the copy that is built, and nowhere else.
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def check_tag(tag: str, pyproject: str) -> str:
    """Return the version, which the tag names.

    Raises:
        SystemExit: It names another.
    """
    version: str = tomllib.loads(pyproject)["project"]["version"]
    if tag != f"v{version}":
        sys.exit(f"the tag is {tag}, and pyproject.toml has version {version}")
    return version


def add_addresses(pyproject: str, repository: str) -> str:
    """Return pyproject.toml with ``[project.urls]`` of that repository."""
    return f"""{pyproject.rstrip()}

[project.urls]
Source = "{repository}"
Documentation = "{repository}/tree/main/docs"
Changelog = "{repository}/blob/main/CHANGELOG.md"
Issues = "{repository}/issues"
"""


def link_whole(page: str, repository: str, tag: str) -> str:
    """Return the README with its links made whole, at that tag of the repository.

    A package index shows the page without the files beside it.
    """
    page = re.sub(r'(?<=src=")(?!\w+:)', f"{repository}/raw/{tag}/", page)
    page = re.sub(r"(?<=\]\()(?=#)", f"{repository}/blob/{tag}/README.md", page)
    return re.sub(r"(?<=\]\()(?!\w+:)", f"{repository}/blob/{tag}/", page)


def changes_of(version: str, changelog: str) -> str:
    """Return the changelog's section about a version.

    Raises:
        SystemExit: There is none.
    """
    found = re.search(
        rf"^## {re.escape(version)}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if not found:
        sys.exit(f"CHANGELOG.md has no section {version}")
    return found[1].strip()


def main(tag: str, repository: str) -> None:
    """Prepare the release in place."""
    file = PROJECT / "pyproject.toml"
    pyproject = file.read_text(encoding="utf-8")
    version = check_tag(tag, pyproject)
    print(changes_of(version, (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")))
    file.write_text(add_addresses(pyproject, repository), encoding="utf-8")
    readme = PROJECT / "README.md"
    page = link_whole(readme.read_text(encoding="utf-8"), repository, tag)
    readme.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What a release needs holds together."""

import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata

import pytest
import yaml
from conftest import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def load(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture
def release(tmp_path):
    """A copy of what a release reads, and a function that prepares it."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "release.py", tmp_path / "deploy")
    for name in ("pyproject.toml", "CHANGELOG.md", "README.md"):
        shutil.copy(ROOT / name, tmp_path)

    def prepare(tag):
        return subprocess.run(
            [sys.executable, "deploy/release.py", tag, "https://forge.example/somebody/jawab"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return tmp_path, prepare


def test_the_version_stands_in_one_place_and_the_manifests_name_its_image():
    named = {
        version
        for path in [*ROOT.glob("deploy/**/*.yaml"), *ROOT.glob("docs/*.md")]
        for version in re.findall(r"example/jawab:([\d.]+)", path.read_text(encoding="utf-8"))
    }
    assert named == {PROJECT["version"]}
    code = [path for room in ("index", "rag", "prompts", "ui") for path in ROOT.glob(f"{room}/**/*.py")]  # fmt: skip
    assert not [one for one in code if "__version__" in one.read_text(encoding="utf-8")]


def test_a_release_tells_what_changed_and_where_its_source_is(release):
    place, prepare = release
    done = prepare(f"v{PROJECT['version']}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stdout.strip() in CHANGELOG
    urls = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert urls["Issues"] == "https://forge.example/somebody/jawab/issues"


def test_the_released_page_has_pictures_and_links_where_no_file_lies_beside_it(release):
    place, prepare = release
    prepare(f"v{PROJECT['version']}")
    forge = f"https://forge.example/somebody/jawab/{{}}/v{PROJECT['version']}/"
    before, after = (
        re.findall(r"(?:src=\"|\]\()([^)\"]+)", (folder / "README.md").read_text(encoding="utf-8"))
        for folder in (ROOT, place)
    )
    assert after[0] == forge.format("raw") + "docs/pictures/desktop-short.png"
    assert forge.format("blob") + "docs/guide.ar.md#المقالات" in after
    assert forge.format("blob") + "README.md#in-five-minutes" in after
    assert all(new.startswith("https://") for new in after)
    for old, new in zip(before, after, strict=True):
        assert new.endswith(old)
        assert (ROOT / (old.partition("#")[0] or "README.md")).exists() or old == new


def test_a_tag_of_another_version_is_not_released(release):
    place, prepare = release
    done = prepare("v9.9.9")
    assert done.returncode == 1
    assert "the tag is v9.9.9" in done.stderr
    assert (place / "pyproject.toml").read_text(encoding="utf-8") == PYPROJECT


def test_the_extra_all_is_every_other():
    extras = dict(PROJECT["optional-dependencies"])
    (all_of_them,) = extras.pop("all")
    assert set(re.fullmatch(r"jawab\[(.*)\]", all_of_them)[1].split(",")) == set(extras)


def test_the_forge_runs_what_ci_runs_and_publishes_without_a_token():
    (job,) = load(".github/workflows/ci.yml")["jobs"].values()
    assert job["steps"][-1] == {"run": ".ci/run"}
    (cache,) = (step["with"]["path"] for step in job["steps"] if "cache" in step.get("uses", ""))
    assert cache == job["env"]["PIP_CACHE_DIR"]
    release = load(".github/workflows/release.yml")
    assert release["permissions"] == {"contents": "read"}
    jobs = release["jobs"]
    assert '--workflow ci.yml --branch main --event push --commit "$GITHUB_SHA"' in str(
        jobs["tested"]
    )
    assert jobs["tested"]["permissions"] == {
        "actions": "read",
        "checks": "read",
        "contents": "read",
    }
    assert jobs["build"]["needs"] == "tested"
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


def test_new_versions_are_looked_for_where_they_are_named():
    updates = load(".github/dependabot.yml")["updates"]
    assert {(one["package-ecosystem"], one["directory"]) for one in updates} == {
        ("github-actions", "/"), ("pip", "/"), ("docker", "/deploy"),
        ("docker-compose", "/deploy"),
    }  # fmt: skip
    assert all((ROOT / one["directory"].lstrip("/")).is_dir() for one in updates)


def pages():
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]


def headings(page):
    """Return the anchors that a forge gives the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {"".join(filter(is_kept, one.lower())).replace(" ", "-") for one in found}


def is_kept(letter):
    """Tell whether an anchor keeps a character: of words, marks too, as Ruby's ``\\p{Word}``."""
    return (
        unicodedata.category(letter) in {"Nd", "Pc"}
        or unicodedata.category(letter)[0] in "LM"
        or letter in "- "
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    for link in (one or other for one, other in links):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in headings(target), link


def test_every_page_is_in_the_list_of_pages():
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in ROOT.glob("docs/*.md") if f"({page.name}" not in listed] == ["README.md"]  # fmt: skip


def test_arabic_comes_first():
    for page in ("README.md", "docs/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert re.search(r"[ء-ي]{3}", text).start() < re.search(r"Jawab (answers|s pages)|Jawab's pages", text).start()  # fmt: skip

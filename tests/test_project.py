"""Facts about the project itself."""

import doctest
import importlib
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from conftest import ROOT

import index
import rag


@pytest.mark.parametrize("package", [index, rag])
def test_public_names_exist_and_are_sorted(package):
    assert package.__all__ == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError):
        package.nothing  # noqa: B018


@pytest.mark.parametrize(
    "module",
    ["index.limits", "rag.evaluation.reports", "index.arabic.words", "index.arabic.affixes", "index.arabic.digits", "index.articles.article", "index.articles.readers.rows", "index.articles.readers.sheet_rows", "index.articles.readers.sheet_looks", "index.articles.readers.sheet_values", "index.arabic.dates", "index.arabic.dialects", "rag.evaluation.metrics",
         "rag.reading.disagreement", "index.arabic.numbers", "rag.language.relative_dates", "rag.language.statements", "index.arabic.sentences", "rag.answers", "rag.checking.citations", "rag.checking.markup", "rag.checking.splitting",
     "rag.language.followup", "rag.language.questions", "rag.language.signs", "index.watching.durations", "ui.web.numbers", "ui.web.articles_view", "ui.web.word_file",
     "index.articles.repair"],
)  # fmt: skip
def test_examples_in_docstrings_are_true(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("package", ["index", "rag", "prompts", "ui"])
def test_importing_a_package_is_free(package):
    code = (
        f"import sys, {package}; print(sorted({{'torch', 'faiss', 'gradio'}} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_layers_are_kept():
    if find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed (make test installs it)")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_kind_of_fault_has_a_test_that_is_there():
    page = ROOT / "docs" / "kinds.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if re.match(r"\| (\d\d)? *\| (?!kind)", line)]
    assert len(rows) > 30
    for row in rows:
        links = re.findall(r"\]\(([^)]+)\)", row)
        assert links, row
        assert all((page.parent / link).is_file() for link in links), row


def test_what_the_pages_name_is_there():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]
    named = [
        (page.name, path)
        for page in pages
        for text in [page.read_text(encoding="utf-8")]
        for path in [
            *re.findall(r"tests/[\w/]+\.py", text),
            *(f"benchmarks/{name}.py" for name in re.findall(r"-m benchmarks\.(\w+)", text)),
        ]
    ]
    assert len(named) > 20
    missing = [
        (page, path)
        for page, path in named
        if not (ROOT / path).is_file()
        and not (ROOT / path.removesuffix(".py") / "__main__.py").is_file()
    ]
    assert missing == []

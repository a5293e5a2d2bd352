"""What the command makes of odd arguments and of files it does not read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHARED

pytestmark = pytest.mark.slow  # each starts a process of its own

BAD = b"\xce\xc8\xd1"
TEXT = "أحيت الفرقة الوطنية حفل الموسم مساء الجمعة."


def jawab(*arguments, cwd=None, env=None):
    return subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **(env or {})},
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        (BAD,),
        ("ask", BAD),
        ("ask", "سؤال", "--index", BAD),
        ("ask", "سؤال", b"--article=" + BAD),
        ("ask", "سؤال", "--since", BAD),
        ("ask", "سؤال", b"--" + BAD),
        ("chat", "--index", BAD),
        ("chat", "--auth", BAD),
        ("eval", BAD),
        ("index", "build", BAD),
        ("index", "build", ".", "--index", BAD),
        ("index", "build", ".", "--column", b"text=" + BAD),
        ("index", "add", BAD),
        ("index", "remove", BAD),
        ("index", "list", "--index", BAD),
        ("index", "info", "--index", BAD),
        ("index", "verify", "--index", BAD),
        ("index", "rebuild", "--index", BAD),
        ("index", "migrate", "--embedder", BAD),
        ("index", "backup", BAD),
        ("--verbose", "index", BAD),
    ],
)
def test_bytes_that_are_no_text_end_in_a_clear_error(tmp_path, arguments):
    done = jawab(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert r"\xce\xc8\xd1" in done.stderr
    assert "not valid UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_are_no_text_end_in_a_clear_error(tmp_path):
    done = jawab("index", "list", cwd=tmp_path, env={"JAWAB_INDEX": os.fsdecode(BAD)})
    assert (done.returncode, "not valid UTF-8" in done.stderr) == (1, True)
    (tmp_path / "jawab.toml").write_bytes(b'index = "' + BAD + b'"')
    done = jawab("index", "list", cwd=tmp_path)
    assert (done.returncode, "jawab.toml is not valid UTF-8" in done.stderr) == (1, True)
    (tmp_path / "jawab.toml").unlink()
    (tmp_path / os.fsdecode(BAD)).mkdir()
    done = jawab("index", "build", ".", "--index", BAD, cwd=tmp_path)
    assert (done.returncode, "index on the command is not valid UTF-8" in done.stderr) == (1, True)


def test_an_article_whose_name_is_no_text_lives_like_the_others(tmp_path):
    (tmp_path / os.fsdecode(BAD + b".txt")).write_text(TEXT, encoding="utf-8")
    options = ("--index", "index")
    done = jawab("index", "build", BAD + b".txt", *options, cwd=tmp_path)
    assert "1 added" in done.stdout, done.stderr
    assert "1 unchanged" in jawab("index", "build", ".", *options, cwd=tmp_path).stdout
    (row,) = json.loads(jawab("index", "list", "--json", *options, cwd=tmp_path).stdout)
    assert row["id"] == "خبر"
    assert jawab("index", "verify", *options, cwd=tmp_path).returncode == 0
    assert jawab("index", "info", *options, cwd=tmp_path).returncode == 0
    done = jawab("ask", "من أحيا حفل الموسم؟", "--article", "خبر", *options, cwd=tmp_path)
    assert "الفرقة الوطنية" in done.stdout
    assert jawab("index", "remove", "خبر", *options, cwd=tmp_path).returncode == 0


def test_files_that_are_passed_over_are_told_and_strict_fails_on_them(tmp_path):
    for name in ("أ.dbf", "ب.DBF", "ج.pages"):
        (tmp_path / name).write_bytes(b"PK")
    (tmp_path / "خبر.txt").write_text(TEXT, encoding="utf-8")
    options = ("--index", "index")
    done = jawab("index", "build", ".", *options, cwd=tmp_path)
    assert done.returncode == 0
    assert "passed over 3 files of kinds that are not read: .dbf (2), .pages (1)" in done.stdout
    done = jawab("index", "build", ".", "--strict", "--json", *options, cwd=tmp_path)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [(Path(file["origin"]).name, file["kind"]) for file in report["passed_over"]] == [
        ("أ.dbf", ".dbf"),
        ("ب.DBF", ".dbf"),
        ("ج.pages", ".pages"),
    ]
    done = jawab("index", "build", "ج.pages", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert "unknown format '.pages'; use .txt" in done.stdout


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_folder_of_unread_files_is_told(tmp_path):
    make = SHARED / "cases" / "19-files-passed-over" / "make.py"
    subprocess.run([sys.executable, make, tmp_path], check=True)
    done = jawab("index", "build", "articles", "--strict", "--index", "index", cwd=tmp_path)
    assert done.returncode == 1
    assert "passed over 1 file" in done.stdout
    assert ".gz" in done.stdout
    for ending in ("rtf", "odt", "xlsx", "pptx", "doc"):  # none of them is what it is called
        assert f"تقرير.{ending}" in done.stdout
    assert "5 added" in done.stdout

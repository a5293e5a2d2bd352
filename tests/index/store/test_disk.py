"""Disks that are full, folders that may not be written to, files that are damaged."""

import logging
import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT

from index import build_index, open_index, remove_articles, verify_index
from index.errors import IndexDamagedError, IndexWriteError
from index.store.manifest import Manifest
from index.store.opening import create_store, open_store

pytestmark = pytest.mark.slow  # each fills a disk of its own

QUESTION = "كم كلفة الجسر؟"
NOBODY = 65534


@contextmanager
def largest_file(size):
    """Let no file grow over a size, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(kilobytes):
    """Give a real disk of that size; skips where none can be mounted."""
    with tempfile.TemporaryDirectory() as folder:
        options = f"size={kilobytes}k"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", folder],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("no disk can be mounted here (it takes root)")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def many(folder, count=400):
    for n in range(count):
        text = f"خبر رقم {n}\n\nوصل القطار رقم {n} إلى المحطة ومعه {n * 7} راكبًا. " * 8
        (folder / f"{n:03}.txt").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kilobytes", [1_600, 2_400, 4_000, 5_000])
def test_a_full_disk_is_reported_and_nothing_stored_is_lost(folder, embedder, kilobytes):
    with small_disk(kilobytes) as disk:
        build_index([folder], disk / "index", embedder=embedder)
        before = open_index(disk / "index", embedder=embedder).search(QUESTION, k=1)
        many(folder)
        with pytest.raises(IndexWriteError, match="free some space"):
            build_index([folder], disk / "index", embedder=embedder)
        assert verify_index(disk / "index").problems == ()
        index = open_index(disk / "index", embedder=embedder)
        assert index.search(QUESTION, k=1)[0].chunk == before[0].chunk
        assert not list((disk / "index").glob("*.tmp"))


def test_after_space_was_freed_the_build_goes_on(folder, tmp_path, embedder):
    many(folder)
    with largest_file(1_000_000), pytest.raises(IndexWriteError):
        build_index([folder], tmp_path / "index", embedder=embedder)
    report = build_index([folder], tmp_path / "index", embedder=embedder)
    assert report.added + report.unchanged == 403
    assert verify_index(tmp_path / "index").ok


def test_search_files_that_do_not_fit_leave_the_old_ones(built, folder, embedder):
    expected = open_index(built, embedder=embedder).search(QUESTION)
    store = open_store(built)
    with largest_file(1_000), pytest.raises(IndexWriteError), store.writing():
        store.compact()
    assert open_index(built, embedder=embedder).search(QUESTION) == expected
    assert verify_index(built).ok


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
@pytest.mark.parametrize("copied", [False, True])
def test_a_folder_that_may_not_be_written_to_can_be_read(folder, embedder, copied, caplog):
    with tempfile.TemporaryDirectory() as place:
        index = Path(place) / "index"
        build_index([folder], index, embedder=embedder)
        expected = open_index(index, embedder=embedder).search(QUESTION)
        if copied:  # store.db alone holds everything once nobody writes
            for path in index.glob("store.db-*"):
                path.unlink()
        for path in (Path(place), index, *index.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        os.seteuid(NOBODY)
        try:
            with caplog.at_level(logging.WARNING):
                assert open_index(index, embedder=embedder).search(QUESTION) == expected
            assert not caplog.text
            with pytest.raises(IndexWriteError, match="may write"):
                remove_articles(["جسر"], index)
            with pytest.raises(IndexWriteError):
                create_store(index / "new", Manifest(embedder.identity))
        finally:
            os.seteuid(0)


def test_damaged_search_files_are_done_without_while_another_process_writes(
    built, embedder, caplog
):
    expected = open_index(built, embedder=embedder).search(QUESTION)
    next(built.glob("v-*.faiss")).write_bytes(b"x")
    with open_store(built).writing(), caplog.at_level(logging.WARNING):
        found = open_index(built, embedder=embedder).search(QUESTION)
    assert [passage.chunk for passage in found] == [passage.chunk for passage in expected]
    assert "without its search files" in caplog.text


def test_another_process_that_writes_is_named(built, embedder, folder):
    script = f"""
        import sys
        from pathlib import Path
        from index.store.opening import create_store, open_store
        with open_store({str(built)!r}).writing():
            print("ready", flush=True)
            sys.stdin.read()
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert writer.stdout.readline() == b"ready\n"
        with pytest.raises(Exception, match="another process is writing"):
            build_index([folder], built, embedder=embedder)
    finally:
        writer.communicate()
    assert build_index([folder], built, embedder=embedder).unchanged == 3


@pytest.mark.parametrize("damage", ["vectors", "terms"])
def test_verify_sees_a_search_file_that_was_changed(built, damage):
    if damage == "vectors":
        path = next(built.glob("v-*.faiss"))
    else:
        path = max(next(built.glob("t-*")).iterdir(), key=lambda file: file.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    problems = verify_index(built).problems
    assert problems
    assert all("search files" in problem for problem in problems)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE articles SET text = (SELECT text FROM articles WHERE id <> 'جسر') WHERE id = 'جسر'",
            "as they were",
        ),
        ("UPDATE chunks SET start = start + 1 WHERE key = 1", "embedded for them"),
        ("UPDATE document_frequencies SET count = count + 1 WHERE term = 'جسر'", "counts of terms"),
        ("UPDATE meta SET value = '99' WHERE key = 'chunk_count'", "counts of chunks"),
        ("DELETE FROM chunks WHERE key = 1", "without a chunk"),
        ("DELETE FROM bands", "reprints"),
    ],
)
def test_verify_sees_rows_that_were_changed(built, statement, problem):
    import sqlite3

    with sqlite3.connect(built / "store.db") as connection:
        connection.execute(statement)
    assert any(problem in found for found in verify_index(built).problems)


def test_a_damaged_database_names_backup_and_build_and_the_backup_helps(
    built, tmp_path, embedder, folder
):
    expected = open_index(built, embedder=embedder).search(QUESTION)
    open_store(built).backup(tmp_path / "backup")
    (built / "store.db").write_bytes(b"not a database" * 1000)
    for action in (
        lambda: open_index(built, embedder=embedder),
        lambda: build_index([folder], built, embedder=embedder),
        lambda: verify_index(built),
    ):
        with pytest.raises(IndexDamagedError, match=r"jawab index backup.*jawab index build"):
            action()
    (built / "store.db").write_bytes((tmp_path / "backup" / "store.db").read_bytes())
    assert open_index(built, embedder=embedder).search(QUESTION) == expected


def test_a_database_damaged_inside_is_reported(built, embedder):
    path = built / "store.db"
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = os.urandom(len(data) - 4096 * 2)
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError, match="backup"):
        open_index(built, embedder=embedder).search(QUESTION)


def test_statistics_count_no_file_that_is_gone_before_it_is_looked_at(tmp_path):
    from index.store.local.catalogue import _measure_file

    (tmp_path / "kept").write_bytes(b"12345")
    assert [_measure_file(tmp_path / name) for name in ("kept", "gone", "")] == [5, 0, 0]

"""Folders as they are: odd names, links, pipes, and files of kinds that are not read."""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from conftest import SHARED

from index import build_index
from index.articles.article import Article
from index.articles.file_names import path_of, printable_path
from index.articles.readers.base import PassedOver, ReadFailure
from index.articles.readers.formats import FORMATS
from index.articles.readers.reading import read_articles
from index.articles.readers.sources import list_sources
from index.errors import InputError

TEXT = "قال الوزير إن الجسر سيفتح غدًا."


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def write(folder, name, text=TEXT):
    path = folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def ids(*roots):
    return [item.id for item in read_articles(roots) if isinstance(item, Article)]


def kinds(root):
    return sorted(item.kind for item in read_articles([root]) if isinstance(item, PassedOver))


def failures(root):
    return [item for item in read_articles([root]) if isinstance(item, ReadFailure)]


@pytest.mark.parametrize(
    ("name", "article_id"),
    [
        ("خبر.txt".encode("cp1256"), "خبر"),
        ("أخبار اليوم.txt".encode("cp720"), "أخبار اليوم"),
        ("أخبار/".encode("cp1256") + "ميناء.txt".encode(), "أخبار/ميناء"),
        (b"\xff\xfe.txt", r"\xff\xfe"),
        ("новости.txt".encode("cp866"), r"\xad\xae\xa2\xae\xe1\xe2\xa8"),
        (unicodedata.normalize("NFD", "أخبار المؤتمر.txt").encode(), "أخبار المؤتمر"),
        ("خبر\nعاجل\t\x1b[2J.txt".encode(), "خبر عاجل [2J"),
        ("خبر.TXT".encode(), "خبر"),
        ("خبر.Html".encode(), "خبر"),
        (("ط" * 125 + ".txt").encode(), "ط" * 125),
        ("خبر.الأحد.txt".encode(), "خبر.الأحد"),
        (b"--help.txt", "--help"),
    ],
)
def test_a_file_is_read_whatever_its_name(folder, name, article_id):
    write(
        folder, name, f"<article><h1>خبر</h1><p>{TEXT}</p></article>" if b"Html" in name else TEXT
    )
    write(folder, "other.txt", "خبر آخر تمامًا.")
    found = {item.id: item for item in read_articles([folder])}
    assert set(found) == {article_id, "other"}
    origin = found[article_id].origin
    assert origin.isprintable()
    assert Path(path_of(origin)).exists()


def test_a_printable_path_leads_back_to_the_file(folder):
    for name in (b"\xce\xc8\xd1.txt", b"a\nb.txt", b"\\xce.txt", "ب\x85.txt".encode()):
        write(folder, name)
        path = str(folder / os.fsdecode(name))
        assert path_of(printable_path(path)) == path
        assert printable_path(path).isprintable()


@pytest.mark.slow
def test_a_name_that_looks_like_the_printed_form_of_another_loses_no_article(folder, embedder):
    from index import build_index

    names = (
        b"a\xff.txt",
        b"a\\xff.txt",
        b"a\\x5cxff.txt",
        b"a\\\xff.txt",
        b"a\n.txt",
        b"a\\x0a.txt",
    )
    for n, name in enumerate(names):
        write(folder, name, f"{n} {TEXT}")
    origins = {source.origin for source in list_sources([folder]).sources}
    assert len(origins) == len(names)
    index = folder.parent / "index"
    assert build_index([folder], index, embedder=embedder).added == len(names)
    write(folder, names[0], f"جديد {TEXT}")
    report = build_index([folder], index, embedder=embedder)
    assert (report.replaced, report.unchanged, report.failures) == (1, len(names) - 1, ())


def test_two_spellings_of_one_name_are_two_articles(folder, embedder):
    from index import build_index

    for form in ("NFC", "NFD"):
        write(folder, unicodedata.normalize(form, "أخبار.txt"), f"{form} {TEXT}")
    write(folder, "أخبار.txt".encode("cp1256"), f"cp1256 {TEXT}")
    index = folder.parent / "index"
    assert build_index([folder], index, embedder=embedder).added == 3
    for _ in range(2):
        again = build_index([folder], index, embedder=embedder)
        assert (again.unchanged, again.removed, again.failures) == (3, 0, ())


def test_kinds_that_are_not_read_are_told(folder):
    for name in ("أ.dbf", "ب.PAGES", "ج.txt.gz", "د", "ه.tar", "تقرير.الأحد 3 مارس", ".hidden.dbf"):
        write(folder, name)
    write(folder, ".git/x.dbf")
    assert kinds(folder) == [".dbf", ".gz", ".pages", ".tar", "no ending", "no ending"]


def test_a_web_page_made_by_its_server_is_read(folder):
    write(
        folder,
        "سوق.shtml",
        f"<html><body><article><h1>سوق</h1><p>{TEXT}</p></article></body></html>",
    )
    assert ids(folder) == ["سوق"]


def test_pipes_and_sockets_hang_nothing(folder):
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.txt"))
        Path(folder / "zeros.txt").symlink_to("/dev/zero")
        assert kinds(folder) == ["device", "pipe", "socket"]
        for name in ("pipe.txt", "zeros.txt"):
            (failure,) = failures(folder / name)
            assert "name a file or folder" in failure.reason


def test_a_link_to_a_folder_is_followed_once(folder):
    elsewhere = folder.parent / "elsewhere"
    write(elsewhere, "خبر.txt")
    write(elsewhere, "جدول.dbf")
    for name in ("أ", "ب"):
        (folder / name).symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    write(folder, "هنا.txt", f"هنا {TEXT}")
    assert ids(folder) == ["هنا", "أ/خبر"]
    assert kinds(folder) == [".dbf"]
    assert ids(folder, elsewhere) == ["هنا", "أ/خبر"]


def test_a_link_to_a_file_of_the_folder_is_no_second_article(folder):
    write(folder, "ي.txt")
    (folder / "أ.txt").symlink_to(folder / "ي.txt")
    os.link(folder / "ي.txt", folder / "ب.txt")
    assert ids(folder) == ["ب", "ي"]


def test_a_link_to_a_folder_above_is_told_and_not_followed(folder):
    write(folder, "خبر.txt")
    write(folder.parent, "غريب.txt")
    (folder / "up").symlink_to("..")
    (folder / "root").symlink_to("/")
    assert ids(folder) == ["خبر"]
    assert kinds(folder) == ["link to a folder above"] * 2


def test_links_that_lead_nowhere_are_reported(folder):
    write(folder, "خبر.txt")
    (folder / "broken.txt").symlink_to("nothing.txt")
    (folder / "self").symlink_to("self")
    assert ids(folder) == ["خبر"]
    assert all("leads nowhere" in failure.reason for failure in failures(folder))
    assert len(failures(folder)) == 2


def test_articles_behind_a_link_that_is_broken_for_now_are_kept(folder, embedder):
    from index import build_index

    elsewhere = folder.parent / "elsewhere"
    write(elsewhere, "خبر.txt")
    (folder / "link").symlink_to(elsewhere)
    index = folder.parent / "index"
    assert build_index([folder], index, embedder=embedder).added == 1
    elsewhere.rename(folder.parent / "away")
    done = build_index([folder], index, embedder=embedder)
    assert (done.removed, len(done.failures)) == (0, 1)
    (folder / "link").unlink()
    assert build_index([folder], index, embedder=embedder).removed == 1


def test_a_folder_that_cannot_be_read_is_reported():
    code = (
        "import os, sys\n"
        "from index.articles.readers.sources import list_sources\n"
        "os.setuid(os.getuid() or 65534)\n"
        "found = list_sources(sys.argv[1:])\n"
        "print([item.reason for item in found.failures], [item.name for item in found.sources])"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, "open/خبر.txt")
        (folder / "closed").mkdir(mode=0)
        done = subprocess.run(
            [sys.executable, "-c", code, name], capture_output=True, text=True, check=True
        )
    assert done.stdout == "['cannot be read: Permission denied'] ['open/خبر']\n"


def test_a_file_named_itself_is_refused_with_the_formats_that_can_be_read(folder):
    write(folder, "تقرير.dbf")
    (failure,) = failures(folder / "تقرير.dbf")
    assert "'.dbf'" in failure.reason
    assert ".docx" in failure.reason


def test_a_path_that_cannot_be_looked_at_is_an_error(folder):
    write(folder, "خبر.txt")
    for path, reason in (
        (folder / "no\udcce", r"no\\xce does not exist"),
        (folder / ("x" * 300), "too long"),
    ):
        with pytest.raises(InputError, match=reason):
            list_sources([path])


def test_what_is_passed_over_in_an_archive_is_told_in_every_build(folder, embedder):
    import documents

    (folder / "a.zip").write_bytes(documents.zipped({"a.txt": TEXT, "b.dbf": b"PK"}))
    write(folder, "c.pages")
    index = folder.parent / "index"
    for _ in range(2):
        done = build_index([folder], index, embedder=embedder)
        assert done.kinds_passed_over == {".dbf": 1, ".pages": 1}
        assert done.read == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_file_name_is_read(tmp_path):
    make = SHARED / "cases" / "01-file-name-not-utf8" / "make.py"
    subprocess.run([sys.executable, make, tmp_path], check=True)
    assert sorted(ids(tmp_path)) == ["حفل", "خبر"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_files_that_are_passed_over_are_told(tmp_path):
    make = SHARED / "cases" / "19-files-passed-over" / "make.py"
    subprocess.run([sys.executable, make, tmp_path], check=True)
    folder = tmp_path / "articles"
    assert sorted(ids(folder)) == [
        "أرشيف/مستودع", "حزمة/خارجي", "حزمة/داخلي/خبر", "حفل", "سوق",
    ]  # fmt: skip
    assert kinds(folder) == [".gz"]


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_an_empty_file_of_any_kind_is_told(folder, ending):
    write(folder, f"أ{ending}", "")
    assert len(failures(folder)) == 1


def test_marks_of_word_beside_open_documents_are_no_documents(folder):
    write(folder, "~$خبر.docx", "user")
    assert list(read_articles([folder])) == []


@pytest.mark.parametrize("content", ["", "لا فهرس هنا", "SQLite format 3\0"])
def test_a_file_named_like_an_index_hides_no_articles(folder, content):
    write(folder, "قسم/store.db", content)
    write(folder, "قسم/خبر.txt")
    assert ids(folder) == ["قسم/خبر"]
    assert kinds(folder) == [".db"]


def test_articles_of_another_program_beside_its_database_are_read(folder):
    write(folder, "خبر.txt")
    with sqlite3.connect(folder / "store.db") as other:
        other.execute("CREATE TABLE notes (text)")
    assert (ids(folder), kinds(folder)) == (["خبر"], [".db"])


def test_an_index_is_left_out_and_articles_beside_it_are_read(folder, embedder):
    write(folder, "خبر.txt")
    for index in (folder, folder / "فهرس"):
        build_index([folder], index, embedder=embedder)
    write(folder, "فهرس/آخر.txt")
    assert (ids(folder), kinds(folder)) == (["خبر", "فهرس/آخر"], [])

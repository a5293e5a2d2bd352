"""Archives of all makers, also of those that mean harm."""

import io
import stat
import zipfile
import zlib

import documents
import pytest
from conftest import SHARED

from index import build_index
from index.articles.article import Article
from index.articles.readers import archives
from index.articles.readers.base import PassedOver, ReadFailure
from index.articles.readers.reading import read_articles

TEXT = "خبر\nقال الوزير إن الجسر سيفتح غدًا."


def read(tmp_path, data, name="a.zip"):
    path = tmp_path / name
    path.write_bytes(data)
    return list(read_articles([path]))


def ids(found):
    return [item.id for item in found if isinstance(item, Article)]


def named(files):
    """Return an archive whose names are bytes without the flag that says what they are."""
    blanks = {b"%04d" % n + b"_" * (len(name) - 4): name for n, name in enumerate(files)}
    data = documents.zipped({blank.decode(): files[name] for blank, name in blanks.items()})
    for blank, name in blanks.items():
        data = data.replace(blank, name)
    return data


@pytest.mark.parametrize("encoding", ["cp1256", "cp720", "utf-8"])
def test_names_that_do_not_say_their_encoding_are_read_as_arabic(tmp_path, encoding):
    names = ["أخبار/ميناء.txt", "أخبار/قطر.txt", "مقالات/ضوء النهار.txt", "مقالات/غذاء وماء.TXT"]
    found = read(tmp_path, named({name.encode(encoding): f"{name}\n{TEXT}" for name in names}))
    assert sorted(ids(found)) == sorted(f"a/{name[:-4]}" for name in names)
    assert sorted(item.origin.partition("::")[2] for item in found) == sorted(names)


def test_arabic_and_other_names_in_one_archive_keep_their_own_form(tmp_path):
    names = {"أخبار.txt".encode("cp1256"): TEXT, "café.txt".encode("cp437"): f"ب {TEXT}"}
    assert sorted(ids(read(tmp_path, named(names)))) == ["a/café", "a/أخبار"]


@pytest.mark.parametrize("encoding", ["cp1256", "cp720"])
@pytest.mark.parametrize(
    "names",
    [
        ["خبرCovid"],
        ["أخبار عاجلة", "الرياضةوالاقتصاد"],
        ["أخبار\\الرياضةوالاقتصاد"],
        ["ميناء الصيد", "غزة", "مرفأ"],
        ["تقرير النهار", "فيCovid"],
    ],
)
def test_odd_names_are_read_as_those_beside_them(tmp_path, encoding, names):
    files = {f"{name}.txt".encode(encoding): f"{name}\n{TEXT}" for name in names}
    assert sorted(ids(read(tmp_path, named(files)))) == sorted(
        f"a/{name.replace(chr(92), '/')}" for name in names
    )


def test_letters_that_arabic_names_borrow_are_read(tmp_path):
    names = ["تقرير پاريس", "أخبار گيلان", "رحلة إلى چاد"]
    files = {f"{name}.txt".encode("cp1256"): f"{name}\n{TEXT}" for name in names}
    assert sorted(ids(read(tmp_path, named(files)))) == sorted(f"a/{name}" for name in names)


def test_names_beside_arabic_ones_keep_their_own_form(tmp_path):
    others = {"新闻": "utf-8", "خبر عاجل": "utf-8", "Größe": "cp437", "élève": "cp850"}
    files = {f"{name}.txt".encode(page): f"{name}\n{TEXT}" for name, page in others.items()}
    files["تقرير النهار.txt".encode("cp720")] = TEXT
    shown = {"Größe", "élève".encode("cp850").decode("cp437"), "新闻", "خبر عاجل", "تقرير النهار"}
    assert set(ids(read(tmp_path, named(files)))) == {f"a/{name}" for name in shown}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Größe", "cp437"),
        ("élève", "cp850"),
        ("новости", "cp866"),
        ("新闻报告", "gbk"),
        ("記事", "cp932"),
    ],
)
def test_names_in_no_encoding_of_arabic_keep_the_form_they_have(tmp_path, name, encoding):
    data = f"{name}.txt".encode(encoding)
    assert ids(read(tmp_path, named({data: TEXT}))) == [f"a/{data.decode('cp437')[:-4]}"]


def test_a_name_given_besides_in_unicode_is_taken(tmp_path):
    entry = zipfile.ZipInfo("x.txt")
    name = "خبر.txt".encode()
    field = b"\1\0\0\0\0" + name
    entry.extra = (0x7075).to_bytes(2, "little") + len(field).to_bytes(2, "little") + field
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(entry, TEXT)
    assert ids(read(tmp_path, data.getvalue())) == ["a/خبر"]


def test_what_is_not_read_in_an_archive_is_told(tmp_path):
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("table.DBF", b"PK")
        archive.writestr("more.tar.gz", b"\x1f\x8b")
        archive.writestr("README", b"x")
        archive.writestr(link, "../../etc/passwd")
        archive.writestr("__MACOSX/._a.txt", b"x")
        archive.writestr(".DS_Store", b"x")
    found = read(tmp_path, data.getvalue())
    told = {
        item.origin.partition("::")[2]: item.kind for item in found if isinstance(item, PassedOver)
    }
    assert told == {
        "table.DBF": ".dbf",
        "more.tar.gz": ".gz",
        "README": "no ending",
        "link.txt": "link in an archive",
    }
    assert ids(found) == ["a/a"]


@pytest.mark.parametrize(
    ("name", "article_id"),
    [
        ("/etc/خبر.txt", "a/etc/خبر"),
        ("../../خبر.txt", "a/خبر"),
        ("C:\\أخبار\\خبر.txt", "a/أخبار/خبر"),
        ("./أخبار//خبر.txt", "a/أخبار/خبر"),
        ("خبر\nجديد\x1b[31m.txt", "a/خبر جديد [31m"),
    ],
)
def test_a_name_that_leads_out_of_the_archive_leads_nowhere(tmp_path, name, article_id):
    (article,) = read(tmp_path, documents.zipped({name: TEXT}))
    assert article.id == article_id
    assert article.origin.isprintable()


def test_a_locked_file_is_reported_and_the_others_live(tmp_path):
    data = bytearray(documents.zipped({"a.txt": TEXT, "b.txt": f"ب {TEXT}"}))
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + flags] |= 1
    failure, article = read(tmp_path, bytes(data))
    assert failure.reason == "is locked with a password"
    assert article.id == "a/b"


def nested(depth, files):
    """Return an archive in others, the outermost counted."""
    return documents.zipped(files if depth == 1 else {"b.zip": nested(depth - 1, files)})


def test_archives_in_archives_are_read_down_to_the_fourth(tmp_path):
    (article,) = read(tmp_path, nested(archives.MAX_DEPTH, {"c.txt": TEXT}))
    assert article.id == "a/b/b/b/c"
    assert article.origin.endswith("a.zip::b.zip::b.zip::b.zip::c.txt")
    (failure,) = read(tmp_path, nested(archives.MAX_DEPTH + 1, {"c.txt": TEXT}))
    assert "lies in over 3 archives" in failure.reason


def test_one_archive_too_deep_does_not_stop_those_beside_it(tmp_path):
    deep = nested(archives.MAX_DEPTH, {"c.txt": TEXT})
    files = {"1.zip": deep, "2.zip": nested(2, {"c.txt": TEXT}), "3.txt": TEXT}
    found = read(tmp_path, documents.zipped(files))
    assert ids(found) == ["a/2/b/c", "a/3"]
    assert len(found) == 3


def test_archives_in_an_archive_are_limited_together_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 30)
    inner = documents.zipped({f"{n}.txt": TEXT for n in range(10)})
    found = read(tmp_path, documents.zipped({f"{n}.zip": inner for n in range(5)}))
    assert len(ids(found)) == 20
    assert sum("too much" in getattr(item, "reason", "") for item in found) == 3


def test_an_archive_that_unpacks_to_too_much_for_its_size_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FREE", 1_000)
    bomb = documents.zipped({"a.txt": b" " * 5_000_000})
    found = read(tmp_path, documents.zipped({"bomb.zip": bomb, "good.txt": TEXT}))
    assert ids(found) == ["a/good"]
    assert "200 times its size" in found[0].reason


def document(size):
    return documents.zipped({"word/document.xml": b" " * size})


def test_documents_in_an_archive_are_limited_together_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000_000)
    files = {f"{n}.docx": document(400_000) for n in range(5)}
    found = read(tmp_path, documents.zipped({**files, "z.txt": TEXT}))
    refused = [
        item for item in found if isinstance(item, ReadFailure) and "too much" in item.reason
    ]
    assert len(refused) == 3
    assert ids(found) == ["a/z"]


def test_files_of_an_archive_and_of_its_documents_are_counted_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 10)
    book = documents.zipped({f"{n}.xml": b"" for n in range(4)})
    found = read(tmp_path, documents.zipped({f"{n}.epub": book for n in range(4)}))
    assert sum("too much" in item.reason for item in found) == 3
    assert (
        "over 10 files"
        in read(tmp_path, documents.zipped(dict.fromkeys("abcdefghijk", b"")))[0].reason
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_archives_have_arabic_names():
    found = list(read_articles([SHARED / "cases" / "20-arabic-names-in-an-archive" / "articles"]))
    assert {article.id for article in found} == {
        f"{archive}/أخبار/{name}" for archive in ("قديم", "نوافذ") for name in ("مطار", "ميناء")
    }


def flagged(data):
    """Return an archive that says that all its names are in UTF-8."""
    data = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags + 1] |= 0x08
            at = data.find(mark, at + 1)
    return bytes(data)


def test_names_that_are_falsely_said_to_be_utf8_cost_no_article(tmp_path):
    names = {"خبر.txt".encode("cp1256"): TEXT, "قطر.txt".encode(): f"ب {TEXT}"}
    assert sorted(ids(read(tmp_path, flagged(named(names))))) == ["a/خبر", "a/قطر"]


def test_files_of_one_path_are_all_kept(tmp_path, embedder):
    names = {b"x1/a.txt": TEXT, b"x2/a.txt": f"ب {TEXT}", b"../a.txt": f"ج {TEXT}"}
    data = named(names).replace(b"x1/a.txt", b"../a.txt").replace(b"x2/a.txt", b"../a.txt")
    assert ids(read(tmp_path, data)) == ["a/a", "a/a (2)", "a/a (3)"]
    for added in (3, 0):
        report = build_index([tmp_path / "a.zip"], tmp_path / "index", embedder=embedder)
        assert (report.added, report.read, report.failures) == (added, 3, ())


def test_a_name_left_from_before_a_file_was_renamed_is_not_taken(tmp_path):
    entry = zipfile.ZipInfo("new.txt")
    field = b"\x01" + zlib.crc32(b"old.txt").to_bytes(4, "little") + "قديم.txt".encode()
    entry.extra = (0x7075).to_bytes(2, "little") + len(field).to_bytes(2, "little") + field
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(entry, TEXT)
    assert ids(read(tmp_path, data.getvalue())) == ["a/new"]


@pytest.mark.parametrize("name", ["..", "x/..", "/"])
def test_a_file_without_a_name_costs_no_other(tmp_path, name):
    data = documents.zipped({name.replace("/", "_"): TEXT, "b.txt": TEXT})
    data = data.replace(name.replace("/", "_").encode(), name.encode())
    assert "a/b" in ids(read(tmp_path, data))


@pytest.mark.parametrize("names", [[], [".hidden.txt"], ["__MACOSX/._a.txt"], ["~$a.docx"], ["a/"]])
def test_an_archive_with_nothing_to_read_says_so(tmp_path, names):
    (failure,) = read(tmp_path, documents.zipped(dict.fromkeys(names, TEXT)))
    assert failure.reason == "holds no file"

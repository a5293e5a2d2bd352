import shutil

import pytest
from conftest import ARTICLES
from fakes import WordEmbedder

from index import add_articles, build_index, open_index, remove_articles, verify_index
from index.errors import IndexLockedError, IndexMismatchError, IndexNotFoundError, InputError
from index.sqlite_store import SqliteStore


def ids(folder):
    return set(SqliteStore.open(folder).known())


def test_building_again_embeds_nothing(folder, built, embedder):
    before = embedder.embedded
    report = build_index([folder], built, embedder=embedder)
    assert (report.unchanged, report.embedded, report.added) == (3, 0, 0)
    assert embedder.embedded == before


def test_a_changed_article_replaces_itself_and_reuses_what_stayed(folder, built, embedder):
    path = folder / "مدرسة.txt"
    long = " ".join(f"هذه جملة طويلة نسبيًا عن الموضوع رقم {n} في القرية." for n in range(40))
    path.write_text(f"مدرسة جديدة\n\n{long}", encoding="utf-8")
    build_index([folder], built, embedder=embedder)
    path.write_text(f"مدرسة جديدة\n\n{long} جملة أخيرة جديدة.", encoding="utf-8")
    report = build_index([folder], built, embedder=embedder)
    assert report.replaced == 1
    assert report.embedded <= 2 < report.reused


def test_a_vanished_file_is_removed_by_build_but_not_by_add(folder, built, embedder):
    (folder / "مطر.txt").unlink()
    assert add_articles([folder], built, embedder=embedder).removed == 0
    assert "مطر" in ids(built)
    assert build_index([folder], built, embedder=embedder).removed == 1
    assert ids(built) == {"جسر", "مدرسة"}


def test_build_removes_nothing_that_came_from_elsewhere(tmp_path, folder, built, embedder):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("خبر آخر\n\nنص الخبر الآخر هنا.", encoding="utf-8")
    build_index([other], built, embedder=embedder)
    assert ids(built) == {*ARTICLES, "a"}


def test_a_file_that_can_no_longer_be_read_keeps_its_article(folder, built, embedder):
    (folder / "مطر.txt").write_bytes(b"\x00\x01")
    report = build_index([folder], built, embedder=embedder)
    assert (report.removed, len(report.failures)) == (0, 1)
    assert "مطر" in ids(built)


def test_one_bad_article_is_reported_and_the_others_indexed(folder, tmp_path, embedder):
    (folder / "bad.json").write_text("{", encoding="utf-8")
    report = build_index([folder], tmp_path / "new", embedder=embedder)
    assert report.added == 3
    assert "not valid JSON" in report.failures[0].reason


def test_equal_names_in_two_folders_are_two_articles(tmp_path, folder, embedder):
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    (twin / "مطر.txt").write_text("أمطار أخرى\n\nهطلت أمطار على الجبل.", encoding="utf-8")
    build_index([folder, twin], tmp_path / "both", embedder=embedder)
    assert len(ids(tmp_path / "both")) == 6


def test_removing_an_unknown_id_removes_nothing(built):
    with pytest.raises(InputError, match="jawab index list"):
        remove_articles(["جسر", "لا شيء"], built)
    assert "جسر" in ids(built)


def test_removed_articles_are_found_no_more(built, embedder):
    remove_articles(["جسر"], built)
    passages = open_index(built, embedder=embedder).search("كلفة الجسر الجديد")
    assert "جسر" not in {passage.article.id for passage in passages}
    assert verify_index(built).ok


def test_another_embedder_is_refused_with_what_to_do(built, folder):
    for action in (
        lambda: open_index(built, embedder=WordEmbedder("other")),
        lambda: build_index([folder], built, embedder=WordEmbedder("other")),
    ):
        with pytest.raises(IndexMismatchError, match="jawab index build"):
            action()


def test_a_folder_without_index_names_the_command(tmp_path):
    with pytest.raises(IndexNotFoundError, match="jawab index build"):
        open_index(tmp_path)


def test_two_writers_at_once_are_refused(built, folder, embedder):
    with SqliteStore.open(built).writing(), pytest.raises(IndexLockedError, match="wait"):
        build_index([folder], built, embedder=embedder)


def test_naming_no_path_is_an_error(built):
    with pytest.raises(InputError, match="at least one"):
        build_index([], built)


def test_progress_grows_to_the_end(folder, tmp_path, embedder):
    seen = []
    build_index([folder], tmp_path / "new", embedder=embedder, progress=seen.append)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert (seen[-1].fraction, seen[-1].articles, seen[-1].chunks) == (1.0, 3, 3)


def test_an_interrupted_build_goes_on_where_it_stopped(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.build._BATCH_CHUNKS", 1)
    embedder = WordEmbedder()

    def interrupt(progress):
        if progress.chunks == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index([folder], tmp_path / "new", embedder=embedder, progress=interrupt)
    report = build_index([folder], tmp_path / "new", embedder=embedder)
    assert report.unchanged + report.added == 3
    assert report.unchanged >= 1
    assert embedder.embedded <= 4
    assert verify_index(tmp_path / "new").ok

import json
import shutil

import pytest
from conftest import ARTICLES
from fakes import WordEmbedder

from index import add_articles, build_index, open_index, remove_articles, verify_index
from index.articles.article import file_of
from index.errors import IndexLockedError, IndexMismatchError, IndexNotFoundError, InputError
from index.store.opening import open_store


def ids(folder):
    return set(open_store(folder).known())


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


def test_equal_names_in_two_folders_are_two_articles_and_copies_are_reported(
    tmp_path, folder, embedder
):
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    (twin / "مطر.txt").write_text("أمطار أخرى\n\nهطلت أمطار على الجبل.", encoding="utf-8")
    report = build_index([folder, twin], tmp_path / "both", embedder=embedder)
    known = open_store(tmp_path / "both").known()
    assert {file_of(article.origin) for article in known.values()} == {
        *map(str, folder.iterdir()),
        str(twin / "مطر.txt"),
    }
    assert {(d.origin, d.article_id) for d in report.duplicates} == {
        (str(twin / "جسر.txt"), "جسر"),
        (str(twin / "مدرسة.txt"), "مدرسة"),
    }


def test_a_renamed_file_is_the_same_article(folder, built, embedder):
    before = embedder.embedded
    (folder / "مطر.txt").rename(folder / "عاصفة.txt")
    report = build_index([folder], built, embedder=embedder)
    assert (report.moved, report.added, report.removed, report.embedded) == (1, 0, 0, 0)
    assert embedder.embedded == before
    assert ids(built) == {"جسر", "مدرسة", "عاصفة"}
    passage = open_index(built, embedder=embedder).search("أمطار الساحل", k=1)[0]
    assert passage.article.id == passage.chunk.article_id == "عاصفة"
    assert verify_index(built).ok
    assert build_index([folder], built, embedder=embedder).unchanged == 3


def test_a_moved_file_is_found_by_add_too(tmp_path, folder, built, embedder):
    (tmp_path / "archive").mkdir()
    (folder / "مطر.txt").rename(tmp_path / "archive" / "مطر-قديم.txt")
    report = add_articles([tmp_path / "archive"], built, embedder=embedder)
    assert (report.moved, report.added) == (1, 0)


def test_a_copy_takes_the_place_of_the_file_it_was_made_of(folder, built, embedder):
    shutil.copy(folder / "مطر.txt", folder / "نسخة.txt")
    report = build_index([folder], built, embedder=embedder)
    assert [(d.article_id, report.added) for d in report.duplicates] == [("مطر", 0)]
    (folder / "مطر.txt").unlink()
    report = build_index([folder], built, embedder=embedder)
    assert (report.moved, report.removed) == (1, 0)
    assert ids(built) == {"جسر", "مدرسة", "نسخة"}


def test_a_record_whose_id_changed_is_the_same_article(tmp_path, embedder):
    path = tmp_path / "a.jsonl"
    record = {"id": "one", "title": "خبر", "text": "وصل القطار إلى المحطة متأخرًا."}
    path.write_text(json.dumps(record), encoding="utf-8")
    build_index([path], tmp_path / "index", embedder=embedder)
    path.write_text(json.dumps({**record, "id": "two"}), encoding="utf-8")
    report = build_index([path], tmp_path / "index", embedder=embedder)
    assert (report.moved, ids(tmp_path / "index")) == (1, {"two"})


def test_the_same_article_at_two_addresses_is_reported(tmp_path, embedder):
    records = [
        {"id": n, "title": "خبر", "text": "وصل القطار إلى المحطة متأخرًا.", "url": url}
        for n, url in (("a", "https://n.example/1"), ("b", "https://n.example/1?utm=x"))
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    report = build_index([path], tmp_path / "index", embedder=embedder)
    assert (report.added, report.read) == (1, 2)
    assert [duplicate.article_id for duplicate in report.duplicates] == ["a"]
    again = build_index([path], tmp_path / "index", embedder=embedder)
    assert (again.embedded, again.moved, len(again.duplicates)) == (0, 0, 1)


def test_two_records_of_one_id_are_reported_and_the_first_is_kept(tmp_path, embedder):
    records = [{"id": "x", "text": "وصل القطار."}, {"id": "x", "text": "غادرت السفينة."}]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    report = build_index([path], tmp_path / "index", embedder=embedder)
    assert (report.added, "id 'x'" in report.failures[0].reason) == (1, True)


def test_unchanged_files_are_not_even_parsed(folder, built, embedder, monkeypatch):
    monkeypatch.setattr("index.building.intake.read_source", None)
    report = build_index([folder], built, embedder=embedder)
    assert (report.unchanged, report.read, report.files) == (3, 3, 3)


def test_a_removed_article_comes_back_with_the_next_build_of_its_file(folder, built, embedder):
    remove_articles(["مطر"], built)
    assert build_index([folder], built, embedder=embedder).added == 1


def test_columns_may_be_called_anything(tmp_path, embedder):
    path = tmp_path / "a.csv"
    path.write_text("head,story,day\nخبر,وصل القطار إلى المحطة.,2025-01-02\n", encoding="utf-8")
    columns = {"title": "head", "text": "story", "date": "day"}
    build_index([path], tmp_path / "index", embedder=embedder, columns=columns)
    article = open_index(tmp_path / "index", embedder=embedder).search("القطار")[0].article
    assert (article.title, article.text, article.date) == (
        "خبر",
        "وصل القطار إلى المحطة.",
        "2025-01-02",
    )


def test_a_column_for_no_known_field_is_refused(folder, tmp_path, embedder):
    with pytest.raises(InputError, match="no field 'body'"):
        build_index([folder], tmp_path / "index", embedder=embedder, columns={"body": "x"})


def test_search_files_are_made_while_a_long_build_goes_on(tmp_path, embedder, monkeypatch):
    monkeypatch.setattr("index.building.intake._BATCH_LETTERS", 300)
    monkeypatch.setattr("index.store.local.store._MIN_GROWTH", 20)
    records = [{"id": n, "text": f"وصل القطار رقم {n} إلى المحطة."} for n in range(100)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    report = build_index([path], tmp_path / "index", embedder=embedder)
    assert report.added == 100
    assert report.generation >= 3
    assert verify_index(tmp_path / "index").ok


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
        with pytest.raises(IndexMismatchError, match="jawab index migrate --embedder other"):
            action()


def test_a_folder_without_index_names_the_command(tmp_path):
    with pytest.raises(IndexNotFoundError, match="jawab index build"):
        open_index(tmp_path)


def test_an_open_index_changes_itself_and_sees_it(built, folder, embedder):
    index = open_index(built, embedder=embedder)
    (folder / "قطار.txt").write_text("القطار\n\nوصل القطار السريع.", encoding="utf-8")
    seen = []
    assert index.add([folder / "قطار.txt"], progress=seen.append).added == 1
    assert seen[-1].fraction == 1.0
    assert index.search("القطار السريع", k=1)[0].article.id == "قطار"
    assert index.remove(["قطار"]).removed == 1
    assert "قطار" not in {passage.article.id for passage in index.search("القطار السريع")}
    assert verify_index(built).ok


def test_an_index_that_lies_among_the_articles_is_not_read(folder, embedder):
    for _ in range(2):
        report = build_index([folder], folder / "my-index", embedder=embedder)
        assert (report.read, report.failures) == (3, ())


def test_two_writers_at_once_are_refused(built, folder, embedder):
    with open_store(built).writing(), pytest.raises(IndexLockedError, match="wait"):
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
    monkeypatch.setattr("index.building.intake._BATCH_LETTERS", 1)
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

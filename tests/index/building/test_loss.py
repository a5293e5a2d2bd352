"""Whatever happens to files between two builds, the index holds what they hold."""

import json
import os
import random
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest
from fakes import WordEmbedder

from index import add_articles, build_index, open_index, remove_articles, verify_index
from index.store.opening import open_store

NOBODY = 65534


def texts_in(index):
    store = open_store(index)
    return sorted(store.get_article(id_).text for id_ in store.known())


def ids_in(index):
    return set(open_store(index).known())


def write(path, text, title="خبر"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{title}\n\n{text}", encoding="utf-8")


@pytest.mark.parametrize("copies", [["0"], ["ي"], ["0", "1"], ["0", "ي"], ["sub/جسر"]])
def test_a_copy_of_an_article_that_changes_is_not_lost(folder, built, embedder, copies):
    before = texts_in(built)
    for name in copies:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / "جسر.txt", folder / f"{name}.txt")
    write(folder / "جسر.txt", "هدم الجسر القديم أمس.")
    report = build_index([folder], built, embedder=embedder)
    assert texts_in(built) == sorted([*before, "هدم الجسر القديم أمس."])
    assert len(report.duplicates) == len(copies) - 1
    assert ids_in(built) >= {"جسر", "مدرسة", "مطر"}
    again = build_index([folder], built, embedder=embedder)
    assert (again.embedded, again.added, again.removed, again.moved) == (0, 0, 0, 0)
    assert verify_index(built).ok


def test_records_copied_within_a_file_are_not_lost(tmp_path, embedder):
    path, index = tmp_path / "a.json", tmp_path / "index"
    texts = ["وصل القطار إلى المحطة.", "غادرت السفينة الميناء."]
    records = [{"id": n, "text": text} for n, text in zip("bc", texts, strict=True)]
    path.write_text(json.dumps(records), encoding="utf-8")
    build_index([path], index, embedder=embedder)
    records = [{"id": "a", "text": texts[0]}, {"id": "b", "text": "نزل المطر."}, records[1]]
    path.write_text(json.dumps(records), encoding="utf-8")
    build_index([path], index, embedder=embedder)
    assert texts_in(index) == sorted([*texts, "نزل المطر."])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_index_holds_what_the_files_hold_whatever_was_done_to_them(tmp_path, seed, embedder):
    choose = random.Random(seed)
    folder, index = tmp_path / "articles", tmp_path / "index"
    for n in range(6):
        write(folder / f"{n}.txt", f"النص الأول رقم {n} هنا.")
    for step in range(6):
        if choose.random() < 0.2:
            folder = folder.rename(tmp_path / f"articles{step}")
        else:
            for _ in range(choose.randint(0, 5)):
                change(folder, choose, step)
        build_index([folder], index, embedder=embedder)
        wanted = {path.read_text("utf-8").split("\n\n")[1] for path in folder.rglob("*.*")}
        assert set(texts_in(index)) == wanted, step
        assert len(texts_in(index)) <= len(list(folder.rglob("*.*")))
        again = build_index([folder], index, embedder=embedder)
        assert (again.added, again.replaced, again.removed) == (0, 0, 0), step
    assert verify_index(index).ok


def change(folder, choose, step):
    files = sorted(folder.rglob("*.*"))
    one, other = choose.choice(files), choose.choice(files)
    names = [f"{choose.randrange(9)}", f"أ/{choose.randrange(4)}", f"a::{choose.randrange(4)}"]
    new = folder / (choose.choice(names) + choose.choice([".txt", ".md"]))
    new.parent.mkdir(exist_ok=True)
    action = choose.choice(["copy", "copy", "edit", "edit", "rename", "swap", "remove"])
    if action == "copy" and one != new:
        shutil.copy(one, new)
    elif action == "edit":
        write(one, f"نص جديد رقم {step} {choose.randrange(4)} هنا.")
    elif action == "rename":
        one.rename(new)
    elif action == "swap" and one != other:
        mine, theirs = one.read_bytes(), other.read_bytes()
        one.write_bytes(theirs)
        other.write_bytes(mine)
    elif action == "remove" and len(files) > 2:
        one.unlink()


@pytest.fixture
def mixed(tmp_path):
    """A folder with all that ids are made of."""
    folder = tmp_path / "old" / "articles"
    write(folder / "خبر.txt", "افتتح الوزير الجسر.")
    write(folder / "خبر.md", "هطلت الأمطار على الساحل.")
    write(folder / "2025" / "خبر.txt", "بنت البلدية مدرسة.")
    write(folder / "نسخة.txt", "افتتح الوزير الجسر.")
    records = [{"id": "سجل", "text": "وصل القطار متأخرًا."}, {"text": "غادرت السفينة الميناء."}]
    lines = "\n".join(json.dumps(record) for record in records)
    (folder / "a.jsonl").write_text(lines, encoding="utf-8")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("أ::ب/خبر.txt", "عنوان\n\nارتفعت الأسعار اليوم.")
        archive.writestr("خبر.txt", "عنوان\n\nانخفضت الأسعار أمس.")
    return folder


def test_a_moved_folder_keeps_its_ids_and_is_not_embedded_again(mixed, tmp_path, embedder):
    index = tmp_path / "index"
    assert build_index([mixed], index, embedder=embedder).added == 7
    ids, before, place = ids_in(index), embedder.embedded, mixed
    for name in ("new", "newer/still"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        place = place.rename(tmp_path / name)
        report = build_index([place], index, embedder=embedder)
        assert (report.moved, report.added, report.replaced, report.removed) == (7, 0, 0, 0)
        assert ids_in(index) == ids
        again = build_index([place], index, embedder=embedder)
        assert (again.unchanged, again.moved, again.removed) == (7, 0, 0)
    assert embedder.embedded == before
    assert {Path(str(known.origin)).is_relative_to(place) for known in open_store(index).known().values()} == {True}  # fmt: skip
    assert verify_index(index).ok


def test_a_moved_folder_is_known_by_add_too(mixed, tmp_path, embedder):
    index = tmp_path / "index"
    build_index([mixed], index, embedder=embedder)
    ids = ids_in(index)
    place = mixed.rename(tmp_path / "new")
    assert add_articles([place], index, embedder=embedder).moved == 7
    assert ids_in(index) == ids


def test_articles_that_change_while_their_folder_is_moved_are_replaced(mixed, tmp_path, embedder):
    index = tmp_path / "index"
    build_index([mixed], index, embedder=embedder)
    ids = ids_in(index)
    place = mixed.rename(tmp_path / "new")
    write(place / "خبر.txt", "هدم الوزير الجسر.")
    (place / "نسخة.txt").unlink()
    (place / "2025" / "خبر.txt").unlink()
    write(place / "جديد.txt", "خبر جديد.")
    build_index([place], index, embedder=embedder)
    assert ids_in(index) == ids - {"2025/خبر"} | {"جديد"}
    assert open_store(index).get_article("خبر").text == "هطلت الأمطار على الساحل."
    assert "هدم الوزير الجسر." in texts_in(index)
    assert "افتتح الوزير الجسر." not in texts_in(index)
    assert build_index([place], index, embedder=embedder).unchanged == 7
    assert verify_index(index).ok


def test_a_folder_that_shares_few_articles_with_one_that_is_gone_is_another(tmp_path, embedder):
    index = tmp_path / "index"
    for name in ("one", "two"):
        write(tmp_path / name / "about.txt", "عن هذا القرص.")
        for n in range(4):
            write(tmp_path / name / f"{n}.txt", f"خبر رقم {n} من القرص {name}.")
    build_index([tmp_path / "one"], index, embedder=embedder)
    shutil.rmtree(tmp_path / "one")
    build_index([tmp_path / "two"], index, embedder=embedder)
    assert len(texts_in(index)) == 9


def test_a_copied_folder_is_not_a_moved_one(mixed, tmp_path, embedder):
    index = tmp_path / "index"
    build_index([mixed], index, embedder=embedder)
    known = dict(open_store(index).known())
    shutil.copytree(mixed, tmp_path / "copy")
    report = build_index([tmp_path / "copy"], index, embedder=embedder)
    assert (report.moved, report.added, len(report.duplicates)) == (0, 0, 8)
    assert open_store(index).known() == known


def test_a_name_that_another_folder_has_too_is_no_reason_to_drop_its_article(tmp_path, embedder):
    index = tmp_path / "index"
    for name in ("one", "two"):
        write(tmp_path / name / "1.txt", f"خبر من القرص {name}.")
        build_index([tmp_path / name], index, embedder=embedder)
        (tmp_path / name).rename(tmp_path / f"{name}-taken-away")
    assert texts_in(index) == ["خبر من القرص one.", "خبر من القرص two."]


@pytest.mark.parametrize(
    "name",
    ["أ::ب.txt", "أ::ب/خبر.txt", "::.txt", "أ:::ب.txt", "آخر:/خبر.txt", "50%25::.txt", "a%3Ab.txt",
     "a#1.txt", "a::1.jsonl", "a-abcdef.txt", "سطر\nثان.txt"],
)  # fmt: skip
def test_signs_in_names_lose_no_article(folder, tmp_path, embedder, name):
    path = folder / name
    if path.suffix == ".jsonl":
        lines = [{"id": "س::ص", "text": "وصل القطار."}, {"text": "غادرت السفينة."}]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    else:
        write(path, "هذا خبر غريب الاسم.")
    index = tmp_path / "index"
    count = build_index([folder], index, embedder=embedder).added
    assert count == (5 if path.suffix == ".jsonl" else 4)
    for _ in range(3):
        report = build_index([folder], index, embedder=embedder)
        assert (report.unchanged, report.removed, report.moved) == (count, 0, 0)
    (folder / "more.txt").write_text("خبر\n\nخبر آخر.", encoding="utf-8")
    assert build_index([folder], index, embedder=embedder).unchanged == count
    path.unlink()
    assert build_index([folder], index, embedder=embedder).removed == count - 3


def test_letters_composed_and_decomposed_are_two_files(tmp_path, embedder):
    folder, index = tmp_path / "articles", tmp_path / "index"
    names = [unicodedata.normalize(form, "أخبار آسيا-é") for form in ("NFC", "NFD")]
    assert names[0] != names[1]
    for n, name in enumerate(names):
        write(folder / f"{name}.txt", f"خبر رقم {n}.")
        (folder / f"{n}.json").write_text(json.dumps({"id": name, "text": f"سجل رقم {n}."}))
    assert build_index([folder], index, embedder=embedder).added == 4
    for _ in range(3):
        report = build_index([folder], index, embedder=embedder)
        assert (report.unchanged, report.removed, report.failures) == (4, 0, ())
    for old, new in zip(names, ("composed", "decomposed"), strict=True):
        (folder / f"{old}.txt").rename(folder / f"{new}.txt")
    assert build_index([folder], index, embedder=embedder).moved == 2


def test_an_id_that_was_given_because_another_was_taken_is_kept(tmp_path, embedder):
    folder, index = tmp_path / "articles", tmp_path / "index"
    write(folder / "a.md", "خبر أول.")
    write(folder / "a.txt", "خبر ثان.")
    build_index([folder], index, embedder=embedder)
    (given,) = ids_in(index) - {"a"}
    (folder / "a.md").unlink()
    write(folder / "a.txt", "خبر ثالث.")
    report = build_index([folder], index, embedder=embedder)
    assert (report.replaced, report.added, report.removed) == (1, 0, 1)
    assert ids_in(index) == {given}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_articles_that_cannot_be_looked_at_are_kept(embedder):
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place, "articles"), Path(place, "index")
        write(folder / "closed" / "a.txt", "خبر في مجلد مغلق.")
        write(folder / "b.txt", "خبر في مجلد مفتوح.")
        index.mkdir()
        for path in (Path(place), index):
            path.chmod(0o777)
        os.seteuid(NOBODY)
        try:
            assert build_index([folder], index, embedder=embedder).added == 2
            os.seteuid(0)
            (folder / "closed").chmod(0)
            os.seteuid(NOBODY)
            assert build_index([folder], index, embedder=embedder).removed == 0
        finally:
            os.seteuid(0)


def test_removing_the_newest_article_does_not_make_every_build_write(folder, built, embedder):
    for n in range(5):
        write(folder / f"z{n}.txt", f"خبر جديد رقم {n} هنا.")
    build_index([folder], built, embedder=embedder)
    for n in range(5):
        (folder / f"z{n}.txt").unlink()
    build_index([folder], built, embedder=embedder)
    number = open_store(built).stats().generation
    for _ in range(3):
        assert build_index([folder], built, embedder=embedder).generation == number
    assert verify_index(built).ok
    write(folder / "z9.txt", "خبر أخير عن القمر.")
    build_index([folder], built, embedder=embedder)
    assert open_index(built, embedder=embedder).search("القمر", k=1)[0].article.id == "z9"


def test_an_index_can_be_emptied_and_filled_again(folder, built, embedder):
    remove_articles(ids_in(built), built)
    number = open_store(built).stats().generation
    assert open_index(built, embedder=embedder).search("الجسر") == []
    assert build_index([folder], built, embedder=WordEmbedder()).added == 3
    assert open_store(built).stats().generation == number + 1
    assert verify_index(built).ok

"""An index that is open sees what other processes do to it."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from fakes import WordEmbedder

from index import build_index, open_index, verify_index
from index.errors import IndexMismatchError, IndexNotFoundError
from index.search.search import SearchIndex
from index.store.opening import open_store

pytestmark = pytest.mark.slow  # each starts a process of its own

NOBODY = 65534


def elsewhere(script, *arguments):
    """Run a script in another process, with the embedder of the tests."""
    head = """
        import sys
        from pathlib import Path
        from fakes import WordEmbedder
        from index import build_index, remove_articles
        from index.building.migration import migrate_index
        folder, index = map(Path, sys.argv[1:])
    """
    subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(head) + textwrap.dedent(script),
            *map(str, arguments),
        ],
        check=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
    )


def found(index, question):
    return [passage.article.id for passage in index.search(question)]


def test_builds_and_removals_of_other_processes_are_seen(folder, built, embedder):
    index = open_index(built, embedder=embedder)
    before = found(index, "القطار السريع")
    (folder / "قطار.txt").write_text("القطار\n\nوصل القطار السريع.", encoding="utf-8")
    elsewhere("build_index([folder], index, embedder=WordEmbedder())", folder, built)
    assert found(index, "القطار السريع")[0] == "قطار"
    assert index.store.count_articles() == index.stats().articles == 4
    assert index.store.newest_articles(9)[0].id
    elsewhere("remove_articles(['قطار'], index)", folder, built)
    assert found(index, "القطار السريع") == before


def test_an_empty_index_that_is_open_sees_its_first_build(tmp_path, folder, embedder):
    (tmp_path / "none").mkdir()
    build_index([tmp_path / "none"], tmp_path / "index", embedder=embedder)
    index = open_index(tmp_path / "index", embedder=embedder)
    assert found(index, "الجسر") == []
    elsewhere("build_index([folder], index, embedder=WordEmbedder())", folder, tmp_path / "index")
    assert found(index, "الجسر")[0] == "جسر"


@pytest.mark.parametrize("threads", [1, 4])
def test_an_index_that_was_built_anew_in_its_place_is_seen(folder, built, embedder, threads):
    index = open_index(built, embedder=embedder)
    with ThreadPoolExecutor(threads) as pool:
        ask = lambda n: found(index, "كلفة الجسر")  # noqa: E731
        assert len({tuple(ids) for ids in pool.map(ask, range(4 * threads))}) == 1
        shutil.rmtree(built)
        with pytest.raises(IndexNotFoundError, match="jawab index build"):
            index.search("الجسر")
        for path in folder.iterdir():
            path.unlink()
        (folder / "سوق.txt").write_text("السوق\n\nبلغت كلفة السوق مليونًا.", encoding="utf-8")
        elsewhere("build_index([folder], index, embedder=WordEmbedder())", folder, built)
        assert {tuple(ids) for ids in pool.map(ask, range(4 * threads))} == {("سوق",)}
    assert index.stats().articles == 1


def test_a_backup_put_in_the_place_of_an_index_is_seen(folder, built, embedder, tmp_path):
    open_store(built).backup(tmp_path / "backup")
    (folder / "قطار.txt").write_text("القطار\n\nوصل القطار السريع.", encoding="utf-8")
    build_index([folder], built, embedder=embedder)
    index = open_index(built, embedder=embedder)
    assert "قطار" in found(index, "القطار السريع")
    built.rename(tmp_path / "broken")
    (tmp_path / "backup").rename(built)
    assert "قطار" not in found(index, "القطار السريع")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_who_may_only_read_sees_what_others_build(embedder):
    with tempfile.TemporaryDirectory() as place:
        folder, built = Path(place, "articles"), Path(place, "index")
        folder.mkdir()
        (folder / "جسر.txt").write_text("الجسر\n\nبلغت كلفة الجسر مليونًا.", encoding="utf-8")
        elsewhere("build_index([folder], index, embedder=WordEmbedder())", folder, built)
        for path in (Path(place), built, *built.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        for path in built.glob("store.db-*"):
            path.unlink()
        try:
            os.seteuid(NOBODY)
            index = open_index(built, embedder=embedder)
            assert found(index, "الجسر") == ["جسر"]
            os.seteuid(0)
            (folder / "قطار.txt").write_text("القطار\n\nوصل القطار السريع.", encoding="utf-8")
            elsewhere("build_index([folder], index, embedder=WordEmbedder())", folder, built)
            os.seteuid(NOBODY)
            assert found(index, "القطار السريع")[0] == "قطار"
            assert index.stats().articles == 2
        finally:
            os.seteuid(0)


def test_a_search_ends_when_the_index_was_embedded_by_another_version(
    folder, built, embedder, monkeypatch
):
    newer = WordEmbedder()
    newer.identity = replace(newer.identity, revision="2")
    monkeypatch.setattr("index.search.search.embedder_like", lambda _: embedder)
    index = SearchIndex(open_store(built))
    assert found(index, "الجسر")
    elsewhere(
        """
        from dataclasses import replace
        newer = WordEmbedder()
        newer.identity = replace(newer.identity, revision="2")
        migrate_index(index, embedder=newer)
        """,
        folder,
        built,
    )
    for _ in range(3):
        with pytest.raises(IndexMismatchError, match="words 2"):
            index.search("الجسر")


def test_a_search_refuses_an_index_that_another_analyser_made(folder, built, embedder):
    index = open_index(built, embedder=embedder)
    elsewhere(
        """
        from functools import partial
        from index.building import migration
        migration.Manifest = partial(migration.Manifest, analyser="ar-of-tomorrow")
        migrate_index(index, embedder=WordEmbedder())
        """,
        folder,
        built,
    )
    with pytest.raises(IndexMismatchError, match="ar-of-tomorrow"):
        index.search("الجسر")


def test_articles_are_added_with_the_embedder_the_index_has_now(folder, built, monkeypatch):
    known = {"words": WordEmbedder(), "other": WordEmbedder("other")}
    monkeypatch.setattr("index.search.search.embedder_like", lambda identity: known[identity.id])
    index = SearchIndex(open_store(built))
    elsewhere("migrate_index(index, embedder=WordEmbedder('other'))", folder, built)
    (folder / "قطار.txt").write_text("القطار\n\nوصل القطار السريع.", encoding="utf-8")
    assert index.add([folder / "قطار.txt"]).added == 1
    assert known["other"].embedded == 1
    assert verify_index(built).ok

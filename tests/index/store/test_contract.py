"""What every store does; a new engine is one more line in ``STORES``."""

import pytest
from conftest import ARTICLES, SAMPLES
from fakes import WordEmbedder
from memory_store import MemoryStore

from index import Filter, build_index, open_index, remove_articles, verify_index
from index.building.migration import migrate_index
from index.errors import IndexLockedError, IndexMismatchError, InputError
from index.store.local.store import SqliteStore
from index.store.manifest import Manifest

STORES = {
    "local": lambda tmp_path, manifest: SqliteStore.create(tmp_path / "index", manifest),
    "memory": lambda _tmp_path, manifest: MemoryStore(manifest),
}
QUESTIONS = ("كم كلفة الجسر؟", "متى هطلت الأمطار على الساحل؟", "مدرسة في القرية", "كلمة ليست هنا")


@pytest.fixture(params=STORES)
def store(request, tmp_path, embedder):
    """An empty store of each kind."""
    return STORES[request.param](tmp_path, Manifest(embedder.identity))


@pytest.fixture
def filled(store, folder, embedder):
    build_index([folder], store, embedder=embedder)
    return store


def ranking(store, question, embedder, **options):
    found = open_index(store, embedder=embedder).search(question, **options)
    return [(p.article.id, p.chunk.start, round(p.score, 3)) for p in found]


def test_a_build_stores_searches_and_is_whole(filled, embedder):
    assert ranking(filled, "كم كلفة الجسر؟", embedder)[0][0] == "جسر"
    assert verify_index(filled).problems == ()
    assert filled.stats().articles == filled.count_articles() == len(ARTICLES)
    assert filled.stats().unpublished_chunks == 0


def test_every_store_finds_the_same_passages_with_the_same_scores(tmp_path, embedder):
    stores = [make(tmp_path, Manifest(embedder.identity)) for make in STORES.values()]
    for store in stores:
        build_index([SAMPLES], store, embedder=embedder)
    for question in (*QUESTIONS, "حريق مصنع الرمال", "ماذا قال ترامب عن الرسوم؟", "غوتيريش"):
        for where in (None, Filter(since="2025-03-01"), Filter(sources=("صحيفة الميناء",))):
            first, *others = (ranking(s, question, embedder, where=where, k=5) for s in stores)
            assert all(other == first for other in others), question


def test_reprints_are_the_same_in_every_store(tmp_path, embedder):
    text = "افتتح الوزير الجسر الجديد يوم الأحد أمام السيارات وشكر العمال على عملهم. " * 3
    for name in ("أ", "ب"):
        (tmp_path / f"{name}.txt").write_text(f"عنوان {name}\n\n{text}", encoding="utf-8")
    found = []
    for make in STORES.values():
        store = make(tmp_path / "stores", Manifest(embedder.identity))
        build_index([tmp_path / "أ.txt", tmp_path / "ب.txt"], store, embedder=embedder)
        (passage,) = open_index(store, embedder=embedder).search("من افتتح الجسر؟", k=3)
        found.append((passage.article.id, [r.article_id for r in passage.reprints]))
        assert store.stats().reprints == 1
    assert found == [("أ", ["ب"])] * len(STORES)


def test_building_again_embeds_nothing(filled, folder):
    embedder = WordEmbedder()
    report = build_index([folder], filled, embedder=embedder)
    assert (report.unchanged, report.embedded, embedder.embedded) == (len(ARTICLES), 0, 0)


def test_a_changed_article_is_replaced_and_a_vanished_one_removed(filled, folder, embedder):
    (folder / "جسر.txt").write_text("جسر النهر\n\nبلغت كلفة الجسر 15 مليون دينار.", "utf-8")
    (folder / "مطر.txt").unlink()
    report = build_index([folder], filled, embedder=embedder)
    assert (report.replaced, report.removed) == (1, 1)
    assert "15" in filled.get_article("جسر").text
    assert filled.get_article("مطر") is None
    assert verify_index(filled).problems == ()


def test_a_renamed_file_moves_its_article(filled, folder, embedder):
    (folder / "مطر.txt").rename(folder / "أمطار.txt")
    report = build_index([folder], filled, embedder=embedder)
    assert (report.moved, report.embedded, report.added) == (1, 0, 0)
    assert filled.get_article("أمطار").text == ARTICLES["مطر"].split("\n\n", 1)[1]
    assert verify_index(filled).problems == ()


def test_removing_an_article_takes_its_terms_out_of_the_counts(filled, embedder):
    with filled.read() as reader:
        before = reader.totals().chunks
    remove_articles(["مدرسة"], filled)
    with filled.read() as reader:
        assert reader.totals().chunks == before - 1
        assert reader.document_frequencies(["مدرس"]) == {}
    assert all(found != "مدرسة" for found, *_ in ranking(filled, "مدرسة في القرية", embedder))


def test_an_unknown_article_is_not_removed(filled):
    with pytest.raises(InputError, match="no article"):
        remove_articles(["لا شيء"], filled)


def test_a_change_that_fails_changes_nothing(filled):
    def failing():
        raise RuntimeError
        yield

    known = dict(filled.known())
    with filled.writing(), pytest.raises(RuntimeError):
        filled.apply(failing(), ["جسر"])
    assert dict(filled.known()) == known


def test_a_reader_keeps_its_state_while_others_change_it(filled):
    with filled.read() as reader:
        before = reader.totals()
        remove_articles(["مدرسة"], filled)
        assert reader.totals() == before


def test_only_one_may_write(filled):
    with filled.writing(), pytest.raises(IndexLockedError), filled.writing():
        pass


def test_a_migration_takes_another_embedder_over(filled, embedder):
    other = WordEmbedder("other")
    with pytest.raises(IndexMismatchError):
        open_index(filled, embedder=other)
    assert migrate_index(filled, embedder=other) == filled.stats().chunks
    assert ranking(filled, "كم كلفة الجسر؟", other)[0][0] == "جسر"
    assert filled.manifest.embedder == other.identity
    assert verify_index(filled).problems == ()


def test_an_interrupted_migration_goes_on(filled, folder, embedder):
    staging = filled.stage(Manifest(WordEmbedder("other").identity))
    assert staging.counts() == (0, len(ARTICLES))
    remove_articles(["مدرسة"], filled)
    again = filled.stage(Manifest(WordEmbedder("other").identity))
    assert again.counts() == (0, len(ARTICLES) - 1)


def test_a_backup_is_an_index_of_its_own(filled, tmp_path, embedder):
    made = filled.backup(tmp_path / "copy")
    remove_articles(["جسر"], filled)
    assert made.get_article("جسر") is not None
    assert verify_index(made).problems == ()
    assert ranking(made, "كم كلفة الجسر؟", embedder)[0][0] == "جسر"


@pytest.mark.parametrize("order", ["newest", "oldest", "title", "source"])
def test_articles_are_listed_in_the_same_order_everywhere(order, tmp_path, embedder):
    listed = []
    for make in STORES.values():
        store = make(tmp_path, Manifest(embedder.identity))
        build_index([SAMPLES], store, embedder=embedder)
        rows, total = store.find_articles(order=order, limit=7, offset=3)
        listed.append((rows, total, store.find_articles("مصنع الرمال", order=order)))
    assert all(found == listed[0] for found in listed)


def test_an_unknown_order_is_refused(filled):
    with pytest.raises(InputError, match="no order"):
        filled.find_articles(order="worst")


@pytest.mark.parametrize("k", [0, -1, 7.9, 10**9, True, None])
def test_a_number_of_passages_that_is_none_is_refused(filled, embedder, k):
    index = open_index(filled, embedder=embedder)
    with pytest.raises(InputError, match="k must be a whole number"):
        index.search("كم كلفة الجسر؟", k=k)
    with filled.read() as reader, pytest.raises(InputError, match="k must be"):
        reader.lexical(["جسر"], k)
    with filled.read() as reader, pytest.raises(InputError, match="k must be"):
        reader.dense(embedder.embed_query("جسر"), k)


def test_months_and_counts_are_the_same_everywhere(tmp_path, embedder):
    found = []
    for make in STORES.values():
        store = make(tmp_path, Manifest(embedder.identity))
        build_index([SAMPLES], store, embedder=embedder)
        stats = store.stats()
        counts = (stats.articles, stats.chunks, stats.dated, stats.first_date, stats.reprints)
        found.append((store.months(), counts, [a.id for a in store.newest_articles(5)]))
    assert all(other == found[0] for other in found)

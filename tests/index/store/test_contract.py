"""What every store has to do; see tests/stores.py for those that are asked."""

import time
from datetime import UTC, datetime

import pytest
from conftest import ARTICLES, SAMPLES
from fakes import WordEmbedder
from stores import ASKED, STORES, end_clusters

from index import Filter, add_articles, build_index, open_index, remove_articles, verify_index
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.building.migration import migrate_index
from index.embedding.embedded import Embedded, compose_embedded_text, hash_embedded_text
from index.errors import IndexLockedError, IndexMismatchError, InputError
from index.store.changes import ArticleChunks, Move
from index.store.manifest import Manifest

QUESTIONS = ("كم كلفة الجسر؟", "أمطار الساحل", "حريق المصنع", "كم صفا في المدرسة", "من فاز بالكأس؟")
NAMES = ["جسر", "مدرسة", "مطر", "نص", "قصير"]


@pytest.fixture(params=ASKED)
def make(request, tmp_path):
    """Return a function that makes an empty store of the kind that is asked."""

    def make(name="one", embedder=None):
        folder = tmp_path / name
        folder.mkdir()
        return STORES[request.param](folder, Manifest((embedder or WordEmbedder()).identity))

    yield make
    end_clusters()


@pytest.fixture
def store(make, folder, embedder):
    """A store with the three small articles."""
    made = make()
    build_index([folder], made, embedder=embedder)
    return made


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The samples in the local store, with a predictable embedder."""
    folder = tmp_path_factory.mktemp("reference") / "index"
    build_index([SAMPLES], folder, embedder=WordEmbedder())
    return open_index(folder, embedder=WordEmbedder())


def stored(article_id="x", text="نص قصير هنا.", **fields):
    article = Article(article_id, "عنوان", text, **fields)
    return ArticleChunks(
        article=article,
        chunks=[Chunk(article_id, 0, len(text), text)],
        hashes=[hash_embedded_text(compose_embedded_text(article, text))],
        terms=[["نص", "قصير"]],
        title_terms=["عنوان"],
        embedded=[Embedded(v) for v in WordEmbedder().embed_passages([text])],
    )


def applied(store, *arguments, **more):
    with store.writing():
        return store.apply(*arguments, **more)


def found(index, question, **options):
    return [
        (p.article, p.chunk, p.rank, round(p.score, 3), p.reprints)
        for p in index.search(question, **options)
    ]


def counted(store):
    with store.read() as reader:
        return reader.document_frequencies([*NAMES, *("~" + name for name in NAMES)]), (
            reader.totals()
        )


def test_every_store_finds_the_same(make, reference, embedder):
    store = make()
    report = build_index([SAMPLES], store, embedder=embedder)
    assert (report.added, report.failures) == (28, ())
    index = open_index(store, embedder=embedder)
    for question in QUESTIONS:
        expected = found(reference, question)
        assert expected
        assert found(index, question) == expected
        where = Filter(since="2025-03-01", until="2025-04-30")
        assert found(index, question, where=where) == found(reference, question, where=where)
    assert verify_index(store).problems == ()


def test_every_store_lists_the_same(make, reference, embedder):
    store = make()
    build_index([SAMPLES], store, embedder=embedder)
    for order in ("newest", "oldest", "title", "source"):
        for page in ({"limit": 10}, {"limit": 10, "offset": 20}, {"limit": None}):
            expected = reference.store.find_articles(order=order, **page)
            assert store.find_articles(order=order, **page) == expected
    for words in ("حريق المصنع", "cup-final", "لا يوجد هذا", "100%_", " "):
        assert store.find_articles(words) == reference.store.find_articles(words)
    assert store.find_articles(source="ملاعب") == reference.store.find_articles(source="ملاعب")
    assert store.newest_articles(7) == reference.store.newest_articles(7)
    assert store.months() == reference.store.months()
    assert store.days() == reference.store.days()
    mine, theirs = store.stats(), reference.stats()
    assert store.count_articles() == mine.articles == theirs.articles
    where = Filter(sources=("ملاعب",), since="2025-03-01")
    assert 0 < store.count_articles(where) == reference.store.count_articles(where) < 28
    for name in ("chunks", "dated", "first_date", "last_date", "sources", "reprints"):
        assert getattr(mine, name) == getattr(theirs, name)
    with pytest.raises(InputError, match="no order 'size'"):
        store.find_articles(order="size")


def test_building_again_embeds_nothing_and_follows_the_folder(store, folder, embedder):
    before = embedder.embedded
    assert build_index([folder], store, embedder=embedder).unchanged == 3
    assert embedder.embedded == before
    (folder / "مطر.txt").rename(folder / "عاصفة.txt")
    (folder / "جسر.txt").write_text("جسر\n\nهدم الجسر القديم أمس.", encoding="utf-8")
    (folder / "مدرسة.txt").unlink()
    report = build_index([folder], store, embedder=embedder)
    assert (report.moved, report.replaced, report.removed) == (1, 1, 1)
    assert set(store.known()) == {"عاصفة", "جسر"}
    assert store.get_article("مطر") is None
    assert store.get_article("عاصفة").origin == str(folder / "عاصفة.txt")
    assert verify_index(store).ok


def test_articles_that_were_removed_are_found_no_more(store, embedder):
    remove_articles(["جسر"], store)
    index = open_index(store, embedder=embedder)
    assert "جسر" not in {p.article.id for p in index.search("كلفة الجسر الجديد")}
    with pytest.raises(InputError, match="jawab index list"):
        remove_articles(["جسر"], store)
    assert verify_index(store).ok


def test_what_is_written_is_found_before_it_is_published(store, embedder):
    index = open_index(store, embedder=embedder)
    applied(store, [stored(text="الفلكيون رصدوا مذنبًا لامعًا.")])
    assert store.stats().unpublished_chunks == 1
    before = found(index, "مذنب لامع")
    assert before[0][0].id == "x"
    number = store.stats().generation
    with store.writing():
        store.compact()
    assert found(index, "مذنب لامع") == before
    assert store.stats().generation == number + 1
    assert store.stats().unpublished_chunks == 0


def test_applying_twice_changes_nothing(store):
    assert applied(store, [stored()]).added == 1
    once = counted(store)
    report = applied(store, [stored()])
    assert (report.added, report.replaced, report.chunks) == (0, 1, 1)
    assert counted(store) == once
    assert verify_index(store).ok


def test_counts_return_to_what_they_were(store):
    before = counted(store)
    applied(store, [stored()])
    assert counted(store) != before
    assert applied(store, (), ["x", "لا شيء"]).removed == 1
    assert counted(store) == before


def test_a_change_that_fails_leaves_everything_as_it_was(store):
    before = counted(store), store.known(), store.files()

    def failing():
        yield stored()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        applied(store, failing(), ["جسر"])
    assert (counted(store), store.known(), store.files()) == before
    assert verify_index(store).ok


def test_removals_come_first_then_moves_then_additions(store):
    bridge = store.get_article("جسر")
    move = Move("جسر", Article("y", "", "", origin="/elsewhere"), "0")
    unknown = Move("لا شيء", Article("z", "", ""), "0")
    report = applied(store, [stored("جسر")], ["مطر"], moves=[move, unknown])
    assert (report.added, report.replaced, report.moved, report.removed) == (1, 0, 1, 1)
    assert store.get_article("y").text == bridge.text
    assert store.get_article("جسر").text == "نص قصير هنا."
    assert set(store.known()) == {"y", "جسر", "مدرسة"}


def test_files_are_remembered_until_an_article_of_theirs_goes(store, folder):
    paths = {name: str(folder / f"{name}.txt") for name in ARTICLES}
    assert store.files().keys() == set(paths.values())
    applied(store, (), ["مطر"], files={"/more": "1"})
    assert store.files().keys() == {paths["جسر"], paths["مدرسة"], "/more"}


def test_a_reader_sees_one_state_to_its_end(store):
    with store.read() as reader:
        before = reader.totals(), reader.document_frequencies(NAMES)
        applied(store, [stored()], ["جسر"])
        assert (reader.totals(), reader.document_frequencies(NAMES)) == before
    with store.read() as reader:
        assert (reader.totals(), reader.document_frequencies(NAMES)) != before


def test_keys_that_are_gone_are_missing(store):
    with store.read() as reader:
        keys = [hit.key for hit in reader.lexical(["جسر"], 5)]
        chunk = reader.fetch([*keys, 10**9])[keys[0]]
        assert 10**9 not in reader.fetch([*keys, 10**9])
        assert reader.articles([chunk.article_key])[chunk.article_key].id == chunk.article_id
        assert reader.articles([10**9]) == {}
        assert reader.reprints([chunk.article_key]) == {}


def test_a_vector_is_known_by_the_hash_of_its_text(store, embedder):
    article = store.get_article("مطر")
    text = compose_embedded_text(article, article.text)
    known = store.embedded([hash_embedded_text(text), "unknown"])
    assert known.keys() == {hash_embedded_text(text)}
    assert embedder.embed_query(text) @ known[hash_embedded_text(text)].vector == pytest.approx(
        1, 0.01
    )


def test_reprints_are_one_family(store):
    text = " ".join(f"قال الوزير إن العمل في الحي رقم {n} انتهى." for n in range(9))
    items = [
        stored("a", text, source="أ", date="2025-01-02"),
        stored("b", text, source="ب", date="2025-01-01"),
        stored("c", text.replace("الحي", "السوق").replace("انتهى", "بدأ اليوم"), source="ج"),
    ]
    applied(store, items)
    assert store.stats().reprints == 1
    with store.read() as reader:
        keys = {
            c.article_id: c.article_key
            for c in reader.fetch([h.key for h in reader.lexical(["قصير"], 9)]).values()
        }
        told = reader.reprints(list(keys.values()))
    assert {k: [r.article_id for r in told[v]] for k, v in keys.items() if v in told} == {
        "a": ["b"],
        "b": ["a"],
    }
    applied(store, (), ["a"])
    assert store.stats().reprints == 0


@pytest.mark.parametrize("k", [0, -1, 7.9, 8.0, 10**9, True, "8", None])
def test_a_number_of_passages_that_is_none_is_refused(store, embedder, k):
    index = open_index(store, embedder=embedder)
    with pytest.raises(InputError, match="k must be a whole number from 1 to 1,000"):
        index.search("جسر", k=k)
    with store.read() as reader:
        for ask in (
            lambda: reader.dense(embedder.embed_query("جسر"), k),
            lambda: reader.lexical(["جسر"], k),
        ):
            with pytest.raises(InputError, match="k must be"):
                ask()


def test_the_fewest_and_the_most_passages_may_be_asked_for(store, embedder):
    index = open_index(store, embedder=embedder)
    assert len(index.search("جسر", k=1)) == 1
    assert len(index.search("جسر", k=1000)) == 3
    with store.read() as reader:
        vector = embedder.embed_query("جسر")
        assert [h.key for h in reader.dense(vector, 1)] == [reader.dense(vector, 3)[0].key]


class Other(WordEmbedder):
    """Another embedder: it counts more tokens, so that articles are cut elsewhere."""

    def __init__(self):
        super().__init__("other")

    def count_tokens(self, texts):
        return [40 * len(text.split()) for text in texts]


def test_a_migrated_store_is_one_built_with_the_other_embedder(make, store, folder):
    assert migrate_index(store, embedder=Other()) == store.stats().chunks
    fresh = make("fresh", Other())
    build_index([folder], fresh, embedder=Other())
    migrated = open_index(store, embedder=Other())
    for question in QUESTIONS:
        assert found(migrated, question) == found(open_index(fresh, embedder=Other()), question)
    assert counted(store) == counted(fresh)
    assert verify_index(store).ok
    assert store.stats().unpublished_chunks == 0
    assert build_index([folder], store, embedder=Other()).unchanged == 3


def test_the_old_embedder_answers_until_the_migration_is_done(store, embedder, monkeypatch):
    monkeypatch.setattr("index.building.migration._BATCH_ARTICLES", 1)
    index = open_index(store, embedder=embedder)
    expected, answers = found(index, QUESTIONS[0]), []
    migrate_index(
        store, embedder=Other(), progress=lambda _: answers.append(found(index, QUESTIONS[0]))
    )
    assert answers == [expected] * 4
    with pytest.raises(IndexMismatchError, match="other"):
        index.search(QUESTIONS[0])


def test_an_interrupted_migration_goes_on_where_it_stopped(store, folder, embedder, monkeypatch):
    monkeypatch.setattr("index.building.migration._BATCH_ARTICLES", 1)
    other = Other()

    def interrupt(progress):
        if progress.articles == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate_index(store, embedder=other, progress=interrupt)
    done = other.embedded
    assert done
    assert found(open_index(store, embedder=embedder), QUESTIONS[0])
    remove_articles(["جسر"], store)
    (folder / "مطر.txt").write_text("أمطار\n\nتوقفت الأمطار مساء.", encoding="utf-8")
    add_articles([folder / "مطر.txt"], store, embedder=embedder)
    chunks = migrate_index(store, embedder=other)
    assert set(store.known()) == {"مدرسة", "مطر"}
    assert other.embedded < done + chunks + 1
    assert "توقفت" in open_index(store, embedder=other).search("أمطار")[0].text
    assert verify_index(store).ok


def test_an_empty_store_answers_and_can_be_migrated(make, embedder):
    store = make()
    assert open_index(store, embedder=embedder).search("جسر") == []
    assert (store.stats().articles, store.find_articles(), store.months()) == (0, ([], 0), [])
    assert migrate_index(store, embedder=Other()) == 0
    assert store.manifest.embedder.id == "other"
    assert verify_index(store).ok


def test_one_writes_at_a_time(store, folder, embedder):
    with store.writing(), pytest.raises(IndexLockedError, match="wait"):
        build_index([folder], store, embedder=embedder)
    with store.writing():
        pass


def test_a_backup_is_an_index_of_its_own(store, folder, tmp_path, embedder):
    with store.writing():
        copy = store.backup(tmp_path / "copy")
    assert copy.verify().ok
    assert copy.place == str(tmp_path / "copy")
    expected = found(open_index(store, embedder=embedder), QUESTIONS[0])
    remove_articles(list(ARTICLES), store)
    assert found(open_index(copy, embedder=embedder), QUESTIONS[0]) == expected
    assert build_index([folder], copy, embedder=embedder).unchanged == 3
    with pytest.raises(InputError, match="holds an index already"):
        store.backup(tmp_path / "copy")


def test_a_store_of_another_embedder_is_refused(store, folder):
    for action in (
        lambda: open_index(store, embedder=Other()),
        lambda: build_index([folder], store, embedder=Other()),
    ):
        with pytest.raises(IndexMismatchError, match="jawab index migrate --embedder other"):
            action()


def test_a_build_that_waited_for_a_migration_does_not_mix_vectors(store, folder, embedder):
    waiting = open_index(store, embedder=embedder)
    migrate_index(store, embedder=Other())
    with pytest.raises(IndexMismatchError):
        waiting.add([folder])
    assert verify_index(store).ok


def test_what_came_since_a_time_is_found_alone_and_single_articles_are_left_out(
    store, folder, embedder
):
    """A file that only has another name is not new; a text that changed is."""
    (folder / "مطر.txt").rename(folder / "عاصفة.txt")
    (folder / "جسر.txt").write_text("جسر\n\nهدم الجسر القديم أمس.", encoding="utf-8")
    later = datetime.now(UTC).isoformat(timespec="seconds")
    while datetime.now(UTC).isoformat(timespec="seconds") == later:
        time.sleep(0.05)
    later = datetime.now(UTC).isoformat(timespec="seconds")
    assert store.count_articles(Filter(indexed_since=later)) == 0
    build_index([folder], store, embedder=embedder)
    where = Filter(indexed_since=later)
    index = open_index(store, embedder=embedder)
    assert {p.article.id for p in index.search("الجسر المدرسة الأمطار", where=where)} == {"جسر"}
    assert store.count_articles(where) == 1
    assert store.count_articles(Filter(without=("جسر", "مدرسة"))) == 1
    found = index.search("الجسر المدرسة الأمطار", where=Filter(without=("جسر",)))
    assert {p.article.id for p in found} == {"عاصفة", "مدرسة"}

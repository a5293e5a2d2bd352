import pytest
from fakes import WordEmbedder

from index import build_index, open_index, verify_index
from index.building.migration import migrate_index
from index.errors import IndexMismatchError, InputError
from index.search.search import SearchIndex
from index.store.opening import open_store

QUESTION = "كم كلفة الجسر؟"


class Other(WordEmbedder):
    """Another embedder: it counts more tokens, so that articles are cut elsewhere."""

    def __init__(self):
        super().__init__("other")

    def count_tokens(self, texts):
        return [40 * len(text.split()) for text in texts]


def test_a_migrated_index_is_one_built_with_the_other_embedder(folder, built, tmp_path):
    migrate_index(built, embedder=Other())
    build_index([folder], tmp_path / "fresh", embedder=Other())
    migrated = open_index(built, embedder=Other())
    fresh = open_index(tmp_path / "fresh", embedder=Other())
    assert migrated.search(QUESTION) == fresh.search(QUESTION)
    assert migrated.stats().chunks == fresh.stats().chunks
    assert migrated.stats().unpublished_chunks == 0
    assert verify_index(built).ok


def test_after_a_migration_only_the_new_embedder_is_let_in(folder, built, embedder):
    migrate_index(built, embedder=Other())
    with pytest.raises(IndexMismatchError):
        open_index(built, embedder=embedder)
    report = build_index([folder], built, embedder=Other())
    assert (report.unchanged, report.embedded) == (3, 0)


def test_the_old_embedder_answers_until_the_migration_is_done(folder, built, embedder, monkeypatch):
    monkeypatch.setattr("index.building.migration._BATCH_ARTICLES", 1)
    index = open_index(built, embedder=embedder)
    expected = index.search(QUESTION)
    answers = []
    migrate_index(
        built, embedder=Other(), progress=lambda _: answers.append(index.search(QUESTION))
    )
    assert len(answers) >= 3
    assert all(answer == expected for answer in answers)


def test_an_interrupted_migration_goes_on_where_it_stopped(folder, built, embedder, monkeypatch):
    monkeypatch.setattr("index.building.migration._BATCH_ARTICLES", 1)
    other = Other()

    def interrupt(progress):
        if progress.articles == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate_index(built, embedder=other, progress=interrupt)
    assert open_index(built, embedder=embedder).search(QUESTION)
    done = other.embedded
    (folder / "مطر.txt").write_text("أمطار\n\nتوقفت الأمطار مساء.", encoding="utf-8")
    build_index([folder], built, embedder=embedder)
    chunks = migrate_index(built, embedder=other)
    assert other.embedded <= chunks + 1
    assert done >= 2
    assert "توقفت" in open_index(built, embedder=other).search("أمطار")[0].text
    assert verify_index(built).ok


def test_a_running_index_takes_up_the_new_embedder(built, embedder, monkeypatch):
    known = {"words": embedder, "other": Other()}
    monkeypatch.setattr("index.search.search.embedder_like", lambda identity: known[identity.id])
    index = SearchIndex(open_store(built))
    before = index.search(QUESTION)[0].article.id
    migrate_index(built, embedder=known["other"])
    assert index.search(QUESTION)[0].article.id == before
    assert index.embedder is known["other"]


def test_an_index_opened_with_an_embedder_of_its_own_says_that_it_changed(built, embedder):
    index = open_index(built, embedder=embedder)
    migrate_index(built, embedder=Other())
    with pytest.raises(IndexMismatchError, match="other"):
        index.search(QUESTION)


def test_migrating_to_the_same_embedder_embeds_nothing(built, embedder):
    before = embedder.embedded
    migrate_index(built, embedder=embedder)
    assert embedder.embedded == before
    assert verify_index(built).ok


def test_a_backup_is_an_index_of_its_own(built, tmp_path, embedder):
    open_store(built).backup(tmp_path / "copy")
    assert verify_index(tmp_path / "copy").ok
    expected = open_index(built, embedder=embedder).search(QUESTION)
    assert open_index(tmp_path / "copy", embedder=embedder).search(QUESTION) == expected
    with pytest.raises(InputError, match="holds an index already"):
        open_store(built).backup(tmp_path / "copy")


def test_a_backup_can_be_made_while_somebody_writes(built, tmp_path):
    with open_store(built).writing():
        open_store(built).backup(tmp_path / "copy")
    assert verify_index(tmp_path / "copy").articles == 3

import logging
import shutil
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from fakes import WordEmbedder

from index import Filter, build_index, open_index, verify_index
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.building.build import add_articles
from index.embedding.embedded import Embedded, compose_embedded_text, hash_embedded_text
from index.errors import IndexDamagedError, InputError
from index.store.changes import ArticleChunks
from index.store.local.codes import encode_vectors
from index.store.local.dense import DenseIndex, write_dense
from index.store.local.lexical import write_lexical
from index.store.manifest import Manifest
from index.store.opening import create_store, open_store

QUESTION = "كم كلفة الجسر؟"


def stored(article_id="x", text="نص قصير هنا.", title="عنوان"):
    embedder = WordEmbedder()
    article = Article(article_id, title, text)
    return ArticleChunks(
        article=article,
        chunks=[Chunk(article_id, 0, len(text), text)],
        hashes=[hash_embedded_text(compose_embedded_text(article, text))],
        terms=[["نص", "قصير"]],
        title_terms=["عنوان"],
        embedded=[Embedded(vector) for vector in embedder.embed_passages([text])],
    )


def frequencies(folder):
    with sqlite3.connect(folder / "store.db") as connection:
        return dict(connection.execute("SELECT term, count FROM document_frequencies"))


def test_applying_twice_changes_nothing(built):
    store = open_store(built)
    with store.writing():
        store.apply([stored()])
        once = frequencies(built)
        report = store.apply([stored()])
    assert (report.added, report.replaced) == (0, 1)
    assert frequencies(built) == once
    assert verify_index(built).ok


def test_deleting_unknown_articles_is_no_error(built):
    store = open_store(built)
    with store.writing():
        assert store.apply((), ["لا شيء"]).removed == 0


def test_frequencies_return_to_what_they_were(built):
    before, store = frequencies(built), open_store(built)
    with store.writing():
        store.apply([stored()])
        assert frequencies(built) != before
        store.apply((), ["x"])
    assert frequencies(built) == before


def test_a_failed_transaction_leaves_everything_as_it_was(built):
    before, store = frequencies(built), open_store(built)

    def failing():
        yield stored()
        raise RuntimeError

    with store.writing(), pytest.raises(RuntimeError):
        store.apply(failing())
    assert frequencies(built) == before
    assert verify_index(built).ok


def test_newer_chunks_are_found_before_they_are_published(built, index):
    with index.store.writing():
        index.store.apply([stored(text="الفلكيون رصدوا مذنبًا لامعًا.")])
    assert index.stats().unpublished_chunks == 1
    assert index.search("مذنب لامع", k=1)[0].article.id == "x"


def test_a_search_gives_the_same_before_and_after_compaction(folder, index):
    with index.store.writing():
        index.store.apply([stored(text="كلفة الجسر القديم مليون.")])
    before = [(p.article.id, round(p.score, 4)) for p in index.search(QUESTION)]
    with index.store.writing():
        index.store.compact()
    assert [(p.article.id, round(p.score, 4)) for p in index.search(QUESTION)] == before
    assert index.stats().unpublished_chunks == 0


@pytest.mark.parametrize(
    "damage",
    [
        "missing",
        "cut short",
        "foreign",
        "no texts",
        "texts cut short",
        "empty texts",
        "foreign texts",
    ],
)
def test_a_damaged_search_file_is_made_again_from_the_database(built, embedder, damage, caplog):
    expected = open_index(built, embedder=embedder).search(QUESTION)
    (vectors,), (texts,) = built.glob("v-*.faiss"), built.glob("t-*")
    if damage == "missing":
        vectors.unlink()
    elif damage == "cut short":
        vectors.write_bytes(vectors.read_bytes()[:100])
    elif damage == "foreign":
        write_dense(vectors, [(np.array([1]), np.ones((1, 8), np.int8))], dimension=8, count=1)
    elif damage == "texts cut short":
        for path in texts.iterdir():
            path.write_bytes(path.read_bytes()[:40])
    elif damage == "empty texts":
        for path in texts.iterdir():
            path.write_bytes(b"")
    else:
        shutil.rmtree(texts)
        if damage == "foreign texts":
            texts.mkdir()
            write_lexical(texts, [(1, "نص آخر")])
    assert not verify_index(built).ok
    with caplog.at_level(logging.WARNING):
        assert open_index(built, embedder=embedder).search(QUESTION) == expected
    assert "rebuilding" in caplog.text
    assert verify_index(built).ok


def test_a_damaged_database_says_what_to_do(built, embedder):
    database = built / "store.db"
    database.write_bytes(b"not a database" * 1000)
    with pytest.raises(IndexDamagedError, match="backup"):
        open_index(built, embedder=embedder)


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "no text"])
def test_an_article_that_is_damaged_is_named_and_not_told_shorter(built, damage):
    store = open_store(built)
    id_ = min(store.known())
    with sqlite3.connect(built / "store.db") as connection:
        (data,) = connection.execute("SELECT text FROM articles WHERE id = ?", (id_,)).fetchone()
        changed = {
            "cut short": data[:-9],
            "other bytes": b"\0" * len(data),
            "no text": zlib.compress(b"\xff\xfe"),
        }[damage]
        connection.execute("UPDATE articles SET text = ? WHERE id = ?", (changed, id_))
    for ask in (
        lambda: store.get_article(id_),
        lambda: store.export([id_]),
        lambda: store.newest_articles(1000),
    ):
        with pytest.raises(IndexDamagedError, match="backup"):
            ask()
    found = verify_index(built)
    assert not found.ok
    assert len(found.problems) == 1
    assert f"article {id_} is damaged" in found.problems[0]
    assert found.articles == len(store.known())


def test_verify_sees_offsets_outside_the_article(built):
    with sqlite3.connect(built / "store.db") as connection:
        connection.execute('UPDATE chunks SET "end" = 100000 WHERE key = 1')
    assert "offsets" in verify_index(built).problems[0]


def test_stale_files_are_removed_by_the_next_writer(built, folder, embedder):
    (built / "v-9.faiss.tmp").write_bytes(b"x")
    (built / "t-9.tmp").mkdir()
    build_index([folder], built, embedder=embedder)
    assert not list(built.glob("*.tmp"))


def test_a_reader_keeps_working_while_a_generation_is_replaced(index, folder, embedder):
    before = index.search(QUESTION)
    (folder / "new.txt").write_text("خبر جديد\n\nكلفة الجسر الثالث مجهولة.", encoding="utf-8")
    add_articles([folder], index.store.folder, embedder=embedder)
    after = index.search(QUESTION)
    assert {p.article.id for p in after} == {p.article.id for p in before} | {"new"}


def test_threads_may_share_an_index(index):
    def ask(_):
        return [passage.article.id for passage in index.search(QUESTION)]

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(ask, range(40)))
    assert results == results[:1] * 40


def test_an_index_answers_while_its_first_build_is_under_way(tmp_path, embedder):
    store = create_store(tmp_path / "first", Manifest(embedder.identity))
    with store.writing():
        store.apply([stored(text="الفلكيون رصدوا مذنبًا لامعًا.")])
        index = open_index(tmp_path / "first", embedder=embedder)
        assert index.search("مذنب لامع", k=1)[0].article.id == "x"
        assert index.stats().generation == 0


def test_filters_narrow_both_sides(tmp_path, embedder):
    folder = tmp_path / "dated"
    folder.mkdir()
    for day, source in (("2025-01-01", "أ"), ("2025-02-01", "ب"), ("", "أ")):
        head = f"---\ntitle: خبر الجسر\ndate: {day}\nsource: {source}\n---\n"
        path = folder / f"{source}{day}.md"
        path.write_text(head + f"بلغت كلفة الجسر مليونًا {day}.", encoding="utf-8")
    build_index([folder], tmp_path / "index", embedder=embedder)
    index = open_index(tmp_path / "index", embedder=embedder)

    def found(**where):
        return {p.article.id for p in index.search(QUESTION, where=Filter(**where))}

    assert found(sources=("أ",)) == {"أ2025-01-01", "أ"}
    assert found(since="2025-01-15") == {"ب2025-02-01"}
    assert found(until="2025-01-15") == {"أ2025-01-01"}
    assert found(articles=("أ",), sources=("ب",)) == set()


@pytest.mark.slow
def test_a_filter_that_leaves_few_finds_them_among_many(tmp_path, embedder, monkeypatch):
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(300):
        source = "نادر" if n % 100 == 0 else "شائع"
        text = f"---\ntitle: خبر {n}\nsource: {source}\n---\nبلغت كلفة الجسر رقم {n} مليونًا وزيادة."
        (folder / f"{n}.md").write_text(text, encoding="utf-8")
    build_index([folder], tmp_path / "index", embedder=embedder)
    index = open_index(tmp_path / "index", embedder=embedder)
    where = Filter(sources=("نادر",))
    found = [p.chunk for p in index.search(QUESTION, where=where)]
    assert {chunk.article_id for chunk in found} == {"0", "100", "200"}
    monkeypatch.setattr("index.store.local.reader._MAX_READ_SINGLY", 0)
    assert [p.chunk for p in index.search(QUESTION, where=where)] == found


def test_an_inverted_file_finds_what_a_scan_finds(tmp_path, monkeypatch):
    monkeypatch.setattr("index.store.local.dense.SCAN_LIMIT", 100)
    vectors = np.random.default_rng(3).normal(size=(3000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = np.arange(10, 3010)
    codes = encode_vectors(vectors)
    write_dense(tmp_path / "f", [(keys, codes)], dimension=16, count=3000, sample=codes)
    dense = DenseIndex.open(tmp_path / "f")
    assert dense.search(vectors[7], 1)[0].key == 17
    assert dense.search(vectors[7], 1, without=np.array([17]))[0].key != 17
    assert dense.search(vectors[7], 5, only=np.array([42]))[0].key == 42


def test_articles_are_found_by_title_source_and_page(sample_index):
    store = open_store(sample_index)
    rows, total = store.find_articles("حريق المصنع")
    assert total == 3
    assert [row.date for row in rows] == ["2025-04-10", "2025-03-06", "2025-03-04"]
    assert store.find_articles("حريق المصنع", order="oldest")[0][0].date == "2025-03-04"
    assert store.find_articles(source="ملاعب")[1] == 3
    assert store.find_articles("cup-final")[0][0].id == "cup-final"
    assert store.find_articles("لا يوجد هذا العنوان") == ([], 0)
    assert store.find_articles("100%_")[1] == 0
    first, _ = store.find_articles(limit=10)
    second, everything = store.find_articles(limit=10, offset=10)
    assert everything == 28
    assert not {row.id for row in first} & {row.id for row in second}
    with pytest.raises(InputError, match="no order 'size'"):
        store.find_articles(order="size")


def test_articles_are_counted_by_month_and_source(sample_index):
    months = open_store(sample_index).months()
    assert months == sorted(months)
    assert ("2025-04", "وكالة أنباء الساحل", 1) in months
    assert sum(count for _, _, count in months) == 26

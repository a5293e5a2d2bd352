"""Shards that are searched and written as one hold what one index holds, and say the same."""

import random
from dataclasses import replace

import pytest
from conftest import SAMPLES
from fakes import WordEmbedder

from index import Filter, build_index, open_index, remove_articles, verify_index
from index.arabic.words import analyse
from index.articles.article import Article
from index.articles.chunking import Chunk
from index.embedding.embedded import Embedded, compose_embedded_text, hash_embedded_text
from index.errors import IndexDamagedError, IndexMismatchError, InputError, ShardAwayError
from index.folder import SHARDS
from index.store.bm25 import round_length
from index.store.changes import ArticleChunks, Move
from index.store.manifest import Manifest
from index.store.opening import create_store, holds_store, open_store
from index.store.sharded.placement import find_shard
from index.store.sharded.store import ShardedStore

WORDS = [
    "جسر",
    "نهر",
    "وزير",
    "مدرسة",
    "مطر",
    "ساحل",
    "مصنع",
    "حريق",
    "كأس",
    "فريق",
    "سوق",
    "سعر",
    "قمح",
    "طريق",
    "مستشفى",
]


def compose(random_, words=30):
    return " ".join(random_.choice(WORDS) for _ in range(words))


def stored(article_id, text, **fields):
    article = Article(article_id, "عنوان", text, **fields)
    half = len(text) // 2
    chunks = [
        Chunk(article_id, *span, text[slice(*span)]) for span in ((0, half), (half, len(text)))
    ]
    embedder = WordEmbedder()
    return ArticleChunks(
        article=article,
        chunks=chunks,
        hashes=[hash_embedded_text(compose_embedded_text(article, c.text)) for c in chunks],
        terms=[analyse(c.text) for c in chunks],
        title_terms=analyse(article.title),
        embedded=[Embedded(v) for v in embedder.embed_passages([c.text for c in chunks])],
    )


@pytest.fixture
def pair(tmp_path, embedder):
    """One store alone and one of three shards, both empty."""
    manifest = Manifest(embedder.identity)
    return [create_store(tmp_path / str(n), manifest, shards=n) for n in (1, 3)]


def move_of(store, old, new, **fields):
    was = store.get_article(old)
    article = Article(new, was.title, was.text, **fields)
    return Move(old, replace(article, text=""), article.content_hash)


def apply_to(pair, *arguments, **more):
    for store in pair:
        with store.writing():
            store.apply(*arguments, **more)


def found(store, question, **options):
    passages = open_index(store, embedder=WordEmbedder()).search(question, k=20, **options)
    return [(p.chunk, p.rank, p.score, p.reprints) for p in passages]


def candidates(store, terms, k=5):
    with store.read() as reader:
        hits = reader.lexical(terms, k)
        chunks = reader.fetch([hit.key for hit in hits])
        # Scores of the search files are rounded to 32 bits.
        found = [(chunks[h.key].article_id, chunks[h.key].start, round(h.score, 4)) for h in hits]
        return sorted(found, key=lambda hit: (-hit[2], *hit))


def families(store):
    with store.read() as reader:
        hits = reader.dense(WordEmbedder().embed_query("جسر"), 1000)
        return {c.article_id: c.family for c in reader.fetch([h.key for h in hits]).values()}


def change_at_random(random_, store, ids, texts):
    """Return the arguments of a change: some articles new, some changed, moved, reprinted, gone."""
    here = sorted(ids)
    gone = random_.sample(here, min(len(here), random_.randrange(3)))
    left = sorted(ids - set(gone))
    moved = random_.sample(left, min(len(left), random_.randrange(3)))
    moves = [move_of(store, old, f"moved-{random_.random()}", origin="/new") for old in moved]
    upserts = []
    for _ in range(random_.randrange(1, 8)):
        known = random_.choice(texts) if texts and random_.random() < 0.4 else compose(random_)
        text = known if random_.random() < 0.5 else f"{known} {random_.choice(WORDS)}"
        texts.append(text)
        again = left and random_.random() < 0.2
        name = random_.choice(left) if again else f"a{random_.random()}"
        upserts.append(stored(name, text, source=random_.choice("ابج"), origin=f"/{name}"))
    digests = {item.article.origin: "1" for item in upserts}
    after = ids - set(gone) - set(moved)
    after |= {m.article.id for m in moves} | {item.article.id for item in upserts}
    return (upserts, gone), {"moves": moves, "files": digests}, after


@pytest.mark.parametrize("seed", range(6))
def test_shards_stay_what_one_store_is_whatever_is_done_to_them(pair, seed):
    random_, ids, texts = random.Random(seed), set(), []
    alone, sharded = pair
    for step in range(8):
        arguments, more, ids = change_at_random(random_, alone, ids, texts)
        apply_to(pair, *arguments, **more)
        assert set(alone.known()) == set(sharded.known()) == ids
        assert alone.files() == sharded.files()
        assert families(alone) == families(sharded)
        assert alone.stats().reprints == sharded.stats().reprints
        if step % 3 == 2:
            for store in pair:
                with store.writing():
                    store.compact()
    assert alone.stats().reprints
    for _ in range(20):
        question = compose(random_, random_.randrange(1, 6))
        assert found(alone, question) == found(sharded, question)
        mine, theirs = (candidates(store, analyse(question)) for store in pair)
        assert [hit[2] for hit in mine] == [hit[2] for hit in theirs]
        # A chunk that moved to another shard has a new key; among equal ones the last may differ.
        assert {hit for hit in mine if hit[2] > mine[-1][2]} <= set(theirs)
        where = Filter(sources=("ا", "ب"))
        assert found(alone, question, where=where) == found(sharded, question, where=where)
    assert alone.verify().problems == sharded.verify().problems == ()


def test_what_is_not_published_yet_is_found_as_if_it_were(pair):
    random_ = random.Random(7)
    items = [stored(f"a{n}", compose(random_)) for n in range(60)]
    apply_to(pair, items[:30])
    for store in pair:
        with store.writing():
            store.compact()
    apply_to(pair, items[30:], ["a3", "a4"])
    questions = [analyse(compose(random_, 3)) for _ in range(10)]
    before = [candidates(store, terms) for store in pair for terms in questions]
    for store in pair:
        with store.writing():
            store.compact()
    assert [candidates(store, terms) for store in pair for terms in questions] == before


def test_the_search_files_hold_back_none_of_the_best_by_words(pair):
    """tantivy's own order is nearly that of the exact scores; the best by these are among its."""
    random_ = random.Random(11)
    items = [stored(f"a{n}", compose(random_, random_.randrange(4, 120))) for n in range(400)]
    apply_to(pair, items)
    words = [analyse(compose(random_, random_.randrange(1, 5))) for _ in range(40)]
    expected = [candidates(pair[0], terms, 30) for terms in words]  # all compared one by one
    for store in pair:
        with store.writing():
            store.compact()
        assert [candidates(store, terms, 30) for terms in words] == expected


@pytest.mark.parametrize(
    ("length", "kept"), [(1, 1), (40, 40), (43, 42), (57, 56), (90, 88), (153, 152), (1000, 984)]
)
def test_lengths_are_rounded_as_the_search_files_round_them(length, kept):
    assert round_length(length) == kept


def test_articles_lie_in_the_shard_of_their_id(tmp_path, embedder):
    store = create_store(tmp_path / "index", Manifest(embedder.identity), shards=4)
    build_index([SAMPLES], store, embedder=embedder)
    for n, shard in enumerate(store.shards):
        assert shard.known()
        assert {find_shard(id_, 4) for id_ in shard.known()} == {n}
    stray = next(iter(store.shards[0].known()))
    item = store.export([stray])
    with store.writing():
        store.shards[1].apply(item)
    assert (
        "shard 1: 1 articles belong to another shard" in verify_index(tmp_path / "index").problems
    )


def test_an_article_that_moves_to_another_shard_takes_its_vectors_and_family_along(pair):
    alone, sharded = pair
    text = compose(random.Random(3))
    apply_to(pair, [stored("a", text, source="أ"), stored("b", text, source="ب")])
    other = next(f"c{n}" for n in range(99) if find_shard(f"c{n}", 3) != find_shard("a", 3))
    apply_to(pair, (), moves=[move_of(alone, "a", other, source="أ")])
    assert set(sharded.known()) == {other, "b"}
    assert families(alone) == families(sharded)
    assert found(alone, text[:40]) == found(sharded, text[:40])
    assert sharded.verify().ok


def test_ids_that_change_places_are_all_carried(pair):
    random_ = random.Random(4)
    ids = [f"n{n}" for n in range(12)]
    apply_to(pair, [stored(id_, compose(random_)) for id_ in ids])
    before = {id_: pair[0].get_article(id_).text for id_ in ids}
    apply_to(pair, (), moves=[move_of(pair[0], id_, f"x{id_}") for id_ in ids])
    back = zip(ids, ids[::-1], strict=True)
    apply_to(pair, (), moves=[move_of(pair[0], f"x{old}", new) for old, new in back])
    for store in pair:
        assert {id_: store.get_article(id_).text for id_ in ids} == dict(
            zip(ids[::-1], before.values(), strict=True)
        )
        assert store.verify().ok


def test_an_id_that_is_left_may_be_taken_by_another_article_in_one_change(pair):
    random_ = random.Random(5)
    ids = [f"n{n}" for n in range(9)]
    apply_to(pair, [stored(id_, compose(random_)) for id_ in ids])
    texts = [pair[0].get_article(id_).text for id_ in ids]
    moves = [move_of(pair[0], ids[n], ids[n + 1]) for n in range(7, -1, -1)]
    apply_to(pair, (), [ids[8]], moves=moves)
    for store in pair:
        assert [store.get_article(id_) and store.get_article(id_).text for id_ in ids] == [
            None,
            *texts[:8],
        ]
        assert store.verify().ok


class CutShortError(Exception):
    pass


@pytest.mark.parametrize("calls", range(1, 9))
def test_a_change_that_was_cut_short_is_mended_by_doing_it_again(pair, calls, monkeypatch):
    """The change ends after any of the transactions that it is made of."""
    random_ = random.Random(6)
    first = [stored(f"a{n}", compose(random_), origin=f"/a{n}") for n in range(9)]
    apply_to(pair, first, files={item.article.origin: "1" for item in first})
    new = [stored(f"b{n}", compose(random_), origin=f"/b{n}") for n in range(9)]
    change = (new, ["a0", "a1"])
    more = {
        "moves": [move_of(pair[0], f"a{n}", f"c{n}", origin=f"/c{n}") for n in (2, 3, 4)],
        "files": {item.article.origin: "2" for item in new},
    }
    alone, sharded = pair
    apply_to([alone], *change, **more)
    left = iter(range(calls - 1))
    for shard in sharded.shards:
        do = shard.apply

        def cut(*arguments, do=do, **more):
            if next(left, None) is None:
                raise CutShortError
            return do(*arguments, **more)

        monkeypatch.setattr(shard, "apply", cut)
    with pytest.raises(CutShortError):
        apply_to([sharded], *change, **more)
    monkeypatch.undo()
    known = sharded.known()
    assert all(not known.keys().isdisjoint({f"a{n}", f"c{n}"}) for n in range(2, 9)), "one is lost"
    complete = set(sharded.files())
    assert complete <= {k.origin for k in known.values()}, "a file counts as stored and is not"
    assert sharded.verify().ok
    apply_to([sharded], *change, **more)
    assert set(sharded.known()) == set(alone.known())
    assert sharded.files() == alone.files()
    assert sharded.verify().ok


def test_shards_of_two_embedders_are_not_searched_together(tmp_path, embedder, monkeypatch):
    monkeypatch.setattr("index.store.sharded.store._SETTLING_S", 0.1)
    store = create_store(tmp_path / "index", Manifest(embedder.identity), shards=2)
    build_index([SAMPLES], store, embedder=embedder)
    other = replace(store.manifest, embedder=replace(embedder.identity, id="other"))
    staging = store.shards[0].stage(other)
    while articles := staging.pending(64):
        staging.put(store.shards[0].export([article.id for article in articles]))
    staging.publish()
    with pytest.raises(IndexMismatchError, match="jawab index migrate"):
        open_index(store, embedder=embedder).search("جسر")


def test_a_folder_of_shards_is_an_index_once_all_are_there(tmp_path, embedder):
    manifest, folder = Manifest(embedder.identity), tmp_path / "index"
    create_store(folder, manifest, shards=3)
    assert holds_store(folder)
    (folder / SHARDS).unlink()
    assert not holds_store(folder)
    assert len(create_store(folder, manifest, shards=3).shards) == 3
    assert len(create_store(folder, manifest).shards) == 3
    (folder / SHARDS).write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamagedError, match=r"shards\.json cannot be read"):
        open_store(folder)
    (folder / SHARDS).write_text('{"format": 9, "shards": 3}', encoding="utf-8")
    with pytest.raises(IndexMismatchError, match="format 9"):
        open_store(folder)
    for count in (0, 1000):
        with pytest.raises(InputError, match="1 to 999 shards"):
            create_store(tmp_path / "other", manifest, shards=count)


def test_a_folder_of_shards_among_articles_is_not_read_as_articles(tmp_path, embedder):
    create_store(tmp_path / "index", Manifest(embedder.identity), shards=2)
    (tmp_path / "خبر.txt").write_text("خبر\n\nافتتح الوزير الجسر.", encoding="utf-8")
    report = build_index([tmp_path], tmp_path / "index", embedder=embedder)
    again = build_index([tmp_path], tmp_path / "index", embedder=embedder)
    assert (report.added, report.failures, report.passed_over) == (1, (), ())
    assert (again.unchanged, again.failures, again.passed_over) == (1, (), ())
    remove_articles(["خبر"], tmp_path / "index")


class AwayShard:
    """A shard that does not answer, whatever it is asked."""

    place = "away"

    def __getattr__(self, name):
        raise ShardAwayError("away does not answer")

    def close(self):
        """Nothing is held."""


@pytest.fixture
def partly_away(tmp_path):
    """A store of two shards without its second, and what the first holds."""
    build_index([SAMPLES], tmp_path / "index", embedder=WordEmbedder(), shards=2)
    here = open_store(tmp_path / "index").shards[0]
    return ShardedStore("partly", [here, AwayShard()]), here


def test_counts_and_listings_leave_out_a_shard_that_is_away(partly_away):
    store, here = partly_away
    assert store.count_articles() == here.count_articles() > 0
    assert store.newest_articles(50) == here.newest_articles(50)
    assert store.find_articles(limit=None) == here.find_articles(limit=None)
    assert store.months() == here.months()
    assert store.days() == here.days()
    assert store.stats() == here.stats()


def test_what_needs_every_article_says_that_a_shard_is_away(partly_away):
    store, here = partly_away
    for ask in (
        store.known,
        store.files,
        store.verify,
        lambda: store.export(list(here.known()) + [str(n) for n in range(9)]),
        lambda: store.apply([stored("a", "نص"), stored("b", "نص")]),
        lambda: store.writing().__enter__(),
        ShardedStore("away", [AwayShard()]).stats,
    ):
        with pytest.raises(ShardAwayError):
            ask()

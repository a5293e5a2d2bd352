"""Shards answer real questions as one index does: the same passages, scores, order and reprints."""

import json
import shutil

import pytest
from conftest import SHARED

from index import build_index, open_index
from index.building.resharding import reshard_index
from index.store.opening import create_store, open_store

QUESTIONS = 300
DATA = SHARED / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the data sets in ../shared/data"),
]


def read(*names):
    path = DATA.joinpath(*names)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def publish(passages):
    """Give every passage a publisher and a day, and have every fifth printed by another as well."""
    for number, row in enumerate(passages):
        day = f"2024-{1 + number % 12:02}-{1 + number % 28:02}"
        yield {**row, "source": f"صحيفة {number % 7}", "date": day}
        if number % 5 == 0:
            text = f"{row['text']} انتهى الخبر." if number % 2 else row["text"]
            yield {**row, "id": f"{row['id']}-again", "text": text, "source": "وكالة", "date": day}


@pytest.fixture(scope="module")
def alone(tmp_path_factory, bundled):
    """One index over passages of Wikipedia, a fifth of them printed twice."""
    place = tmp_path_factory.mktemp("alone")
    rows = publish(read("arcd", "passages.jsonl"))
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (place / "passages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build_index([place / "passages.jsonl"], place / "index", embedder=bundled)
    store = open_store(place / "index")
    with store.writing():
        store.compact()
    assert store.stats().reprints > 50
    return place / "index"


def told(folder, bundled):
    index = open_index(folder, embedder=bundled)
    step = len(rows := read("arcd", "questions.jsonl")) // QUESTIONS
    for row in rows[::step][:QUESTIONS]:
        yield [
            (p.rank, p.article.id, p.chunk, p.score, p.scores, p.reprints)
            for p in index.search(row["question"], k=8)
        ]


@pytest.mark.parametrize("shards", [2, 8])
def test_shards_give_what_one_index_gives(alone, bundled, tmp_path, shards):
    shared_out = shutil.copytree(alone, tmp_path / "index")
    reshard_index(shared_out, shards)
    expected, given = list(told(alone, bundled)), list(told(shared_out, bundled))
    assert len(expected) == QUESTIONS
    assert given == expected
    assert sum(bool(reprints) for found in expected for *_, reprints in found) > QUESTIONS // 2


def test_shards_that_were_built_as_such_give_what_one_index_gives(
    alone, bundled, tmp_path, monkeypatch
):
    known = open_store(alone)
    store = create_store(tmp_path / "index", known.manifest, shards=4)
    monkeypatch.setattr(store, "embedded", known.embedded)  # embedding takes its time
    build_index([alone.parent / "passages.jsonl"], store, embedder=bundled)
    assert list(told(store, bundled)) == list(told(alone, bundled))

"""An index of format 3 becomes one of this format without embedding again."""

import json
import sqlite3

import numpy as np
import pytest
from conftest import SAMPLES

from index import build_index, open_index, verify_index
from index.building.migration import migrate_index
from index.embedding.embedders import load_embedder
from index.embedding.rotation import compute_rotation
from index.embedding.word_vectors import load_codebook, unpack
from index.errors import IndexLockedError, IndexMismatchError
from index.store.local.codes import decode_vectors, inflate, stack_codes
from index.store.opening import open_store

QUESTION = "كم بلغ عدد المصابين في حريق المصنع؟"


def pack_two_bits(data):
    """Return word vectors as format 3 kept them."""
    rows = unpack(data, 384) @ load_codebook().basis.T @ compute_rotation(384)
    codes = np.clip(np.floor(rows * (np.sqrt(384) / 0.9816)) + 2, 0, 3).astype(np.uint8)
    return (
        codes[:, ::4] | codes[:, 1::4] << 2 | codes[:, 2::4] << 4 | codes[:, 3::4] << 6
    ).tobytes()


def age(folder):
    """Turn an index into what format 3 would hold of it."""
    with sqlite3.connect(folder / "store.db") as connection:
        manifest = json.loads(
            connection.execute("SELECT value FROM meta WHERE key = 'manifest'").fetchone()[0]
        )
        manifest["format"] = 3
        revision = manifest["embedder"]["revision"]
        manifest["embedder"]["revision"] = revision.replace("words-2", "words-1")
        connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'manifest'", (json.dumps(manifest),)
        )
        connection.execute("ALTER TABLE articles ADD COLUMN signature BLOB NOT NULL DEFAULT ''")
        connection.create_function("inflate", 1, inflate)
        connection.execute("UPDATE articles SET text = inflate(text)")
        rows = connection.execute("SELECT key, terms, vector, words FROM chunks").fetchall()
        for key, terms, vector, words in rows:
            halved = decode_vectors(stack_codes([vector]))[0].astype("<f2").tobytes()
            connection.execute(
                "UPDATE chunks SET terms = ?, vector = ?, words = ? WHERE key = ?",
                (inflate(terms), halved, pack_two_bits(words), key),
            )
    connection.close()


@pytest.fixture
def old(tmp_path, bundled):
    build_index([SAMPLES], tmp_path / "index", embedder=bundled)
    return tmp_path / "index"


def found(folder, bundled):
    passages = open_index(folder, embedder=bundled).search(QUESTION, k=5)
    return {(p.article.id, p.chunk.start): p.score for p in passages}


def test_an_index_of_format_3_is_found_in_as_before_once_it_is_migrated(old, bundled, monkeypatch):
    expected = found(old, bundled)
    files = dict(open_store(old).files())
    age(old)
    with pytest.raises(IndexMismatchError, match="jawab index migrate"):
        open_index(old)
    with monkeypatch.context() as mute:
        mute.setattr(bundled, "embed_passages_wordwise", interrupt)
        chunks = migrate_index(old, embedder=bundled)
    again = found(old, bundled)
    assert chunks == open_store(old).stats().chunks
    assert_alike(again, expected)
    assert verify_index(old).problems == ()
    assert dict(open_store(old).files()) == files
    assert [path.name for path in old.glob("*.faiss")] == ["v-2.faiss"]
    assert build_index([SAMPLES], old, embedder=bundled).unchanged == 28


def test_an_upgrade_that_was_interrupted_leaves_the_old_index_and_is_done_anew(
    old, bundled, monkeypatch
):
    expected = found(old, bundled)
    age(old)
    (old / "store.db.tmp").write_bytes(b"half")
    (old / "store.db.tmp-wal").write_bytes(b"half")
    with monkeypatch.context() as broken:
        broken.setattr("index.store.local.upgrade.publish_path", interrupt)
        with pytest.raises(KeyboardInterrupt):
            migrate_index(old, embedder=bundled)
    assert not list(old.glob("store.db.tmp*"))
    with pytest.raises(IndexMismatchError, match="format 3"):
        open_index(old)
    migrate_index(old, embedder=bundled)
    assert_alike(found(old, bundled), expected)


def assert_alike(found, expected):
    """Words were rounded twice more, so close passages may change places."""
    both = found.keys() & expected.keys()
    assert len(both) >= len(expected) - 1
    for key in both:
        assert found[key] == pytest.approx(expected[key], abs=0.03)


def interrupt(*_):
    raise KeyboardInterrupt


def test_an_index_that_another_process_writes_to_is_not_upgraded(old, bundled):
    store = open_store(old)
    with store.writing():
        age(old)
        with pytest.raises(IndexLockedError):
            migrate_index(old, embedder=bundled)


def test_a_revision_keeps_its_checksum():
    assert load_embedder("bundled:multilingual-e5-small").identity.revision.endswith(" words-2")

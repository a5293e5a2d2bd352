"""An index is shared out among shards and brought together again; its answers stay the same."""

import shutil
from contextlib import suppress

import pytest
from conftest import SAMPLES
from fakes import WordEmbedder

from index import build_index, open_index, remove_articles, verify_index
from index.building.migration import migrate_index
from index.building.resharding import reshard_index
from index.errors import IndexLockedError, InputError
from index.store.opening import open_store
from index.store.ray.cluster import check_folder
from index.store.sharded import layout

QUESTIONS = ("كم كلفة الجسر؟", "أمطار الساحل", "حريق المصنع", "من فاز بالكأس؟")


@pytest.fixture
def samples(tmp_path):
    """An index over the samples of which some are not published yet and some are gone."""
    folder = tmp_path / "samples"
    build_index([SAMPLES], folder, embedder=WordEmbedder())
    remove_articles(sorted(open_store(folder).known())[:2], folder)
    return folder


def told(folder):
    index = open_index(folder, embedder=WordEmbedder())
    return [
        [(p.chunk, p.rank, p.score, p.reprints) for p in index.search(question)]
        for question in QUESTIONS
    ]


def names(folder):
    return sorted(
        path.name for path in folder.iterdir() if not path.name.endswith((".lock", "-wal", "-shm"))
    )


def test_answers_are_the_same_in_any_number_of_shards(samples):
    before, files = told(samples), open_store(samples).files()
    chunks = open_store(samples).stats().chunks
    for shards in (3, 8, 2, 1):
        assert reshard_index(samples, shards) == chunks
        assert told(samples) == before
        assert open_store(samples).files() == files
        assert verify_index(samples).ok
        if shards > 1:
            expected = [layout.name_shard(n, shards) for n in range(shards)]
            assert names(samples) == [*expected, "shards.json"]
    assert names(samples) == ["store.db", "t-1", "v-1.faiss"]
    report = build_index([SAMPLES], samples, embedder=WordEmbedder())
    assert (report.unchanged, report.added) == (26, 2)


def test_nothing_is_embedded(samples, monkeypatch):
    def embed(*_):
        raise AssertionError("it embeds")

    monkeypatch.setattr(WordEmbedder, "embed_passages", embed)
    chunks = open_store(samples).stats().chunks
    assert [reshard_index(samples, shards) for shards in (4, 4, 1)] == [chunks] * 3


def test_an_index_that_was_embedded_in_shards_is_brought_together(samples):
    reshard_index(samples, 3)
    before = told(samples)
    migrate_index(samples, embedder=WordEmbedder())
    assert told(samples) == before
    reshard_index(samples, 1)
    assert told(samples) == before
    assert verify_index(samples).ok


@pytest.mark.parametrize("shards", [1, 3])
def test_what_an_interruption_left_is_removed_where_the_number_is_right_already(samples, shards):
    reshard_index(samples, shards)
    before, there = told(samples), {path.name for path in samples.iterdir()}
    for left in ("resharding.tmp", "shard-000-of-007"):
        (samples / left).mkdir()
    if shards > 1:
        (samples / "store.db").write_bytes(b"of before")
        check_folder(samples, shards)
    reshard_index(samples, shards)
    assert {path.name for path in samples.iterdir()} - {"writer.lock"} == there - {"writer.lock"}
    assert told(samples) == before


def test_an_index_on_ray_is_not_shared_out_there():
    with pytest.raises(InputError, match="index backup"):
        reshard_index("ray:127.0.0.1:6379", 2)
    with pytest.raises(InputError, match="leave out --shards"):
        build_index([SAMPLES], "ray:127.0.0.1:6379", embedder=WordEmbedder(), shards=2)


class CutShortError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize(("first", "then"), [(1, 3), (3, 1), (3, 2)])
@pytest.mark.parametrize("step", range(12))
def test_a_sharing_out_that_was_cut_short_changes_nothing_or_is_done(
    samples, monkeypatch, first, then, step
):
    reshard_index(samples, first)
    before, left = told(samples), iter(range(step))

    def counted(do):
        def counting(*arguments, **more):
            if next(left, None) is None:
                raise CutShortError
            return do(*arguments, **more)

        return counting

    monkeypatch.setattr(layout, "publish_path", counted(layout.publish_path))
    monkeypatch.setattr(shutil, "rmtree", counted(shutil.rmtree))
    monkeypatch.setattr(layout.Path, "unlink", counted(layout.Path.unlink))
    with suppress(CutShortError):
        reshard_index(samples, then)
    monkeypatch.undo()
    assert told(samples) == before
    assert verify_index(samples).ok
    reshard_index(samples, 1)
    reshard_index(samples, then)
    assert told(samples) == before
    assert verify_index(samples).ok


def test_an_index_is_not_shared_out_while_another_writes(samples):
    with open_store(samples).writing(), pytest.raises(IndexLockedError, match="wait"):
        reshard_index(samples, 2)
    with pytest.raises(InputError, match="1 to 999"):
        reshard_index(samples, 0)


def test_a_new_index_is_built_in_shards(tmp_path):
    folder = tmp_path / "index"
    build_index([SAMPLES], folder, embedder=WordEmbedder(), shards=3)
    assert layout.count_shards(folder) == 3
    assert build_index([SAMPLES], folder, embedder=WordEmbedder(), shards=3).unchanged == 28
    with pytest.raises(InputError, match="jawab index migrate --shards 2"):
        build_index([SAMPLES], folder, embedder=WordEmbedder(), shards=2)

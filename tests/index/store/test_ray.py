"""Actors that die lose no question and no article; what they held for others is let go."""

import json
import os
import random
import shutil
import signal
import sys
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SAMPLES
from fakes import WordEmbedder
from stores import CLUSTERS, end_clusters, start_ray

from index import build_index, open_index
from index.embedding.embedders import load_embedder
from index.errors import (
    IndexLockedError,
    IndexNotFoundError,
    IndexWriteError,
    InputError,
    ShardAwayError,
    StateLostError,
)
from index.store.manifest import Manifest
from index.store.opening import create_store, open_store
from index.store.ray import actor as acting
from index.store.ray import engine
from index.store.ray.actor import ShardActor
from index.store.ray.cluster import connect_cluster, show_cluster, start_cluster, stop_cluster
from index.store.sharded.layout import name_shard
from prompts import load_phrases
from rag import Assistant
from rag.settings import load_settings
from rag.writing.setup import Setup
from ui.web.render import Turn, whole_answer

QUESTIONS = ("كم كلفة الجسر؟", "أمطار الساحل", "حريق المصنع", "من فاز بالكأس؟")
KILLS = 6

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here"),
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "index"
    build_index([SAMPLES], folder, embedder=WordEmbedder(), shards=2)
    return folder


@pytest.fixture
def begin(tmp_path, samples):
    """Return a function that begins actors on a copy of the samples, or on none."""

    def begin(*, empty=False, manifest=None, **options):
        start_ray()
        folder = tmp_path / "shards"
        if not empty:
            shutil.copytree(samples, folder)
        CLUSTERS.append(uuid.uuid4().hex)
        manifest = manifest or Manifest(WordEmbedder().identity)
        return start_cluster(folder, manifest, shards=2, name=CLUSTERS[-1], **options)

    yield begin
    end_clusters()


def told(store):
    index = open_index(store, embedder=WordEmbedder())
    return [
        [(p.chunk, p.rank, p.score, p.reprints) for p in index.search(question)]
        for question in QUESTIONS
    ]


def kill_one(random_):
    alive = [status for status in show_cluster("", CLUSTERS[-1]) if status.alive]
    os.kill(random_.choice(alive).process, signal.SIGKILL)


@contextmanager
def asking_all_the_time(store, expected):
    """Ask in two threads; in the end nothing was lost and nothing was wrong."""
    ended, answers, errors = threading.Event(), [], []

    def ask():
        while not ended.is_set():
            try:
                answers.append(told(store) == expected)
            except Exception as error:  # noqa: BLE001
                errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield answers
    ended.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert answers
    assert all(answers)


def test_actors_that_are_killed_lose_no_question(begin, samples):
    store, random_ = begin(), random.Random(1)
    expected = told(open_store(samples))
    assert told(store) == expected
    with asking_all_the_time(store, expected) as answers:
        for _ in range(KILLS):
            before = len(answers)
            kill_one(random_)
            deadline = time.monotonic() + 60
            while len(answers) < before + 3 and time.monotonic() < deadline:
                time.sleep(0.05)


def test_replicas_share_the_questions(begin, samples):
    store = begin(replicas=2)
    assert [status.alive for status in show_cluster("", CLUSTERS[-1])] == [True] * 4
    expected = told(open_store(samples))
    ray = engine.load_ray()
    ray.kill(ray.get_actor(f"{CLUSTERS[-1]}/{name_shard(1, 2)}.1", engine.NAMESPACE))
    assert told(store) == expected


def test_a_shard_that_stays_away_is_left_out_and_that_is_said(begin, samples):
    begin()
    store = connect_cluster("", CLUSTERS[-1], patience=1.0)
    whole = open_index(store, embedder=WordEmbedder()).find(QUESTIONS[0], k=50)
    assert not whole.incomplete
    ray = engine.load_ray()
    ray.kill(ray.get_actor(f"{CLUSTERS[-1]}/{name_shard(0, 2)}.0", engine.NAMESPACE))
    for reader in (store, connect_cluster("", CLUSTERS[-1], patience=1.0)):
        index = open_index(reader, embedder=WordEmbedder())
        part = index.find(QUESTIONS[0], k=50)
        assert part.incomplete
        here = set(open_store(samples).shards[1].known())
        found = {p.article.id for p in part.passages}
        assert {p.article.id for p in whole.passages} & here <= found <= here
        with pytest.raises(ShardAwayError, match="shard-000-of-002"):
            reader.known()
    assert [status.alive for status in show_cluster("", CLUSTERS[-1])] == [False, True]
    answer = Assistant(index, Setup.load(load_settings())).answer(QUESTIONS[0])
    assert answer.incomplete
    assert answer.to_dict()["incomplete"] is True
    told = load_phrases("ar")["incomplete"]
    for answered in (answer, replace(answer, found=False, text="لم أجد")):
        assert told in whole_answer(Turn("a", QUESTIONS[0], answered, 0))
    assert told not in whole_answer(Turn("a", QUESTIONS[0], replace(answer, incomplete=False), 0))


@pytest.mark.parametrize("kills", [KILLS])
def test_a_build_goes_on_where_actors_are_killed(begin, samples, kills):
    store, random_ = begin(empty=True), random.Random(2)
    ended = threading.Event()

    def kill():
        for _ in range(kills):
            if ended.wait(random_.uniform(0.2, 1.0)):
                return
            kill_one(random_)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        build_index([SAMPLES], store, embedder=WordEmbedder())
    finally:
        ended.set()
        killer.join()
    again = build_index([SAMPLES], store, embedder=WordEmbedder())
    assert (again.unchanged, again.added, again.failures) == (28, 0, ())
    assert store.verify().ok
    assert told(store) == told(open_store(samples))


def every_row(store):
    """Return all that is stored of the articles, whatever their keys are in a store."""
    return {
        item.article.id: (
            item.article,
            item.chunks,
            item.hashes,
            item.terms,
            item.title_terms,
            [(one.vector.tobytes(), one.words) for one in item.embedded],
            item.placement.key,
            item.placement.family,
        )
        for item in store.export(store.known())
    }


def test_a_build_on_ray_stores_what_a_build_here_does(begin, sample_index, monkeypatch):
    """It is cut and embedded by two workers, which are killed meanwhile."""
    monkeypatch.setattr("index.building.workers._WORTH_BYTES", 0)
    begin(empty=True, manifest=Manifest(load_embedder().identity))
    store, killed, ended = connect_cluster("", CLUSTERS[-1], workers=2), set(), threading.Event()

    def kill():
        while not killed and not ended.wait(0.5):
            for worker in find_workers() - killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)

    killer = threading.Thread(target=kill)
    killer.start()
    report = build_index([SAMPLES], store)
    ended.set()
    killer.join()
    assert (report.added, report.failures) == (28, ())
    assert killed
    assert have_ended(find_workers())
    assert every_row(store) == every_row(open_store(sample_index))


def have_ended(processes):
    deadline = time.monotonic() + 20
    while any(Path("/proc", str(one)).exists() for one in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def find_workers():
    """Return the processes that cut and embed for a build."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if path.read_bytes().startswith(b"ray::Hand"):
                found.add(int(path.parent.name))
    return found


def test_what_a_worker_raises_reaches_who_asked(begin):
    begin(empty=True)
    with connect_cluster("", CLUSTERS[-1], workers=2).employ(list, "كتب") as crew:
        asked = [crew.begin("index", letter) for letter in "كبس"]
        assert [one.result() for one in asked[:2]] == [0, 2]
        with pytest.raises(ValueError, match="not in list"):
            asked[2].result()
    assert have_ended(find_workers())


def test_an_index_on_ray_is_named_by_its_address(begin):
    store = begin()
    assert store.place == f"ray:/{CLUSTERS[-1]}"
    assert told(open_store(store.place)) == told(store)
    assert stop_cluster("", CLUSTERS[-1]) == 2
    with pytest.raises(InputError, match="jawab cluster start"):
        open_store(store.place)
    with pytest.raises(InputError, match="jawab cluster start"):
        create_store(store.place, Manifest(WordEmbedder().identity))


def test_without_ray_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'jawab\[cluster\]'"):
        open_store("ray:auto")


@pytest.fixture
def actor(tmp_path):
    return ShardActor(str(tmp_path / "shard"), Manifest(WordEmbedder().identity))


def test_a_reader_that_nobody_asks_is_closed(actor):
    name = actor.open_reader().name
    assert actor.read(name, "totals", (), {}).chunks == 0
    actor._close_before(time.monotonic() + acting.READER_S - 1)
    assert actor.read(name, "totals", (), {}).chunks == 0
    actor._close_before(time.monotonic() + acting.READER_S + 1)
    with pytest.raises(StateLostError):
        actor.read(name, "totals", (), {})
    actor.close_reader(name)


def test_a_writer_that_died_does_not_keep_others_from_writing(actor):
    actor.begin_writing("one")
    actor.begin_writing("one")
    with pytest.raises(IndexLockedError, match="wait"):
        actor.begin_writing("other")
    actor._close_before(time.monotonic() + acting.WRITER_S + 1)
    actor.begin_writing("other")
    with pytest.raises(IndexLockedError, match="wait"):
        actor.write("one", "compact", (), {})
    actor.end_writing("one")
    actor.end_writing("other")
    actor.begin_writing("one")


def test_a_writer_at_work_is_not_taken_for_forgotten(actor):
    with actor._changing("one"):
        actor._close_before(time.monotonic() + acting.WRITER_S + 1)
        with pytest.raises(IndexLockedError, match="wait"):
            actor.begin_writing("other")
    actor._close_before(time.monotonic() + acting.WRITER_S + 1)
    actor.begin_writing("other")


def test_an_error_of_closing_does_not_keep_others_from_being_closed(actor, monkeypatch, caplog):
    leave = acting._Held.leave

    def fail(held):
        leave(held)
        raise OSError("the disk is away")

    monkeypatch.setattr(acting, "READER_S", 0.1)
    monkeypatch.setattr(acting._Held, "leave", fail)
    threading.Thread(target=actor._close_forgotten, daemon=True).start()
    for _ in range(2):
        name = actor.open_reader().name
        deadline = time.monotonic() + 20
        while name in actor._readers and time.monotonic() < deadline:
            time.sleep(0.05)
        assert name not in actor._readers
    assert "was not closed" in caplog.text


def test_who_asks_finds_an_actor_that_was_begun_anew(begin, tmp_path, samples):
    store = begin()
    expected = told(store)
    stop_cluster("", CLUSTERS[-1])
    start_cluster(tmp_path / "shards", store_manifest(), shards=2, name=CLUSTERS[-1])
    assert told(store) == expected


def test_an_actor_does_only_what_a_shard_does(actor):
    for ask in (
        lambda: actor.ask("close", (), {}),
        lambda: actor.ask("__class__", (), {}),
        lambda: actor.write("one", "backup", (), {}),
    ):
        with pytest.raises(ValueError, match="no"):
            ask()


@pytest.fixture(scope="module")
def s3():
    """Give the address of a bucket on an S3 server of this machine."""
    server_module = pytest.importorskip("moto.server", reason="pip install 'moto[server]'")
    s3fs = pytest.importorskip("s3fs", reason="pip install s3fs")
    server = server_module.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_MAX_ATTEMPTS", "1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
            environment.setenv(name, "us-east-1")
        s3fs.S3FileSystem().mkdir("news")
        yield "s3://news"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def storage(request, tmp_path):
    """Give a place for the copies of a shard."""
    if request.param == "s3":
        return f"{request.getfixturevalue('s3')}/{uuid.uuid4().hex}"
    return str(tmp_path / "copies") if request.param == "folder" else f"memory://{uuid.uuid4().hex}"


def test_a_shard_that_begins_anew_is_brought_back_from_the_storage(tmp_path, samples, storage):
    folder, manifest = tmp_path / "shard", Manifest(WordEmbedder().identity)
    actor = ShardActor(str(folder), manifest, storage=storage)
    items = open_store(samples).export(list(open_store(samples).known()))
    for part in (items[:9], items[9:]):
        actor.write("one", "apply", (part,), {})
        actor.write("one", "compact", (), {})
    known, generation = actor.ask("known", (), {}), actor.ask("stats", (), {}).generation
    actor.end_writing("one")
    shutil.rmtree(folder)
    again = ShardActor(str(folder), manifest, storage=storage)
    assert again.ask("known", (), {}) == known
    assert again.ask("stats", (), {}).generation == generation
    assert again.ask("verify", (), {}).ok
    assert again.ask("is_restored", (), {})
    again.write("two", "settle", (), {})
    assert not again.ask("is_restored", (), {})


@pytest.mark.parametrize("text", ["", "{", "{}", '{"copy": null}'])
def test_a_torn_storage_keeps_no_shard_away_that_is_here(tmp_path, text, caplog):
    storage, manifest = tmp_path / "storage", Manifest(WordEmbedder().identity)
    actor = ShardActor(str(tmp_path / "shard"), manifest, storage=str(storage))
    actor.write("one", "compact", (), {})
    actor.end_writing("one")
    (storage / "current.json").write_text(text, encoding="utf-8")
    again = ShardActor(str(tmp_path / "shard"), manifest, storage=str(storage))
    assert "begins without looking into" in caplog.text
    with pytest.raises(ShardAwayError, match="make the storage reachable"):
        ShardActor(str(tmp_path / "other"), manifest, storage=str(storage))
    again.write("one", "compact", (), {})  # the next copy names itself
    again.end_writing("one")
    assert json.loads((storage / "current.json").read_text(encoding="utf-8"))["copy"] > "copy-"
    assert not (storage / "current.json.tmp").exists()
    assert ShardActor(str(tmp_path / "other"), manifest, storage=str(storage))


def test_a_copy_that_cannot_be_written_is_said(tmp_path):
    storage = tmp_path / "storage"
    actor = ShardActor(str(tmp_path / "shard"), store_manifest(), storage=str(storage))
    storage.write_text("no folder", encoding="utf-8")
    with pytest.raises(IndexWriteError, match="published, but not copied"):
        actor.write("one", "compact", (), {})
    actor.end_writing("one")


def test_an_s3_that_is_away_keeps_no_shard_away_that_is_here(tmp_path, s3, monkeypatch, caplog):
    folder, place = str(tmp_path / "shard"), f"{s3}/{uuid.uuid4().hex}"
    written(ShardActor(folder, store_manifest(), storage=place))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    sys.modules["s3fs"].S3FileSystem.clear_instance_cache()
    again = ShardActor(folder, store_manifest(), storage=place)
    assert "begins without looking into" in caplog.text
    with pytest.raises(IndexWriteError, match="published, but not copied"):
        again.write("one", "compact", (), {})
    with pytest.raises(ShardAwayError, match="make the storage reachable"):
        ShardActor(str(tmp_path / "other"), store_manifest(), storage=place)
    sys.modules["s3fs"].S3FileSystem.clear_instance_cache()


def test_equal_generations_of_machines_that_were_apart_are_told_apart(tmp_path, samples):
    """Both went on from one copy; the one of the storage counts, what the other had is read anew."""
    storage = str(tmp_path / "storage")
    items = open_store(samples).export(list(open_store(samples).known()))
    one, two = (str(tmp_path / name / "shard") for name in ("one", "two"))
    written(ShardActor(one, store_manifest(), storage=storage), items[:9])
    written(ShardActor(two, store_manifest(), storage=storage), items[9:18])
    written(ShardActor(one, store_manifest()), items[18:])
    back = ShardActor(one, store_manifest(), storage=storage)
    assert back.ask("known", (), {}).keys() == {item.article.id for item in items[:18]}
    assert back.ask("is_restored", (), {})
    assert len(open_store(tmp_path / "one" / "shard.before").known()) == len(items) - 9
    # Where it is now it holds what the storage has, whatever the numbers; an older one does not.
    written(back, items[18:])
    assert len(ShardActor(one, store_manifest(), storage=storage).ask("known", (), {})) == 28
    assert len(ShardActor(two, store_manifest(), storage=storage).ask("known", (), {})) == 28


def test_a_shard_of_which_another_machine_has_more_reads_its_files_again(tmp_path):
    folder = str(tmp_path / "shard")
    assert not ShardActor(folder, store_manifest()).ask("is_restored", (), {})
    assert ShardActor(folder, store_manifest(), apart=True).ask("is_restored", (), {})


def written(actor, items=()):
    """Store articles in a shard and publish them."""
    actor.write("one", "apply", (items,), {})
    actor.write("one", "compact", (), {})
    actor.end_writing("one")


def test_a_shard_that_may_not_be_made_is_not_begun_empty(tmp_path):
    manifest = Manifest(WordEmbedder().identity)
    with pytest.raises(IndexNotFoundError, match="not on this machine"):
        ShardActor(str(tmp_path / "shard"), manifest, made=False)


def test_what_a_shard_lost_is_read_again_by_the_next_build(begin, tmp_path):
    """A shard is brought back from a copy that is older than what the others say of files."""
    storage = str(tmp_path / "storage")
    store = begin(empty=True, storage=storage)
    paths = sorted(SAMPLES.iterdir())
    build_index(paths[: len(paths) // 2], store, embedder=WordEmbedder())
    with store.writing():
        store.compact()
    build_index([SAMPLES], store, embedder=WordEmbedder())
    expected = set(store.known())
    stop_cluster("", CLUSTERS[-1])
    shard = name_shard(1, 2)
    shutil.rmtree(tmp_path / "shards" / shard)
    copies = sorted((tmp_path / "storage" / shard).glob("copy-*"))
    if len(copies) > 1:  # the older one
        path = tmp_path / "storage" / shard / "current.json"
        current = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**current, "copy": copies[0].name}), encoding="utf-8")
    again = start_cluster(
        tmp_path / "shards",
        store_manifest(),
        shards=2,
        storage=storage,
        name=CLUSTERS[-1],
        new=False,
    )
    lost = expected - set(again.known())
    report = build_index([SAMPLES], again, embedder=WordEmbedder())
    assert set(again.known()) == expected
    assert report.added == len(lost)
    assert lost
    assert again.verify().ok


def test_a_shard_that_is_gone_is_not_made_empty_beside_the_others(begin, tmp_path, samples):
    shutil.copytree(samples, tmp_path / "shards")
    gone, kept = (tmp_path / "shards" / name_shard(n, 2) for n in (1, 0))
    shutil.rmtree(gone)
    with pytest.raises(ShardAwayError, match=f"{gone.name} not found .* bring the machine"):
        begin(empty=True)
    assert not gone.exists()
    assert show_cluster("", CLUSTERS[-1]) == []
    shutil.copytree(samples / gone.name, gone)
    again = start_cluster(tmp_path / "shards", store_manifest(), shards=2, name=CLUSTERS[-1])
    assert told(again) == told(open_store(samples))
    assert kept.is_dir()


def test_a_process_asks_one_cluster(begin):
    begin()
    with pytest.raises(InputError, match="cannot ask the one at"):
        connect_cluster("127.0.0.1:9")


def store_manifest():
    return Manifest(WordEmbedder().identity)


def test_a_machine_that_was_away_does_not_answer_from_what_it_had(tmp_path, samples):
    storage, manifest = str(tmp_path / "storage"), Manifest(WordEmbedder().identity)
    items = open_store(samples).export(list(open_store(samples).known()))
    machines = [str(tmp_path / name / "shard") for name in ("one", "two")]
    for machine, part in zip(machines, (items[:9], items[9:]), strict=True):
        actor = ShardActor(machine, manifest, storage=storage)
        actor.write(machine, "apply", (part,), {})
        actor.write(machine, "compact", (), {})
        actor.end_writing(machine)
    back = ShardActor(machines[0], manifest, storage=storage)
    assert back.ask("known", (), {}).keys() == {item.article.id for item in items}
    assert back.ask("verify", (), {}).ok
    back.write("one", "apply", ((), [items[0].article.id]), {})  # newer than the storage: kept
    back.end_writing("one")
    assert len(ShardActor(machines[0], manifest, storage=storage).ask("known", (), {})) == 27


@pytest.mark.skipif(not Path("/proc/net/tcp").is_file(), reason="reads what Linux tells")
def test_ray_listens_on_this_machine_alone(begin):
    begin()
    ray = engine.load_ray()
    assert ray.get_runtime_context().gcs_address.startswith("127.0.0.1:")
    processes = {str(status.process) for status in show_cluster("", CLUSTERS[-1])}
    inodes = {inode for process in processes for inode in sockets_of(process)}
    listening = [row for row in tcp_rows() if row[3] == "0A" and row[9] in inodes]
    assert listening
    # 127.0.0.1, alone or as an address of IPv6, as the kernel writes it.
    assert {row[1].rpartition(":")[0][-8:] for row in listening} == {"0100007F"}


def sockets_of(process):
    for path in Path("/proc", process, "fd").iterdir():
        with suppress(OSError):
            target = str(path.readlink())
            if target.startswith("socket:["):
                yield target[8:-1]


def tcp_rows():
    for name in ("tcp", "tcp6"):
        text = Path("/proc/net", name).read_text(encoding="ascii")
        yield from (line.split() for line in text.splitlines()[1:])

"""Fixtures: a predictable embedder, small indexes, the real index over the samples."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from fakes import WordEmbedder
from filelock import FileLock

from index import build_index, open_index
from index.articles.article import Article
from index.embedding.embedders import load_embedder
from index.folder import DATABASE
from index.store.local.connections import transaction
from index.store.local.store import SqliteStore
from rag import Assistant

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["JAWAB_READER"] = "off"
"""Reading takes a few tenths of a second a question; what is about it turns it on."""

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "ui" / "samples" / "articles"
SHARED = ROOT.parent / "shared"

ARTICLES = {
    "جسر": "افتتاح جسر النهر\n\nافتتح الوزير جسر النهر الجديد يوم الأحد. بلغت كلفة الجسر 12 مليون دينار."
    " وقال الوزير: «الجسر يخدم ألف سيارة في اليوم. هذا إنجاز».",
    "مدرسة": "مدرسة جديدة في القرية\n\nبنت البلدية مدرسة في القرية. تضم المدرسة 20 صفًا.",
    "مطر": "أمطار غزيرة\n\nهطلت أمطار غزيرة على الساحل فجر الاثنين. لم تقع إصابات.",
}


@pytest.hookimpl(tryfirst=True)  # before -m chooses by marks
def pytest_collection_modifyitems(items):
    """Mark what asks the model that ships: `make check` has no time for it."""
    for item in items:
        if "bundled" in item.fixturenames:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    """Fail a test that connects anywhere else."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"a test connects to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.startswith("JAWAB_") and name not in {"JAWAB_CACHE", "JAWAB_READER"}:
            monkeypatch.delenv(name)


@pytest.fixture
def embedder():
    return WordEmbedder()


@pytest.fixture(scope="session")
def small_articles(tmp_path_factory):
    """Three small articles in ``articles`` and their index in ``index``: never changed, copied."""
    place = tmp_path_factory.mktemp("small")
    articles = place / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([articles], place / "index", embedder=WordEmbedder())
    return place


@pytest.fixture
def folder(tmp_path, small_articles):
    """Three small articles, one file each."""
    return shutil.copytree(small_articles / "articles", tmp_path / "articles")


@pytest.fixture
def built(folder, tmp_path, small_articles):
    """The folder of an index over the small articles: a copy that knows them as ``folder``'s."""
    copy = shutil.copytree(small_articles / "index", tmp_path / "index")
    with transaction(copy / DATABASE) as connection:
        places = str(small_articles / "articles"), str(folder)
        connection.execute("UPDATE articles SET origin = replace(origin, ?, ?)", places)
        connection.execute("UPDATE files SET path = replace(path, ?, ?)", places)
    return copy


@pytest.fixture
def index(built, embedder):
    return open_index(built, embedder=embedder)


@pytest.fixture(scope="session")
def bundled():
    """The embedder that ships, loaded once."""
    return load_embedder()


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory, bundled):
    """The samples, indexed with the embedder that ships: once, for all. Change only a copy."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    folder, done = place / "samples" / "index", place / "samples" / "done"
    with FileLock(place / "samples.lock"):
        if not done.exists():
            build_index([SAMPLES], folder, embedder=bundled)
            done.touch()
    before = SqliteStore.open(folder).stats().updated
    yield folder
    assert SqliteStore.open(folder).stats().updated == before, "a test changed the shared index"


@pytest.fixture(scope="session")
def assistant(sample_index, bundled):
    """The assistant over the samples, without the reader; ``beside`` gives another index's."""
    opened = Assistant.open(sample_index)
    assert opened.index.embedder.identity == bundled.identity
    opened.index.embedder = bundled
    return opened


@pytest.fixture(scope="session")
def reading_assistant(sample_index):
    """The same as it comes: the best sentences are read together with the question."""
    return Assistant.open(sample_index, reader="on")


@pytest.fixture
def article():
    text = (SAMPLES / "قطع-المياه.txt").read_text(encoding="utf-8").split("---\n", 2)[2].strip()
    return Article(id="water", title="قطع المياه", text=text)


def tsv_rows(path):
    """Return the rows of a table of the shared cases; skip the test where there are none."""
    if not path.is_file():
        pytest.skip(f"no {path.parent.name} on this machine")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="session")
def shared_articles():
    folder = SHARED / "articles"
    if not folder.is_dir():
        pytest.skip("the real articles are not on this machine")
    return folder

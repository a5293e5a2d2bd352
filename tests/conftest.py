"""Fixtures: a predictable embedder, small indexes, the real index over the samples."""

import os
import socket
from pathlib import Path

import pytest
from browser import DEVICES, FLAGS, HARMLESS, Chat, chromium, served
from fakes import WordEmbedder

from index import build_index, open_index
from index.articles.article import Article
from rag import Assistant

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples" / "articles"
SHARED = ROOT.parent / "shared"
READY = "#chat :is(.examples, .empty)"

ARTICLES = {
    "جسر": "افتتاح جسر النهر\n\nافتتح الوزير جسر النهر الجديد يوم الأحد. بلغت كلفة الجسر 12 مليون دينار."
    " وقال الوزير: «الجسر يخدم ألف سيارة في اليوم. هذا إنجاز».",
    "مدرسة": "مدرسة جديدة في القرية\n\nبنت البلدية مدرسة في القرية. تضم المدرسة 20 صفًا.",
    "مطر": "أمطار غزيرة\n\nهطلت أمطار غزيرة على الساحل فجر الاثنين. لم تقع إصابات.",
}


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
        if name.startswith("JAWAB_") and name != "JAWAB_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture
def embedder():
    return WordEmbedder()


@pytest.fixture
def folder(tmp_path):
    """Three small articles, one file each."""
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / f"{name}.txt").write_text(text, encoding="utf-8")
    return articles


@pytest.fixture
def built(folder, tmp_path, embedder):
    """The folder of an index over the small articles."""
    build_index([folder], tmp_path / "index", embedder=embedder)
    return tmp_path / "index"


@pytest.fixture
def index(built, embedder):
    return open_index(built, embedder=embedder)


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory):
    """The samples, indexed with the embedder that ships."""
    folder = tmp_path_factory.mktemp("samples") / "index"
    build_index([SAMPLES], folder)
    return folder


@pytest.fixture(scope="session")
def assistant(sample_index):
    """The assistant that ships, over the samples."""
    return Assistant.open(sample_index)


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


@pytest.fixture
def shared_articles():
    folder = SHARED / "articles"
    if not folder.is_dir():
        pytest.skip("the real articles are not on this machine")
    return folder


@pytest.fixture(scope="module")
def driver():
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing (make test installs it)"
    )
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(driver):
    """Open an address on a kind of device; at the end nothing foreign may have been asked for."""
    opened = []

    def open_page(address, device="desktop", *, path="", ready=READY, **options):
        context = driver.new_context(
            locale="en-US",
            permissions=["clipboard-read", "clipboard-write"],
            **{"reduced_motion": "reduce", **DEVICES[device], **options},
        )
        if device == "dark":
            context.add_init_script(
                "localStorage.getItem('jawab-theme') || localStorage.setItem('jawab-theme', 'dark')"
            )
        chat = Chat(context.new_page())
        opened.append((context, chat))
        local = (address, "data:", "blob:")

        def refuse(route):
            chat.foreign.append(route.request.url)
            route.abort()

        def listen(message):
            text = message.text
            if message.type in {"error", "warning"} and not any(part in text for part in HARMLESS):
                chat.console.append(text)

        chat.page.route(lambda url: not url.startswith(local), refuse)
        chat.page.on("console", listen)
        chat.page.on("pageerror", lambda error: chat.console.append(str(error)))
        chat.page.goto(address + path)
        chat.page.wait_for_selector(ready)
        chat.page.wait_for_function("document.fonts.status === 'loaded'")
        return chat

    yield open_page
    for context, chat in opened:
        context.close()
        assert chat.foreign == []
        assert chat.console == []


@pytest.fixture(scope="module")
def address(sample_index, tmp_path_factory):
    """The page over the samples, served with the model that ships."""
    with served(sample_index, tmp_path_factory.mktemp("log") / "chat.log") as found:
        yield found


@pytest.fixture
def chat(open_page, address):
    """That page on a desktop."""
    return open_page(address)

"""The page over indexes that all its tests share, and the browser that opens it."""

import pytest
from browser import DEVICES, FLAGS, HARMLESS, Chat, chromium, served

from index import build_index

READY = "#chat :is(.examples, .empty)"
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
BIRDS = "افتتاح مرصد الطيور\n\nافتتح الوزير كمال رستم مرصد الطيور في بحيرة النخيل، وفيه 26 منظارًا."


@pytest.hookimpl(tryfirst=True)  # before -m chooses by marks
def pytest_collection_modifyitems(items):
    """Mark what drives Chromium: that is slow, and beside other work a page may come too late.

    What fails is tried once more; pytest tells which those were.
    """
    for item in items:
        if "driver" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def driver():
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing (make test installs it)"
    )
    api.expect.set_options(timeout=20_000)  # beside other work, two cores are slow
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, ALONE])
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

        # Chromium stops it, see ALONE: through a route each request would take a detour.
        def note(request):
            if not request.url.startswith(local):
                chat.foreign.append(request.url)

        def listen(message):
            text = message.text
            if message.type in {"error", "warning"} and not any(part in text for part in HARMLESS):
                chat.console.append(text)

        def fail(error):
            if not any(part in str(error) for part in HARMLESS):
                chat.console.append(str(error))

        chat.page.on("request", note)
        chat.page.on("console", listen)
        chat.page.on("pageerror", fail)
        chat.page.goto(address + path)
        chat.page.wait_for_selector(ready)
        chat.page.wait_for_function("document.fonts.status === 'loaded'")
        return chat

    yield open_page
    for context, chat in opened:
        # Before the page is closed: that breaks off what it is being told.
        foreign, console = list(chat.foreign), list(chat.console)
        context.close()
        assert foreign == []
        assert console == []


@pytest.fixture(scope="session")
def address(sample_index, tmp_path_factory):
    """The page over the samples, served with the model that ships; it keeps nothing of a test."""
    with served(sample_index, tmp_path_factory.mktemp("log") / "chat.log") as found:
        yield found


@pytest.fixture(scope="session")
def two_indexes(sample_index, bundled, tmp_path_factory):
    """The page over the samples and a second index of one article, named birds."""
    folder = tmp_path_factory.mktemp("birds")
    (folder / "مرصد.txt").write_text(BIRDS, encoding="utf-8")
    build_index([folder / "مرصد.txt"], folder / "birds", embedder=bundled)
    options = ("--index", str(folder / "birds"))
    with served(sample_index, folder / "chat.log", *options) as found:
        yield found


@pytest.fixture
def chat(open_page, address):
    """That page on a desktop."""
    return open_page(address)

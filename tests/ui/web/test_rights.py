"""Whom a proxy names, and what each may ask and edit: in every route and every event of the page."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from browser import served
from conftest import ROOT

from index import build_index
from rag import Assistant
from rag.following.asking import ask_saved
from rag.following.questions import SavedQuestions
from ui.web.passwords import compute_hash

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect
pytestmark = pytest.mark.slow

BIRDS = "افتتاح مرصد الطيور\n\nافتتح الوزير كمال رستم مرصد الطيور في بحيرة النخيل، وفيه 26 منظارًا."
ASKED = "كم منظارًا في مرصد الطيور؟"
SECRETS = ("كمال رستم", "بحيرة النخيل", "افتتاح مرصد", "26 منظار")
"""Words of the only article in the index «birds» that are in no question here."""
SETTINGS = """
[access.groups]
newsroom = ["omar", "sara"]
[access.ask]
index = ["*"]
birds = ["@newsroom", "token:desk"]
[access.edit]
birds = ["sara"]
"""
OPEN = {"/healthz", "/gradio_api/startup-events"}
EVENT = {"id": "مرصد", "start": "0", "end": "9", "index": "birds", "value": "سؤال", "liked": True,
         "sources": [], "since": "", "until": "", "articles": ["مرصد"], "field": "", "format": "md",
         "conversation": '{"id": "a", "title": "", "index": "birds", "turns": []}'}  # fmt: skip
"""What the browser's own code sends along with any of the events."""


@pytest.fixture(scope="module")
def place(sample_index, bundled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rights")
    (folder / "مرصد.txt").write_text(BIRDS, encoding="utf-8")
    build_index([folder / "مرصد.txt"], folder / "birds", embedder=bundled)
    questions = SavedQuestions(str(folder / "birds"), now=lambda: datetime(2025, 1, 1, tzinfo=UTC))
    questions.add(ASKED)
    assert ask_saved(Assistant.open(folder / "birds"), questions)
    shutil.copytree(sample_index, folder / "index")
    (folder / "jawab.toml").write_text(SETTINGS, encoding="utf-8")
    for name in ("bot", "desk"):
        (folder / name).write_text(compute_hash(f"secret of {name}"), encoding="utf-8")
    return folder


@contextmanager
def guarded(place):
    """Serve two indexes behind a proxy on 127.0.0.1: all ask «index», the newsroom «birds»."""
    proxy = ("--auth-header", "X-Forwarded-User", "--trusted-proxy", "127.0.0.1")
    tokens = ("--token", f"bot:{place / 'bot'}", "--token", f"desk:{place / 'desk'}")
    options = ("--index", str(place / "birds"), *proxy, *tokens)
    with served(place / "index", place / "log", *options, folder=place) as found:
        yield found


@pytest.fixture(scope="module")
def address(place):
    with guarded(place) as found:
        yield found


def opened(address, user=None, *, peer="127.0.0.1", **headers):
    """Return a client that comes from an address of this machine, named by a header."""
    named = {"X-Forwarded-User": user.encode()} if user is not None else {}
    transport = httpx.HTTPTransport(local_address=peer)
    headers = {**named, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.Client(base_url=address, headers=headers, transport=transport, timeout=60)


def status(address, path="config", **of):
    with opened(address, **of) as client:
        return client.get(path).status_code


def test_whom_the_proxy_names_is_let_in(address):
    for user in ("guest", "سارة", "a@news.example", "é"):
        assert status(address, user=user) == 200
    with opened(address, x_FORWARDED_user="guest") as client:
        assert client.get("gradio_api/user").json() == "guest"
    with opened(address, "e\u0301") as client:
        assert client.get("gradio_api/user").json() == "\u00e9"


@pytest.mark.parametrize(
    "user",
    [
        None,
        "",
        "a\u0085b",
        "\u202esara",
        "a\u2028b",
        "token:desk",
        "@newsroom",
        "*",
        "س" * 257,
    ],
)
def test_a_request_that_names_nobody_is_refused(address, user):
    assert status(address, user=user) == 401


def test_two_names_and_broken_ones_are_none(address):
    with opened(address) as client:
        for values in (("guest", "sara"), (b"\xff",), ("guest", "")):
            headers = [("X-Forwarded-User", value) for value in values]
            assert client.get("config", headers=headers).status_code == 401
        told = client.get("/").text
    assert "X-Forwarded-User" in told
    assert "--trusted-proxy" in told


def test_the_header_of_others_counts_for_nothing(address):
    """Also where they say in other headers that they are the proxy."""
    assert status(address, user="sara", peer="127.0.0.2") == 401
    claims = {
        "x_forwarded_for": "127.0.0.1",
        "x_real_ip": "127.0.0.1",
        "forwarded": "for=127.0.0.1",
    }
    assert status(address, user="sara", peer="127.0.0.2", **claims) == 401
    assert status(address, user="sara", x_forwarded_for="10.0.0.9") == 200
    bearer = {"authorization": "Bearer secret of bot"}
    with opened(address, "sara", peer="127.0.0.2", **bearer) as client:
        assert [one["id"] for one in client.get("v1/models").json()["data"]] == ["index"]


@pytest.fixture(scope="module")
def routes(place):
    """Every method and path of the application."""
    command = [sys.executable, str(ROOT / "tests" / "route_list.py"), str(place / "birds")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    printed = subprocess.check_output(command, env=environment)
    return [tuple(row) for row in json.loads(printed.splitlines()[-1])]


def test_every_route_is_closed_to_whom_nobody_names(address, routes):
    assert len(routes) > 50
    with opened(address) as client:
        answered = {
            (method, path): client.request(method, path.split("{")[0] or "/").status_code
            for method, path in routes
        }
    assert {path for (_, path), told in answered.items() if told != 401} == OPEN


class Session:
    """A page that is open in a browser, without the browser: its events are sent one by one."""

    def __init__(self, address, user, name):
        self.client = opened(address, user)
        self.hash = name
        config = self.client.get("config").json()
        self.events = config["dependencies"]
        self.parts = {part["id"]: part for part in config["components"]}

    def send(self, event, user=None, words=ASKED):
        """Send an event, as another user perhaps; return all that the server says to it."""
        headers = {"X-Forwarded-User": user} if user else {}
        data = [self._value(part, words) for part in event["inputs"]]
        body = {"data": data, "fn_index": event["id"], "session_hash": self.hash,
                "event_data": EVENT, "trigger_id": event["targets"][0][0]}  # fmt: skip
        joined = self.client.post("gradio_api/queue/join", json=body, headers=headers)
        assert joined.status_code == 200, joined.text
        told, asked = "", {"session_hash": self.hash}
        with self.client.stream(
            "GET", "gradio_api/queue/data", params=asked, headers=headers
        ) as reply:
            for line in reply.iter_lines():
                told += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
        return json.dumps([json.loads(told.split("data: ")[-1]), told], ensure_ascii=False)

    def _value(self, part, words):
        kind, props = self.parts[part]["type"], self.parts[part]["props"]
        if props.get("elem_id") == "picker":
            return "birds"
        if kind == "chatbot":
            return [{"role": "user", "content": ASKED}]
        values = {"state": None, "textbox": words, "dropdown": props.get("value"), "number": 8,
                  "slider": 5, "radio": props.get("value"), "file": None}  # fmt: skip
        return values.get(kind)

    def begin(self):
        """Begin a question, so that one may be answered."""
        begin = next(one for one in self.events if [p for p, n in one["targets"] if n == "submit"])
        self.send(begin)


def leaks(told):
    return any(secret in told for secret in SECRETS)


def fire_all(address, opener, user):
    """Send every event of the page that the server answers; return which tells of «birds».

    Whoever opens the page may ask both indexes, so that the fields take «birds» for a value.
    """
    session = Session(address, opener, f"of-{user}-{time.monotonic_ns()}")
    for event in session.events:
        if [name for _, name in event["targets"] if name == "load"]:
            session.send(event)
    told = {}
    for event in session.events:
        if event["backend_fn"] and event["targets"]:  # those without are asked by name, below
            session.begin()
            for words in (ASKED, "مرصد", ""):  # a question, the words of a title, every title
                told.setdefault(event["id"], "")
                told[event["id"]] += session.send(event, user, words)
    return told


def generations(address):
    return httpx.get(f"{address}healthz").json()["generations"]


def test_no_event_of_the_page_tells_or_changes_more_than_one_may(place, tmp_path):
    copy = shutil.copytree(place, tmp_path / "copy")
    with guarded(copy) as address:
        before = generations(address)
        guest = fire_all(address, "sara", "guest")
        assert len(guest) > 40
        assert {event: text for event, text in guest.items() if leaks(text)} == {}
        omar = fire_all(address, "sara", "omar")
        assert sum(map(leaks, omar.values())) >= 8, "the events are not sent as the page sends them"
        assert generations(address) == before
        sara = fire_all(address, "sara", "sara")
        after = generations(address)
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert not any("حُفظت الإعدادات" in text for text in [*sara.values(), *omar.values()])


def test_an_index_that_one_may_not_ask_is_as_one_that_is_not_there(address):
    """By every name that programs call, on the page's side and on theirs."""
    with opened(address, "guest") as guest:
        for name, told in guest.get("gradio_api/info").json()["named_endpoints"].items():
            fields = [one["parameter_name"] for one in told["parameters"]]
            assert "index" in fields, name
            said = {}
            for index in ("birds", "nowhere"):
                given = {"question": ASKED, "words": "مرصد"}
                data = {one: value for one, value in given.items() if one in fields}
                started = guest.post(f"gradio_api/call/v2{name}", json={**data, "index": index})
                event = started.json()["event_id"]
                said[index] = guest.get(f"gradio_api/call{name}/{event}").text.replace(index, "")
            assert said["birds"] == said["nowhere"]
            assert "is served here; there are: index" in said["birds"]
        config = guest.get("config").text + guest.get("/").text
    assert "birds" not in config
    assert not leaks(config)


PLAIN = [
    ("POST", "v1/chat/completions", {"messages": [{"role": "user", "content": ASKED}]}, "model"),
    ("POST", "api/ask", {"question": ASKED}, "index"),
    ("POST", "api/search", {"question": ASKED}, "index"),
    ("GET", "api/articles", {}, "index"),
    ("GET", "api/news", {"format": "rss"}, "index"),
    ("GET", "v1/models/{}", {}, None),
    ("GET", "v1/models", {}, None),
    ("GET", "api/openapi.json", {}, None),
]


def asked_for(client, method, path, fields, name, index):
    given = {**fields, name: index} if name else fields
    how = {"json": given} if method == "POST" else {"params": given}
    return client.request(method, path.format(index), **how)


@pytest.mark.parametrize(("method", "path", "fields", "name"), PLAIN)
def test_programs_ask_what_their_user_or_token_may(address, method, path, fields, name):
    ways = {
        "guest": {"user": "guest"}, "bot": {"authorization": "Bearer secret of bot"},
        "omar": {"user": "omar"}, "desk": {"authorization": "Bearer secret of desk"},
    }  # fmt: skip
    for who, way in ways.items():
        with opened(address, **way) as client:
            told = asked_for(client, method, path, fields, name, "birds")
            other = asked_for(client, method, path, fields, name, "nowhere")
        if who in {"guest", "bot"}:
            assert told.status_code == other.status_code
            assert told.text.replace("birds", "nowhere") == other.text
            assert not leaks(told.text)
            assert 'there are: index"' in told.text or told.status_code == 200
        else:
            assert told.status_code == 200
            assert leaks(told.text) or name is None
    with opened(address) as nobody:
        assert asked_for(nobody, method, path, fields, name, "index").status_code == 401


def test_every_way_of_programs_is_among_these(address):
    with opened(address, "omar") as client:
        paths = client.get("api/openapi.json").json()["paths"]
    listed = {f"/{path.format('{model}')}" for _, path, _, _ in PLAIN}
    assert set(paths) == listed - {"/api/openapi.json"}


def test_files_are_taken_from_editors_alone(address):
    def upload(client, place="upload"):
        files = {"files": ("a.txt", b"x")}
        return client.post(f"gradio_api/{place}", files=files).status_code

    for user, told in (("omar", 403), ("guest", 403), ("sara", 200)):
        with opened(address, user) as client:
            assert upload(client) == told
    with opened(address, "guest") as client:
        assert upload(client, "process_recording") == 403
        assert upload(client, "component_server") == 403
    with opened(address, "sara", peer="127.0.0.2") as client:
        assert upload(client) == 401


@pytest.mark.parametrize(
    ("user", "articles", "indexes"),
    [("guest", 0, []), ("omar", 0, ["index", "birds"]), ("sara", 1, ["index", "birds"])],
)
def test_the_page_shows_what_one_may(open_page, address, user, articles, indexes):
    headers = {"X-Forwarded-User": user}
    chat = open_page(address, extra_http_headers=headers)
    page = chat.page
    chat.ask("من أخرج فيلم آخر الصيادين؟")
    assert "ريم شاهين" in chat.answer.inner_text()
    assert page.get_by_role("link", name="خروج").count() == 0
    picker = page.locator("#picker input")
    assert picker.count() == bool(indexes)
    if indexes:
        picker.click()
        offered = page.get_by_role("option").all_inner_texts()
        assert [name.removeprefix("✓\n") for name in offered] == indexes
        page.get_by_role("option", name="birds").click()
        page.wait_for_selector("#chat .examples")
        chat.turns = 0
        chat.ask(ASKED)
        assert "26 منظارًا" in chat.answer.inner_text()
    page.get_by_role("tab", name="المقالات").click()
    page.wait_for_selector(".art-table")
    expect(page.locator("[data-remove]")).to_have_count(articles)
    for part in ("#art-files", "#art-care"):
        expect(page.locator(part)).to_be_visible(visible=bool(articles))
    page.get_by_role("tab", name="الإعدادات").click()
    page.wait_for_selector("#set-told .notice")  # they are those of all indexes
    assert not page.locator("#set-save").is_visible()


def test_who_may_ask_nothing_is_told_on_the_page(open_page, place, tmp_path):
    (tmp_path / "jawab.toml").write_text('[access.ask]\nbirds = ["sara"]\n', encoding="utf-8")
    proxy = ("--auth-header", "X-Forwarded-User", "--trusted-proxy", "127.0.0.0/8")
    with served(place / "birds", tmp_path / "log", *proxy, folder=tmp_path) as address:
        with opened(address, "guest") as client:
            assert client.get("/").status_code == 403
            assert "لا فهرس" in client.get("config").text
            assert client.get("api/articles").status_code == 404
        assert status(address, user="sara", peer="127.0.0.9") == 200

"""Whom a proxy names, and what each may ask and edit: in every route and every event of the page."""

import json
import os
import shutil
import subprocess
import sys
import time

import httpx
import pytest
from browser import served
from conftest import ROOT

from index import build_index
from rag.errors import SettingsError
from rag.rights import Rights, parse_rights
from rag.settings import load_settings
from ui.web.access import Access
from ui.web.indexes import Indexes
from ui.web.passwords import compute_hash
from ui.web.served import Served, apply_rights

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
    shutil.copytree(sample_index, folder / "index")
    (folder / "jawab.toml").write_text(SETTINGS, encoding="utf-8")
    for name in ("bot", "desk"):
        (folder / name).write_text(compute_hash(f"secret of {name}"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(place):
    """Two indexes behind a proxy on 127.0.0.1: all may ask «index», the newsroom «birds»."""
    proxy = ("--auth-header", "X-Forwarded-User", "--trusted-proxy", "127.0.0.1")
    tokens = ("--token", f"bot:{place / 'bot'}", "--token", f"desk:{place / 'desk'}")
    options = ("--index", str(place / "birds"), *proxy, *tokens)
    with served(place / "index", place / "log", *options, folder=place) as found:
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


def test_no_event_of_the_page_tells_or_changes_more_than_one_may(address, place):
    before = generations(address)
    guest = fire_all(address, "sara", "guest")
    assert len(guest) > 40
    assert {event: text for event, text in guest.items() if leaks(text)} == {}
    omar = fire_all(address, "sara", "omar")
    assert sum(map(leaks, omar.values())) >= 8, "the events are not sent as the page sends them"
    assert generations(address) == before
    sara = fire_all(address, "sara", "sara")
    assert generations(address)[0] == before[0]
    assert generations(address)[1] > before[1]
    assert not any("حُفظت الإعدادات" in text for text in [*sara.values(), *omar.values()])

"""Who may open the page, who may change things, how often one may ask; and the index over MCP."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from browser import called, served
from conftest import ROOT

from index.articles.readers.sources import MAX_FILE_BYTES
from index.errors import InputError
from rag.rights import Rights
from ui.web.access import Access, RateLimit, visitor_of
from ui.web.passwords import compute_hash
from ui.web.proxies import ProxySignIn, read_name
from ui.web.shell import narrow_cookie

QUESTION = "من أخرج فيلم آخر الصيادين؟"
PASSWORD = "سرّ"


@pytest.fixture(scope="module")
def access():
    return Access({"محرر": compute_hash("سر")}, {"قارئ": compute_hash("سر آخر")}, "0.0.0.0")


@pytest.fixture(scope="module")
def guarded(sample_index, tmp_path_factory):
    """The page over the samples for an editor and a guest, who have one password."""
    folder = tmp_path_factory.mktemp("guarded")
    file = folder / "hash"
    file.write_text(compute_hash(PASSWORD), encoding="utf-8")
    token = folder / "token"
    token.write_text(compute_hash("t-1"), encoding="utf-8")
    users = ("--auth", f"editor:{file}", "--reader", f"guest:{file}")
    options = (*users, "--token", f"bot:{token}", "--list-sources")
    with served(sample_index, folder / "log", *options) as address:
        yield address


def asked_by(user, **headers):
    client = SimpleNamespace(host="10.0.0.7")
    return SimpleNamespace(username=user, client=client, headers=headers)


def test_only_known_users_with_their_own_password_come_in(access):
    assert access.allows("محرر", "سر")
    assert access.allows("قارئ", "سر آخر")
    assert not access.allows("قارئ", "سر")
    assert not access.allows("غريب", "سر")


def test_only_editors_may_change_things(access):
    assert access.may_edit(asked_by("محرر"), "news")
    assert not access.may_edit(asked_by("قارئ"), "news")


def test_without_users_things_may_be_changed_from_this_machine_alone():
    assert Access().may_edit(asked_by(None), "news")
    assert not Access(host="0.0.0.0").may_edit(asked_by(None), "news")


def test_what_a_proxy_passes_on_comes_from_elsewhere():
    assert not Access(proxied=True).may_edit(asked_by(None), "news")
    assert not Access().may_edit(asked_by(None, **{"x-forwarded-for": "10.0.0.7"}), "news")


PROXY = ProxySignIn.parse("X-Forwarded-User", ["10.0.0.5"])


def test_without_rights_those_of_a_proxy_ask_and_edit_nothing():
    access = Access(proxy=PROXY)
    assert access.may_ask("سارة", "news")
    assert not access.may_edit(asked_by("سارة"), "news")
    assert (access.is_local, access.has_editors, access.asks_for_token) == (False, False, True)


def test_who_edits_an_index_asks_it_too_and_readers_and_programs_edit_none(access):
    rights = Rights(ask={"news": frozenset({"قارئ"})}, edit={"news": frozenset({"*"})})
    access = replace(access, rights=rights)
    assert access.may_edit(asked_by("محرر"), "news")
    assert access.may_ask("محرر", "news")
    assert not access.may_edit(asked_by("قارئ"), "news")
    assert not access.may_edit(asked_by("token:bot"), "news")
    assert not access.may_ask("token:bot", "news")
    assert not access.may_edit(asked_by("محرر"), "laws")
    assert not access.may_ask("", "news")


@pytest.mark.parametrize(
    ("header", "proxy", "told"),
    [
        ("X User", "10.0.0.5", "names no header"),
        ("", "10.0.0.5", "names no header"),
        ("X-User", "proxy.example", "is no address"),
        ("X-User", "10.0.0.5/8", "is no address.*host bits"),
        ("X-User", "0.0.0.0/0", "is everybody"),
        ("X-User", "::/0", "is everybody"),
    ],
)
def test_what_names_no_proxy_is_refused(header, proxy, told):
    with pytest.raises(InputError, match=told):
        ProxySignIn.parse(header, [proxy])


@pytest.mark.parametrize(
    ("peer", "is_proxy"),
    [("10.0.0.5", True), ("::ffff:10.0.0.5", True), ("10.0.0.6", False), ("", False),
     ("fd00::7", True), ("fd01::7", False), ("testclient", False)],
)  # fmt: skip
def test_a_proxy_is_known_by_the_address_of_the_connection(peer, is_proxy):
    proxy = ProxySignIn.parse("X-User", ["10.0.0.5", "fd00::/16"])
    headers = [(b"x-user", b"ali"), (b"x-forwarded-for", b"10.0.0.5")]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert proxy.find_user(scope) == ("ali" if is_proxy else "")
    assert proxy.find_user({**scope, "client": None}) == ""


def test_a_name_is_composed_and_without_space_or_it_is_none():
    assert read_name(" e\u0301 ".encode().decode("latin-1")) == "\u00e9"
    for broken in (
        "",
        " ",
        "a\x00b",
        "a\tb",
        "a\nb",
        "\x7f",
        "\u200fa",
        "\xff",
        "*",
        "@a",
        "token:a",
    ):
        encoded = broken if broken == "\xff" else broken.encode().decode("latin-1")
        assert read_name(encoded) == "", broken


def test_a_visitor_may_ask_so_often():
    limit = RateLimit(2)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    assert all(RateLimit(0).allows("a") for _ in range(1000))


def test_a_visitor_is_the_user_or_the_address():
    assert visitor_of(asked_by("قارئ")) == "قارئ"
    assert visitor_of(asked_by(None)) == "10.0.0.7"
    assert visitor_of(None) == ""


@pytest.mark.slow
def test_programs_that_ask_too_often_are_told(sample_index, tmp_path):
    with served(sample_index, tmp_path / "log", "--rate", "1") as address:
        data = [QUESTION, 8, [], "", "", "", "", ""]
        assert called(address, "ask", *data)["found"]
        assert "too many questions" in called(address, "ask", *data)["error"]
        refused = httpx.post(f"{address}api/ask", json={"question": QUESTION}, timeout=30)
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "rate_limit_exceeded"


def upload(address, content):
    body = (
        b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    kind = {"content-type": "multipart/form-data; boundary=x"}
    request = urllib.request.Request(f"{address}gradio_api/upload", body, kind)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def test_no_file_is_taken_that_could_not_be_read(address):
    with urllib.request.urlopen(f"{address}config", timeout=30) as reply:
        assert json.load(reply)["max_file_size"] == MAX_FILE_BYTES
    assert len(upload(address, "خبر".encode())) == 1


def test_where_nobody_may_add_articles_no_file_is_taken(sample_index, tmp_path):
    own = ("--model", "openai:guarded", "--base-url", "http://127.0.0.1:9/hidden")
    with served(sample_index, tmp_path / "log", "--root-path", "/jawab", *own) as address:
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            upload(address, "خبر".encode())
        described = httpx.get(f"{address}api/openapi.json", timeout=30).json()
        told = httpx.get(f"{address}config", timeout=30).text
    refused.value.close()
    assert described["servers"] == [{"url": "/jawab"}]
    assert "127.0.0.1:9/hidden" not in told
    assert "openai:guarded" not in told


@pytest.mark.slow
def test_uploads_are_deleted_within_two_days(sample_index):
    """In a process of its own: gradio leaves event loops of a page to the collector."""
    script = (
        "import sys; from rag import Assistant; from ui.web.indexes import Indexes;"
        "from ui.web.page import build_page;"
        "print(*build_page(Indexes([Assistant.open(sys.argv[1])])).delete_cache)"
    )
    printed = subprocess.check_output([sys.executable, "-c", script, sample_index], cwd=ROOT)
    frequency, age = map(int, printed.split())
    assert 0 < frequency <= age <= 86_400


@pytest.mark.slow
def test_assistants_use_the_index_over_mcp(sample_index, tmp_path):
    pytest.importorskip("mcp", reason="jawab[mcp] is missing (make test installs it)")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def used(address):
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            told = await session.call_tool("ask", {"question": QUESTION})
            return [tool.name for tool in tools.tools], told.content[0].text

    # A thread of its own: a browser that other tests left open has this one's event loop.
    with served(sample_index, tmp_path / "log", "--mcp") as address, ThreadPoolExecutor(1) as own:
        names, told = own.submit(asyncio.run, used(address)).result()
    assert names == ["ask", "search", "articles", "statistics"]
    assert "ريم شاهين" in told


@pytest.mark.slow
def test_a_password_keeps_strangers_out(guarded):
    request = urllib.request.Request(f"{guarded}gradio_api/info")
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(request, timeout=30)
    refused.value.close()
    login = urllib.parse.urlencode({"username": "editor", "password": PASSWORD}).encode()
    with urllib.request.urlopen(f"{guarded}login", login, timeout=30) as accepted:
        assert accepted.status == 200
        cookies = accepted.headers.get_all("set-cookie")
    assert cookies
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


@pytest.mark.slow
@pytest.mark.parametrize(("user", "told"), [(None, 403), ("guest", 403), ("editor", 200)])
def test_files_are_taken_from_editors_alone(guarded, user, told):
    with httpx.Client(base_url=guarded, timeout=30) as client:
        if user:
            client.post("login", data={"username": user, "password": PASSWORD})
            assert client.get("gradio_api/user").json() == user
        sent = client.post("gradio_api/upload", files={"files": ("a.txt", "خبر".encode())})
    assert sent.status_code == told


@pytest.mark.slow
def test_conversations_are_listed_to_those_who_have_signed_in(guarded):
    with httpx.Client(base_url=guarded, timeout=30) as client:
        for method, path in (("GET", ""), ("PUT", "/t1"), ("PATCH", "/t1"), ("DELETE", "/t1")):
            for headers in ({}, {"authorization": "Bearer t-1"}):
                told = client.request(method, f"conversations{path}", headers=headers)
                assert told.status_code == 401
        client.post("login", data={"username": "editor", "password": PASSWORD})
        assert client.get("conversations").json() == []


@pytest.mark.slow
def test_a_program_asks_with_its_token_where_users_have_passwords(guarded):
    asked = {"messages": [{"role": "user", "content": QUESTION}]}
    for headers in ({}, {"authorization": "Bearer editor"}):
        refused = httpx.post(f"{guarded}v1/chat/completions", json=asked, headers=headers)
        assert (refused.status_code, "jawab" in refused.json()) == (401, False)
    told = httpx.post(
        f"{guarded}v1/chat/completions",
        json=asked,
        headers={"authorization": "Bearer t-1"},
        timeout=60,
    ).json()
    assert "**المصادر**\n\n1. «" in told["choices"][0]["message"]["content"]
    assert httpx.get(f"{guarded}healthz").json()["status"] == "ok"


def test_over_https_the_session_goes_nowhere_else():
    cookie = b"access-token-x=1; HttpOnly; Path=/; SameSite=none; Secure"
    assert (
        narrow_cookie(cookie, secure=False) == b"access-token-x=1; Path=/; HttpOnly; SameSite=Lax"
    )
    assert narrow_cookie(cookie, secure=True).endswith(b"SameSite=Lax; Secure")


@pytest.mark.parametrize(("user", "may_change"), [("guest", False), ("editor", True)])
def test_a_reader_may_ask_but_sees_nothing_to_change(open_page, guarded, user, may_change):
    chat = open_page(guarded, ready="input[type=password]")
    page = chat.page
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("input").first.fill(user)
    page.fill("input[type=password]", PASSWORD)
    page.get_by_role("button", name="تسجيل الدخول").click()
    page.wait_for_selector("#chat .examples")
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()
    page.get_by_role("tab", name="المقالات").click()
    page.wait_for_selector(".art-table")
    assert page.locator("#art-files").is_visible() == may_change
    assert (page.locator("[data-remove]").count() > 0) == may_change
    page.get_by_role("tab", name="الإعدادات").click()
    page.wait_for_timeout(300)
    assert page.locator("#set-save").is_visible() == may_change
    page.get_by_role("link", name="خروج").click()
    page.wait_for_selector("input[type=password]")
    page.close()

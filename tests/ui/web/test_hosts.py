"""Which names the server answers to: over HTTP, and in a browser whose names point at it."""

import asyncio
import socket
from http.client import HTTPConnection
from importlib.util import find_spec

import pytest
from browser import FLAGS, chromium, free_port, served
from sites import html, site
from starlette.datastructures import Headers

from index.errors import InputError
from ui.web.hosts import HostCheck, Hosts, find_refusal, serving_hosts

QUESTION = "من أخرج فيلم آخر الصيادين؟"
LOCAL = serving_hosts("127.0.0.1")
EVERYWHERE = serving_hosts("0.0.0.0")
ROUTES = [
    ("GET", "/"), ("HEAD", "/"), ("GET", "/config"), ("GET", "/ui/ui.js"), ("GET", "/nowhere"),
    ("GET", "/theme.css"), ("GET", "/gradio_api/info"), ("GET", "/gradio_api/startup-events"),
    ("POST", "/gradio_api/upload"), ("POST", "/gradio_api/queue/join"), ("POST", "/login"),
    ("GET", "/gradio_api/queue/data?session_hash=x"), ("POST", "/gradio_api/call/ask"),
    ("GET", "/gradio_api/call/ask/x"), ("GET", "/gradio_api/heartbeat/x"), ("OPTIONS", "/"),
    ("GET", "/gradio_api/file=/etc/hostname"), ("POST", "/gradio_api/mcp/"),
    ("GET", "/gradio_api/mcp/sse"), ("GET", "/gradio_api/mcp/schema"),
    ("GET", "/v1/models"), ("POST", "/v1/chat/completions"), ("POST", "/api/ask"), ("GET", "/healthz"),
]  # fmt: skip


def refused(hosts=LOCAL, **headers):
    raw = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return find_refusal(Headers(raw=raw), hosts) is not None


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:7860", "LOCALHOST", "localhost.", "localhost.:80", "127.0.0.1",
     "127.0.0.1:7860", "127.8.9.1", "[::1]", "[::1]:7860", "[0:0:0:0:0:0:0:1]:1",
     "[::ffff:127.0.0.1]", "notes.localhost:7860"],
)  # fmt: skip
def test_names_of_this_machine_alone_are_answered(host):
    assert not refused(host=host)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7860", "localhost.evil.example", "evil.example.", "8.8.8.8",
     "127.0.0.1.evil.example", "localhost@evil.example", "evil.example/localhost", "xlocalhost",
     "localhost, evil.example", "::1", "[::1", "[::2]", "[evil.example]", "localhost:port", "", ".",
     "loc\u00aalhost", "localhost evil.example", "0.0.0.0", "2130706433", "0x7f.0.0.1", "*"],
)  # fmt: skip
def test_every_other_name_is_refused(host):
    assert refused(host=host)


def test_there_is_exactly_one_host():
    assert refused()
    assert refused(host=["localhost", "localhost"])
    assert refused(host=["localhost", "evil.example"])


def test_what_a_proxy_names_allows_nothing_and_must_be_allowed():
    assert refused(host="evil.example", x_forwarded_host="localhost")
    assert refused(host="localhost", x_forwarded_host="evil.example")
    assert refused(host="localhost", x_forwarded_host=["localhost", "evil.example"])
    assert not refused(host="localhost", x_forwarded_host="localhost:80, 10.0.0.1")


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "https://localhost.evil.example", "file://localhost",
     "http://localhost@evil.example", "chrome-extension://localhost", "http://8.8.8.8"],
)  # fmt: skip
@pytest.mark.parametrize("hosts", [LOCAL, EVERYWHERE], ids=["local", "everywhere"])
def test_pages_of_other_sites_are_refused(hosts, origin):
    assert refused(hosts, host="localhost:7860", origin=origin)
    assert not refused(hosts, host="localhost:7860", origin="http://LOCALHOST:7860")


def test_a_server_on_all_addresses_answers_to_any_of_them_and_to_its_own_name():
    for host in (
        "10.1.2.3",
        "0.0.0.0:7860",
        "[fe80::1]",
        "[2001:db8::5]:7860",
        socket.gethostname(),
    ):
        assert not refused(EVERYWHERE, host=host)
    assert not refused(EVERYWHERE, host="10.1.2.3:7860", origin="http://10.1.2.3:7860")
    assert refused(EVERYWHERE, host="10.1.2.3", origin="http://10.1.2.4")
    assert refused(EVERYWHERE, host="evil.example")


def test_a_server_on_one_address_answers_to_that_one():
    hosts = serving_hosts("[2001:DB8:0::5]")
    assert not refused(hosts, host="[2001:db8::5]:7860")
    assert refused(hosts, host="[2001:db8::6]")
    assert not refused(serving_hosts("Box.Lan"), host="box.lan")


def test_named_hosts_are_answered_in_any_writing():
    hosts = serving_hosts("127.0.0.1", named=["News.Example.", "أخبار.example", "192.0.2.7"])
    for host in ("news.example:443", "NEWS.example.", "xn--igbicxr.example", "192.0.2.7:80"):
        assert not refused(hosts, host=host)
    assert not refused(hosts, host="127.0.0.1", origin="https://news.example")
    assert refused(hosts, host="x.news.example")


def test_the_address_of_a_root_path_names_its_host():
    hosts = serving_hosts("127.0.0.1", root_path="https://news.example:8443/jawab")
    assert not refused(hosts, host="127.0.0.1:7860", x_forwarded_host="news.example")
    assert refused(serving_hosts("127.0.0.1", root_path="/news.example"), host="news.example")


@pytest.mark.parametrize(
    "name", ["", " ", "https://news.example", "a/b", "a b", "*.example", "a..b"]
)
def test_what_is_no_name_of_a_host_cannot_be_allowed(name):
    with pytest.raises(InputError, match="names no host"):
        serving_hosts("127.0.0.1", named=[name])


def test_a_star_turns_the_check_off():
    assert not refused(serving_hosts("127.0.0.1", named=["*"]), host="a.example", origin="null")


@pytest.mark.parametrize("extensions", [{}, {"websocket.http.response": {}}])
def test_a_web_socket_for_another_host_is_closed_before_it_opens(extensions):
    async def app(*_):
        raise AssertionError("the application was reached")

    sent = []

    async def send(message):
        sent.append(message["type"])

    scope = {"type": "websocket", "headers": [(b"host", b"evil.example")], "extensions": extensions}
    asyncio.run(HostCheck(app, Hosts())(scope, None, send))
    assert sent[0] == ("websocket.http.response.start" if extensions else "websocket.close")


@pytest.fixture(scope="module")
def port(sample_index, tmp_path_factory):
    """Where the page is served, with everything that it can offer."""
    options = ["--mcp"] if find_spec("mcp") else []
    port = free_port()
    with served(sample_index, tmp_path_factory.mktemp("log") / "log", *options, port=port):
        yield port


def asked(port, method, path, **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.putheader("content-length", "0")
    connection.endheaders()
    reply = connection.getresponse()
    text = reply.read() if reply.status == 421 else b""
    connection.close()
    return reply, text.decode()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_another_host(port, method, path):
    for headers in (
        {"host": f"evil.example:{port}"},
        {"host": f"127.0.0.1:{port}", "origin": "http://evil.example"},
        {"host": f"127.0.0.1:{port}", "origin": "null"},
        {
            "host": "evil.example",
            "origin": "http://evil.example",
            "access-control-request-method": "POST",
        },
    ):
        reply, text = asked(port, method, path, **headers)
        assert reply.status == 421
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert method == "HEAD" or "does not answer" in text
    assert asked(port, method, path, host=f"localhost:{port}")[0].status != 421


def test_a_refusal_says_how_to_allow_the_name(port):
    _, text = asked(port, "GET", "/", host="news.example")
    assert "jawab chat --allow-host news.example" in text
    _, text = asked(port, "GET", "/", host="<script>alert(1)</script>")
    assert "<" not in text


@pytest.fixture
def browse():
    """A browser for which every name under .example is this machine."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    rules = "--host-resolver-rules=MAP *.example 127.0.0.1"
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, rules])
        yield browser.new_page
        browser.close()


def test_a_site_whose_name_points_here_gets_nothing(browse, port):
    page = browse()
    reply = page.goto(f"http://evil.example:{port}/")
    assert reply.status == 421
    assert "--allow-host evil.example" in page.inner_text("body")
    status = page.evaluate("fetch('/gradio_api/call/ask', {method: 'POST'}).then(r => r.status)")
    assert status == 421


def test_a_page_of_another_site_cannot_send_anything(browse, port):
    with site({"/": html("<body>evil</body>")}) as (address, _):
        page = browse()
        page.goto(address.replace("127.0.0.1", "evil.example"))
        statuses = []
        page.on("response", lambda reply: statuses.append(reply.status))
        for path in ("gradio_api/call/ask", "gradio_api/upload", "gradio_api/queue/join"):
            options = "{method: 'POST', mode: 'no-cors', body: '{\"data\": []}'}"
            page.evaluate(f"fetch('http://127.0.0.1:{port}/{path}', {options}).catch(() => null)")
    assert statuses
    assert set(statuses) == {421}


def test_an_allowed_name_serves_the_whole_page(browse, sample_index, tmp_path):
    port, log = free_port(), tmp_path / "log"
    with served(sample_index, log, "--allow-host", "news.example", port=port):
        page = browse()
        page.goto(f"http://news.example:{port}/")
        page.wait_for_selector("#chat .examples")
        page.fill("#q textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector("#chat .bot-row:has-text('ريم شاهين')", timeout=60_000)
        assert not page.locator("#art-add").is_visible()
    assert "It answers to 127.0.0.1, localhost, news.example" in log.read_text(encoding="utf-8")

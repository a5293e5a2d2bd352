"""What is fetched from the web, against servers on this machine."""

import gzip
import json
import socket
import threading
import time
import zlib
from urllib.parse import quote

import documents
import pytest
from sites import PAGE, TEXT, html, site

from index import add_articles, build_index, open_index
from index.articles import fetching
from index.articles.fetching import FetchError, fetch, is_public
from index.articles.readers.base import ReadFailure, ReadOptions
from index.articles.readers.reading import read_articles
from index.errors import InputError


@pytest.fixture
def names(monkeypatch):
    """Answer name lookups from a table of lists; the next address of a list each time."""
    table = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in table:
            return real(host, port, *args, **kwargs)
        addresses = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
        "2130706433",
        "0x7f.1",
    ],
)
def test_addresses_of_this_machine_and_its_network_are_not_fetched(host):
    with pytest.raises(InputError, match=r"this machine or its network|there is no host"):
        fetch(f"http://{host}:9/")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


def test_a_name_that_points_into_the_network_is_not_fetched(names):
    names["inside.example"] = [["10.0.0.7"]]
    with pytest.raises(InputError, match=r"inside\.example is an address of this machine"):
        fetch("http://inside.example/")


def test_a_name_with_one_address_inside_is_not_fetched_at_all(names):
    names["half.example"] = [["93.184.216.34", "127.0.0.1"]]
    with pytest.raises(InputError, match="is not fetched"):
        fetch("http://half.example/")


def test_a_name_that_changes_its_address_is_reached_where_it_was_checked(names, monkeypatch):
    """DNS rebinding: the second lookup would point to this machine."""
    names["rebind.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    reached = []

    def connect(self, host, port, *_, **__):
        reached.append(host)
        raise fetching.httpcore2.ConnectError("no network in tests")

    monkeypatch.setattr(fetching.httpcore2.SyncBackend, "connect_tcp", connect)
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch("http://rebind.example/")
    assert reached == ["93.184.216.34"]


def test_a_redirect_into_the_network_is_not_followed(names, monkeypatch):
    with site({"/": (302, {"Location": "http://10.0.0.7/secret"}, b"")}) as (address, asked):
        port = address.rsplit(":", 1)[1]
        monkeypatch.setattr(
            fetching, "is_public", lambda found: found == "127.0.0.1" or is_public(found)
        )
        with pytest.raises(InputError, match=r"10\.0\.0\.7 is an address"):
            fetch(f"http://127.0.0.1:{port}/")
    assert asked == ["/"]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "gopher://x/"])
def test_a_redirect_to_something_else_than_the_web_is_not_followed(location):
    with (
        site({"/": (301, {"Location": location}, b"")}) as (address, _),
        pytest.raises(InputError, match="no web address"),
    ):
        fetch(address, allow_private=True)


def test_redirects_are_followed_but_not_for_ever():
    pages = {"/a": (302, {"Location": "/b"}, b""), "/b": html(PAGE)}
    pages["/loop"] = (302, {"Location": "/loop"}, b"")
    with site(pages) as (address, asked):
        assert fetch(f"{address}/a", allow_private=True).url == f"{address}/b"
        with pytest.raises(InputError, match="redirects more than 5 times"):
            fetch(f"{address}/loop", allow_private=True)
    assert asked.count("/loop") == 6


@pytest.mark.parametrize(
    ("location", "path"),
    [("/أخبار/جسر?رقم=1".encode(), "/أخبار/جسر?رقم=1"), (b"/caf\xe9", "/café")],
)
def test_a_redirect_may_be_written_in_arabic(location, path):
    def redirect(handler):
        handler.wfile.write(b"HTTP/1.0 301 Moved\r\nLocation: " + location + b"\r\n\r\n")

    with site({"/": redirect, quote(path, safe="/?="): html(PAGE)}) as (address, _):
        assert fetch(address, allow_private=True).data == PAGE.encode()


def test_a_page_that_is_too_large_is_given_up(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 10_000)
    sent = []

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while len(sent) < 10_000:
                handler.wfile.write(b"x" * 1_000)
                sent.append(1)
        except OSError:
            pass

    packed = gzip.compress(b"x" * 5_000_000)
    pages = {"/": endless, "/packed": html(packed, **{"Content-Encoding": "gzip"})}
    with site(pages) as (address, _):
        for path in ("/", "/packed"):
            with pytest.raises(InputError, match="is over"):
                fetch(address + path, allow_private=True)
    assert len(sent) < 10_000


def test_a_packed_page_is_unpacked():
    packed = html(gzip.compress(PAGE.encode()), **{"Content-Encoding": "gzip"})
    with site({"/": packed}) as (address, _):
        assert fetch(address, allow_private=True).data == PAGE.encode()


def deflated(data):
    """Without a header, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


HALVES = [PAGE.encode()[:99], PAGE.encode()[99:]]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"".join(map(gzip.compress, HALVES))),
        ("gzip", gzip.compress(PAGE.encode()) + b"\0" * 512),
        ("x-gzip", gzip.compress(PAGE.encode())),
        ("deflate", deflated(PAGE.encode())),
        ("deflate", zlib.compress(PAGE.encode())),
    ],
)
def test_a_page_is_unpacked_however_servers_pack_it(encoding, body):
    with site({"/": html(body, **{"Content-Encoding": encoding})}) as (address, _):
        assert fetch(address, allow_private=True).data == PAGE.encode()


@pytest.mark.parametrize("bytes_sent", [-9, 99, 5, 0])
def test_a_packed_page_that_ends_early_is_no_page_but_tried_again(bytes_sent):
    body = gzip.compress(PAGE.encode())[:bytes_sent]
    with (
        site({"/": html(body, **{"Content-Encoding": "gzip"})}) as (address, _),
        pytest.raises(FetchError, match="ends in the middle") as found,
    ):
        fetch(address, allow_private=True)
    assert found.value.is_passing


def test_packed_pages_together_are_no_larger_than_one(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", len(PAGE.encode()) - 1)
    packed = html(b"".join(map(gzip.compress, HALVES)), **{"Content-Encoding": "gzip"})
    with (
        site({"/": packed}) as (address, _),
        pytest.raises(InputError, match="is over"),
    ):
        fetch(address, allow_private=True)


@pytest.mark.parametrize("slow", ["headers", "body", "silence"])
def test_a_server_that_trickles_is_given_up(monkeypatch, slow):
    monkeypatch.setattr(fetching, "SECONDS", 1.0)
    ended = threading.Event()

    def trickle(handler):
        try:
            if slow == "body":
                handler.send_response(200)
                handler.end_headers()
            while slow != "silence" and not ended.is_set():
                handler.wfile.write(b"x")
                handler.wfile.flush()
                ended.wait(0.05)
            ended.wait(10)
        except OSError:
            pass

    started = time.monotonic()
    with site({"/": trickle}) as (address, _):
        try:
            with pytest.raises(InputError, match="takes over"):
                fetch(address, allow_private=True)
            assert time.monotonic() - started < 8
        finally:
            ended.set()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example/", "no web address"),
        ("http:///x", "no web address"),
        ("http://user:secret@a.example/", "password"),
        ("http://127.0.0.1:1/", "cannot be fetched"),
        ("http://127.0.0.1:99999/", "cannot be fetched"),
        ("http://" + "a" * 70 + ".example/", "cannot be fetched"),
    ],
)
def test_an_address_that_cannot_be_fetched_says_why(url, reason):
    with pytest.raises(InputError, match=reason):
        fetch(url, allow_private=True)


def test_an_error_of_the_server_is_reported():
    with site({}) as (address, _), pytest.raises(InputError, match="answers 404"):
        fetch(address, allow_private=True)


def test_a_server_that_calls_unchanged_what_was_not_asked_for_so_is_an_error():
    with site({"/": (304, {}, b"")}) as (address, _), pytest.raises(InputError, match="304"):
        fetch(address, allow_private=True)


def test_what_a_trusted_address_redirects_to_on_another_port_is_not_trusted():
    with site({"/": html(PAGE)}) as (inside, asked):
        moved = {"/": (302, {"Location": inside}, b"")}
        with site(moved) as (address, _), pytest.raises(InputError, match="its network"):
            fetch(address, allow_private=True)
    assert asked == []


def read(*addresses):
    return list(read_articles(addresses, ReadOptions(allow_private=True)))


def test_a_page_becomes_an_article_with_its_address():
    with site({"/%D8%AE%D8%A8%D8%B1": html(PAGE)}) as (address, _):
        (article,) = read(f"{address}/خبر#here")
    assert article.title == "افتتاح الجسر"
    assert TEXT in article.text
    assert article.id == "127.0.0.1/خبر"
    assert article.url.startswith(address)


def test_a_page_in_the_encoding_its_server_names():
    page = (200, {"Content-Type": "text/html; charset=windows-1256"}, PAGE.encode("cp1256"))
    with site({"/": page}) as (address, _):
        assert TEXT in read(address)[0].text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PAGE, "text/html; charset=windows-1256"),  # in UTF-8, whatever the server says
        (PAGE, "text/html; charset=iso-8859-1"),
        (PAGE, "text/html; charset=no-such-thing"),
        (PAGE.encode("utf-16"), "text/html; charset=utf-8"),
        (PAGE.encode("utf-16-le"), "text/html; charset=utf-16-le"),
        (PAGE.encode("iso8859_6"), "text/html; charset=ISO-8859-6"),
        (f"عنوان\n\n{TEXT}".encode("cp1256"), "text/plain; charset=windows-1256"),
        (f"title,text\nعنوان,{TEXT}".encode("cp1256"), "text/csv; charset=windows-1256"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_is_in(body, kind):
    with site({"/": (200, {"Content-Type": kind}, body)}) as (address, _):
        (found,) = read(address)
    assert TEXT in found.text


@pytest.mark.parametrize(
    "kind", ["application/feed+json", "application/ld+json; charset=utf-8", "text/json"]
)
def test_json_is_read_as_json_whatever_it_is_called(kind):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "صحيفة",
        "items": [{"id": "1", "title": "افتتاح الجسر", "content_html": f"<p>{TEXT}</p>"}],
    }
    with site({"/feed": (200, {"Content-Type": kind}, json.dumps(feed))}) as (address, _):
        (article,) = read(f"{address}/feed")
    assert (article.title, article.text, article.source) == ("افتتاح الجسر", TEXT, "صحيفة")


@pytest.mark.parametrize("charset", ["windows-1256", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/a", "application/pdf", documents.shaped_pdf),
        ("/a.docx", "application/octet-stream", lambda: documents.docx([(None, TEXT)])),
        ("/a", "text/html", lambda: documents.docx([(None, TEXT)])),
        ("/a", "text/plain", lambda: documents.zipped({"خبر.txt": f"عنوان\n\n{TEXT}"})),
        ("/a", "application/epub+zip", lambda: documents.epub([f"<p>{TEXT}</p>"])),
        ("/a", "text/html", lambda: documents.odt(TEXT)),
        (
            "/a",
            "application/octet-stream",
            lambda: rf"{{\rtf1\ansicpg1256 {TEXT}\par}}".encode("cp1256"),
        ),
    ],
)
def test_files_that_are_no_text_are_never_recoded(path, kind, body, charset):
    served = (200, {"Content-Type": f"{kind}; charset={charset}"}, body())
    with site({path: served}) as (address, _):
        (found,) = read(address + path)
    assert not isinstance(found, ReadFailure), found.reason
    assert "pdf" in kind or TEXT in found.text


def test_a_feed_that_says_its_encoding_is_read_in_it():
    entry = f"<item><title>عنوان</title><description>{TEXT * 5}</description></item>"
    feed = f'<?xml version="1.0" encoding="windows-1256"?><rss version="2.0"><channel>{entry}</channel></rss>'
    kind = {"Content-Type": "application/rss+xml; charset=windows-1256"}
    with site({"/": (200, kind, feed.encode("cp1256"))}) as (address, _):
        (found,) = read(address)
    assert TEXT in found.text


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/report", "application/pdf", documents.shaped_pdf),
        ("/x.pdf", "application/octet-stream", documents.shaped_pdf),
        ("/x.md", "text/plain", lambda: f"# عنوان\n\n{TEXT}"),
        ("/x", "text/plain", lambda: f"عنوان\n\n{TEXT}"),
        ("/a.docx", "application/octet-stream", lambda: documents.docx([(None, TEXT)])),
    ],
)
def test_other_files_are_read_by_what_they_are(path, kind, body):
    with site({path: (200, {"Content-Type": kind}, body())}) as (address, _):
        (article,) = read(address + path)
    assert not isinstance(article, ReadFailure), article.reason
    assert article.url == address + path


def test_a_feed_brings_the_articles_it_links_to():
    pages = {"/1": html(PAGE), "/3": html("<html></html>")}
    with site(pages) as (address, _):
        items = "".join(
            f"<item><title>خبر {n}</title><link>{address}/{n}</link>"
            f"<pubDate>Fri, 14 Mar 2025 10:00:00 GMT</pubDate><description>{text}</description></item>"
            for n, text in ((1, "موجز"), (2, f"&lt;p&gt;{TEXT * 8}&lt;/p&gt;"), (3, "موجز"))
        )
        feed = f'<rss version="2.0"><channel><title>صحيفة</title>{items}</channel></rss>'
        pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, feed)
        first, second, third = read(f"{address}/feed")
    assert (first.title, first.date, first.source) == ("خبر 1", "2025-03-14", "صحيفة")
    assert TEXT in first.text
    assert second.text == TEXT * 8  # its page answers 404, the feed holds it whole
    assert isinstance(third, ReadFailure)
    assert first.origin == f"{address}/1"


def test_one_address_that_fails_does_not_stop_the_others(tmp_path, folder, embedder):
    with site({"/a": html(PAGE)}) as (address, _):
        report = add_articles(
            [f"{address}/none", f"{address}/a", folder],
            tmp_path / "index",
            embedder=embedder,
            allow_private=True,
        )
    assert report.added == 4
    assert [failure.reason for failure in report.failures] == ["the server answers 404"]


def test_an_article_from_the_web_is_never_removed_by_a_build(tmp_path, folder, embedder):
    index = tmp_path / "index"
    with site({"/a": html(PAGE)}) as (address, _):
        add_articles([f"{address}/a"], index, embedder=embedder, allow_private=True)
        build_index([folder], index, embedder=embedder)
        again = build_index([f"{address}/a"], index, embedder=embedder, allow_private=True)
    assert (again.unchanged, again.embedded, again.removed) == (1, 0, 0)
    assert open_index(index, embedder=embedder).stats().articles == 4


def test_without_leave_nothing_private_is_fetched_by_add(tmp_path, embedder):
    with site({"/a": html(PAGE)}) as (address, asked):
        report = add_articles([f"{address}/a"], tmp_path / "index", embedder=embedder)
    assert "--allow-private" in report.failures[0].reason
    assert not asked

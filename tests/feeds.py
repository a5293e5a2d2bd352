"""Web sites on this machine that have a feed, and a clock that is set by hand."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate

from sites import site

TEXT = (
    "قال المتحدث إن المشروع رقم {n} يخدم آلاف السكان في الحي {n}. ويكلّف {n} مليون دينار هذا العام."
)


class HandClock:
    """A clock that stands still until it is set; nothing is waited for."""

    def __init__(self, now=1_790_000_000.0):  # 21 September 2026
        self.time = now

    def now(self):
        return self.time

    def real(self, _):
        return 0.0


@dataclass
class Feed:
    """A site with a feed: what is in it may be changed, and how it fails.

    Attributes:
        url: Of the feed.
        articles: Path -> (title, text, date as ``YYYY-MM-DD`` or "").
        asked: Paths that were asked for, in order.
        status: What the feed is answered with instead of its content, or 0.
        headers: Sent with that.
        broken: Paths of pages that are answered with 500.
        busy: Paths of pages that are answered with 503, and with the headers.
        moved: Path -> where it redirects to.
        describes: What the feed holds of each article itself.
    """

    url: str = ""
    articles: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    status: int = 0
    headers: dict = field(default_factory=dict)
    broken: set = field(default_factory=set)
    sent: list = field(default_factory=list)
    describes: str = ""
    moved: dict = field(default_factory=dict)
    busy: set = field(default_factory=set)

    def put(self, n, *, date="", text=""):
        self.articles[f"/a/{n}"] = (f"خبر المشروع {n}", text or TEXT.format(n=n), date)

    def pages_asked(self):
        return [path for path in self.asked if path != "/feed.xml"]

    def _write(self):
        items = "".join(
            f"<item><title>{title}</title><link>{path}</link>"
            + (f"<pubDate>{_rfc(date)}</pubDate>" if date else "")
            + (f"<description>{self.describes}</description>" if self.describes else "")
            + "</item>"
            for path, (title, _, date) in self.articles.items()
        )
        root = self.url.removesuffix("feed.xml")
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>صحيفة الحي</title><link>{root}</link>{items}</channel></rss>"
        ).encode()

    def answer(self, handler):
        """Answer a request for the feed or a page."""
        path = handler.path.partition("?")[0]
        if path == "/feed.xml" and self.status:
            return _send(handler, self.status, self.headers, b"")
        if path == "/feed.xml":
            body = self._write()
            tag = f'"{hash(body)}"'
            if handler.headers.get("If-None-Match") == tag:
                self.sent.append(304)
                return _send(handler, 304, {"ETag": tag}, b"")
            self.sent.append(200)
            return _send(handler, 200, {"ETag": tag, "Content-Type": "application/rss+xml"}, body)
        if path in self.busy | self.moved.keys():
            moved = {"Location": self.moved.get(path, "")}
            return _send(
                handler, *((503, self.headers) if path in self.busy else (302, moved)), b""
            )
        if path in self.broken or path not in self.articles:
            return _send(handler, 500, {}, b"")
        title, text, _ = self.articles[path]
        body = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        return _send(handler, 200, {"Content-Type": "text/html; charset=utf-8"}, body.encode())


class _Pages:
    """Every path is answered by a function."""

    def __init__(self, answer):
        self._answer = answer

    def get(self, _, __=None):
        return self._answer


def _send(handler, status, headers, body):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _rfc(date):
    return formatdate(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


@contextmanager
def feed_site(count=0):
    """Serve a feed of some articles."""
    feed = Feed()
    for n in range(count):
        feed.put(n)
    with site(_Pages(feed.answer)) as (root, asked):
        feed.url, feed.asked = f"{root}/feed.xml", asked
        yield feed

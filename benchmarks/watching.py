"""A day of watching in minutes, with sources that fail; and a thousand feeds on one machine.

    python -m benchmarks.watching --out benchmarks/results/watching.json

A server in a process of its own plays the sites: one of 127.0.0.0/8 for each four feeds, so Linux
alone. In the day, sixty feeds publish by the clock, which runs 240 times as fast as time; half of
them fail in six ways. The watching process is killed (SIGKILL) at eight and at sixteen o'clock and
started anew. A thousand feeds are visited for the first time and, an hour later, again. Articles
are embedded by the model that ships. Delays are from an article's publication to its being stored.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from index.articles.article import Article
from index.store.opening import open_store
from index.watching.clock import Clock
from index.watching.sources import WatchedSource
from index.watching.watcher import Stored, Watcher

Json = dict[str, Any]

SPEED = 240.0
_BATCH = 0.5
"""Real seconds between two writes in the day, two minutes of its time; ten seconds in use."""
_HOUR = 3_600.0
_EVERY = _HOUR / 2
_FEEDS_A_HOST = 4
_KINDS = ("fine",) * 6 + ("outage", "hangs", "broken", "asks", "pages", "loops")
"""What each feed does: answers 500 from six to twelve o'clock; never answers; is no XML; asks to be
left alone for an hour with 429 from eight to ten o'clock; has every other page missing; redirects
to itself."""
_WHOLE = {"fine", "outage", "asks", "pages"}
_BEGAN = 1_790_035_200.0  # 22 September 2026, midnight
_SPEAKERS = ("محافظ الرمال", "وزير النقل", "رئيسة البلدية", "مديرة المستشفى", "المتحدث باسم الشرطة")
_PLACES = ("حي النخيل", "وسط المدينة", "الميناء القديم", "القرية الشرقية", "طريق المطار")
_THINGS = ("جسر", "مدرسة", "مستوصف", "سوق", "محطة", "مكتبة", "حديقة")


@dataclass(frozen=True)
class DayClock:
    """A clock that began a day at a real time; every process may have it."""

    real_began: float
    speed: float = SPEED
    offset: float = 0.0

    def now(self) -> float:
        """Return its time, in seconds since 1970."""
        return _BEGAN + self.offset + (time.time() - self.real_began) * self.speed

    def real(self, seconds: float) -> float:
        """Return how many real seconds so many of its take."""
        return seconds / self.speed

    def hour(self) -> float:
        """Return the hours since midnight."""
        return (self.now() - _BEGAN) / _HOUR


@dataclass(frozen=True)
class Plan:
    """What each site publishes, and when.

    Attributes:
        feeds: How many there are.
        articles: Of each feed in the day.
        clock: The time they go by; None has all there from the beginning.
        kinds: What feeds do, in turn.
    """

    feeds: int
    articles: int
    clock: DayClock | None
    kinds: tuple[str, ...]

    def kind(self, feed: int) -> str:
        """Return what a feed does."""
        return self.kinds[feed % len(self.kinds)]

    def published(self, feed: int, number: int) -> float:
        """Return when an article is published, in hours since midnight."""
        if self.clock is None:
            return 0.0
        return (number + (feed * 7 % 10) / 10) * 24 / self.articles

    def is_missing(self, feed: int, number: int) -> bool:
        """Tell whether the page of an article is not there."""
        return self.kind(feed) == "pages" and number % 2 == 1

    def numbers(self, feed: int) -> list[int]:
        """Return the articles that are in a feed now."""
        hour = self.clock.hour() if self.clock else 24.0
        return [k for k in range(self.articles) if self.published(feed, k) <= hour]


def _host(feed: int, kind: str) -> str:
    if kind == "hangs":  # waiting is not sped up: others of the same host would wait too long
        return f"127.2.0.{feed + 1}"
    number = feed // _FEEDS_A_HOST
    return f"127.1.{number // 250}.{number % 250 + 1}"


def _title(feed: int, number: int) -> str:
    return f"{_THINGS[(feed + number) % 7]} {_PLACES[feed % 5]}: الخبر {number} من المصدر {feed}"


def _text(feed: int, number: int) -> str:
    who, thing = _SPEAKERS[(feed * 3 + number) % 5], _THINGS[(feed + number) % 7]
    place, cost = _PLACES[feed % 5], feed * 31 + number * 7 + 3
    return (
        f"<p>قال {who} إن العمل في {thing} {place} رقم {feed}{number} يكتمل بعد {cost} يومًا.</p>"
        f"<p>وبلغت كلفة المشروع {cost} ألف دينار، وفق بيان صدر أمس عن اللجنة {feed} المكلفة به.</p>"
        f"<p>ويخدم المشروع {cost * 13} شخصًا من سكان المنطقة، ويعمل فيه {cost % 90 + 10} عاملًا.</p>"
    )


class _Sites:
    """All the sites; counts what is asked of them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._told: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._most = 0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        if handler.path == "/told":
            body = json.dumps({**self._told, "most at once of a host": self._most})
            self._send(handler, 200, body)
            return
        host = handler.headers["Host"]
        if host.startswith("127.2."):  # gives up before it is answered
            self._answer(handler)
            return
        with self._lock:
            self._at_once[host] += 1
            self._most = max(self._most, self._at_once[host])
        self._answer(handler)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        _, name, *rest = handler.path.split("/")
        feed, plan = int(name), self._plan
        if rest != ["feed.xml"]:
            number = int(rest[0])
            if plan.is_missing(feed, number):
                self._send(handler, 404, "")
                return
            self._told["pages"] += 1
            title = _title(feed, number)
            body = f"<article><h1>{title}</h1>{_text(feed, number)}</article>"
            page = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
            self._send(handler, 200, page, kind="text/html; charset=utf-8")
            return
        kind, hour = plan.kind(feed), plan.clock.hour() if plan.clock else 0.0
        if kind == "hangs":
            self._told["hung"] += 1
            time.sleep(15)  # longer than is waited for
        elif kind == "broken":
            self._told["broken"] += 1
            self._send(handler, 200, "<rss><channel>", kind="application/rss+xml")
        elif kind == "loops":
            self._told["redirects"] += 1
            self._send(handler, 302, "", Location=handler.path)
        elif kind == "outage" and 6 <= hour < 12:
            self._told["500"] += 1
            self._send(handler, 500, "")
        elif kind == "asks" and 8 <= hour < 10:
            self._told["429"] += 1
            self._send(handler, 429, "", **{"Retry-After": "3600"})
        else:
            self._send_feed(handler, feed)

    def _send_feed(self, handler: BaseHTTPRequestHandler, feed: int) -> None:
        numbers = self._plan.numbers(feed)[-30:]
        tag = f'"{len(numbers)}"'
        if handler.headers.get("If-None-Match") == tag:
            self._told["304"] += 1
            self._send(handler, 304, "", ETag=tag)
            return
        self._told["feeds"] += 1
        items = "".join(
            f"<item><title>{_title(feed, k)}</title><link>http://{handler.headers['Host']}/{feed}/{k}"
            "</link></item>"
            for k in numbers
        )
        body = f'<rss version="2.0"><channel><title>المصدر {feed}</title>{items}</channel></rss>'
        self._send(handler, 200, body, kind="application/rss+xml", ETag=tag)

    def _send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: str,
        kind: str = "",
        **headers: str,
    ) -> None:
        data = body.encode()
        with self._lock:  # before who asked has the answer, and may ask for something else
            self._at_once[handler.headers["Host"]] -= 1
        handler.send_response(status)
        for name, value in {**({"Content-Type": kind} if kind else {}), **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)


def _serve(plan: Plan, port: Any) -> None:
    sites = _Sites(plan)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                sites.answer(self)
            except OSError:  # who asked has gone
                return

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

    server = Server(("0.0.0.0", 0), Handler)  # noqa: S104  all of 127.0.0.0/8
    port.value = server.server_port
    server.serve_forever()


class _Played:
    """The sites in a process of their own."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        port = multiprocessing.Value("i", 0)
        self._process = multiprocessing.Process(target=_serve, args=(plan, port), daemon=True)
        self._process.start()
        while not port.value:
            time.sleep(0.05)
        self.port = port.value

    def sources(self) -> list[WatchedSource]:
        """Return the feeds."""
        return [
            WatchedSource(
                f"http://{_host(feed, self.plan.kind(feed))}:{self.port}/{feed}/feed.xml",
                every=_EVERY if self.plan.clock else _HOUR,
                allow_private=True,
            )
            for feed in range(self.plan.feeds)
        ]

    def told(self) -> Json:
        """Return what was asked for."""
        with urlopen(f"http://127.0.0.1:{self.port}/told") as response:
            return dict(sorted(json.load(response).items()))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def _log(path: Path, now: Callable[[], float]) -> Callable[[Stored], None]:
    """Return what writes down what was stored, a line for each time."""

    def tell(stored: Stored) -> None:
        titles = [i.title for v in stored.visits for i in v.items if isinstance(i, Article)]
        row = {
            "now": now(),
            "visits": len(stored.visits),
            "failed": sum(bool(visit.state.error) for visit in stored.visits),
            "articles": titles,
            "seconds": stored.report.seconds if stored.report else 0.0,
            "wrote": stored.report is not None,
            "generation": stored.report.generation if stored.report else 0,
        }
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return tell


def _watch_day(sources: list[WatchedSource], place: str, clock: DayClock, log: Path) -> None:
    Watcher(
        sources,
        place,
        clock=_as_clock(clock),
        tell=_log(log, clock.now),
        batch_seconds=_BATCH,
        allow_private=True,
    ).run()


def _as_clock(clock: DayClock) -> Clock:
    return clock  # type: ignore[return-value]  # the same two methods


def measure_day(scratch: Path) -> Json:
    """Return figures of a day with sources that fail and a process that is killed twice."""
    clock = DayClock(time.time() + 3)
    played = _Played(Plan(60, 12, clock, _KINDS))
    place, log = scratch / "day", scratch / "day.jsonl"
    try:
        for until in (8.0, 16.0, 24.0):
            arguments = (played.sources(), str(place), clock, log)
            process = multiprocessing.Process(target=_watch_day, args=arguments)
            process.start()
            while clock.hour() < until:
                time.sleep(0.1)
            process.kill()
            process.join()
        asked = played.told()
    finally:
        played.close()
    return {**_describe_day(played.plan, place, log), "asked": asked}


def _describe_day(plan: Plan, place: Path, log: Path) -> Json:
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    stored = {title: row["now"] for row in reversed(rows) for title in row["articles"]}
    listed, count = open_store(place).find_articles(limit=None)
    titles = {row.title for row in listed}
    due, missing, delays = 0, [], []
    for feed in range(plan.feeds):
        for number in range(plan.articles):
            hour = plan.published(feed, number)
            there = plan.kind(feed) in _WHOLE and not plan.is_missing(feed, number)
            if not there or hour > 24 - 2 * _EVERY / _HOUR:
                continue
            due += 1
            title = _title(feed, number)
            if title not in titles:
                missing.append(title)
            elif plan.kind(feed) == "fine" and title in stored:
                delays.append((stored[title] - _BEGAN) / 60 - hour * 60)
    return {
        "feeds": plan.feeds,
        "kinds": dict(Counter(map(plan.kind, range(plan.feeds)))),
        "speed": SPEED,
        "visits": sum(row["visits"] for row in rows),
        "visits that failed": sum(row["failed"] for row in rows),
        "articles due": due,
        "articles missing": missing,
        "articles stored": count,
        "stored twice": count - len(titles),
        "writes": sum(row["wrote"] for row in rows),
        "write p50 s": round(statistics.median(row["seconds"] for row in rows if row["wrote"]), 1),
        "write at most s": round(max(row["seconds"] for row in rows), 1),
        "generations published": max(row["generation"] for row in rows),
        "delay p50 min": round(statistics.median(delays), 1),
        "delay p95 min": round(statistics.quantiles(delays, n=20)[-1], 1),
        "delay at most min": round(max(delays), 1),
    }


def _watch_many(
    sources: list[WatchedSource], place: str, clock: DayClock, log: Path, found: Any
) -> None:
    began, used = time.perf_counter(), time.process_time()
    watcher = Watcher(
        sources, place, clock=_as_clock(clock), tell=_log(log, clock.now), allow_private=True
    )
    fine = watcher.run_once()
    found.put(
        {
            "all fine": fine,
            "seconds": round(time.perf_counter() - began, 1),
            "processor seconds": round(time.process_time() - used, 1),
            "memory MB at most": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    )


def measure_many(scratch: Path, feeds: int) -> Json:
    """Return figures of many feeds: the first visit, an unchanged one, one with an article new."""
    played = _Played(Plan(feeds, 3, None, ("fine",)))
    place, rounds = scratch / "many", []
    try:
        for number in range(2):
            log = scratch / f"many-{number}.jsonl"
            clock = DayClock(time.time(), speed=1.0, offset=2 * _HOUR * number)
            found = multiprocessing.Queue()  # type: ignore[var-annotated]
            arguments = (played.sources(), str(place), clock, log, found)
            process = multiprocessing.Process(target=_watch_many, args=arguments)
            process.start()
            figures = found.get()
            process.join()
            rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
            figures["visits"] = sum(row["visits"] for row in rows)
            figures["writes"] = sum(row["wrote"] for row in rows)
            figures["articles stored"] = open_store(place).count_articles()
            figures["generation"] = open_store(place).stats().generation
            rounds.append({**figures, "asked so far": played.told()})
    finally:
        played.close()
    return {"feeds": feeds, "hosts": -(-feeds // _FEEDS_A_HOST), "rounds": rounds}


def main() -> None:
    """Print the figures; write them where ``--out`` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--only", choices=("day", "many"))
    parser.add_argument("--log", type=Path, help="a folder for what was stored when")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    found: Json = {"processors": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.only != "many":
            found["day"] = measure_day(scratch)
        if options.only != "day":
            found["many"] = measure_many(scratch, options.feeds)
        for log in scratch.glob("*.jsonl") if options.log else ():
            shutil.copy(log, options.log)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    if options.out:
        text = json.dumps(found, indent=1, ensure_ascii=False)
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How quickly the page is there, and how quickly it lists 50,000 articles.

    pip install --group benchmark --group test
    python -m benchmarks.page --data ../shared/data --out benchmarks/results/page.json

The page is opened ten times in Chromium over the samples, the first time with an empty cache, until
a question can be typed. The list is that of an index of real articles repeated with changed words
and synthetic vectors (see ``benchmarks.scale``); each figure is the median of 20 calls.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.datasets import DEFAULT
from benchmarks.load import SAMPLES, served
from benchmarks.scale import stored
from index import build_index
from index.store.opening import open_store
from ui.web import articles_view

_OPENED = 10
_CALLS = 20
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Print the figures; write them where ``--out`` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = {"page seconds": _page_seconds(), "list": _listed(options.articles, options.data)}
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _page_seconds() -> dict[str, float]:
    """Open the page again and again; return how long it took until it was ready."""
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, _BROWSERS)))
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        build_index([SAMPLES / "articles"], Path(scratch, "index"))
        with served(Path(scratch, "index")) as (address, _):
            browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            page = browser.new_page()
            times = []
            for _ in range(_OPENED):
                started = time.perf_counter()
                page.goto(address)
                page.wait_for_selector("#chat .example")
                page.wait_for_selector("#q textarea:enabled")
                times.append(time.perf_counter() - started)
            browser.close()
    rest = times[1:]
    return {
        "first": round(times[0], 2),
        "median": round(statistics.median(rest), 2),
        "slowest after it": round(max(rest), 2),
    }


def _listed(articles: int, data: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        count = stored(Path(folder, "index"), data, articles=articles)
        store = open_store(Path(folder, "index"))
        words = "حريق مصنع"
        asked: dict[str, Callable[[], object]] = {
            "first page": lambda: articles_view.table(
                *store.find_articles(limit=50), 0, editable=True
            ),
            "last page": lambda: store.find_articles(offset=count - 50, limit=50),
            "by title": lambda: store.find_articles(order="title", limit=50),
            "words of a title": lambda: store.find_articles(words, limit=50),
            "statistics and timeline": lambda: articles_view.statistics(
                store.stats(), store.months(), {}
            ),
        }
        return {"articles": count, "ms": {name: _median_ms(call) for name, call in asked.items()}}


def _median_ms(call: Callable[[], object]) -> float:
    times = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(times), 1)


if __name__ == "__main__":
    main()

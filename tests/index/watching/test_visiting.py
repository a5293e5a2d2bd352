"""What a visit to a feed brings, without a server."""

from index.articles.fetching import Fetched, Validators
from index.watching.durations import DAY
from index.watching.sources import WatchedSource
from index.watching.state import SourceState
from index.watching.visiting import visit_address

FEED = "https://a.example/feed"
TEXT = "افتتح الوزير الجسر الجديد يوم الأحد، وشكر العمال على عملهم."


def rss(*items):
    found = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>صحيفة</title>{found}</channel></rss>'


def visit(state, body, *, now, **fields):
    """Visit a feed that says something at a time in seconds."""
    return visit_address(
        WatchedSource(FEED, **fields),
        state,
        now=lambda: now,
        fetch=lambda url, **_: Fetched(
            url, "application/rss+xml", "", body.encode(), Validators("e-1")
        ),
        is_stopped=lambda: False,
    )


def test_an_entry_without_a_link_is_one_article_however_often_it_is_edited():
    state, came = SourceState(), 1_700_000_000.0
    for edit in range(3):
        body = rss(f"<title>خبر</title><description>{TEXT} {edit}</description>")
        state = visit(state, body, now=came + 20 * DAY * edit, keep_for=90 * DAY).state
        assert state.articles == 1
        assert [(o, e.day) for o, e in state.entries.items()] == [(f"{FEED}::خبر", "2023-11-14")]


def test_a_feed_that_is_cut_brings_its_entries_is_told_and_asked_for_again():
    whole = rss(*(f"<title>خبر {n}</title><description>{TEXT} {n}</description>" for n in range(3)))
    cut = whole[: whole.index("<title>خبر 2")]
    found = visit(SourceState(), cut, now=1_700_000_000.0).state
    assert (found.articles, found.failures, found.error) == (2, 0, "")
    assert found.unread[0] == f"{FEED}: is damaged at line 1: entries after it may be missing"
    assert found.validators == Validators()
    found = visit(found, whole, now=1_700_100_000.0).state
    assert (found.articles, found.unread) == (3, ())


def test_an_entry_without_a_text_is_told_with_its_feed():
    found = visit(SourceState(), rss("<title>صامت</title>", ""), now=1_700_000_000.0).state
    told = (f"{FEED}::صامت: has no text", f"{FEED}::entry: has no text")
    assert (found.unread, found.failures) == (told, 0)

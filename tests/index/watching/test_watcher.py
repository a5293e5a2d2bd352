"""Sources are visited when they are due, and what is new comes into the index."""

import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from fakes import WordEmbedder
from feeds import HandClock, feed_site
from sites import PAGE, html, site

from index import build_index
from index.articles.fetching import fetch
from index.articles.readers.reading import MAX_FEED_BYTES
from index.building.resharding import reshard_index
from index.errors import IndexLockedError, IndexWriteError, InputError
from index.store.opening import holds_store, open_store
from index.watching.durations import DAY, HOUR, MINUTE
from index.watching.sources import WatchedSource
from index.watching.state import WatchFolder
from index.watching.turns import PoliteFetcher
from index.watching.visiting import MAX_ENTRIES, next_visit
from index.watching.watcher import Watcher


def source(place, **fields):
    return WatchedSource(str(place), **{"allow_private": True, **fields})


@pytest.fixture
def watched(tmp_path):
    """Make watchers of one index, with a clock that is set by hand."""
    clock, told = HandClock(), []

    def make(*sources, **options):
        options.setdefault("allow_private", True)
        return Watcher(
            sources,
            str(tmp_path / "index"),
            embedder=WordEmbedder(),
            clock=clock,
            tell=told.append,
            **options,
        )

    make.clock, make.told, make.place = clock, told, tmp_path / "index"
    return make


def titles(place):
    if not holds_store(place):
        return []
    rows, _ = open_store(place).find_articles(limit=None)
    return sorted(row.title for row in rows)


def ids(place):
    return set(open_store(place).known()) if holds_store(place) else set()


@contextmanager
def running(watcher):
    """Watch in a thread; stopped at the end."""
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield
    finally:
        watcher.stop()
        thread.join(30)
        assert not thread.is_alive()


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_articles_of_a_feed_come_and_are_fetched_once(watched):
    with feed_site(3) as feed:
        assert watched(source(feed.url)).run_once()
        assert titles(watched.place) == [f"خبر المشروع {n}" for n in range(3)]
        watched.clock.time += HOUR
        feed.put(3)
        assert watched(source(feed.url)).run_once()  # another process, after a restart
        assert feed.pages_asked() == ["/a/0", "/a/1", "/a/2", "/a/3"]
    assert len(titles(watched.place)) == 4


def test_a_feed_that_is_unchanged_is_not_sent_again(watched):
    with feed_site(2) as feed:
        for _ in range(3):
            assert watched(source(feed.url)).run_once()
            watched.clock.time += HOUR
        assert feed.sent == [200, 304, 304]


def test_a_source_is_visited_when_it_is_due_and_not_before(watched):
    with feed_site(1) as feed:
        for minutes in (0, 30, 31):  # half an hour between visits, and a minute too early once
            watched.clock.time += minutes * MINUTE
            watched(source(feed.url, every=HOUR)).run_once()
        assert len(feed.sent) == 2
        assert WatchFolder(str(watched.place)).load_state(source(feed.url)).articles == 1


def test_one_bad_source_never_stops_the_others(watched):
    broken = (200, {"Content-Type": "application/rss+xml"}, "<rss><channel>")
    with feed_site(2) as good, feed_site(2) as bad, site({"/broken": broken}) as (root, _):
        bad.status = 503
        no_feed = source(f"{root}/nothing")
        gone = source("http://127.0.0.1:9/feed.xml")
        missing = source("/nowhere/at/all")
        damaged = source(f"{root}/broken")
        watcher = watched(source(bad.url), gone, no_feed, missing, damaged, source(good.url))
        assert not watcher.run_once()
        assert len(titles(watched.place)) == 2
        errors = [
            watcher.states[one].error for one in (source(bad.url), gone, no_feed, missing, damaged)
        ]
        assert "503" in errors[0]
        assert "Connection refused" in errors[1]
        assert "404" in errors[2]
        assert "does not exist" in errors[3]
        assert "damaged" in errors[4]


def test_who_fails_is_visited_later_and_later_up_to_a_day_and_is_fine_again_at_once(watched):
    with feed_site(1) as feed:
        feed.status = 500
        waits = []
        for _ in range(7):
            watcher = watched(source(feed.url))
            assert not watcher.run_once()
            state = watcher.states[source(feed.url)]
            waits.append((state.due - watched.clock.time) / HOUR)
            watched.clock.time = state.due
        assert waits == [1, 2, 4, 8, 16, 24, 24]
        feed.status = 0
        watcher = watched(source(feed.url))
        assert watcher.run_once()
        state = watcher.states[source(feed.url)]
        assert (state.failures, state.error, state.due) == (0, "", watched.clock.time + HOUR)


@pytest.mark.parametrize(("told", "hours"), [("10800", 3), ("999999999", 24), ("soon", 1)])
def test_a_server_that_asks_to_be_left_alone_is_left_alone(watched, told, hours):
    with feed_site(1) as feed:
        feed.status, feed.headers = 429, {"Retry-After": told}
        watcher = watched(source(feed.url))
        watcher.run_once()
        assert watcher.states[source(feed.url)].due == watched.clock.time + hours * HOUR


def test_a_folder_that_is_not_there_is_looked_for_every_few_minutes():
    folder = source("/mnt/news", every=DAY)
    waits = [next_visit(folder, failures, 0.0) / MINUTE for failures in (0, 1, 2, 3, 40)]
    assert waits == [24 * 60, 1, 2, 4, 24 * 60]


def test_a_page_that_cannot_be_read_is_tried_for_three_days_and_then_left_but_told(watched):
    with feed_site(2) as feed:
        feed.broken.add("/a/1")
        for _ in range(5):
            watcher = watched(source(feed.url, every=DAY))
            assert watcher.run_once()  # the source itself is fine
            (told,) = watcher.states[source(feed.url, every=DAY)].unread
            assert "500" in told
            watched.clock.time += DAY
        assert feed.pages_asked() == ["/a/0", *["/a/1"] * 4]
        feed.broken.clear()
        feed.articles["/a/1"] = ("عنوان مصحح", *feed.articles["/a/1"][1:])
        watcher = watched(source(feed.url, every=DAY))
        watcher.run_once()
    assert titles(watched.place) == ["خبر المشروع 0", "عنوان مصحح"]
    assert watcher.states[source(feed.url, every=DAY)].unread == ()


def test_a_page_of_a_busy_server_is_never_given_up(watched):
    with feed_site(1) as feed:
        feed.busy.add("/a/0")
        for _ in range(9):
            assert watched(source(feed.url, every=DAY)).run_once()
            watched.clock.time += DAY
        feed.busy.clear()
        watched(source(feed.url, every=DAY)).run_once()
    assert titles(watched.place) == ["خبر المشروع 0"]


def test_pages_whose_server_asks_to_be_left_alone_are_left_alone(watched):
    with feed_site(1) as feed:
        feed.busy.add("/a/0")
        feed.headers = {"Retry-After": "10800"}
        watcher = watched(source(feed.url))
        watcher.run_once()
        watched.clock.time += HOUR
        watched(source(feed.url)).run_once()
    assert feed.pages_asked() == ["/a/0"]


def test_what_was_too_old_comes_when_more_is_wanted(watched):
    with feed_site() as feed:
        feed.put(1, date="2026-09-01")
        feed.put(2, date="2026-09-20")
        watched(source(feed.url, since="2026-09-10", keep_for=10 * DAY)).run_once()
        assert titles(watched.place) == ["خبر المشروع 2"]
        watched.clock.time += HOUR
        watched(source(feed.url)).run_once()
    assert titles(watched.place) == ["خبر المشروع 1", "خبر المشروع 2"]


def test_of_a_feed_without_end_the_first_entries_are_read_and_the_rest_is_told(watched):
    items = "".join(
        f"<item><title>{'ط' * 300} {n}</title><description>{'نص طويل. ' * 50}</description></item>"
        for n in range(MAX_ENTRIES + 200)
    )
    body = f'<rss version="2.0"><channel><title>كثير</title>{items}</channel></rss>'
    with site({"/f": (200, {"Content-Type": "application/rss+xml"}, body)}) as (root, _):
        many = source(f"{root}/f")
        watcher = watched(many)
        watcher.run_once()
    state = watcher.states[many]
    assert len(state.entries) == MAX_ENTRIES
    assert max(map(len, state.entries)) < 250
    assert "200 entries more" in state.unread[0]


def test_a_feed_of_too_many_bytes_is_not_taken_apart(watched):
    body = b'<rss version="2.0"><channel>' + b" " * MAX_FEED_BYTES
    with site({"/f": (200, {"Content-Type": "application/rss+xml"}, body)}) as (root, _):
        watcher = watched(source(f"{root}/f"))
        assert not watcher.run_once()
    assert "over 10 MiB" in watcher.states[source(f"{root}/f")].error


def test_entries_that_all_link_to_one_page_are_told_apart_and_forge_no_address(watched):
    text = "نص طويل من الخلاصة نفسها. " * 30
    items = "".join(
        f"<item><title>نشرة {n}</title><link>/</link><guid isPermaLink='false'>{guid}</guid>"
        f"<description>{text} {n}</description></item>"
        for n, guid in enumerate(["n-1", "https://other.example/a", "n-3"])
    )
    body = f'<rss version="2.0"><channel><title>نشرات</title>{items}</channel></rss>'
    with site({"/f": (200, {"Content-Type": "application/rss+xml"}, body)}) as (root, asked):
        watched(source(f"{root}/f")).run_once()
        assert asked == ["/f"]
        origins = {known.origin for known in open_store(watched.place).known().values()}
    assert titles(watched.place) == ["نشرة 0", "نشرة 1", "نشرة 2"]
    assert all(origin.startswith(f"{root}/f::") for origin in origins)


def test_an_article_that_leaves_one_source_stays_for_another_that_has_the_same(watched):
    with feed_site() as one, feed_site() as two:
        for feed in (one, two):
            feed.put(1, date="2026-09-20")
        short, long = source(one.url, keep_for=2 * DAY), source(two.url)
        watched(short).run_once()
        watched(short, long).run_once()
        assert len(ids(watched.place)) == 1
        for _ in range(2):
            watched.clock.time += 5 * DAY
            watched(short, long).run_once()
            (known,) = open_store(watched.place).known().values()
            assert known.origin == two.url.replace("feed.xml", "a/1")


def test_of_a_folder_in_a_folder_the_inner_rules_hold(watched, folder):
    inner = folder / "دائم"
    inner.mkdir()
    for place in (folder, inner):
        text = f"---\ndate: 2026-09-01\n---\nخبر {place.name}\n\nوصل وفد إلى {place.name}."
        (place / "قديم.md").write_text(text, encoding="utf-8")
    sources = source(folder, keep_for=5 * DAY), source(inner)
    for _ in range(2):
        watched(*sources).run_once()
        kept = {known.origin for known in open_store(watched.place).known().values()}
        assert str(inner / "قديم.md") in kept
        assert str(folder / "قديم.md") not in kept
        watched.clock.time += DAY


def test_an_article_whose_headline_changes_is_read_again(watched):
    with feed_site(1) as feed:
        watched(source(feed.url)).run_once()
        feed.articles["/a/0"] = ("عنوان جديد", "نص جديد عن المشروع الكبير في المدينة.", "")
        watched.clock.time += HOUR
        watched(source(feed.url)).run_once()
    assert titles(watched.place) == ["عنوان جديد"]


def test_a_page_is_watched_for_its_changes(watched):
    pages = {"/p": html("<article><h1>الخطة</h1><p>تبدأ الخطة في مارس من هذا العام.</p></article>")}
    with site(pages) as (root, _):
        watched(source(f"{root}/p")).run_once()
        before = open_store(watched.place).newest_articles(1)[0].text
        pages["/p"] = html("<article><h1>الخطة</h1><p>تأجلت الخطة إلى مايو المقبل.</p></article>")
        watched.clock.time += HOUR
        watched(source(f"{root}/p")).run_once()
    after = open_store(watched.place).newest_articles(5)
    assert "مارس" in before
    assert [("مايو" in article.text) for article in after] == [True]


def test_only_articles_from_a_day_on_are_taken(watched):
    with feed_site() as feed:
        feed.put(1, date="2026-09-01")
        feed.put(2, date="2026-09-10")
        feed.put(3)
        watched(source(feed.url, since="2026-09-05")).run_once()
        assert feed.pages_asked() == ["/a/2", "/a/3"]
    assert titles(watched.place) == ["خبر المشروع 2", "خبر المشروع 3"]


def test_articles_that_name_no_publisher_have_the_name_of_their_source(watched, folder):
    watched(source(folder, name="نشرة الحي")).run_once()
    assert open_store(watched.place).stats().sources == {"نشرة الحي": 3}


def test_articles_are_removed_when_they_were_kept_long_enough_and_do_not_come_back(watched):
    with feed_site() as feed:
        feed.put(1, date="2026-09-20")
        feed.put(2)  # without a date its arrival counts: 21 September
        kept = source(feed.url, keep_for=7 * DAY)
        watched(kept).run_once()
        assert len(ids(watched.place)) == 2
        counts = []
        for _ in range(9):
            watched.clock.time += DAY
            assert watched(kept).run_once()
            counts.append(len(ids(watched.place)))
        assert counts == [2, 2, 2, 2, 2, 2, 1, 0, 0]
        assert sorted(feed.pages_asked()) == ["/a/1", "/a/2"]
        assert WatchFolder(str(watched.place)).load_state(kept).articles == 0


def test_an_article_that_another_source_keeps_is_kept(watched):
    with feed_site() as feed:
        feed.put(1, date="2026-09-20")
        short, long = source(feed.url, keep_for=2 * DAY), source(f"{feed.url}?again")
        watched(short, long).run_once()
        watched.clock.time += 5 * DAY
        watched(short, long).run_once()
    assert titles(watched.place) == ["خبر المشروع 1"]


def fetch_anything(url, *, allow_private=False, known=None):
    """Fetch any address of this machine, as if each were public."""
    return fetch(url, allow_private=True, known=known)


@pytest.fixture
def other_site():
    """A feed of another site than those at 127.0.0.1, which tells of an article there."""
    with feed_site() as feed:
        feed.url = feed.url.replace("127.0.0.1", "localhost")
        yield feed


def test_a_feed_changes_nothing_of_another_site(watched, other_site):
    with feed_site(2) as feed:
        for n in range(2):
            link = feed.url.replace("feed.xml", f"a/{n}")
            other_site.articles[link] = (f"عنوان مزوّر {n}", "", "2026-09-19")
        other_site.describes = "نص مزوّر طويل. " * 60
        feed.broken.add("/a/1")
        forged, own = source(other_site.url), source(feed.url)
        for sources in ((forged,), (forged, own), (forged, own)):
            watched(*sources, fetch=fetch_anything).run_once()
            assert titles(watched.place) == ["خبر المشروع 0"]
            watched.clock.time += HOUR
        feed.articles["/a/0"] = ("عنوان مصحح", *feed.articles["/a/0"][1:])
        other_site.articles[link] = ("مزوّر من جديد", "", "")
        watched(forged, own, fetch=fetch_anything).run_once()
        assert titles(watched.place) == ["عنوان مصحح"]
        (article,) = open_store(watched.place).newest_articles(1)
        assert "مزوّر" not in article.text
        assert article.source == "صحيفة الحي"


def test_what_one_source_has_is_not_replaced_by_a_feed_of_another_site(watched, other_site):
    with feed_site(1) as feed:
        own, other = source(feed.url), source(other_site.url)
        watched(own, fetch=fetch_anything).run_once()
        feed.articles["/a/0"] = ("صفحة أخرى", "نص آخر تمامًا عن المشروع.", "")
        other_site.articles[feed.url.replace("feed.xml", "a/0")] = ("خبر", "", "")
        watched(other, own, fetch=fetch_anything).run_once()  # not yet due: its own feed
        assert titles(watched.place) == ["خبر المشروع 0"]
        folder = WatchFolder(str(watched.place))
        assert (folder.load_state(own).articles, folder.load_state(other).articles) == (1, 0)


def test_a_folder_is_kept_like_a_build_keeps_it(watched, folder, tmp_path):
    nested = folder / "قسم"
    nested.mkdir()
    (nested / "خبر.txt").write_text("خبر القسم\n\nوصل وفد جديد إلى المدينة.", encoding="utf-8")
    watched(source(folder)).run_once()
    build_index([folder], tmp_path / "other", embedder=WordEmbedder())
    assert ids(watched.place) == ids(tmp_path / "other")
    assert WatchFolder(str(watched.place)).load_state(source(folder)).articles == 4


def test_what_changes_in_a_folder_comes_at_once(watched, folder):
    with running(watched(source(folder))):
        wait_until(lambda: len(ids(watched.place)) == 3)
        time.sleep(0.3)  # the folder is being followed by then
        nested = folder / "قسم"
        nested.mkdir()
        (nested / "خبر.txt").write_text("خبر القسم\n\nوصل وفد جديد إلى المدينة.", encoding="utf-8")
        wait_until(lambda: "قسم/خبر" in ids(watched.place))
        (folder / "مطر.txt").unlink()
        (folder / "جسر.txt").write_text("إغلاق الجسر\n\nأغلق الجسر أمس.", encoding="utf-8")
        wait_until(lambda: "إغلاق الجسر" in titles(watched.place))
        wait_until(lambda: ids(watched.place) == {"جسر", "مدرسة", "قسم/خبر"})


def test_files_that_are_passed_over_in_a_folder_are_told_when_they_are_found(watched, folder):
    (folder / "رسالة.eml").write_text("x", encoding="utf-8")
    with running(watched(source(folder))):
        wait_until(lambda: watched.told)
        time.sleep(0.3)  # the folder is being followed by then
        (folder / "جدول.dbf").write_bytes(b"x")
        wait_until(lambda: len(watched.told) > 1)
    told = [[file.kind for file in stored.report.passed_over] for stored in watched.told]
    assert told[:2] == [[".eml"], [".dbf"]]


def test_what_changed_in_a_folder_meanwhile_comes_when_watching_begins(watched, folder):
    watched(source(folder)).run_once()
    (folder / "خبر.txt").write_text("خبر آخر\n\nوصل وفد جديد إلى المدينة.", encoding="utf-8")
    watched(source(folder)).run_once()
    assert "خبر" in ids(watched.place)


def test_a_folder_that_became_empty_takes_nothing_away(watched, folder):
    watched(source(folder)).run_once()
    for file in folder.iterdir():
        file.unlink()
    watched.clock.time += DAY
    watcher = watched(source(folder))
    assert not watcher.run_once()
    assert "is empty" in watcher.states[source(folder)].error
    assert len(ids(watched.place)) == 3


def test_a_folder_that_is_emptied_while_it_is_followed_takes_nothing_away(watched, folder):
    watcher = watched(source(folder))
    with running(watcher):
        wait_until(lambda: len(ids(watched.place)) == 3)
        time.sleep(0.3)  # the folder is being followed by then
        for file in folder.iterdir():
            file.unlink()
        wait_until(lambda: watcher.states[source(folder)].failures)
    assert "is empty" in watcher.states[source(folder)].error
    assert len(ids(watched.place)) == 3


def test_a_folder_that_is_empty_at_the_first_look_takes_nothing_of_an_earlier_build_away(
    watched, folder
):
    build_index([folder], watched.place, embedder=WordEmbedder())
    for file in folder.iterdir():
        file.unlink()
    assert not watched(source(folder)).run_once()
    assert len(ids(watched.place)) == 3


def test_a_link_in_a_folder_that_changes_stays_in_the_index(watched, folder, tmp_path):
    for name in ("أول", "ثان"):
        (tmp_path / f"{name}.txt").write_text(f"خبر {name}\n\nوصل وفد {name}.", encoding="utf-8")
    link, staged = folder / "اليوم.txt", tmp_path / "staged"
    link.symlink_to(tmp_path / "أول.txt")
    with running(watched(source(folder))):
        wait_until(lambda: "خبر أول" in titles(watched.place))
        time.sleep(0.3)
        staged.symlink_to(tmp_path / "ثان.txt")
        staged.rename(link)
        wait_until(lambda: "خبر ثان" in titles(watched.place))
    assert len(ids(watched.place)) == 4


def test_old_files_leave_the_index_and_are_not_read_into_it_again(watched, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    for day in ("2026-09-10", "2026-09-20"):
        text = f"---\ndate: {day}\n---\nخبر يوم {day}\n\nوصل وفد إلى المدينة في {day}."
        (folder / f"{day}.md").write_text(text, encoding="utf-8")
    kept = source(folder, keep_for=5 * DAY)
    assert watched(kept).run_once()
    assert ids(watched.place) == {"2026-09-20"}
    watched.clock.time += 7 * DAY
    for _ in range(2):
        assert watched(kept).run_once()
        assert ids(watched.place) == set()
        watched.clock.time += DAY


def test_a_paused_source_is_not_visited_until_it_is_resumed(watched):
    with feed_site(1) as feed:
        folder = WatchFolder(str(watched.place))
        folder.pause(source(feed.url), paused=True)
        assert watched(source(feed.url)).run_once()
        assert feed.asked == []
        folder.pause(source(feed.url), paused=False)
        watched(source(feed.url)).run_once()
        assert len(titles(watched.place)) == 1


def test_what_changed_in_a_paused_folder_comes_when_it_is_resumed(watched, folder):
    with running(watched(source(folder))):
        wait_until(lambda: len(ids(watched.place)) == 3)
        kept = WatchFolder(str(watched.place))
        kept.pause(source(folder), paused=True)
        time.sleep(1.5)  # until that is seen
        (folder / "خبر.txt").write_text("خبر آخر\n\nوصل وفد جديد.", encoding="utf-8")
        time.sleep(0.5)
        assert len(ids(watched.place)) == 3
        kept.pause(source(folder), paused=False)
        wait_until(lambda: len(ids(watched.place)) == 4)


def test_a_damaged_file_of_what_people_added_is_not_written_over(watched):
    folder = WatchFolder(str(watched.place))
    folder.add(source("https://news.example/feed.xml"))
    (folder.path / "added.json").write_text('{"sources": [', encoding="utf-8")
    with pytest.raises(IndexWriteError, match="move it away"):
        folder.add(source("https://other.example/feed.xml"))
    assert (folder.path / "added.json").read_text(encoding="utf-8") == '{"sources": ['


def test_a_source_that_is_added_while_watching_is_visited(watched):
    with feed_site(1) as one, feed_site(2) as two, running(watched(source(one.url))):
        wait_until(lambda: len(ids(watched.place)) == 1)
        folder = WatchFolder(str(watched.place))
        assert folder.is_watched
        folder.add(source(two.url))
        with pytest.raises(InputError, match="watched already"):
            folder.add(source(two.url))
        wait_until(lambda: len(ids(watched.place)) == 2)


def test_addresses_of_this_machine_are_not_fetched_unless_that_is_allowed(watched):
    with feed_site(1) as feed:
        watcher = watched(source(feed.url, allow_private=False))
        assert not watcher.run_once()
        assert feed.asked == []
        assert (
            "this machine or its network"
            in watcher.states[source(feed.url, allow_private=False)].error
        )


def test_a_source_that_may_be_of_this_machine_opens_no_other_place_of_it(watched):
    """Neither what it links to nor what it redirects to; nor itself once that is not allowed."""
    with feed_site(1) as feed, site({"/secret": html(PAGE)}) as (root, asked):
        feed.articles[f"{root}/secret"] = ("من الداخل", "", "")
        feed.articles["/moved"] = ("من الداخل", "", "")
        feed.moved = {"/moved": f"{root}/secret"}
        watcher = watched(source(feed.url))
        watcher.run_once()
        assert titles(watched.place) == ["خبر المشروع 0"]
        assert asked == []
        told = watcher.states[source(feed.url)].unread
        assert len(told) == 2
        assert all("this machine or its network" in reason for reason in told)
        watched.clock.time += HOUR
        assert not watched(source(feed.url), allow_private=False).run_once()


def test_one_index_has_one_watcher(watched):
    with feed_site(1) as feed, running(watched(source(feed.url))):
        wait_until(lambda: WatchFolder(str(watched.place)).is_watched)
        with pytest.raises(IndexLockedError, match="another `jawab watch`"):
            watched(source(feed.url)).run_once()
    assert not WatchFolder(str(watched.place)).is_watched


def test_a_stop_does_not_wait_for_a_server_that_says_nothing(watched):
    silent = threading.Event()

    def hang(_):
        silent.wait(20)

    with site({"/feed.xml": hang}) as (root, asked), feed_site(1) as feed:
        watcher = watched(source(f"{root}/feed.xml"), source(feed.url))
        with running(watcher):
            wait_until(lambda: asked and feed.pages_asked())
            time.sleep(0.5)  # for the page to be read
            began = time.monotonic()
        assert time.monotonic() - began < 5
        silent.set()
    assert len(titles(watched.place)) == 1


def test_many_feeds_are_stored_together(watched):
    with ExitStack() as stack:
        feeds = [stack.enter_context(feed_site()) for _ in range(8)]
        for n, feed in enumerate(feeds):
            feed.put(n)
        assert watched(*(source(feed.url) for feed in feeds)).run_once()
    assert len(ids(watched.place)) == 8
    assert sum(stored.report is not None for stored in watched.told) <= 3


def test_a_host_is_asked_for_one_thing_at_a_time(watched):
    at_once, most, lock = 0, 0, threading.Lock()

    def answer(handler):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        body = (
            f"<article><h1>صفحة {handler.path}</h1><p>نص الصفحة {handler.path} كامل.</p></article>"
        )
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.end_headers()
        handler.wfile.write(body.encode())

    with site({f"/{n}": answer for n in range(8)}) as (root, _):
        assert watched(*(source(f"{root}/{n}") for n in range(8))).run_once()
    assert most == 1
    assert len(ids(watched.place)) == 8


def test_where_an_address_redirects_to_is_asked_in_its_turn():
    pauses = []
    pages = {"/a": (302, {"Location": "/b"}, b""), "/b": (302, {"Location": "/c"}, b"")}
    with site(pages | {"/c": html(PAGE)}) as (root, asked):
        found = PoliteFetcher(pauses.append, 5.0).fetch(f"{root}/a", allow_private=True)
    assert found.url == f"{root}/c"
    assert asked == ["/a", "/b", "/c"]
    assert [round(pause) for pause in pauses] == [5, 5]


def test_a_feed_whose_pages_are_elsewhere_does_not_hold_its_host(watched, other_site):
    free = threading.Event()

    def hang(_):
        free.wait(20)

    with site({"/slow": hang}) as (root, asked):
        other_site.articles[f"{root}/slow"] = ("بطيء", "", "")
        other_site.articles["/a/7"] = ("صفحة الحي", "نص صفحة الحي كامل هنا.", "")
        page = other_site.url.replace("feed.xml", "a/7")
        feed = source(other_site.url)
        with running(watched(feed, source(page), fetch=fetch_anything)):
            wait_until(lambda: asked)
            wait_until(lambda: "/a/7" in other_site.asked)
            free.set()


def test_what_is_known_of_sources_lies_in_the_index_and_is_no_article(watched, tmp_path, folder):
    with feed_site(1) as feed:
        watched(source(feed.url)).run_once()
    assert (watched.place / "watch" / "watched.json").is_file()
    report = build_index([tmp_path], tmp_path / "other", embedder=WordEmbedder())
    assert (report.added, report.passed_over) == (3, ())


def test_what_is_known_of_sources_survives_another_number_of_shards(watched):
    with feed_site(1) as feed:
        watched(source(feed.url)).run_once()
        for shards in (2, 1):
            reshard_index(str(watched.place), shards)
            assert WatchFolder(str(watched.place)).load_state(source(feed.url)).articles == 1


def test_damaged_state_is_begun_anew(watched):
    with feed_site(1) as feed:
        watched(source(feed.url)).run_once()
        (file,) = (watched.place / "watch").glob("source-*.json")
        file.write_text('{"entries": 3}', encoding="utf-8")
        assert watched(source(feed.url)).run_once()
        assert len(ids(watched.place)) == 1

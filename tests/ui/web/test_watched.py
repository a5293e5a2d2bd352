"""The sources that are watched, on the page: who sees what of them, and who may change them."""

import shutil
from types import SimpleNamespace

import pytest
from browser import chromium, served
from feeds import feed_site

from index.store.opening import open_store
from index.watching.durations import DAY, HOUR
from index.watching.sources import WatchedSource
from index.watching.state import SourceState, WatchFolder
from index.watching.watcher import Watcher
from ui.web.access import Access
from ui.web.indexes import Indexes
from ui.web.served import Served
from ui.web.watched_part import WatchedPart
from ui.web.watched_view import WatchedRow, list_sources

NOW = 1_790_000_000.0
FOLDER = WatchedSource("/srv/secret/أخبار")
FEED = WatchedSource("https://news.example/feed.xml", name="<b>صحيفة</b>", is_added=True)


def rows(**changes):
    state = SourceState(visited=NOW - 5 * 60, due=NOW + 2 * HOUR, articles=12)
    failed = SourceState(
        visited=NOW - 3 * DAY, failures=2, error="/srv/secret/أخبار does not exist"
    )
    return [
        WatchedRow(FEED, state, **{"is_paused": False, **changes}),
        WatchedRow(FOLDER, failed, False),
    ]


def test_what_fails_comes_first_and_times_are_told_in_words():
    shown = list_sources(rows(), NOW, editable=True, is_watched=True)
    assert shown.index("secret") < shown.index("صحيفة")
    assert "آخر زيارة: قبل 5 دقائق · القادمة: بعد ساعتين · المقالات: 12" in shown
    assert "آخر زيارة: قبل 3 أيام" in shown
    assert "تعذّرت الزيارة: لا يوجد ملف في هذا المكان." in shown
    assert "jawab watch" not in shown
    assert "<b>" not in shown.replace("<bdi", "")


def test_readers_see_no_paths_of_the_server_and_nothing_to_change():
    shown = list_sources(rows(), NOW, editable=False, is_watched=False)
    assert "أخبار" in shown
    assert "تعذّرت الزيارة الأخيرة." in shown
    assert "secret" not in shown
    assert "<button" not in shown
    assert "jawab watch" in shown


def test_readers_see_the_host_of_an_unnamed_feed_and_no_key_in_its_address():
    feed = WatchedSource("https://news.example/feed.xml?key=s3cret")
    row = WatchedRow(feed, SourceState(), is_paused=False)
    shown = list_sources([row], NOW, editable=False, is_watched=True)
    assert "news.example" in shown
    assert "s3cret" not in shown
    assert "s3cret" in list_sources([row], NOW, editable=True, is_watched=True)


def test_a_paused_source_is_said_to_be_and_only_added_ones_are_removed():
    shown = list_sources(rows(is_paused=True), NOW, editable=True, is_watched=True)
    assert "متوقف مؤقتًا" in shown
    assert shown.count('data-do="remove"') == 1
    assert shown.count('data-do="resume"') == 1


def part_of(place, **access):
    assistant = SimpleNamespace(index=SimpleNamespace(store=open_store(place)))
    access = Access(**access)
    return WatchedPart(Served(Indexes([assistant]), access), access)


def asked_by(user=None):
    return SimpleNamespace(username=user, headers={}, client=None)


@pytest.mark.parametrize(
    ("access", "user"),
    [
        ({"host": "0.0.0.0"}, None),
        ({"editors": {"محرر": "x"}, "readers": {"قارئ": "y"}}, "قارئ"),
        ({"editors": {"محرر": "x"}}, None),
    ],
)
def test_who_may_not_edit_adds_and_pauses_nothing(built, access, user):
    folder = WatchFolder(str(built))
    folder.add(FEED)
    part = part_of(built, private_addresses=True, **access)
    with feed_site(1) as feed:
        ((told, *_),) = part._add("index", feed.url, "", "1h", asked_by(user))
        assert "لا يُسمح" in told
        assert feed.asked == []
    event = SimpleNamespace(_data={"id": FEED.id, "do": "remove"})
    assert "لا يُسمح" in part._change("index", event, asked_by(user))[0]
    assert [one.id for one in folder.list_all()] == [FEED.id]
    assert "<button" not in part._list("index", asked_by(user))


def test_an_address_of_the_own_network_is_added_only_where_that_is_allowed(built):
    with feed_site(1) as feed:
        *_, (told, *_) = part_of(built)._add("index", feed.url, "", "1h", asked_by())
        assert "هذا عنوان في الشبكة الداخلية" in told
        assert feed.asked == []
        assert WatchFolder(str(built)).list_all() == ()
        allowed = part_of(built, private_addresses=True)
        *_, (told, listed, *_) = allowed._add("index", feed.url, "الحي", "30m", asked_by())
        assert "أُضيف المصدر" in told
        assert "الحي" in listed
        *_, (told, *_) = allowed._add("index", feed.url, "", "1h", asked_by())
        assert "متابَع من قبل" in told
    (source,) = WatchFolder(str(built)).list_all()
    assert (source.every, source.allow_private, source.is_added) == (1800, True, True)


@pytest.mark.parametrize(
    "address", ["", "news", "https://", "ftp://news.example/", "https://a:b@c.example/"]
)
def test_what_is_no_address_is_not_added(built, address):
    *_, (told, *_) = part_of(built)._add("index", address, "", "1h", asked_by())
    assert "لم يُضف المصدر" in told
    assert WatchFolder(str(built)).list_all() == ()


def test_an_editor_adds_a_source_sees_what_came_and_pauses_it(
    open_page, sample_index, bundled, tmp_path
):
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    expect = pytest.importorskip("playwright.sync_api").expect
    axe = pytest.importorskip("accessibility", reason="axe is missing")
    place = shutil.copytree(sample_index, tmp_path / "index")
    with served(place, tmp_path / "chat.log", "--allow-private") as address, feed_site(2) as feed:
        chat = open_page(address)
        page, walk = chat.page, axe.Walk(chat)
        page.get_by_role("tab", name="المقالات").click()
        page.get_by_text("المصادر المتابَعة").click()
        expect(page.locator("#watch-list")).to_contain_text("لا مصادر متابَعة بعد.")
        page.fill("#watch-url :is(input, textarea)", f"{feed.url}x")
        page.click("#watch-new")
        expect(page.locator("#watch-told")).to_contain_text("رفض الموقع إرسال الصفحة (500).")
        page.fill("#watch-url :is(input, textarea)", feed.url)
        page.fill("#watch-name :is(input, textarea)", "صحيفة الحي")
        page.click("#watch-new")
        expect(page.locator("#watch-list li")).to_contain_text("لم يُزر بعد")
        Watcher((), str(place), embedder=bundled, allow_private=True).run_once()
        expect(page.locator("#watch-list li")).to_contain_text("المقالات: 2", timeout=30_000)
        expect(page.locator(".art-stats")).to_contain_text("30")
        walk.look("watched sources", "#watched")
        assert walk.found == {}
        page.locator("#watch-list").get_by_text("إيقاف مؤقت").click()
        expect(page.locator("#watch-list li")).to_contain_text("متوقف مؤقتًا")
        page.locator("#watch-list").get_by_text("إزالة").click()
        expect(page.locator("#watch-list")).to_contain_text("لا مصادر متابَعة بعد.")
        page.close()

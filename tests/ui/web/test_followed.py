"""Saved questions on the page: saved by editors, with what new articles say to them."""

import json
import shutil
import urllib.error
import urllib.request
from types import SimpleNamespace

import feedparser
import pytest
from browser import chromium, served

from index import add_articles
from index.store.opening import open_store
from rag import Assistant
from rag.following.asking import ask_saved
from rag.following.questions import News, NewsQuote, SavedQuestion, SavedQuestions
from ui.web.access import Access
from ui.web.followed_part import FollowedPart
from ui.web.followed_view import list_news, list_questions
from ui.web.indexes import Indexes
from ui.web.served import Served

QUOTE = NewsQuote(
    "a", "<i>عنوان</i>", "aljazirah", "2026-02-01", "javascript:x", "قال «نعم».", 0, 9
)
NEWS = News("n", "q", "<b>سؤال</b>؟", "2026-02-01T10:00:00+00:00", "قال «نعم».", "نعم", (QUOTE,))


def test_news_are_shown_with_their_quotes_and_nothing_in_them_is_markup():
    shown = list_news([NEWS], {"aljazirah": "الجزيرة"})
    assert "«قال “نعم”.»" in shown
    assert "الجزيرة" in shown
    assert "1 فبراير/شباط 2026" in shown
    assert "<i>" not in shown
    assert "<b>" not in shown.replace("<bdi", "")
    assert "javascript" not in shown


def test_only_editors_are_offered_to_remove_a_question():
    question = SavedQuestion("q", "من فاز؟", ("ملاعب",))
    shown = list_questions([question], [NEWS], editable=True)
    assert "الجديد: 1 · من " in shown
    assert 'data-unfollow="q"' in shown
    assert "<button" not in list_questions([question], [NEWS], editable=False)


@pytest.mark.parametrize(
    ("access", "user"),
    [
        ({"host": "0.0.0.0"}, None),
        ({"editors": {"محرر": "x"}, "readers": {"قارئ": "y"}}, "قارئ"),
    ],
)
def test_who_may_not_edit_saves_and_removes_nothing(built, access, user):
    questions = SavedQuestions(str(built))
    saved = questions.add("كم كلفة الجسر؟")
    access = Access(**access)
    assistant = SimpleNamespace(
        index=SimpleNamespace(store=open_store(built)), settings=SimpleNamespace(sources={})
    )
    part = FollowedPart(Served(Indexes([assistant]), access), access)
    request = SimpleNamespace(username=user, headers={}, client=None)
    assert "لا يُسمح" in part._save("index", "سؤال آخر؟", request)[0]
    event = SimpleNamespace(_data={"id": saved.id})
    assert "لا يُسمح" in part._remove("index", event, request)[0]
    assert questions.list() == (saved,)
    assert "كم كلفة الجسر" in part._show("index", request)[1]


def test_a_question_is_saved_below_its_answer_and_news_are_shown_and_offered_to_programs(
    open_page, sample_index, bundled, tmp_path
):
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    expect = pytest.importorskip("playwright.sync_api").expect
    axe = pytest.importorskip("accessibility", reason="axe is missing")
    place = shutil.copytree(sample_index, tmp_path / "index")
    with served(place, tmp_path / "chat.log") as address:
        chat = open_page(address)
        page, walk = chat.page, axe.Walk(chat)
        chat.ask("كم منظارًا يضم مرصد الطيور؟")
        page.locator("#chat .options button", has_text="متابعة السؤال").click()
        expect(page.locator(".toast-body")).to_contain_text("حُفظ السؤال")
        assert page.locator("#chat .user-row").count() == 1
        (saved,) = SavedQuestions(str(place)).list()
        assert saved.text == "كم منظارًا يضم مرصد الطيور؟"

        text = "افتتاح مرصد الطيور\n\nافتتح الوزير مرصد الطيور. ويضم مرصد الطيور 26 منظارًا."
        (tmp_path / "مرصد.txt").write_text(text, encoding="utf-8")
        add_articles([tmp_path / "مرصد.txt"], place, embedder=bundled)
        assistant = Assistant.open(place)
        assert len(ask_saved(assistant, SavedQuestions(str(place)))) == 1
        page.get_by_role("tab", name="الجديد").click()
        expect(page.locator("#news li")).to_contain_text("26 منظارًا")
        expect(page.locator("#follow-list")).to_contain_text("الجديد: 1")
        walk.look("news", "#tab-news")
        assert walk.found == {}

        page.fill("#follow-q :is(input, textarea)", "من افتتح المرصد؟")
        page.click("#follow-save")
        expect(page.locator("#follow-list li")).to_have_count(2)
        page.locator("#follow-list li").first.get_by_text("إزالة").click()
        expect(page.locator("#follow-list li")).to_have_count(1)
        expect(page.locator("#news")).to_contain_text("لا جديد بعد.")
        page.close()

        ask_saved(assistant, SavedQuestions(str(place)))  # «من افتتح المرصد؟»
        with urllib.request.urlopen(f"{address}api/news") as reply:
            told = json.load(reply)["news"]
        with urllib.request.urlopen(f"{address}api/news?format=rss&index=index") as reply:
            assert reply.headers["Content-Type"].startswith("application/rss+xml")
            assert len(feedparser.parse(reply.read()).entries) == len(told)
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(f"{address}api/news?format=pdf")

"""Publishers are called as the settings say, wherever one is shown."""

import re
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest
from passages import TEXT, passages_of

from index.articles.copies import Reprint
from index.store.listing import StoreStats
from rag import Assistant
from rag.answers import Answer, Citation, Sentence
from rag.settings import Settings
from rag.writing.setup import Setup
from ui.source_names import name_sources
from ui.web import articles_view, render
from ui.web.access import Access
from ui.web.articles_tab import ArticlesTab
from ui.web.conversations import Conversation, to_markdown
from ui.web.filter_fields import FilterFields
from ui.web.indexes import Indexes
from ui.web.render import Turn
from ui.web.served import Served

NAMES = {"aljazirah": "الجزيرة", "okaz": "عكاظ"}
REQUEST = SimpleNamespace(headers={}, username=None)


@pytest.fixture
def indexes(index):
    settings = Settings(sources={"unknown": "مجهول", **NAMES})
    return Indexes([Assistant(index, Setup.load(settings))])


def answered():
    (passage,) = passages_of(TEXT)
    passage = replace(passage, article=replace(passage.article, source="aljazirah"))
    reprint = Reprint("2", "عنوان", "okaz", "2015-08-06", "")
    citation = Citation(
        1, "0", "عنوان", "aljazirah", "2015-08-06", "", TEXT[:30], 0, 30, 1.0, (reprint,)
    )
    sentence = Sentence("وصل الوفد.", (1,), 1.0)
    return Answer("سؤال؟", "سؤال؟", "وصل الوفد.", (sentence,), (citation,), (passage,), found=True)


def test_cards_links_and_exports_show_the_names():
    turn = Turn("t1", "سؤال؟", name_sources(answered(), NAMES), 0)
    refused = replace(turn.answer, found=False, refusal="no_evidence")
    exported = to_markdown(Conversation("c", "عنوان", "news", "2026-01-01", (turn,)))
    for shown in (
        render.panel([turn]),
        render.panel([replace(turn, answer=refused)]),
        render.whole_answer(turn),
        exported,
    ):
        assert "الجزيرة" in shown
        assert "aljazirah" not in shown
    assert "عكاظ" in render.panel([turn])
    assert name_sources(answered(), {}) == answered()


def test_lists_charts_and_filters_show_the_names(indexes):
    stats = StoreStats(
        2, 2, 2, "2015-08-04", "2015-08-06", {"aljazirah": 1, "x": 1}, 0, 1, 0, 9, ""
    )
    days = [("2015-08-04", "aljazirah", 1), ("2015-08-06", "x", 1)]
    shown = articles_view.statistics(stats, days, NAMES)
    assert '<bdi dir="rtl">الجزيرة</bdi>' in shown
    assert '<bdi dir="ltr">x</bdi>' in shown
    assert "aljazirah" not in shown
    assert ">5 أغسطس/آب 2015</span>" in shown
    assert "4–6 أغسطس/آب 2015" in shown
    store = indexes[""].index.store
    rows, total = store.find_articles()
    rows = [row._replace(source="aljazirah") for row in rows]
    store_ = SimpleNamespace(find_articles=lambda *_, **__: (rows, total))
    tab = ArticlesTab(Served(indexes, Access()), Access())
    tab._store = lambda *_: store_
    table, *_ = tab._table("", "", "", "newest", 0, REQUEST)
    assert "الجزيرة" in table
    assert "aljazirah" not in table
    fields = FilterFields(Served(indexes, Access()))
    chips = fields._chips("", ["aljazirah"], "", "", [], REQUEST)
    assert '<bdi dir="rtl">الجزيرة</bdi>' in chips
    assert 'data-value="aljazirah"' in chips


def timed(first, last):
    return StoreStats(11, 11, 11, first, last, {"x": 11}, 0, 1, 0, 9, "")


def test_a_few_bars_are_named_a_sixth_of_the_chart_apart():
    months = [(f"2025-{month:02}", "x", 1) for month in range(1, 12)]
    shown = articles_view.statistics(timed("2025-01-04", "2025-11-06"), months, {})
    places = [float(place) for place in re.findall("inset-inline-start:([0-9.]+)%", shown)]
    assert len(places) == 6
    assert all(two - one >= 16.6 for one, two in pairwise(places))


def test_a_short_archive_has_a_bar_for_each_day_and_one_day_has_none():
    assert articles_view.is_short(timed("2015-08-04", "2015-08-06"))
    assert articles_view.is_short(timed("2025-12-31", "2026-02-28"))
    assert not articles_view.is_short(timed("2025-12-31", "2026-03-01"))
    assert not articles_view.is_short(StoreStats(1, 1, 0, "", "", {}, 0, 1, 0, 9, ""))
    days = [("2025-12-30", "x", 2), ("2026-01-02", "x", 1)]
    shown = articles_view.statistics(timed("2025-12-30", "2026-01-02"), days, {})
    assert "مقالات كل يوم" in shown
    assert re.findall(">([0-9]+ [^<]+)</span>", shown) == [
        "30 ديسمبر/كانون الأول 2025", "31 ديسمبر/كانون الأول 2025",
        "1 يناير/كانون الثاني 2026", "2 يناير/كانون الثاني 2026",
    ]  # fmt: skip
    assert "<figure" not in articles_view.statistics(
        timed("2025-12-30", "2025-12-30"), days[:1], {}
    )

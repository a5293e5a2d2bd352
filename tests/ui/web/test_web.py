"""The parts of the page that need no browser."""

import asyncio
import re
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from passages import TEXT, passages_of

from index.articles.article import Article
from index.errors import InputError
from index.store.contract import Filter
from index.store.listing import ListedArticle
from rag.answers import Answer, Citation, Sentence
from rag.language.relative_dates import RelativeDate
from rag.settings import Settings
from ui.web import articles_view, indexes, numbers, render, server
from ui.web.access import Access
from ui.web.examples import example_questions
from ui.web.filter_fields import describe_filter, make_filter
from ui.web.hosts import serving_hosts
from ui.web.markup import bdi, escape, quoted
from ui.web.passwords import compute_hash, verify_password
from ui.web.render import Turn
from ui.web.sessions import forget_replaced
from ui.web.shell import ArabicShell, arabic_page

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> ${x} {{y}} "quoted" [a](http://x)'


def citation(**changes):
    (passage,) = passages_of(TEXT)
    fields = {
        "number": 1, "article_id": "0", "title": "عنوان", "source": "صحيفة", "date": "2025-02-15",
        "url": "https://a.example/1", "quote": TEXT[:30], "start": 0, "end": 30, "score": 1.0,
    }  # fmt: skip
    return Citation(**{**fields, **changes}), passage


def turn(text="وصل الوفد.", found=True, numbers=(1,), **changes):
    cited, passage = citation(**changes)
    sentences = (Sentence(text, numbers, 1.0),) if found else ()
    refusal = None if found else "no_evidence"
    answer = Answer("سؤال؟", "سؤال؟", text, sentences, (cited,), (passage,), found, refusal)
    return Turn("t1", "سؤال؟", answer, 0)


@pytest.mark.parametrize(
    ("number", "phrase"),
    [(0, "0 مقاطع"), (1, "مقطعًا واحدًا"), (2, "مقطعين"), (3, "3 مقاطع"), (10, "10 مقاطع"),
     (11, "11 مقطعًا"), (99, "99 مقطعًا"), (100, "100 مقطع"), (102, "102 مقطع"), (105, "105 مقاطع")],
)  # fmt: skip
def test_a_number_agrees_with_its_noun(number, phrase):
    assert numbers.passages(number) == phrase


def test_dates_have_both_month_names():
    assert numbers.date("2025-02-15") == "15 فبراير/شباط 2025"
    assert numbers.date("") == numbers.NO_DATE


def test_a_card_says_which_days_were_meant_beside_the_quote():
    dates = (RelativeDate("أمس", "2025-02-14"), RelativeDate("<b>", "2025-01"))
    cited, passage = citation(relative_dates=dates)
    card = render._citation_card("t1", cited, passage)
    assert "«أمس»</bdi> 14 فبراير/شباط 2025" in card.split("</blockquote>")[1]
    assert "«&lt;b&gt;»</bdi> يناير/كانون الثاني 2025" in card


def test_a_mark_becomes_a_link_to_its_source():
    shown = render.whole_answer(turn())
    link = '<a href="#src-t1-1" title="عنوان — صحيفة">1</a>'
    assert f'وصل <span class="ans-end">الوفد. {link}</span></p>' in shown


def test_a_number_in_brackets_of_an_article_is_a_word_and_no_link():
    shown = render.whole_answer(turn("نصت المادة [1] والمادة [9] على ذلك."))
    assert "المادة [1] والمادة [9]" in shown
    assert shown.count("#src-t1-1") == 1


@pytest.mark.parametrize(
    "text", [HOSTILE, "https://evil.example/?q=1 www.evil.example", "**a** _b_ `c`"]
)
def test_a_text_is_shown_and_never_interpreted(text):
    shown = render.plain_markdown(text)
    assert "<" not in shown
    assert "](" not in shown.replace("\\](", "")
    assert "http:" not in shown
    assert "https:" not in shown
    assert render.message_text(shown) == text


def test_the_panel_escapes_whatever_an_article_says():
    html = render.panel([turn(title=HOSTILE, source=HOSTILE, quote=HOSTILE, url="javascript:x")])
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert html.count("<mark>") == 1


def test_the_step_says_how_many_articles_were_searched_and_under_which_filter():
    asked = turn()
    assert render.search_step(asked, 3005) == "بحثتُ في 3,005 مقالات، ووجدتُ مقطعًا واحدًا · 0.1 ث"
    one = replace(asked, scope="الجزيرة، منذ 5 أغسطس/آب 2015")
    told = render.search_step(one, 1)
    assert told.startswith("بحثتُ في مقال واحد (الجزيرة، منذ 5 أغسطس/آب 2015)، ووجدتُ")
    none = replace(one, answer=replace(one.answer, passages=()))
    assert render.search_step(none, 1).endswith("2015)، ولم أجد ما يناسب")
    assert render.search_step(none, 0) == "البحث محصور في: الجزيرة، منذ 5 أغسطس/آب 2015"


def test_the_hint_is_about_what_writes_the_answers():
    assert "مقتبسة حرفيًّا" in render.hint(is_written=False, is_recorded=False)
    assert "النماذج اللغوية" in render.hint(is_written=True, is_recorded=False)
    assert "تُسجَّل" not in render.hint(is_written=True, is_recorded=False)
    assert "تُسجَّل الأسئلة بلا أسماء" in render.hint(is_written=True, is_recorded=True)


def test_a_filter_is_said_in_words():
    titles = {"1": Article("1", "افتتاح الجسر", "نص")}
    store = SimpleNamespace(get_article=titles.get)
    day = Filter(("أ", "ب"), "2025-03-01", "2025-03-01", ("1", "2"))
    assert describe_filter(day, store, {}) == "أ، ب، «افتتاح الجسر»، يوم 1 مارس/آذار 2025"
    more = Filter(("أ", "ب", "ج", "د", "ه"), until="2025-03-01")
    assert describe_filter(more, store, {}) == "أ، ب، ج و2 غيرها، حتى 1 مارس/آذار 2025"
    assert describe_filter(Filter(articles=("2",)), store, {}) == "مقالات لم تعد في الفهرس"
    assert describe_filter(Filter(), store, {}) == ""


def test_a_day_that_is_none_is_refused_in_arabic():
    with pytest.raises(InputError, match="«غدًا» ليس تاريخًا"):
        make_filter((None, "غدًا", None, None))


def test_the_quote_is_marked_inside_its_passage():
    assert f"<mark>{TEXT[:30]}</mark>" in render.panel([turn()])


def test_a_title_cannot_end_the_link_it_stands_in():
    shown = render.whole_answer(turn(title='a" onclick="x](http://evil)'))
    assert 'title="a&quot; onclick=&quot;x](http://evil) — صحيفة"' in shown


def test_a_refusal_shows_the_nearest_passages_with_a_note():
    html = render.panel([turn("لم أجد.", found=False)])
    assert "أقرب المقاطع إلى السؤال" in html
    assert "<mark>" not in html


@pytest.mark.parametrize(
    ("text", "way"), [("NATO تعلن اتفاقًا جديدًا", "rtl"), ("plain English ثم", "ltr")]
)
def test_direction_is_that_of_most_letters(text, way):
    assert render.direction(text) == way


@pytest.mark.parametrize(
    "run",
    ["+966 11 123 4567", "+966111234567", "+٩٦٦ ١١ ١٢٣ ٤٥٦٧", "(0)11", "00966-11-123-4567", "011 123 4567", "1-800-555-0199",
     "2025-03-01", "C++", "C++/C#", "F#", "B12+", "Disney+", ".NET", "@jawab", "https://a.example/b/"],
)  # fmt: skip
def test_what_an_arabic_line_would_take_apart_stays_whole(run):
    isolated = f'<bdi dir="ltr">{run}</bdi>'
    for before, behind in (("قال ", " اليوم"), ("(", ")."), ("", "")):
        shown = escape(f"{before}{run}{behind}")
        assert shown == f"{before}{run if run == '(0)11' else isolated}{behind}"


@pytest.mark.parametrize(
    "text",
    ["بنسبة 9%", "فاز 3-1", "خطة 4-2-3-1", "بين 10–15 مليارًا", "1914 1918 1939", "58 047 شخصًا", "GPT-3.5 وIBM", "نهاية. NATO", "1,300,000", "+30%",
     "(Sam Altman)"],
)  # fmt: skip
def test_what_reads_well_as_it_is_gets_no_markup(text):
    assert escape(text) == text


def test_isolated_runs_are_escaped_and_never_stand_in_attributes():
    assert escape("C++ <b> & @x<i>") == (
        '<bdi dir="ltr">C++</bdi> &lt;b&gt; &amp; <bdi dir="ltr">@x</bdi>&lt;i&gt;'
    )
    article = Article("C++", "C++ و«NATO»", "نص", source="Disney+")
    row = ListedArticle("C++", "لغة C++", "Disney+", "2025-01-01", "", 1)
    for shown in (
        render.article_dialog(article, 0, 1),
        articles_view.table([row], 1, 0, editable=True),
    ):
        assert not re.search(r'="[^"<>]*<', shown)


def test_quotation_marks_within_others_are_of_the_other_kind():
    assert quoted("«هاكرز» و«ويندوز 10»") == "«“هاكرز” و“ويندوز 10”»"


def test_only_web_addresses_become_links():
    assert render.safe_url("https://a.example") == "https://a.example"
    assert not any(map(render.safe_url, ("javascript:x", "data:text/html,x", "http://[", "")))


def test_examples_come_from_the_articles_but_not_from_hostile_titles():
    articles = [
        Article("1", "افتتاح الجسر", "نص", source="أ"),
        Article("2", HOSTILE, "نص", source="ب"),
    ]
    assert example_questions(articles) == ["لخّص مقال «افتتاح الجسر»"]


def test_a_page_is_arabic_before_its_first_paint():
    page = arabic_page(b'<html lang="en"><head></head><body></body></html>').decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert page.index("ui.css") < page.index("</head>")


def test_the_shell_sets_the_policy_and_the_length():
    async def app(scope, receive, send):
        headers = [(b"content-type", b"text/html"), (b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<head", "more_body": True})
        await send({"type": "http.response.body", "body": b"></head>"})

    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(ArabicShell(app)({"type": "http"}, None, send))
    headers = dict(sent[0]["headers"])
    assert int(headers[b"content-length"]) == len(sent[1]["body"])
    assert b"connect-src 'self'" in headers[b"content-security-policy"]


def test_a_password_is_checked_by_its_hash():
    stored = compute_hash("سرّ")
    assert verify_password("سرّ", stored)
    assert not verify_password("سر", stored)
    assert not verify_password("", "")
    assert not verify_password("x", "scrypt$$")
    assert compute_hash("سرّ") != stored


def test_what_the_first_question_needs_is_loaded_when_the_server_starts(monkeypatch):
    searched, read = threading.Event(), threading.Event()
    monkeypatch.setattr(indexes, "load_reader", read.set)
    page = SimpleNamespace(launch=lambda **_: None)
    monkeypatch.setattr(server, "build_page", lambda *_: page)
    monkeypatch.setattr(server, "_CheckedApp", lambda *_, **_options: None)
    index = SimpleNamespace(store=SimpleNamespace(place="news"))
    assistant = SimpleNamespace(
        index=index, settings=Settings(), search=lambda _question: searched.set()
    )
    server.serve(
        indexes.Indexes([assistant]), port=1, access=Access(), hosts=serving_hosts("127.0.0.1")
    )
    assert searched.wait(10)
    assert read.wait(10)


def test_a_session_does_not_grow_with_every_question():
    own = {1: "chat", 2: "box"}
    blocks, values = {**own, 77: "box, once"}, {**own, 77: {}}
    config = SimpleNamespace(blocks=blocks)
    sessions = {"visitor": SimpleNamespace(blocks_config=config, config_values=values)}
    holder = SimpleNamespace(session_data=sessions)
    page = SimpleNamespace(
        app=SimpleNamespace(state_holder=holder), default_config=SimpleNamespace(blocks=own)
    )
    forget_replaced(page, "visitor")
    assert blocks == values == own
    forget_replaced(page, "somebody else")
    forget_replaced(page, None)


def test_names_run_as_most_of_their_letters_do():
    assert bdi("NATO تعلن خطة 2025") == '<bdi dir="rtl">NATO تعلن خطة 2025</bdi>'
    assert bdi("<b> sabq") == '<bdi dir="ltr">&lt;b&gt; sabq</bdi>'


def test_a_title_with_quotation_marks_is_quoted_with_others():
    article = Article(id="a", title="«هاكرز» يستغلون «ويندوز 10»", text="نص")
    assert example_questions([article]) == ["لخّص مقال «“هاكرز” يستغلون “ويندوز 10”»"]


def make_answer(kind="fact", short=None, labels=("", ""), notice=None):
    """Return a quoted answer of two articles that say «72 كيلومترا»."""
    said = "وأضاف أن طول القناة يبلغ 72 كيلومترا، وهو أكبر <من> ذي قبل."
    cited = tuple(
        replace(
            citation()[0], number=n, article_id=f"a{n}", quote=said, start=0, end=len(said),
            shown_start=said.index("طول"), shown_end=said.index("،"),
            answer_start=said.index("72"), answer_end=said.index("،"),
        )
        for n in (1, 2)
    )  # fmt: skip
    sentences = tuple(
        Sentence(said, (n,), 1.0, label=label) for n, label in zip((1, 2), labels, strict=True)
    )
    answer = Answer("؟", "؟", "", sentences, cited, found=True, model="extractive", notice=notice)
    return replace(answer, kind=kind, short=short)


def test_the_few_words_stand_first_then_what_agrees_then_the_clauses():
    shown = render.whole_answer(Turn("t1", "؟", make_answer(short="72 كيلومترا"), 0))
    order = ["<strong>", "يتفق عليه مصدران", "ans-card", "<mark>72 كيلومترا</mark>", "الجملة كاملة"]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert "…طول القناة يبلغ <mark>72 كيلومترا</mark>…" in shown
    assert "<من>" not in shown
    assert "\n" not in shown.split("\n\n")[0]


@pytest.mark.parametrize(
    ("kind", "labels", "part"),
    [
        ("list", ("", ""), '<ul class="ans-rows">'),
        ("timeline", ("", ""), '<ol class="ans-rows"><li><p class="ans-meta"><time>'),
        ("summary", ("", ""), '<ul class="ans-rows">'),
        ("comparison", ("الأولى", "الثانية"), '<div class="ans-sides"><section>'),
        ("fact", ("الوزير", ""), '<span class="ans-label"><bdi dir="rtl">الوزير</bdi>:</span>'),
    ],
)
def test_each_kind_of_answer_has_its_own_look(kind, labels, part):
    assert part in render.whole_answer(Turn("t1", "؟", make_answer(kind, labels=labels), 0))


@pytest.mark.parametrize("kind", ["fact", "list", "timeline", "summary", "comparison", "several"])
def test_what_more_there_is_to_tell_is_folded_behind_the_rest(kind):
    answer = make_answer(kind)
    first, second = answer.sentences
    answer = replace(answer, sentences=(first, replace(second, is_further=True)))
    told, _, further = render.answer_card("t1", answer).partition('<details class="ans-more">')
    assert "#src-t1-1" in told
    assert "#src-t1-2" not in told
    assert further.startswith("<summary>المزيد عن القصة (1)</summary>")
    assert "#src-t1-2" in further
    assert [point.citations for point in answer.points] == [(1,)]
    assert [point.citations for point in answer.further] == [(2,)]


def make_versions(known=True):
    """Return a quoted answer of two articles of which the newer gives another figure."""
    answer = make_answer()
    newer, older = answer.citations
    if not known:
        newer, older = (replace(c, answer_start=None, answer_end=None) for c in answer.citations)
    sentences = [replace(sentence, is_version=True) for sentence in answer.sentences]
    sentences[1] = replace(sentences[1], label="حصيلة سابقة")
    cited = (newer, replace(older, date="2025-01-15", source="صحيفة | <b>"))
    return replace(
        answer, sentences=tuple(sentences), citations=cited, differs=True, opening="تغيّر هذا:"
    )


def test_what_articles_say_that_differ_is_a_table_with_the_sentences_folded():
    shown = render.answer_card("t1", make_versions())
    table, _, behind = shown.partition("</table>")
    assert "<caption>تغيّر هذا</caption>" in table
    rows = re.findall("<tr><td>(.*?)</td></tr>", table)
    assert [row.split("</td><td>")[0] for row in rows] == [
        '<strong><bdi dir="rtl">72 كيلومترا</bdi></strong>',
        '<strong><bdi dir="rtl">72 كيلومترا</bdi></strong>'
        ' <span class="ans-called">(حصيلة سابقة)</span>',
    ]
    assert "15 فبراير/شباط 2025" in rows[0]
    assert 'صحيفة | &lt;b&gt;</bdi> <a href="#src-t1-2">2</a>' in rows[1]
    assert behind.startswith('<details class="ans-whole">')
    assert behind.count("ans-card") == 3
    old = replace(make_versions(), sentences=make_answer().sentences)
    assert "تغيّر هذا:" in render.answer_card("t1", old)
    unknown = render.answer_card("t1", make_versions(known=False)).partition("</table>")[0]
    assert "<td>…طول القناة يبلغ 72 كيلومترا…</td>" in unknown


def test_differences_of_several_parts_are_tables_of_their_own():
    first, second = make_versions().sentences
    above = (
        replace(first, lead="\n\nالأول:\n"),
        second,
        replace(first, lead="\nالثاني:\n"),
        second,
    )
    other = replace(second, is_version=False, label="", lead="\n")
    answer = replace(make_versions(), sentences=(other, *above), kind="several", opening="")
    shown = render.answer_card("t1", answer)
    assert re.findall("<caption>(.*?)</caption>", shown) == ["الأول", "الثاني"]
    assert shown.index("ans-cards") < shown.index("<table")


def test_no_title_or_quote_leaves_the_card():
    answer = make_answer()
    hostile = "عنوان\n\n![x](http://evil) <img src=x>"
    cited = tuple(replace(citation, title=hostile) for citation in answer.citations)
    shown = render.answer_card("t1", replace(answer, citations=cited))
    assert "\n" not in shown
    assert "<img" not in shown


def test_what_a_model_lays_out_is_shown_as_lists_and_bold_words_and_stays_text():
    leads = ["", f"\n\n{HOSTILE}:\n- {HOSTILE}: ", " ", "\n- ", "\n  - ", "\n3. ", "\n\n"]
    cited, passage = citation(title=HOSTILE)
    sentences = tuple(
        Sentence(f"{HOSTILE} {n}.", (1,), 1.0, lead=lead) for n, lead in enumerate(leads)
    )
    answer = Answer("؟", "؟", "", sentences, (cited,), (passage,), True, model="openai:x")
    shown = render.whole_answer(Turn("t1", "؟", answer, 0)).split("\n\n")[0]
    tags = re.findall("<(/?[a-z]+)", shown.replace("<a ", "<_"))
    assert set(map(str.lower, tags)) <= {"div", "/div", "p", "/p", "ul", "/ul", "ol", "/ol", "li",
                                         "/li", "strong", "/strong", "span", "/span", "/a", "bdi", "/bdi"}  # fmt: skip
    assert tags.count("li") == 4
    assert (
        shown.index("<ul")
        < shown.index("<strong>")
        < shown.index("<li><p", shown.index("<li>") + 1)
    )
    assert '</p><ul class="ans-rows"><li>' in shown  # below the item, inside it
    assert '<ol class="ans-rows" start="3">' in shown
    assert "\n" not in shown


def test_a_refusal_shows_the_nearest_sentences():
    shown = render.refusal(turn(found=False).answer)
    assert "أقرب الجمل إلى السؤال" in shown
    assert "وصل الوفد" in shown


def test_long_runs_of_letters_and_dots_are_escaped():
    # A pattern without limits would take hours for these.
    for run in ("a." * 50_000, "http://" * 10_000, "1-" * 50_000):
        assert escape(run).count("a.") == run.count("a.")


def test_a_telephone_number_at_the_end_of_a_models_sentence_stays_whole():
    cited = Citation(1, "a", "عنوان", "مصدر", "2025-03-01", "", "نص.", 0, 3, score=1.0)
    said = Sentence("اتصل على +966 11 123 4567.", (1,), 1.0)
    answer = Answer("؟", "؟", "", (said,), (cited,), found=True, model="openai:x")
    told = render.whole_answer(Turn("t1", "؟", answer, 0))
    assert '<bdi dir="ltr">+966 11 123 4567</bdi>' in told


def test_a_notice_stays_one_block_whatever_it_says():
    assert "\n" not in render.notice("info", "ومتى؟\n\n[اضغط](https://evil.example)")

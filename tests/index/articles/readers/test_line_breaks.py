"""Line breaks of feeds, books and pages part lines, however they are written and escaped."""

import html

import pytest
from documents import epub

from index.articles.readers.reading import read_articles

BREAKS = [
    "<br>",
    "<br/>",
    "<br />",
    "<BR>",
    '<br clear="all"/>',
    "<br></br>",
    "<br/><br/>",
    "</p><p>",
]
SHOWN = ["عدد القوارب:", "40", "10 منها قديم"]


def rss(description):
    return (
        '<rss version="2.0"><channel><title>صحيفة</title><item><title>المرفأ</title>'
        f"<description>{description}</description></item></channel></rss>"
    )


def content_encoded(markup):
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>صحيفة</title><item><title>المرفأ</title><description>موجز</description>"
        f"<content:encoded><![CDATA[{markup}]]></content:encoded></item></channel></rss>"
    )


def atom(kind, content):
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>صحيفة</title><entry><title>المرفأ</title>'
        f'<content type="{kind}">{content}</content></entry></feed>'
    )


def page(markup):
    return f"<html><body><article><h1>المرفأ</h1><p>{markup}</p></article></body></html>"


def cdata(markup):
    return f"<![CDATA[{markup}]]>"


def xhtml(markup):
    inside = markup.replace("<br>", "<br/>").replace("<BR>", "<br/>")
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{inside}</p></div>'


MAKERS = {
    "CDATA": (".xml", lambda markup: rss(cdata(f"<p>{markup}</p>"))),
    "escaped": (".rss", lambda markup: rss(html.escape(f"<p>{markup}</p>"))),
    "escaped twice": (".rss", lambda markup: rss(html.escape(html.escape(markup)))),
    "escaped in CDATA": (".rss", lambda markup: rss(cdata(html.escape(f"<p>{markup}</p>")))),
    "content:encoded": (".rss", lambda markup: content_encoded(f"<p>{markup}</p>")),
    "Atom html": (".atom", lambda markup: atom("html", html.escape(f"<div>{markup}</div>"))),
    "Atom xhtml": (".atom", lambda markup: atom("xhtml", xhtml(markup))),
    "EPUB": (".epub", lambda markup: epub([xhtml(markup)])),
    "page": (".html", page),
    "text": (".txt", lambda markup: markup.replace("</p><p>", "\n").replace("</br>", "")),
    "Markdown": (".md", lambda markup: markup.replace("</p><p>", "\n\n").replace("</br>", "")),
}


@pytest.mark.parametrize("written", BREAKS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_line_break_parts_lines(tmp_path, kind, written):
    ending, make = MAKERS[kind]
    content = make(written.join(SHOWN))
    path = tmp_path / f"a{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (article,) = read_articles([path])
    found = [line for line in article.text.split("\n") if line]
    assert found[-3:] == SHOWN or [article.title, *found] == SHOWN


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("السبت<br>وبلغت", ["السبت", "وبلغت"]),
        ("<ul><li>50</li><li>20</li></ul>", ["50", "20"]),
        ("50<hr>20", ["50", "20"]),
        ("<div>50</div>20<div>30</div>", ["50", "20", "30"]),
        ("<table><tr><td>2</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>", ["2 | 2", "3 | 4"]),
        ("<table><tr><td>50<br>20</td><td>30</td></tr></table>", ["50 / 20 | 30"]),
        ("<span style='display:block'>50</span><span style='display:block'>20</span>", ["50", "20"]),
        ("<dl><dt>الطول</dt><dd>50</dd></dl>", ["الطول", "50"]),
        ("<b>5</b><i>0</i>", ["50"]),
        ("<p>كلمة\nفي سطر</p>", ["كلمة في سطر"]),
        ("50&lt;br&gt;20", ["50", "20"]),
        ("50&amp;nbsp;طنًا", ["50 طنًا"]),
        ("اكتب &lt;br&gt; <b>في صفحتك</b>", ["اكتب <br> في صفحتك"]),
        ("5 &lt; 7", ["5 < 7"]),
    ],
)  # fmt: skip
def test_what_makes_a_line_on_a_page_makes_one_in_the_text(tmp_path, markup, shown):
    (tmp_path / "a.rss").write_text(rss(cdata(markup)), encoding="utf-8")
    (tmp_path / "b.atom").write_text(atom("html", html.escape(markup)), encoding="utf-8")
    for article in read_articles([tmp_path]):
        assert article.text.split("\n") == shown


def test_a_break_in_a_cell_or_in_code_of_markdown_parts_no_row(tmp_path):
    (tmp_path / "a.md").write_text("قال.\n\n| أ<br>ب | 2 |\n\nاكتب `<br>` هنا.", encoding="utf-8")
    (article,) = read_articles([tmp_path])
    assert article.text == "قال.\n\nأ / ب | 2\n\nاكتب <br> هنا."


@pytest.mark.parametrize(
    ("base", "own", "link", "full"),
    [
        ("https://n.example/", "", "/1", "https://n.example/1"),
        ("https://n.example/news/", "", "1.html", "https://n.example/news/1.html"),
        ("https://n.example/", "", "//m.example/1", "https://m.example/1"),
        ("https://n.example/a", "", "?id=7", "https://n.example/a?id=7"),
        ("", "https://n.example/feed.xml", "/1", "https://n.example/1"),
        ("https://n.example/", "", "https://m.example/1", "https://m.example/1"),
        ("", "", "/1", ""),
        ("https://n.example/", "", "javascript:alert(1)", ""),
    ],
)
def test_relative_addresses_of_a_feed_are_below_its_site(tmp_path, base, own, link, full):
    channel = f"<link>{base}</link>" if base else ""
    if own:
        channel += f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="{own}"/>'
    feed = rss("قال الربان: عدنا.").replace("<item>", f"{channel}<item><link>{link}</link>")
    (tmp_path / "a.rss").write_text(feed, encoding="utf-8")
    (article,) = read_articles([tmp_path])
    assert article.url == full


@pytest.mark.parametrize(
    ("description", "before"),
    [
        ("وبلغت كلفة المرفأ 77 مليونًا.", ["وبلغت كلفة المرفأ 77 مليونًا."]),
        ("عاد العمل إلى المرفأ. وحضر ألف عامل.", ["وحضر ألف عامل."]),
        ("عاد العمل إلى [&amp;#8230;]", []),
        ("&lt;p&gt;عاد العمل&lt;/p&gt;&lt;p&gt;اقرأ المزيد من الأخبار&lt;/p&gt;", []),
        ("المرفأ", []),
        ("", []),
    ],
)
def test_what_only_the_description_in_a_feed_says_is_read(tmp_path, description, before):
    text = "عاد العمل إلى المرفأ. وفيه سفن."
    feed = content_encoded(f"<p>{text}</p>").replace("موجز", description)
    (tmp_path / "a.rss").write_text(feed, encoding="utf-8")
    (article,) = read_articles([tmp_path])
    assert article.text.split("\n") == [*before, text]


def _table(*rows):
    cells = ("".join(c if c.startswith("<td") else f"<td>{c}</td>" for c in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


HEAD, LINE = ["المشروع", "الكلفة", "العدد"], "المشروع | الكلفة | العدد"


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (_table(HEAD, ["", "50", "7"]), [LINE, "– | 50 | 7"]),
        (_table(HEAD, ["الجسر", "", "20"]), [LINE, "الجسر | – | 20"]),
        (_table(HEAD, ["السوق", "50", "&nbsp;"]), [LINE, "السوق | 50 | –"]),
        (_table(HEAD, ["", "", "9"]), [LINE, "– | – | 9"]),
        (_table(HEAD, ["", "", ""], ["الشمال", "", ""]), [LINE, "الشمال"]),
        (
            _table(
                HEAD,
                ["<td rowspan=2>الجسر", "5", "6"],
                ["", "7"],
                ["<td colspan=3>المصدر: الوزارة"],
            ),
            [LINE, "الجسر | 5 | 6", "الجسر | – | 7", "المصدر: الوزارة"],
        ),
        (
            _table(HEAD, ["السوق", "5", "6"], ["<td colspan=2>المجموع", "27"]),
            [LINE, "السوق | 5 | 6", "المجموع | المجموع | 27"],
        ),
        (
            _table(["المشروع", "<td colspan=2>الكلفة"], ["", "2023", "2024"], ["الجسر", "", "20"]),
            ["المشروع | الكلفة | الكلفة", "– | 2023 | 2024", "الجسر | – | 20"],
        ),
        # An empty column only keeps others apart; a table of prose lays out a page.
        (_table(["أ", "", "5"], ["ب", "", "7"]), ["أ | 5", "ب | 7"]),
        (
            _table(["<td colspan=3>الأسعار"], ["", "أ", "5"], ["", "ب", "7"]),
            ["الأسعار", "أ | 5", "ب | 7"],
        ),
        (_table(["", "افتُتح السوق."], ["", "وحضر سالم."]), ["افتُتح السوق.", "وحضر سالم."]),
        (
            _table(["خبر أول.<br>تابع.", "عمود"], ["أ", "ب"], ["", "تذييل"]),
            ["خبر أول.", "تابع.", "عمود", "أ | ب", "تذييل"],
        ),
        (f"<table><caption>جدول</caption>{_table(HEAD)[7:]}ختام", ["جدول", LINE, "ختام"]),
    ],
)
def test_an_empty_cell_keeps_the_columns_of_those_after_it(tmp_path, table, shown):
    (tmp_path / "a.rss").write_text(rss(cdata(table)), encoding="utf-8")
    (tmp_path / "b.html").write_text(f"<h1>خبر</h1><p>مقدمة.</p>{table}", encoding="utf-8")
    feed, page = read_articles([tmp_path])
    assert feed.text.split("\n") == shown
    assert page.text.split("\n") == ["مقدمة.", *shown]

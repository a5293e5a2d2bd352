"""JSON as news sites, their tools and databases give it."""

import json
import shutil

import pytest
from conftest import SHARED

from index.articles.article import Article
from index.articles.readers.base import ReadFailure, ReadOptions
from index.articles.readers.reading import read_articles

TEXT = "افتُتح سوق السمك الجديد على الكورنيش."
RECORD = {"title": "سوق السمك", "text": TEXT, "date": "2025-06-08"}
OTHER = {"title": "سوق الورد", "text": "يضم السوق 18 متجرًا.", "date": "2025-06-09"}


def dumped(content, **options):
    return json.dumps(content, ensure_ascii=False, **options)


def read(tmp_path, content, name="a.json", **columns):
    path = tmp_path / name
    text = content if isinstance(content, str | bytes) else dumped(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_articles([path], ReadOptions(columns=columns)))


def one(tmp_path, content, name="a.json"):
    (article,) = read(tmp_path, content, name)
    assert isinstance(article, Article), article
    return article


def test_a_post_of_wordpress_is_an_article_without_markup(tmp_path):
    post = {
        "id": 15,
        "date": "2025-06-08T09:30:00",
        "modified": "2026-01-01T00:00:00",
        "guid": {"rendered": "https://wadi.example/?p=15"},
        "link": "https://wadi.example/market",
        "title": {"rendered": "افتتاح السوق &#8211; صور &amp; أرقام"},
        "content": {
            "rendered": "<p>فقرة&nbsp;أولى.</p>\n<ul><li>بند</li></ul>",
            "protected": False,
        },
        "excerpt": {"rendered": "<p>مقتطف</p>"},
        "author": 3,
    }
    article = one(tmp_path, [post])
    assert (article.id, article.title) == ("15", "افتتاح السوق – صور & أرقام")
    assert (article.text, article.date) == ("فقرة أولى.\nبند", "2025-06-08")
    assert (article.author, article.url) == ("", "https://wadi.example/market")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "draft"}, "is not published: draft"),
        ({"status": "trash", "type": "page"}, "is not published: trash"),
        ({"status": "publish", "password": "سر"}, "is not published: it has a password"),
    ],
)
def test_a_post_of_wordpress_that_is_not_published_is_not_read(tmp_path, said, reason):
    post = {"id": 7, "title": {"rendered": "خبر"}, "content": {"rendered": "<p>فقرة.</p>"}}
    (failure, article) = read(tmp_path, [post | said, post | {"id": 8, "status": "publish"}])
    assert failure.reason == reason
    assert failure.origin.endswith("::7")
    assert article.text == "فقرة."


def test_a_row_of_the_database_of_wordpress_says_what_it_is(tmp_path):
    row = {"post_title": "خبر", "post_content": "فقرة.", "post_status": "publish"}
    draft, kept, revision = row | {"post_status": "draft"}, row, row | {"post_type": "revision"}
    found = read(tmp_path, [draft, kept, revision])
    assert found[0].reason == "is not published: draft"
    assert found[1].text == "فقرة."
    assert found[2].kind == "WordPress revision"


def test_a_status_of_anything_else_says_nothing_of_publishing(tmp_path):
    assert one(tmp_path, [{"title": "عقد", "text": "فقرة.", "status": "pending"}]).text == "فقرة."


@pytest.mark.parametrize("graph", [True, False])
def test_a_page_in_the_names_of_schema_org_is_an_article(tmp_path, graph):
    article = {
        "@type": "NewsArticle",
        "headline": "سوق الحدادين",
        "articleBody": TEXT,
        "datePublished": "2025-06-10T23:30:00+03:00",
        "dateModified": "2025-07-01",
        "image": {"@type": "ImageObject", "url": "https://a.example/x.jpg", "name": "صورة"},
        "mainEntityOfPage": {"@type": "WebPage", "@id": "https://a.example/1"},
    }
    if graph:
        people = [
            {"@type": "WebSite", "@id": "#site", "name": "موقع"},
            {"@type": "Organization", "@id": "#paper", "name": "صحيفة النهر"},
            {"@type": "Person", "@id": "#writer", "name": "ليلى حداد"},
        ]
        article |= {"author": {"@id": "#writer"}, "publisher": {"@id": "#paper"}}
        content = {"@context": "https://schema.org", "@graph": [*people, article]}
    else:
        article |= {
            "author": [{"@type": "Person", "name": "ليلى حداد"}],
            "publisher": {"@type": "Organization", "name": "صحيفة النهر", "logo": {"url": "x"}},
        }
        content = article
    found = one(tmp_path, content)
    assert (found.title, found.text, found.date) == ("سوق الحدادين", TEXT, "2025-06-10")
    assert (found.author, found.source) == ("ليلى حداد", "صحيفة النهر")
    assert found.url == "https://a.example/1"


PARAGRAPHS = ["قال الوزير إن السوق جاهز.", "ويضم 18 متجرًا."]


@pytest.mark.parametrize(
    "text",
    [
        PARAGRAPHS,
        "<p>قال <b>الوزير</b> إن السوق جاهز.</p><p>ويضم 18 متجرًا.</p>",
        "&lt;p&gt;قال الوزير إن السوق جاهز.&lt;/p&gt;&lt;p&gt;ويضم 18 متجرًا.&lt;/p&gt;",
        [{"type": "paragraph", "text": part} for part in PARAGRAPHS],
        [{"type": "text", "content": f"<p>{part}</p>"} for part in PARAGRAPHS],
        {"blocks": [{"type": "paragraph", "data": {"text": part}} for part in PARAGRAPHS]},
        {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [
                    {"type": "text", "text": "قال الوزير "},
                    {"type": "text", "marks": [{"type": "bold"}], "text": "إن السوق جاهز."},
                ]},
                {"type": "paragraph", "content": [{"type": "text", "text": PARAGRAPHS[1]}]},
            ],
        },
        {"value": "<p>قال الوزير إن السوق جاهز.</p><p>ويضم 18 متجرًا.</p>", "format": "html"},
        {"ar": PARAGRAPHS, "en": ["The minister said so."]},
    ],
    ids=["list", "markup", "escaped markup", "blocks", "elements", "Editor.js", "ProseMirror",
         "Drupal", "languages"],
)  # fmt: skip
def test_paragraphs_are_lines_in_whatever_form_they_come(tmp_path, text):
    article = one(tmp_path, {"title": "سوق", "content": text})
    assert article.text == "\n".join(PARAGRAPHS)


def test_what_only_looks_like_markup_stays(tmp_path):
    text = "إن كان س < ص و ص > ع ربحت AT&T؛ انظر https://x.example/?a=1&copy=2 و<الوزير>"
    assert one(tmp_path, {"title": "أ", "text": text}).text == text


@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: records,
        lambda records: {"articles": records, "status": "ok"},
        lambda records: {"data": {"posts": records}, "meta": {"title": "موقع"}},
        lambda records: {"hits": {"total": 2, "hits": [{"_id": "x", "_source": r} for r in records]}},
        lambda records: {"data": [{"type": "node", "attributes": r} for r in records]},
        lambda records: {"data": {"posts": {"edges": [{"node": r} for r in records]}}},
        lambda records: {"content": records, "totalElements": 2},
        lambda records: {"1": records[0], "2": records[1]},
        lambda records: {"response": {"docs": records}},
        lambda records: {"title": "خلاصة", "home_page_url": "https://x.example", "items": records},
        lambda records: {"الأخبار": records},
        lambda records: [[records[0]], [records[1]]],
        lambda records: {"articles": records[:1], "posts": records[1:]},
        lambda records: {"articles": records[:1], "مختارات": records[1:], "total": 2},
        lambda records: {"title": "موقع", "الأخبار": records, "links": [None, 3]},
    ],
)  # fmt: skip
def test_records_are_found_wherever_they_are(tmp_path, wrap):
    found = read(tmp_path, wrap([RECORD, OTHER]))
    assert [article.title for article in found] == ["سوق السمك", "سوق الورد"]


def test_a_record_in_an_envelope_has_the_id_on_it(tmp_path):
    found = read(tmp_path, {"hits": {"hits": [{"_id": "خبر-7", "_source": RECORD}]}})
    assert found[0].id == "خبر-7"


def test_what_is_written_on_an_envelope_belongs_to_its_record(tmp_path):
    content = {
        "response": {
            "results": [
                {
                    "id": "world/2025/market",
                    "webPublicationDate": "2025-06-08T09:30:00Z",
                    "webUrl": "https://a.example/market",
                    "fields": {"headline": "سوق", "bodyText": TEXT},
                    "tags": [{"webTitle": "اقتصاد"}],
                }
            ]
        }
    }
    article = one(tmp_path, content)
    assert (article.id, article.date) == ("world/2025/market", "2025-06-08")
    assert article.url == "https://a.example/market"


def test_comments_and_related_articles_are_no_articles(tmp_path):
    comments = [{"author": "قارئ", "text": "تعليق طويل"}]
    related = [{"title": "خبر آخر", "text": "نص آخر"}]
    assert one(tmp_path, {**RECORD, "comments": comments, "related": related}).text == TEXT
    (failure,) = read(tmp_path, {"title": "أ", "text": None, "comments": comments})
    assert failure.reason == "has no text"


def test_a_live_report_and_its_entries_are_all_kept(tmp_path):
    found = read(tmp_path, {**RECORD, "entries": [OTHER]})
    assert [article.title for article in found] == ["سوق السمك", "سوق الورد"]


@pytest.mark.parametrize(
    "date",
    [
        "2025-06-08",
        "2025-06-08T23:30:00+03:00",
        "2025-06-08T09:30:00.000Z",
        "2025-06-08 09:30:00",
        "20250608",
        20250608,
        1749340800,
        1749340800.5,
        1749340800000,
        "1749340800",
        "1749340800000",
        {"$date": "2025-06-08T09:30:00Z"},
        {"$date": {"$numberLong": "1749340800000"}},
        {"date": "2025-06-08 09:30:00.000000", "timezone_type": 3},
        "/Date(1749340800000)/",
        "Sun, 08 Jun 2025 09:30:00 +0300",
        [None, "2025-06-08"],
    ],
)
def test_dates_are_read_in_every_form_of_json(tmp_path, date):
    assert one(tmp_path, {**RECORD, "date": date}).date == "2025-06-08"


@pytest.mark.parametrize("date", [None, "", 0, -1, True, "null", "قريبًا", {}, [], 10**30])
def test_what_is_no_date_is_none(tmp_path, date):
    assert not one(tmp_path, {**RECORD, "date": date}).date


def test_nulls_are_nothing(tmp_path):
    record = dict.fromkeys(("id", "title", "date", "author", "source", "url")) | {"text": TEXT}
    article = one(tmp_path, {"articles": [record]})
    assert (article.id, article.title, article.source) == ("a#1", TEXT, "")


def test_records_without_a_text_among_others_are_reported(tmp_path):
    found = read(tmp_path, [RECORD, {"title": "أ", "text": None}, None, 5, OTHER])
    assert [item.reason for item in found if isinstance(item, ReadFailure)] == [
        "has no text",
        "is no object",
        "is no object",
    ]
    assert [item.id for item in found if isinstance(item, Article)] == ["a#1", "a#5"]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_records_without_any_text_are_reported_once(tmp_path, name):
    records = [{"title": f"خبر {n}", "summary": TEXT, "n": n} for n in range(4)]
    content = dumped(records) if name == "a.json" else "\n".join(map(dumped, records))
    (failure,) = read(tmp_path, content, name)
    assert "title، summary، n" in failure.reason
    assert "--column text=summary" in failure.reason
    assert len(read(tmp_path, content, name, text="summary")) == 4


def test_one_bad_byte_costs_its_line_and_the_reason_is_true(tmp_path):
    lines = [dumped({**RECORD, "id": str(n)}).encode() for n in range(5)]
    lines[2] = lines[2].replace("سوق".encode(), b"\xe1", 1)
    found = read(tmp_path, b"\n".join(lines), "a.jsonl")
    assert [getattr(item, "id", None) for item in found] == ["0", "1", None, "3", "4"]
    assert found[2].reason == "line 3: the byte 0xE1 is no UTF-8; save it as UTF-8"


def test_one_bad_byte_in_json_costs_its_record(tmp_path):
    data = dumped([RECORD, OTHER]).encode().replace("السمك".encode(), b"\xff", 1)
    failure, article = read(tmp_path, data)
    assert "0xFF" in failure.reason
    assert article.title == "سوق الورد"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{bad", "line 2: is not valid JSON"),
        ("[1]", "line 2: is no object"),
        ("null", "line 2: is no object"),
        ('{"title": "أ", "text": ""}', "line 2: has no text"),
        ('{"title": "أ", "note": "ب"}', "line 2: has no field that is called like a text"),
        ("[" * 100_000 + "]" * 100_000, "line 2: is nested too deeply"),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_a_bad_line_is_reported_with_its_number(tmp_path, name, line, reason):
    first, failure, last = read(tmp_path, f"{dumped(RECORD)}\n{line}\n\n{dumped(OTHER)}\n", name)
    assert failure.reason.startswith(reason)
    assert (first.id, last.id) == ("a#1", "a#3")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "\ufeff" + dumped([RECORD, OTHER])),
        ("a.json", dumped([RECORD, OTHER]).encode("utf-16")),
        ("a.json", f"{dumped(RECORD)}\n{dumped(OTHER)}\n"),
        ("a.json", f"{dumped(RECORD, indent=2)}\n{dumped(OTHER, indent=2)}"),
        ("a.json", f"{dumped(RECORD)},\n{dumped(OTHER)},\n"),
        ("a.jsonl", dumped([RECORD, OTHER], indent=2)),
        ("a.jsonl", f"\ufeff{dumped(RECORD)}\r\n\r\n{dumped(OTHER)}\r\n"),
        ("a.jsonl", dumped([RECORD, OTHER])),
        ("a.jsonl", f"{dumped(RECORD)}\n{dumped(OTHER)}".encode("cp1256")),
    ],
)
def test_json_and_json_lines_are_told_apart_by_what_they_hold(tmp_path, name, content):
    if isinstance(content, bytes) and content.startswith(b"{"):
        content = content.replace("ُ".encode("cp1256"), b"")
    found = read(tmp_path, content, name)
    assert [article.title for article in found] == ["سوق السمك", "سوق الورد"]


@pytest.mark.parametrize("content", ["3", '"نص"', "null"])
def test_json_that_is_no_record_is_reported(tmp_path, content):
    (failure,) = read(tmp_path, content)
    assert "neither an object nor a list" in failure.reason


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_json_is_read(tmp_path):
    folder = shutil.copytree(
        SHARED / "cases" / "15-json-of-a-news-site" / "articles", tmp_path / "articles"
    )
    found = {article.title: article for article in read_articles([folder])}
    assert {title: article.date for title, article in found.items()} == {
        "سوق السمك": "2025-06-08",
        "سوق الورد": "2025-06-09",
        "افتتاح سوق السمك – صور": "2025-06-08",
        "سوق الحدادين": "2025-06-10",
    }
    assert found["سوق السمك"].text.endswith("المأكولات البحرية.\nويضم 42 متجرًا.")
    assert found["سوق الورد"].text == "افتُتح سوق الورد الجديد.\nويضم 18 متجرًا."


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("كيف تستخدم <script> في HTML؟", "كيف تستخدم <script> في HTML؟"),
        ("ما الفرق بين <b> و<strong>؟", "ما الفرق بين <b> و<strong>؟"),
        ("<script>x</script><img src=x> خبر", "<script>x</script><img src=x> خبر"),
        ("أجر < 500 و<b>أجر</b> > 900", "أجر < 500 وأجر > 900"),
        ({"rendered": "&#8220;نص&#8221; <em>مهم</em>"}, "“نص” مهم"),
        ({"rendered": "&amp;#8220;نص&amp;#8221;"}, "“نص”"),
        ({"rendered": "الوسم &lt;script&gt; في &lt;p&gt;"}, "الوسم <script> في <p>"),
        ("<h1>عاجل<br>من <span class='x'>الميناء</span></h1>", "عاجل من الميناء"),
        ("مساحته 5 م<sup>2</sup>", "مساحته 5 م²"),
    ],
)
def test_a_title_loses_its_formatting_and_no_word(tmp_path, title, shown):
    assert one(tmp_path, {"title": title, "content": TEXT}).title == shown


@pytest.mark.parametrize(
    "text",
    [
        "اكتب <script> ثم أغلقه بـ </script> في الصفحة.",
        "إن كان a<b وكان b>c فاكتب <div>.\nثم <img src=x> في سطر.",
    ],
)
def test_a_text_about_markup_is_no_markup(tmp_path, text):
    assert one(tmp_path, {"title": "درس", "text": text}).text == text


def test_lines_of_a_text_with_a_word_in_bold_stay_lines(tmp_path):
    found = one(tmp_path, {"title": "أ", "text": "سطر أول.\n\nسطر <b>ثان</b>."})
    assert found.text == "سطر أول.\nسطر ثان."


SPAN = {"type": "text", "text": "افتُتح "}
LINKED = [{"type": "text", "text": "السوق"}]


@pytest.mark.parametrize(
    "paragraph",
    [
        {"type": "paragraph", "content": [SPAN, {"type": "link", "content": LINKED}]},
        {"type": "paragraph", "children": [{"text": "افتُتح "}, {"type": "a", "children": LINKED}]},
        {"nodeType": "paragraph", "content": [
            {"nodeType": "text", "value": "افتُتح "},
            {"nodeType": "hyperlink", "content": [{"nodeType": "text", "value": "السوق"}]},
        ]},
        {"type": "paragraph", "content": [SPAN, {"type": "mention", "attrs": {"label": "السوق"}}]},
        {"ops": [{"insert": "افتُتح "}, {"insert": "السوق", "attributes": {"bold": True}}]},
    ],
    ids=["ProseMirror", "Slate", "Contentful", "mention", "Quill"],
)  # fmt: skip
@pytest.mark.parametrize("as_text", [False, True])
def test_a_link_inside_a_paragraph_does_not_break_its_line(tmp_path, paragraph, as_text):
    content = {"type": "doc", "content": [paragraph, paragraph]}
    content = dumped(content) if as_text else content
    found = one(tmp_path, {"title": "سوق", "content": content})
    assert found.text == "افتُتح السوق\nافتُتح السوق"


def test_lists_in_lists_and_tables_of_editors_are_read(tmp_path):
    cells = [["النوع", "العدد"], ["سمك", "42"]]
    blocks = [
        {"type": "list", "data": {"items": [{"content": "أول", "items": [{"content": "ثان"}]}]}},
        {"type": "table", "data": {"withHeadings": True, "content": cells}},
        {"type": "table", "content": [{"type": "tableRow", "content": [
            {"type": "tableCell", "content": [{"type": "paragraph", "content": LINKED}]},
            {"type": "tableCell", "content": [{"type": "paragraph", "content": [SPAN]}]},
        ]}]},
    ]  # fmt: skip
    found = one(tmp_path, {"title": "سوق", "content": {"blocks": blocks}})
    assert found.text == "أول\nثان\nالنوع | العدد\nسمك | 42\nالسوق | افتُتح"


def test_an_empty_cell_of_a_table_of_an_editor_keeps_the_columns(tmp_path):
    def cell(text, **attributes):
        inside = [
            {"type": "paragraph", "content": [{"type": "text", "text": text}] if text else []}
        ]
        return {"type": "tableCell", "attrs": attributes, "content": inside}

    rows = [
        [cell("النوع"), cell("الوزن"), cell("العدد")],
        [cell("سمك"), cell(""), cell("42")],
        [cell("المجموع", colspan=2), cell("50")],
    ]
    told = [["النوع", "الوزن", "العدد"], ["سمك", "", "42"]]
    blocks = [
        {"type": "table", "content": [{"type": "tableRow", "content": row} for row in rows]},
        {"type": "table", "data": {"content": told}},
    ]
    found = one(tmp_path, {"title": "سوق", "content": {"blocks": blocks}})
    lines = ["النوع | الوزن | العدد", "سمك | – | 42"]
    assert found.text.split("\n") == [*lines, "المجموع | المجموع | 50", *lines]


@pytest.mark.parametrize("heading", ["heading", "title"])
def test_headed_parts_of_a_text_are_one_article(tmp_path, heading):
    parts = [{heading: "البداية", "text": "نص أول."}, {heading: "النهاية", "text": "نص ثان."}]
    found = one(tmp_path, {"title": "سوق", "content": parts})
    assert (found.title, found.text) == ("سوق", "البداية\nنص أول.\nالنهاية\nنص ثان.")


def test_a_json_feed_says_whose_its_articles_are(tmp_path):
    items = [{"id": "1", "title": "سوق", "content_text": TEXT, "url": "/n/1"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "صحيفة النهر", "items": items}
    found = one(tmp_path, feed | {"home_page_url": "https://a.example/x/"})
    assert (found.source, found.url) == ("صحيفة النهر", "https://a.example/n/1")


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("end", ["]", "", ',{"title": "ث", "text": "قُطع'])
def test_a_damaged_record_of_a_list_costs_that_record(tmp_path, indent, end):
    records = [{"title": n, "text": f"نص {n}.", "tags": [{"name": "س"}]} for n in "أبج"]
    data = dumped(records, indent=indent).rstrip().removesuffix("]") + end
    found = read(tmp_path, data.replace("نص ب.", 'نص "ب".'))
    assert [item.text for item in found if isinstance(item, Article)] == ["نص أ.", "نص ج."]
    reasons = [item.reason for item in found if isinstance(item, ReadFailure)]
    assert reasons[0].startswith(f"line {13 if indent else 1}: is not valid JSON")
    assert len(reasons) == (2 if "قُطع" in end else 1)


def test_commas_after_json_lines_and_line_ends_in_texts_are_forgiven(tmp_path):
    lines = '{"title": "أ", "text": "نص أول."},\n{"title": "ب", "text": "نص ثان."},\n'
    assert [item.text for item in read(tmp_path, lines, "a.jsonl")] == ["نص أول.", "نص ثان."]
    assert one(tmp_path, '{"title": "أ", "text": "سطر.\nسطر."}').text == "سطر.\nسطر."


def test_a_title_of_nothing_but_tags_is_read_at_once(tmp_path):
    title = f"{'<b>' * 5_000}عاجل{'</b>' * 5_000}{'<i>' * 5_000}"
    assert one(tmp_path, {"title": title, "text": TEXT}).title == f"عاجل{'<i>' * 5_000}"


MORE = "وبلغت كلفة السوق 77 مليونًا."


@pytest.mark.parametrize(
    ("others", "before"),
    [
        ({"intro": MORE}, [MORE]),
        ({"مقدمة الخبر": MORE}, [MORE]),
        ({"lead": f"<p>{MORE}</p>"}, [MORE]),
        ({"text": MORE}, [MORE]),
        ({"text": f"{TEXT} {MORE}", "intro": MORE}, None),
        # What the text says itself, says in another form, or what says nothing.
        ({"text": f"{TEXT[:30]} …"}, []),
        ({"body_html": f"<p>{TEXT}</p>"}, []),
        ({"intro": f"{TEXT[:20]}[…]"}, []),
        ({"intro": "عاجل"}, []),
        ({"lead": "The post سوق appeared first on الجريدة."}, []),
        # The same in another language, and what somebody made of it.
        (
            {"text_en": "The new market cost far more than all others that stand in the city now."},
            [],
        ),
        ({"summary": MORE, "excerpt": MORE, "description": MORE}, []),
    ],
)
def test_a_text_and_its_lead_in_fields_of_their_own_are_both_read(tmp_path, others, before):
    found = one(tmp_path, {"title": "سوق", **others, "body": TEXT})
    if before is None:
        assert found.text == f"{TEXT} {MORE}"
    else:
        assert found.text.split("\n") == [*before, *TEXT.split("\n")]


def test_only_the_field_a_user_names_is_the_text(tmp_path):
    record = {"title": "سوق", "body": TEXT, "intro": MORE, "text": MORE}
    (article,) = read(tmp_path, dumped(record), text="body")
    assert article.text == TEXT


PARTS = [{"heading": "البداية", "text": "نص أول."}, {"heading": "النهاية", "text": "نص ثان."}]
IN_PARTS = "البداية\nنص أول.\nالنهاية\nنص ثان."


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ({"contents": [{"type": "p", "html": "<p>أ</p>"}, {"type": "image", "url": "x"}]}, "أ"),
        ({"contents": {"0": {"html": "<p>أ</p>"}, "1": {"html": "<p>ب</p>"}}}, "أ\nب"),
        ({"sections": PARTS}, IN_PARTS),
        ({"text": "", "sections": PARTS}, IN_PARTS),
        ({"content": {"sections": PARTS}}, IN_PARTS),
        ({"الأقسام": [{"نص": "نص أول."}]}, "نص أول."),
        ({"الفقرات": [{"العنوان": "البداية", "النص": "نص أول."}]}, "البداية\nنص أول."),
        ({"text": {"0": "أ", "1": "ب"}}, "أ\nب"),
        ({"text": {"10": "ب", "9": "أ"}}, "أ\nب"),
        ({"body": {"p1": "أ", "p2": {"html": "<p>ب</p>"}}}, "أ\nب"),
        ({"sections": ["رياضة", "محليات"], "text": "نص."}, "نص."),
    ],
)
def test_a_text_in_parts_under_any_usual_name_is_read(tmp_path, held, text):
    found = one(tmp_path, {"title": "سوق", **held})
    assert (found.title, found.text) == ("سوق", text)


@pytest.mark.parametrize("name", ["sections", "contents"])
def test_articles_under_a_name_of_parts_stay_articles(tmp_path, name):
    articles = [{"title": "أ", "text": "نص أ."}, {"title": "ب", "text": "نص ب."}]
    for record in ({name: articles}, {name: [{"name": "محليات", "articles": articles}]}):
        assert [article.title for article in read(tmp_path, dumped(record))] == ["أ", "ب"]


def test_names_of_rubrics_and_comments_are_no_text(tmp_path):
    for held in ({"sections": ["رياضة", "محليات"]}, {"comments": [{"text": "تعليق."}]}):
        (failure,) = read(tmp_path, dumped({"title": "سوق", **held}))
        assert isinstance(failure, ReadFailure)


def test_a_text_in_an_unknown_form_is_not_said_to_be_empty(tmp_path):
    (failure,) = read(tmp_path, dumped({"title": "سوق", "text": {"شيء": "نص أول."}}))
    assert failure.reason == "has no text in a known form under 'text'"
    (failure,) = read(tmp_path, dumped({"title": "سوق", "text": ""}))
    assert failure.reason == "has no text"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("قال: a<b ثم <b>مهم</b>.", "قال: a<b ثم مهم."),
        ("كان a<b فإن c>d وهذا <b>مهم</b>", "كان a<b فإن c>d وهذا مهم"),
        ("<p>أ</p><p>ثم x<y والنتيجة صحيحة", "أ\nثم x<y والنتيجة صحيحة"),
        ("<p>تحت <5 و<b>10</b></p>", "تحت <5 و10"),
        ("<a title='a<b'>رابط</a> <b>نص</b>", "رابط نص"),
        ("<img alt=صورة src=x><p>نص</p><p", "نص"),
    ],
)
def test_a_sign_of_comparison_takes_no_words(tmp_path, content, text):
    assert one(tmp_path, {"title": "سوق", "content": content}).text == text


def test_a_long_text_behind_a_sign_of_comparison_is_read_at_once(tmp_path):
    content = f'<p>أ</p>{"a<b " * 20_000}{"ثم " * 100_000}"'
    assert one(tmp_path, {"title": "سوق", "content": content}).text.startswith("أ\na<b")

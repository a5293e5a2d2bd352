"""RSS and Atom: which entries there are, and what they are known by."""

import codecs

import pytest

from index import build_index, open_index
from index.articles.fetching import Fetched
from index.articles.readers.base import PassedOver, ReadFailure, ReadOptions, Withdrawn
from index.articles.readers.feeds import looks_like_feed, parse_feed, read_feed
from index.articles.readers.reading import read_fetched
from index.articles.readers.sources import Source

TEXT = "افتتح الوزير الجسر الجديد يوم الأحد، وشكر العمال على عملهم."


def rss(*items):
    found = "".join(f"<item>{item}</item>" for item in items)
    site = "<link>https://a.example/</link>"
    return f'<rss version="2.0"><channel><title>صحيفة</title>{site}{found}</channel></rss>'


@pytest.mark.parametrize("guid", ["48213", "urn:uuid:1225c695", "a.example:7"])
def test_a_guid_that_is_no_web_address_is_no_link_but_tells_entries_apart(guid):
    items = [f"<title>نشرة</title><guid>{one}</guid>{TEXT}" for one in (guid, f"{guid}0")]
    first, second = parse_feed(rss(*items).encode(), "https://a.example/feed").entries
    assert (first.link, first.key, first.article.url) == ("", guid, "")
    assert second.key == f"{guid}0"


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid>1</guid><link>/a/1</link>", "https://a.example/a/1"),
        ("<guid>a/1</guid><link>a/1</link>", "https://a.example/a/1"),
    ],
)
def test_a_link_and_a_guid_that_is_a_web_address_are_where_the_article_is(said, link):
    (entry,) = parse_feed(rss(f"<title>خبر</title>{said}").encode()).entries
    assert entry.link == link


ITEMS = [f"<title>خبر {n}</title><description>{TEXT}</description>" for n in range(3)]
WHOLE = rss(*(f"\n{item}" for item in ITEMS))  # a line an entry, from line 2


@pytest.mark.parametrize(
    ("damaged", "line", "titles"),
    [
        (WHOLE[: WHOLE.index("<title>خبر 2")], 4, ["خبر 0", "خبر 1", ""]),
        (WHOLE[: WHOLE.index("</item></channel>") + len("</item>")], 4, ["خبر 0", "خبر 1", "خبر 2"]),
        (WHOLE.replace("</description></item>", "</desc</item>", 1), 2, ["خبر 0", "خبر 2"]),
        ('<?xml version="1.0"?>\n' + WHOLE[: WHOLE.index("خبر 1")], 4, ["خبر 0", ""]),
    ],
)  # fmt: skip
def test_a_feed_that_is_cut_or_damaged_says_so_and_keeps_its_other_entries(damaged, line, titles):
    feed = parse_feed(damaged.encode())
    assert feed.damage == f"is damaged at line {line}: entries after it may be missing"
    assert [entry.article.title for entry in feed.entries] == titles
    *_, last = read_feed(damaged.encode())
    assert last == ReadFailure("", feed.damage)


@pytest.mark.parametrize(
    "whole",
    [
        WHOLE,
        WHOLE.replace("خبر 0", "خبر & نبأ&nbsp;<br>"),
        f'\n\n<?xml version="1.0"?>{WHOLE}',
        WHOLE.replace("خبر 0", "خبر\x0b"),
        rss(),
    ],
)
def test_a_feed_that_is_no_xml_but_lost_nothing_is_not_called_damaged(whole):
    assert parse_feed(whole.encode()).damage == ""


def post(status="publish", kind="post", password=""):
    return (
        f"<title>خبر</title><link>https://a.example/1</link><description>{TEXT}</description>"
        f"<wp:status><![CDATA[{status}]]></wp:status><wp:post_type>{kind}</wp:post_type>"
        f"<wp:post_password><![CDATA[{password}]]></wp:post_password>"
    )


@pytest.mark.parametrize(
    ("item", "told"),
    [
        *(
            (post(status), Withdrawn("", f"is not published: {status}"))
            for status in ("trash", "draft", "private", "pending", "future", "inherit")
        ),
        (post(password="سر"), Withdrawn("", "is not published: it has a password")),
        (post("inherit", "attachment"), PassedOver("", "WordPress attachment")),
        (post(kind="nav_menu_item"), PassedOver("", "WordPress nav_menu_item")),
        (post("inherit", "revision"), PassedOver("", "WordPress revision")),
    ],
)
def test_of_an_export_of_wordpress_only_what_is_published_is_read(item, told):
    export = rss(post(), item, post(kind="page"), post(kind="news")).replace(
        "<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" '
    )
    first, second, *others = read_feed(export.encode())
    assert second == told
    assert [article.text for article in (first, *others)] == [TEXT] * 3


def test_what_is_not_published_is_not_fetched_either():
    export = rss(post("trash"), post("inherit", "attachment")).replace(
        "<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" '
    )
    found = Fetched("https://a.example/f.xml", "application/rss+xml", "", export.encode())
    read = list(
        read_fetched(found, Source("https://a.example/f.xml", "f"), ReadOptions(fetch=None))
    )
    assert read == [
        Withdrawn("https://a.example/1", "is not published: trash"),
        PassedOver("https://a.example/1", "WordPress attachment"),
    ]


ABOVE = '<?xml version="1.0"?>\n<!-- <html> --><?xml-stylesheet href="a.xsl"?>\n'


@pytest.mark.parametrize(
    "data",
    [
        rss().encode(),
        codecs.BOM_UTF8 + f"\n{ABOVE}{rss()}".encode(),
        (ABOVE + '<!DOCTYPE rss [<!ENTITY x "<html>">]>' + rss()).encode(),
        b"<!DOCTYPE rdf:RDF><rdf:RDF xmlns='http://purl.org/rss/1.0/'>",
        f"<!--{'-x' * 9_000}-->{rss()}".encode(),
        '<?xml version="1.0" encoding="utf-16"?><feed/>'.encode("utf-16"),
        codecs.BOM_UTF16_BE + "<atom:feed xmlns:atom='x'>".encode("utf-16-be"),
    ],
)
def test_a_feed_is_known_by_its_first_element(data):
    assert looks_like_feed(data)


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><!-- <rdf:RDF xmlns='http://web.resource.org/cc/'></rdf:RDF> --></head>",
        "<!DOCTYPE html><!-- <rss> --><html>",
        "<html><body><pre>&lt;rss <feed></pre>",
        "<feedback/>",
        "كيف تكتب <rss>",
        "",
    ],
)
def test_a_page_that_speaks_of_feeds_is_none(page):
    assert not looks_like_feed(page.encode())


def test_what_is_withdrawn_leaves_the_index(tmp_path, embedder):
    file, place = tmp_path / "export.xml", tmp_path / "index"
    named = '<rss xmlns:wp="http://wordpress.org/export/1.2/" '
    for status, articles in (("publish", 2), ("trash", 1)):
        other = f"<title>نبأ</title><description>{TEXT} وحضر كثيرون.</description>"
        file.write_text(rss(post(status), other).replace("<rss ", named), encoding="utf-8")
        build_index([file], place, embedder=embedder)
        assert open_index(place, embedder=embedder).stats().articles == articles

"""RSS and Atom: which entries there are, and what they are known by."""

import pytest

from index.articles.readers.feeds import feed_entries

TEXT = "افتتح الوزير الجسر الجديد يوم الأحد، وشكر العمال على عملهم."


def rss(*items):
    found = "".join(f"<item>{item}</item>" for item in items)
    site = "<link>https://a.example/</link>"
    return f'<rss version="2.0"><channel><title>صحيفة</title>{site}{found}</channel></rss>'


@pytest.mark.parametrize("guid", ["48213", "urn:uuid:1225c695", "a.example:7"])
def test_a_guid_that_is_no_web_address_is_no_link_but_tells_entries_apart(guid):
    items = [f"<title>نشرة</title><guid>{one}</guid>{TEXT}" for one in (guid, f"{guid}0")]
    first, second = feed_entries(rss(*items).encode(), "https://a.example/feed")
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
    (entry,) = feed_entries(rss(f"<title>خبر</title>{said}").encode())
    assert entry.link == link

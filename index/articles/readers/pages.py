"""Read web pages: the article without the menus around it."""

import re
from collections.abc import Iterator
from typing import Any

from index.arabic.datelines import dateline
from index.arabic.dates import parse_date
from index.articles.article import Article, fill_title
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.fields import public_url
from index.articles.readers.markup import headed_lines, parse_html
from index.articles.readers.rows import read_markdown_rows
from index.articles.readers.values import clean
from index.errors import InputError

_LITTLE = 1_000
"""Letters of a page below which trafilatura gives all of it, menus too (its ``baseline``). Chosen,
not measured."""
_AROUND = frozenset({
    "nav", "footer", "aside", "header", "form", "button", "menu", "dialog", "script", "style",
})  # fmt: skip
_ROLES = frozenset({"navigation", "contentinfo", "complementary", "search", "menu", "menubar"})
_NAMES = frozenset({
    "nav", "navbar", "navigation", "menu", "sidebar", "footer", "breadcrumb", "breadcrumbs",
    "related", "share", "sharing", "social", "comments", "cookie", "cookies", "newsletter",
    "subscribe", "pagination", "advert", "ads",
})  # fmt: skip
_CORE = ".//article | .//main | .//*[@role='main'] | .//h1"
_MENU_WORDS = 4
"""Words of a link in a menu at most; headlines have more. Chosen, not measured."""
_BETWEEN_LINKS = re.compile(r"[\s|/·•»«>‹›–—,،-]+")
_RIGHTS = re.compile(r"©|جميع الحقوق محفوظة|كل الحقوق محفوظة|all rights reserved", re.IGNORECASE)


def read_html(data: bytes) -> Iterator[Article]:
    """Read the article of a web page, without its menus, with title, date and publisher.

    Raises:
        InputError: No article text was found in the page.
    """
    import trafilatura  # takes half a second; only web pages need it

    markup = decode(data, declared=declared_encoding(data))
    page = trafilatura.bare_extraction(
        markup,
        with_metadata=True,
        include_comments=False,
        favor_recall=True,
        # Its extensive search takes any year it finds, the footer's copyright too, for the date.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    found: dict[str, Any] = page.as_dict() if page is not None else {}
    body = read_markdown_rows(clean(found.get("text") or ""))
    body = _little_text(markup) or body
    if not body:
        raise InputError("no article text was found in the page")
    title = clean(found.get("title") or "")
    if title and body.startswith(title + "\n"):
        body = body[len(title) :].lstrip()
    title, body = fill_title(title, body)
    yield Article(
        id="",
        title=title,
        text=body,
        source=clean(found.get("sitename") or ""),
        date=parse_date(found.get("date")) or dateline(body),
        author=clean(found.get("author") or ""),
        url=public_url(clean(found.get("url") or "")),
    )


def _little_text(markup: str) -> str:
    """Return the text of a page that has little of it, without what stands around it; else ""."""
    from lxml.html import tostring

    page = parse_html(markup)
    if page is None:
        return ""
    for element in list(page.iterdescendants()):
        if isinstance(element.tag, str) and _is_around(element):
            element.drop_tree()
    if len("".join(page.text_content().split())) >= _LITTLE:
        return ""
    heading, lines = headed_lines(tostring(page, encoding="unicode"))
    return "\n".join(line for line in (heading, *lines) if line and not _RIGHTS.search(line))


def _is_around(element: Any) -> bool:
    """Tell whether an element stands around the article: a menu, a footer, a list of links."""
    if element.tag in {"html", "head", "body", "main", "article"}:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    is_named = (
        element.tag in _AROUND
        or (element.get("role") or "").lower() in _ROLES
        or not _NAMES.isdisjoint(re.split(r"[\s_-]+", names))
    )
    return (is_named or _is_menu(element)) and not element.xpath(_CORE)


def _is_menu(element: Any) -> bool:
    """Tell whether an element is links of a few words and nothing else."""
    links = element.findall(".//a")
    if len(links) < 2 or any(len(link.text_content().split()) > _MENU_WORDS for link in links):
        return False
    linked = "".join(link.text_content() for link in links)
    letters, others = (_BETWEEN_LINKS.sub("", text) for text in (linked, element.text_content()))
    return len(others) <= len(letters)

"""Read formats that hold one article: plain text, Markdown with front matter, web pages."""

import re
from collections.abc import Iterator, Mapping

from index.arabic.datelines import dateline
from index.arabic.dates import parse_date
from index.articles.article import Article, titled
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.fields import article_from, clean, field_names, public_url
from index.articles.readers.front_matter import parse_front_matter
from index.errors import InputError

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BREAK = re.compile(r"(?<!`)<br\s*/?>(?!`)", re.IGNORECASE)
_RULE = r"[ \t]*(?:[-–—*_=~•]{3,}|(?:[-*_][ \t]+){2,}[-*_])[ \t]*"
_RULES = re.compile(rf"^{_RULE}$", re.MULTILINE)
_PREFIX = re.compile(r"^(?:#{1,6}|>|[-*+])\s+", re.MULTILINE)


def read_text(data: bytes, columns: Mapping[str, str]) -> Iterator[Article]:
    """Read a plain text: optional front matter, a headline line when there is one, the body."""
    yield _with_front_matter(decode(data), columns)


def read_markdown(data: bytes, columns: Mapping[str, str]) -> Iterator[Article]:
    """Read Markdown with optional front matter; marks of formatting are taken off the body."""
    yield _with_front_matter(decode(data), columns, markdown=True)


def _with_front_matter(text: str, columns: Mapping[str, str], *, markdown: bool = False) -> Article:
    fields, body = parse_front_matter(text, field_names(columns))
    body = _RULES.sub("", body)
    if markdown:
        body = _plain(body, fields)
    return article_from(fields, columns, text=body)


def _plain(body: str, fields: dict[str, object]) -> str:
    """Take Markdown's marks off; a leading heading becomes the title when none is given."""
    body = body.strip()
    heading = _HEADING.match(body)
    if heading and (not fields.get("title") or fields["title"] == heading[1]):
        fields["title"] = heading[1]
        body = body[heading.end() :]
    body = _BREAK.sub("\n", body)
    body = _LINK.sub(r"\1", body)
    body = _MARKUP.sub(r"\2", body)
    return _PREFIX.sub("", body)


def read_html(data: bytes) -> Iterator[Article]:
    """Read the article of a web page, without its menus, with title, date and publisher.

    Raises:
        InputError: No article text was found in the page.
    """
    import trafilatura  # takes half a second; only web pages need it

    page = trafilatura.bare_extraction(
        decode(data, declared=declared_encoding(data)),
        with_metadata=True,
        include_comments=False,
        favor_recall=True,
        # Its extensive search takes any year it finds, the footer's copyright too, for the date.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if page is None or not page.text:
        raise InputError("no article text was found in the page")
    title, body = clean(page.title or ""), clean(page.text)
    if title and body.startswith(title + "\n"):
        body = body[len(title) :].lstrip()
    title, body = titled(title, body)
    yield Article(
        id="",
        title=title,
        text=body,
        source=clean(page.sitename or ""),
        date=parse_date(page.date) or dateline(body),
        author=clean(page.author or ""),
        url=public_url(clean(page.url or "")),
    )

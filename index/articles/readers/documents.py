"""Read plain text and Markdown, with fields above them or without."""

import re
from collections.abc import Iterator, Mapping

from index.articles.article import Article
from index.articles.encoding import decode
from index.articles.readers.fields import article_from, names_above_text
from index.articles.readers.front_matter import parse_front_matter
from index.articles.readers.rows import read_markdown_rows

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BREAK = re.compile(r"(?<!`)<br(?:\s[^<>]*)?/?>(?!`)", re.IGNORECASE)
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
    fields, body = parse_front_matter(text, names_above_text(columns))
    body = _RULES.sub("", body)
    body = _plain(body, fields) if markdown else _BREAK.sub("\n", body)
    return article_from(fields, columns, text=body)


def _plain(body: str, fields: dict[str, object]) -> str:
    """Take Markdown's marks off; a leading heading becomes the title when none is given."""
    body = body.strip()
    heading = _HEADING.match(body)
    if heading and (not fields.get("title") or fields["title"] == heading[1]):
        fields["title"] = heading[1]
        body = body[heading.end() :]
    body = _BREAK.sub("\n", read_markdown_rows(body))
    body = _LINK.sub(r"\1", body)
    body = _MARKUP.sub(r"\2", body)
    return _PREFIX.sub("", body)

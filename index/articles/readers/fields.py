"""Build an article from a record of named fields, under whatever names they come."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from index.arabic.datelines import dateline
from index.arabic.dates import parse_date
from index.articles.article import Article, opening_words, split_title

_NAMES = {
    "id": ("id", "article_id", "guid", "_id"),
    "title": ("title", "headline", "name", "العنوان", "عنوان"),
    "text": ("text", "body", "content", "article", "article_text", "النص", "نص", "المحتوى"),
    "source": ("source", "publisher", "site", "agency", "المصدر", "مصدر", "الناشر"),
    "date": ("date", "published", "published_at", "pubdate", "created", "time", "التاريخ"),
    "author": ("author", "byline", "creator", "الكاتب"),
    "url": ("url", "link", "permalink", "الرابط"),
}


FIELDS = tuple(_NAMES)
"""Fields of an article that a record may have."""


def field_names(columns: Mapping[str, str]) -> list[str]:
    """Return every name, in lower case, by which a field of an article is known."""
    usual = (name for names in _NAMES.values() for name in names)
    return [*usual, *(name.strip().lower() for name in columns.values())]


def article_from(
    record: Mapping[str, Any], columns: Mapping[str, str], *, text: str | None = None
) -> Article:
    """Return the article in a record; its id and origin may still be empty.

    Args:
        record: Field name -> value; names are matched without case, in English or Arabic.
        columns: Field of an article -> its name in the record, where it is another one.
        text: The body when it is not a field of the record (front matter).
    """
    known = {str(name).strip().lower(): value for name, value in record.items()}
    names = {field: (columns[field].strip().lower(),) for field in columns} | {
        field: usual for field, usual in _NAMES.items() if field not in columns
    }
    values = {field: _first(known, names[field]) for field in _NAMES}
    body = clean(values["text"] if text is None else text)
    title = " ".join(clean(values["title"]).split())
    day = parse_date(values["date"])
    if text is not None and not values["date"]:
        day = dateline(body)
    if not title:
        title, body = split_title(body) if text is not None else (opening_words(body), body)
    return Article(
        id=clean(values["id"]),
        title=title,
        text=body,
        source=clean(values["source"]),
        date=day,
        author=clean(values["author"]),
        url=public_url(clean(values["url"])),
    )


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "")), "")


def clean(value: Any) -> str:
    """Return a field as text: lists joined, lone surrogates and NULs dropped, ends trimmed."""
    if isinstance(value, list | tuple):
        return "، ".join(clean(part) for part in value)
    if isinstance(value, dict):
        return clean(value.get("name", ""))
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\0\ud800-\udfff]", "", text).strip()


def public_url(url: str) -> str:
    """Return the address if it is http or https, else ""; nothing else is ever made a link."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""

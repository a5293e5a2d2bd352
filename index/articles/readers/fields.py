"""Build an article from a record of named fields, under whatever names they come."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.arabic.datelines import dateline
from index.articles.article import Article, opening_words, split_title
from index.articles.readers.headings import (
    FIELDS,
    SURE_NAMES,
    is_of_a_language,
    leads_of,
    names_of,
)
from index.articles.readers.leads import join_texts, with_leads
from index.articles.readers.values import (
    clean,
    is_empty,
    to_address,
    to_day,
    to_line,
    to_name,
    to_text,
)

_SHOWN_NAMES = 12
_PLAIN = re.compile(r"[\w.-]+")
"""A name that a shell takes as it is."""
_ABOVE_TEXT = tuple(name for name in SURE_NAMES if not names_of((name,))["text"])


def names_above_text(columns: Mapping[str, str]) -> list[str]:
    """Return every name, in lower case, by which a field above a text is surely known.

    A text is none of them: what follows «التفاصيل:» above a text belongs to it.
    """
    return [*_ABOVE_TEXT, *(name.strip().lower() for name in columns.values())]


def article_from(
    record: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    text: str | None = None,
    address: str = "",
) -> Article:
    """Return the article in a record; its id and origin may still be empty.

    Args:
        record: Field name -> value; names are matched in any usual wording.
        columns: Field of an article -> its name in the record, where it is another one.
        text: The body when it is not a field of the record (front matter).
        address: Of the site, below which relative addresses are.
    """
    known = {str(name): value for name, value in record.items()}
    names = names_of(known, columns)
    values = {field: [known[name] for name in names[field]] for field in FIELDS}
    title = _first(map(to_line, values["title"]))
    body = _text_of(known, names["text"], columns, title) if text is None else clean(text)
    day = _first(map(to_day, values["date"]))
    if text is not None and all(map(is_empty, values["date"])):
        day = dateline(body)
    if not title:
        title, body = split_title(body) if text is not None else (opening_words(body), body)
    return Article(
        id=_first(map(to_line, values["id"])),
        title=title,
        text=body,
        source=_first(map(to_name, values["source"])),
        date=day,
        author=_first(map(to_name, values["author"])),
        url=_first(public_url(to_address(value), address) for value in values["url"]),
    )


def _text_of(
    record: Mapping[str, Any], names: Sequence[str], columns: Mapping[str, str], title: str
) -> str:
    """Return the text of a record, with its lead where that says more."""
    texts = {name: text for name in names if (text := to_text(record[name]))}
    first = _first(texts.values())
    own = [text for name, text in texts.items() if text == first or not is_of_a_language(name)]
    if "text" in columns or not first:
        return first
    leads = [to_text(record[name]) for name in leads_of(tuple(record)) if name not in texts]
    return with_leads(join_texts(own), leads, title=title)


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def describe_missing_text(record: Mapping[str, Any], columns: Mapping[str, str], kind: str) -> str:
    """Say that nothing in a record is called like a text, what there is, and which option helps.

    Args:
        record: Name -> value.
        columns: What the user says that fields are called.
        kind: What names are of: "column" or "field".
    """
    names = [str(name) for name in record][:_SHOWN_NAMES]
    listed = "، ".join(names) + ("، …" if len(record) > len(names) else "")
    longest = max(names, key=lambda name: len(to_text(record.get(name))), default="NAME")
    option = longest if _PLAIN.fullmatch(longest) else shlex.quote(longest)
    wanted = f" {columns['text']!r}" if "text" in columns else " that is called like a text"
    return (
        f"has no {kind}{wanted}; its {kind}s are: {listed}. Name the one that holds the text:"
        f" --column text={option}"
    )


def public_url(url: str, site: str = "") -> str:
    """Return the address in full if it is http or https, else ""; nothing else is made a link.

    >>> public_url("/n/1", "https://a.example/"), public_url("//a.example/1"), public_url("/n/1")
    ('https://a.example/n/1', 'https://a.example/1', '')
    """
    try:
        found = urljoin(site, url) if url else ""
        found = f"https:{found}" if found.startswith("//") else found
        return found if urlsplit(found).scheme in {"http", "https"} else ""
    except ValueError:
        return ""

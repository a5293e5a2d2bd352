"""News of saved questions as RSS 2.0 and as JSON, for other programs."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from index.errors import InputError
from rag.following.questions import News

FORMATS = ("rss", "json")
_TITLE = "جواب: ما جدّ من أسئلتك المحفوظة"
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that XML cannot hold."""


def format_news(news: Sequence[News], kind: str, *, link: str = "") -> str:
    """Return news as a file.

    Args:
        news: The newest first.
        kind: One of :data:`FORMATS`.
        link: Address of the page, for RSS; "" for none.

    Raises:
        InputError: There is no such format.
    """
    if kind == "rss":
        return _format_rss(news, link)
    if kind == "json":
        rows = [one.to_dict() for one in news]
        return json.dumps({"news": rows}, ensure_ascii=False, indent=1) + "\n"
    raise InputError(f"there is no format {kind!r}; there are {', '.join(FORMATS)}")


def write_news(news: Sequence[News], path: Path, kind: str) -> None:
    """Write news to a file where it holds something else, all of it or nothing.

    Raises:
        InputError: It cannot be written, or there is no such format.
    """
    staged = path.with_name(f"{path.name}.tmp")
    text = format_news(news, kind)
    try:
        if path.is_file() and path.read_bytes() == text.encode():
            return
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None


def _format_rss(news: Sequence[News], link: str) -> str:
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", _TITLE)
    _add(channel, "link", link or "https://localhost/")
    _add(channel, "description", _TITLE)
    _add(channel, "language", "ar")
    for one in news:
        item = ET.SubElement(channel, "item")
        _add(item, "title", f"{one.question} — {one.short}" if one.short else one.question)
        address = next((quote.url for quote in one.quotes if quote.url), "")
        if address:
            _add(item, "link", address)
        _add(item, "guid", one.id).set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(datetime.fromisoformat(one.time)))
        _add(item, "description", describe_news(one))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = text.translate(_FORBIDDEN)
    return made


def describe_news(news: News) -> str:
    """Return what is new in plain text: each quote with the article that has it."""
    lines = []
    for quote in news.quotes:
        about = " — ".join(filter(None, (quote.title, quote.source, quote.date, quote.url)))
        lines.append(f"«{quote.quote}»\n{about}")
    return "\n\n".join(lines)

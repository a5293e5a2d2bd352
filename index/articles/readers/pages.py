"""Read web pages: the article without the menus around it."""

import logging
import re
from collections.abc import Iterator, Sequence, Set
from copy import deepcopy
from itertools import pairwise
from typing import Any

from index.articles.article import Article, fill_title
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.fields import public_url
from index.articles.readers.markup import Line, page_lines, parse_html
from index.articles.readers.page_dates import find_address_day, find_told_day, find_written_day
from index.articles.readers.surroundings import drop_surroundings
from index.articles.readers.values import clean
from index.errors import InputError

_RIGHTS = (
    r"(?:©|\(c\) ?\d|copyright\W*(?:©|\(c\)|\d)|(?:جميع|كل|كافة) الحقوق محفوظة"
    r"|حقوق (?:النشر|الطبع)[^.؟!،]{0,20} (?:محفوظة|©)|all rights reserved)"
)
_ONLY_RIGHTS = re.compile(
    rf"\W*{_RIGHTS}[^.؟!]{{0,80}}[.\s]*|[^.؟!،]{{0,40}}(?:©|\(c\))\W*\d{{4}}.{{0,60}}"
    rf"|[^.؟!،]{{0,40}}©.{{0,60}}{_RIGHTS}.{{0,40}}",
    re.IGNORECASE,
)
# `python -m benchmarks.pages`: as much is read (99.1 %) with 0.6 to 0.95, and with gaps of 0 to 8.
_NEARLY_ALL = 0.8
"""Part of what trafilatura finds that the element with the article holds."""
_FIRST_PAGE = re.compile(r"\s*(?:(?:https?:)?//[^/?#]+/?|\.?/)(?:[?#].*)?\s*")
_TEXT_NAME = re.compile("text|body|content|article|story|entry|paragraph", re.IGNORECASE)
"""What an element is called that holds an article, or one of its parts."""
_PARTS = frozenset(
    {"p", "table", "ul", "ol", "dl", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
)
"""What is a part of an article, however much of it: a page may have one paragraph, or a table."""
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|meta|style|body|table|div|\?xml(?=.*<html))\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING = 4_096
"""Bytes within which a file shows that it is a page."""
_GAP = 3
"""Lines between two of the article that belong to it wherever they stand."""
# Chosen, not measured: equal words in a row that make a line of one text one of another.
_RUN = 3
# Chosen, not measured: between heading and text stand a lead, names, a place, days, a caption.
_ABOVE = 12

# What it cannot read is reported as a failure of the article, with its place.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def is_html(data: bytes) -> bool:
    """Tell whether a file is a web page, whatever its name says."""
    return _HTML.match(data[:_BEGINNING].replace(b"\0", b"")) is not None


def read_html(data: bytes) -> Iterator[Article]:
    """Read the article of a web page, without its menus, with title, date and publisher.

    Raises:
        InputError: No article text was found in the page.
    """
    from trafilatura import extract_metadata  # takes half a second; only web pages need it

    page = parse_html(decode(data, declared=declared_encoding(data)))
    if page is None:
        raise InputError("no article text was found in the page")
    for logo in list(filter(_is_logo, page.iter("h1"))):
        logo.clear(keep_tail=True)
        logo.tag = "hr"
    told = extract_metadata(page, date_config={"extensive_search": False}).as_dict()
    title = clean(told.get("title") or "")
    known = _find_known(page)
    for by_name in (True, False):
        shown = deepcopy(page)
        drop_surroundings(shown, by_name=by_name)
        around = page_lines(shown)
        lines = _choose_lines(around, known, shown, title)
        if any(not line.is_heading for line in lines):
            break
    body = "\n".join(line.text for line in _leave_out_title(lines, title))
    if not body:
        raise InputError("no article text was found in the page")
    title, body = fill_title(title, body)
    yield Article(
        id="",
        title=title,
        text=body,
        source=clean(told.get("sitename") or ""),
        date=find_told_day(page)
        or find_written_day(shown, around, lines)
        or find_address_day(page),
        author=clean(told.get("author") or ""),
        url=public_url(clean(told.get("url") or "")),
    )


def _is_logo(heading: Any) -> bool:
    """Tell whether a heading is the name of the site, which leads to its first page."""
    addresses = (link.get("href") or "#" for link in heading.iter("a"))
    return any(_FIRST_PAGE.fullmatch(address) for address in addresses)


def _choose_lines(
    shown: Sequence[Line], known: Set[tuple[str, ...]], page: Any, title: str
) -> list[Line]:
    """Return the lines of the article among those of a page without its surroundings.

    They are what trafilatura finds, and whatever else stands in the element that holds nearly all
    of that, or between it and its heading: trafilatura loses leads, captions and linked names.
    """
    lines = [line for line in shown if not _ONLY_RIGHTS.fullmatch(line.text)]
    is_found = [_is_known(line.text, known) for line in lines]
    if not any(is_found):
        return lines
    cores = _find_cores(page, lines, is_found)
    inside = [not cores.isdisjoint((line.element, *line.element.iterancestors())) for line in lines]
    first = inside.index(True)
    above = range(first, max(first - _ABOVE, -1), -1)
    heading = next((n for n in above if _is_title(lines[n], title)), first)
    own = [n for n in range(len(lines)) if inside[n] or is_found[n]]
    kept = {*own, *range(heading, first)}
    for one, following in pairwise(own):
        if following - one <= _GAP + 1:
            kept.update(range(one, following))
    return [lines[n] for n in sorted(kept)]


def _is_title(line: Line, title: str) -> bool:
    is_part = line.text in title and len(line.text.split()) > 1
    return line.is_heading and (is_part or line.text == title)


def _find_known(page: Any) -> Set[tuple[str, ...]]:
    """Return the runs of words of what trafilatura takes for the article."""
    from trafilatura import bare_extraction

    found = bare_extraction(deepcopy(page), include_comments=False)
    return set(_list_runs(found.text)) if found is not None else set()


def _is_known(text: str, known: Set[tuple[str, ...]]) -> bool:
    runs = _list_runs(text)
    return 2 * sum(run in known for run in runs) > len(runs)


def _list_runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return list(zip(*(words[n:] for n in range(_RUN)), strict=False))


def _find_cores(page: Any, lines: Sequence[Line], is_found: Sequence[bool]) -> set[Any]:
    """Return the smallest element that holds nearly all of what was found, and its like beside it.

    Where an article is parted by a notice, both parts are the same kind of element.
    """
    weights: dict[Any, int] = {}
    for line, found in zip(lines, is_found, strict=True):
        for element in (line.element, *line.element.iterancestors()) if found else ():
            weights[element] = weights.get(element, 0) + len(line.text)
    enough = _NEARLY_ALL * weights[page]
    core = page
    while (inner := next((one for one in core if weights.get(one, 0) >= enough), None)) is not None:
        if inner.tag in _PARTS:
            break
        core = inner
    core = next(core.iterancestors("article"), core)
    if core.tag == "article":
        return {core}
    kind = (core.tag, core.get("class"))
    beside = (*core.itersiblings(preceding=True), *core.itersiblings())
    alike = [one for one in beside if (one.tag, one.get("class")) == kind]
    is_text = _TEXT_NAME.search(core.get("class") or "") is not None
    return {core, *(one for one in alike if is_text or one in weights)}


def _leave_out_title(lines: Sequence[Line], title: str) -> Iterator[Line]:
    """Yield the lines without the heading above them that only repeats the title."""
    top = lines[:_ABOVE]
    own = next((n for n, line in enumerate(top) if line.is_heading and line.text in title), None)
    yield from (line for n, line in enumerate(lines) if n != own)

"""Find the day on which the article of a web page was published."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from index.arabic.datelines import dateline
from index.arabic.dates import parse_date
from index.articles.readers.markup import Line

_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "published_time", "article:published", "rnews:datepublished", "parsely-pub-date",
    "sailthru.date", "publish-date", "publish_date", "publishdate", "publication_date", "pubdate",
    "date_published", "originalpublicationdate", "article_date_original", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "citation_publication_date", "citation_date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip
"""Names of the fields of a page that tell when it was published, the surest first."""
_DAYS = (
    ".//time | .//*[@itemprop='datePublished']"
    " | .//abbr[contains(@class, 'published') or contains(@class, 'date')]"
)
_DAY_FIELDS = ("datetime", "content", "title")
_INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "font", "i", "small", "span", "strong", "time"})
_PUBLISHED_NAME = re.compile("publish|posted|pubdate|entry-?date|post-?date", re.IGNORECASE)
_CHANGED = re.compile("تحديث|تعديل|حدث|عدل|modif|updat|edited", re.IGNORECASE)
_OF_DATES = re.compile(r"(?<![a-z])(?:date|time|published|posted|meta|byline|info)", re.IGNORECASE)
_WRITER = re.compile(r"\W*(?:كتبت?|بقلم|إعداد|اعداد|تقرير|تحرير|by)\b", re.IGNORECASE)
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*$")
_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?:/|-|$)")
_ADDRESSES = ".//link[@rel='canonical']/@href | .//meta[@property='og:url']/@content"
# Chosen, not measured: between the heading and the text stand a lead, a name, a place and a day.
_ABOVE, _BELOW = 2, 5
_LENGTH = 200
# Chosen, not measured: words beside a day that label it, as «نشر في» and «بتوقيت القدس» do.
_LABEL_WORDS = 4


def find_told_day(page: Any) -> str:
    """Return the day that a page tells programs its article was published on, or ""."""
    told: dict[str, str] = {}
    for field in page.iter("meta"):
        # Further down a field may be of other news.
        keys = ("property", "name", "itemprop") if _is_in_head(field) else ("property", "name")
        for key in keys:
            if day := parse_date(field.get("content")):
                told.setdefault((field.get(key) or "").lower(), day)
    meta = next((told[name] for name in _PUBLISHED if name in told), "")
    return meta or next(filter(None, map(parse_date, _read_linked_data(page))), "")


def _is_in_head(element: Any) -> bool:
    return next(element.iterancestors("head"), None) is not None


def _read_linked_data(page: Any) -> Iterator[Any]:
    """Yield the days of publication in the linked data of a page, those of articles first."""
    found: list[dict[str, Any]] = []
    for script in page.xpath(".//script[@type='application/ld+json']"):
        try:
            value = json.loads(script.text_content(), strict=False)
        except (ValueError, RecursionError):
            continue
        found += _list_objects(value)
    published = [one for one in found if one.get("datePublished")]
    yield from (
        one["datePublished"] for one in sorted(published, key=lambda one: not _is_article(one))
    )


def _list_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that linked data tells of a page itself, not those within them."""
    if isinstance(value, list):
        for one in value:
            yield from _list_objects(one)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity"):
            yield from _list_objects(value.get(name))


def _is_article(one: dict[str, Any]) -> bool:
    return re.search("Article|Posting|Report", str(one.get("@type"))) is not None


def find_written_day(page: Any, lines: Sequence[Line], article: Sequence[Line]) -> str:
    """Return the day that readers see on a page, or ""; of several none unless one is marked.

    Args:
        page: The page without what stands around its article, where other news have their days.
        lines: Its lines.
        article: The lines of the article.
    """
    first = lines.index(article[0]) if article else 0
    heading = next((n for n, line in enumerate(lines) if line.element.tag == "h1"), first)
    above, below = lines[max(heading - _ABOVE, 0) : heading], lines[heading : heading + _BELOW]
    near = [*below, *above]
    near = [line for line in near if len(line.text) <= _LENGTH]
    marks = _Marks(page)
    parts = {line.element for line in near}
    return (
        _take_only(marks.published)
        or _take_only({day for block, day in marks.days if block in parts})
        or next(
            filter(None, (_find_line_day(line) for line in near if not marks.is_entry(line))), ""
        )
        or _take_only({day for block, day in marks.days if not _is_of_list(block)})
    )


def find_address_day(page: Any) -> str:
    """Return the day that the address of a page is made of, or ""."""
    found = filter(None, (_ADDRESS.search(address) for address in page.xpath(_ADDRESSES)))
    return next((parse_date("-".join(day.groups())) for day in found), "")


def _take_only(days: set[str]) -> str:
    return next(iter(days)) if len(days) == 1 else ""


def _find_line_day(line: Line) -> str:
    """Return the day that a line near the heading tells, where it tells nothing else."""
    around = (line.element, *line.element.iterancestors())[:2]
    names = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in around)
    is_of_dates = (_OF_DATES.search(names) or _WRITER.match(line.text)) and not _STOP.search(
        line.text
    )
    return dateline(line.text) or (parse_date(line.text) if is_of_dates else "")


def _is_of_list(element: Any) -> bool:
    return any(one.tag in {"li", "a"} for one in (element, *element.iterancestors()))


class _Marks:
    """The days that the elements of a page mark as such.

    Attributes:
        published: Days that are marked as those of publication.
        days: The other ones, each with the block it stands in.
    """

    def __init__(self, page: Any) -> None:
        self.published: set[str] = set()
        self.days: list[tuple[Any, str]] = []
        found = [
            (element, day) for element in page.xpath(_DAYS) if (day := _read_marked_day(element))
        ]
        looks = Counter(
            look for look, _ in {(_describe_look(element), day) for element, day in found}
        )
        self._entries = {
            _find_block(element) for element, _ in found if looks[_describe_look(element)] > 1
        }
        for element, day in found:
            block = _find_block(element)
            if _is_published(element) and looks[_describe_look(element)] == 1:
                self.published.add(day)
            elif block not in self._entries:
                self.days.append((block, day))

    def is_entry(self, line: Line) -> bool:
        """Tell whether a line has the day of one of several entries that look alike."""
        return line.element in self._entries


def _read_marked_day(element: Any) -> str:
    """Return the day that an element marks; "" for that of a change and for one told in a text."""
    names = " ".join(filter(None, (element.get("class"), element.get("itemprop"))))
    if _CHANGED.search(f"{names} {_find_label(element)}") or _is_told(element):
        return ""
    values = [*(element.get(field) for field in _DAY_FIELDS), element.text_content()]
    return next(filter(None, map(parse_date, values)), "")


def _is_told(element: Any) -> bool:
    """Tell whether a day stands in a sentence, as that of an event."""
    words: list[str] = []
    block, one = _find_block(element), element
    while one is not block and not _is_published(element):
        before = one.getprevious()
        text = one.getparent().text if before is None else before.tail
        words += f"{text or ''} {one.tail or ''}".split()
        one = one.getparent()
    return len(words) > _LABEL_WORDS


def _is_published(element: Any) -> bool:
    names = (element.get(name) or "" for name in ("class", "itemprop"))
    return element.get("pubdate") is not None or _PUBLISHED_NAME.search(" ".join(names)) is not None


def _find_label(element: Any) -> str:
    """Return the words right before an element."""
    for one in (element, element.getparent()):
        before, above = one.getprevious(), one.getparent()
        if before is not None:
            text = f"{before.text_content()} {before.tail or ''}"
        else:
            text = above.text or "" if above is not None else ""
        if text.strip() or one.tag not in _INLINE:
            return text[-30:]
    return ""


def _describe_look(element: Any) -> tuple[str, ...]:
    parent = element.getparent()
    return (element.tag, element.get("class") or "", parent.tag, parent.get("class") or "")


def _find_block(element: Any) -> Any:
    """Return the element that makes the line in which another one stands."""
    return next((one for one in element.iterancestors() if one.tag not in _INLINE), element)

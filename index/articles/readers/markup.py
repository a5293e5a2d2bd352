"""Take the text out of HTML that holds nothing but an article, line by line."""

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from index.articles.readers.packages import local_name
from index.articles.readers.rows import Cell, cells_of, join_cells, read_cell, spread
from index.errors import InputError

_HEADINGS = frozenset({"h1", "h2", "h3"})
_BLOCKS = frozenset({
    "h1", "h2", "h3", "address", "article", "aside", "blockquote", "body", "br", "caption",
    "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "frameset", "h4", "h5", "h6", "header", "hgroup", "hr", "html",
    "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "plaintext", "pre",
    "search", "section", "select", "summary", "table", "tbody", "tfoot", "thead", "tr", "td",
    "th", "ul", "xmp", "listing",
})  # fmt: skip
_UNSEEN = frozenset({
    "audio", "canvas", "datalist", "del", "embed", "head", "iframe", "map", "noframes",
    "noscript", "object", "rp", "s", "script", "strike", "style", "svg", "template", "textarea",
    "title", "video",
})  # fmt: skip
_KEPT_SPACE = frozenset({"pre", "listing", "plaintext", "xmp"})
_OPENED = {"q": "«", "rt": " ("}
_CLOSED = {"q": "»", "rt": ")"}
_SHOWN_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\W*(?:\d{1,3}|[*†‡]+|\w)\W*")

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_XHTML = re.compile(r"<html[^>]+xmlns", re.IGNORECASE)
_NAMED_LETTER = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)\w+;")
_TAG = re.compile(r"<[a-zA-Z/!?]")
_ESCAPED = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|figure|font|h[1-6]|i|img|li|ol|p|span|strong|table|td|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|amp|apos|bull|copy|gt|hellip|laquo|ldquo|lrm|lsquo|lt|mdash"
    r"|middot|nbsp|ndash|quot|raquo|rdquo|rlm|rsquo|zwj|zwnj);"
)
_RAISED = str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "⁰¹²³⁴⁵⁶⁷⁸⁹" * 2)


class Line(NamedTuple):
    """A line of a page, whether it is a heading, and the element that it stands in."""

    is_heading: bool
    text: str
    element: Any = None


def headed_lines(markup: str) -> tuple[str, list[str]]:
    """Return the heading of a document, or "", and the lines of text below it.

    Every element that makes a line on a page makes one here, and so does ``<br>``; a row of a table
    is one. Without any tag the line ends are those of the text. Markup that was escaped once too
    often is read as markup.
    """
    for _ in range(3):
        found = _lines(markup)
        text = "\n".join(line.text for line in found)
        if not _is_escaped(markup, text):
            break
        markup = text
    if found and found[0].is_heading:
        return found[0].text, [line.text for line in found[1:]]
    return "", [line.text for line in found]


def read_lines(markup: str) -> list[str]:
    """Return the lines of a document, its heading among them."""
    heading, lines = headed_lines(markup)
    return [heading, *lines] if heading else lines


def page_lines(page: Any) -> list[Line]:
    """Return the lines of a page that :func:`parse_html` has parsed."""
    return _spaced(_Page().read(page))


def raise_digits(before: str, text: str) -> str:
    """Return text that stands above the line; a power never becomes digits of its base.

    >>> raise_digits("كم", "2"), raise_digits("10", "6")
    ('²', '^6')
    """
    if before[-1:].isdecimal() and text[:1].isdecimal():
        return f"^{text}"
    return text.translate(_RAISED)


def _is_escaped(markup: str, text: str) -> bool:
    """Tell whether the text of some markup is itself markup, not a text about markup."""
    tag = _ESCAPED.search(text)
    return tag is not None and (not text[: tag.start()].strip() or not _TAG.search(markup))


def _lines(markup: str) -> list[Line]:
    markup = markup.replace("\0", "")
    if not _TAG.search(markup):
        plain = html.unescape(markup).split("\n")
        lines = [Line(is_heading=False, text=line) for line in plain]
    else:
        page = _parse(markup)
        lines = [] if page is None else _Page().read(page)
    return _spaced(lines)


def _spaced(lines: list[Line]) -> list[Line]:
    spaced = [line._replace(text=" ".join(_unescape_line(line.text).split())) for line in lines]
    return [line for line in spaced if line.text]


def _unescape_line(line: str) -> str:
    return _LETTER.sub(lambda found: html.unescape(found[0]), line)


def _parse(markup: str) -> Any:
    """Parse a page as the XML it is, where it is some: ``<title/>`` opens nothing in XML."""
    from lxml import etree

    if _XHTML.search(markup[:2_000]):
        known = _NAMED_LETTER.sub(lambda found: html.unescape(found[0]), markup)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(_DECLARATION.sub("", known).encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            pass
    return parse_html(markup)


def parse_html(markup: str) -> Any:
    """Parse a page as a browser does; None when there is nothing in it.

    Raises:
        InputError: So many tags are never closed that text below them would be lost.
    """
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, fromstring

    # Tags that are never closed nest; without huge_tree all below the 256th is lost.
    lenient = HTMLParser(huge_tree=True)
    try:
        page = fromstring(_DECLARATION.sub("", markup), parser=lenient)
    except ParserError:
        return None
    if any("depth" in error.message for error in lenient.error_log):
        raise InputError("is nested too deeply: its tags are opened and never closed")
    return page


class _Row(NamedTuple):
    """A row of a table that is open.

    Attributes:
        place: The number of lines before it.
        cells: Its cells.
        element: The row.
    """

    place: int
    cells: list[Cell[Line]]
    element: Any


@dataclass(slots=True)
class _Table:
    """A table that is open.

    Attributes:
        rows: Its rows so far.
        above: Column -> the cell that reaches into the next row there.
    """

    rows: list[_Row] = field(default_factory=list)
    above: dict[int, Cell[Line]] = field(default_factory=dict)


class _Page:
    """Collects the lines of a page while its elements open and close."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._text = ""
        self._element: Any = None
        self._inside: Counter[str] = Counter()
        self._outer: list[list[Line]] = []
        self._rows: list[list[Cell[Line]]] = []
        self._tables: list[_Table] = []

    def read(self, page: Any) -> list[Line]:
        """Return the lines of a page."""
        from lxml.etree import iterwalk

        walk = iterwalk(page, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            name = local_name(element).lower()
            if event == "start" and is_unseen(element, name):
                walk.skip_subtree()
                self._inside["unseen"] += 1
            elif event == "start":
                self._open(element, name)
                self._element = element
                self._add(element.text)
                continue
            elif event == "end" and self._inside["unseen"]:
                self._inside["unseen"] -= 1
            elif event == "end":
                self._close(element, name)
            if event != "start" and element is not page:
                self._element = element.getparent()
                self._add(element.tail)
        self._end_line()
        return self._lines

    def _add(self, text: str | None) -> None:
        text = text or ""
        if self._inside["kept"]:
            *lines, text = text.split("\n")
            for line in lines:
                self._text += line
                self._end_line()
        if self._inside["sup"] and text.strip():
            text = raise_digits(self._text, text)
        self._text += text

    def _end_line(self) -> None:
        if self._text.strip():
            self._lines.append(Line(self._inside["heading"] > 0, self._text, self._element))
        self._text = ""

    def _open(self, element: Any, name: str) -> None:
        if name in {"td", "th"} and self._rows:
            self._end_line()
            self._outer.append(self._lines)
            self._lines = []
        elif name == "tr":
            self._end_line()
            self._rows.append([])
        elif name == "table":
            self._tables.append(_Table())
        if name == "br" and self._inside["heading"]:
            self._text += " "
        elif _is_block(element, name):
            self._end_line()
        self._text += _OPENED.get(name, "")
        self._inside.update(_states(name))

    def _close(self, element: Any, name: str) -> None:
        if _is_block(element, name) and name != "br":
            self._end_line()
        self._text += _CLOSED.get(name, "")
        self._inside.subtract(_states(name))
        if name in {"td", "th"} and self._rows:
            cell, self._lines = self._lines, self._outer.pop()
            width, height = _span(element, "colspan"), _span(element, "rowspan")
            self._rows[-1].append(Cell(cell, width, height))
        elif name == "tr":
            self._end_row(element, self._rows.pop())
        elif name == "table":
            self._end_table(self._tables.pop())

    def _end_row(self, element: Any, cells: list[Cell[Line]]) -> None:
        is_alone = not self._tables
        table = _Table() if is_alone else self._tables[-1]
        table.rows.append(_Row(len(self._lines), list(spread(cells, table.above)), element))
        if is_alone:
            self._end_table(table)

    def _end_table(self, table: _Table) -> None:
        """Put the lines of the rows of a table where the rows were, among what is no row."""
        texts = [[read_cell(cell, _read_line) for cell in row.cells] for row in table.rows]
        for row, cells in reversed(list(zip(table.rows, cells_of(texts), strict=True))):
            # In a row that only lays out text each line stays that of its own element.
            own = [line for cell in row.cells for line in cell.lines]
            joined = [Line(False, join_cells(cells), row.element)] if cells is not None else own
            self._lines[row.place : row.place] = joined


def _read_line(line: Line) -> str:
    return " ".join(line.text.split())


def _states(name: str) -> list[str]:
    states = ["heading"] if name in _HEADINGS else []
    states += ["kept"] if name in _KEPT_SPACE else []
    return states + (["sup"] if name == "sup" else [])


def _is_block(element: Any, name: str) -> bool:
    return name in _BLOCKS or _SHOWN_AS_BLOCK.search(element.get("style") or "") is not None


def is_unseen(element: Any, name: str) -> bool:
    """Tell whether an element, of that name, is not read: hidden, struck out, mark of a note."""
    if name in _UNSEEN or element.get("hidden") is not None:
        return True
    return _NOT_SHOWN.search(element.get("style") or "") is not None or _is_note_mark(element, name)


def _is_note_mark(element: Any, name: str) -> bool:
    """Tell whether an element is the number of a footnote, which is no word of the sentence."""
    if name not in {"a", "sup", "span"}:
        return False
    roles = {
        role
        for key, value in element.items()
        if re.split("[}:]", key)[-1] in {"type", "role"}
        for role in value.split()
    }
    if roles & {"noteref", "doc-noteref", "backlink", "doc-backlink"}:
        return True
    links = [element] if name == "a" else element.iterfind("{*}a") if name == "sup" else []
    is_raised = name == "sup" or (name == "a" and len(element.findall("{*}sup")) == 1)
    return (
        is_raised
        and any("#" in (link.get("href") or "") for link in links)
        and _NOTE_MARK.fullmatch("".join(element.itertext())) is not None
    )


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "").strip()
    return min(int(value), 1_000) if value.isascii() and value.isdigit() and int(value) else 1

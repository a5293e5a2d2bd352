"""Read presentations (.pptx): slide by slide, each with its title first and its notes last."""

from collections.abc import Iterator
from typing import Any

from index.articles.article import Article
from index.articles.readers.office import TITLE, core_properties, office_article, relation_targets
from index.articles.readers.packages import Package, attribute, find_elements, local_name
from index.articles.readers.rows import Cell, spread, table_lines
from index.articles.readers.word_text import Line, document_lines

_TITLES = frozenset({"title", "ctrTitle"})
_AROUND = frozenset({"dt", "ftr", "hdr", "sldNum", "sldImg"})
"""Places of what every slide repeats: day, footer, header, number; and the picture of the slide."""


def read_pptx(data: bytes) -> Iterator[Article]:
    """Read the slides of a presentation that are shown, and the notes of its speaker.

    Raises:
        InputError: It is none, or unpacks to too much.
    """
    package = Package(data, ".pptx")
    lines = [line for slide in _slides(package) for line in _slide_lines(package, slide)]
    title = next((n for n, line in enumerate(lines) if line.style == TITLE), None)
    lines = [line if n == title else Line("", line.text) for n, line in enumerate(lines)]
    yield office_article(lines, core_properties(package))


def _slides(package: Package) -> Iterator[str]:
    """Yield the paths of the slides in their order."""
    main = next(
        iter(relation_targets(package, "", "officeDocument").values()), "ppt/presentation.xml"
    )
    targets = relation_targets(package, main, "slide")
    for slide in find_elements(package.parse(main), "sldId"):
        path = next((targets[value] for value in slide.attrib.values() if value in targets), "")
        if path in package:
            yield path


def _slide_lines(package: Package, path: str) -> Iterator[Line]:
    slide = package.parse(path)
    if attribute(slide, "show") in {"0", "false"}:
        return
    shapes = list(_shapes(slide))
    for is_title in (True, False):
        for shape in shapes:
            if (_place(shape) in _TITLES) == is_title:
                yield from _shape_lines(package, path, shape, TITLE if is_title else "")
    for notes in relation_targets(package, path, "notesSlide").values():
        for shape in _shapes(package.parse(notes)) if notes in package else ():
            yield from _shape_lines(package, notes, shape, "")


def _shapes(element: Any) -> Iterator[Any]:
    """Yield the shapes of a slide that hold its own text, in order; of alternatives the first."""
    for child in element:
        name = local_name(child)
        if _is_hidden(child) or name in {"Fallback", "extLst"}:
            continue
        if name in {"sp", "graphicFrame"}:
            if _place(child) not in _AROUND:
                yield child
        elif name:
            yield from _shapes(child)


def _is_hidden(shape: Any) -> bool:
    return any(attribute(own, "hidden") in {"1", "true"} for own in shape.iterfind("{*}*/{*}cNvPr"))


def _place(shape: Any) -> str:
    found = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else attribute(found, "type")


def _shape_lines(package: Package, path: str, shape: Any, style: str) -> Iterator[Line]:
    for table in find_elements(shape, "tbl"):
        yield from _rows(table)
        return
    for diagram in find_elements(shape, "relIds"):
        data = relation_targets(package, path).get(attribute(diagram, "dm"), "")
        yield from document_lines(package.parse(data), lambda _: []) if data in package else ()
    texts = [line for body in find_elements(shape, "txBody") for line in _paragraphs(body)]
    if style:
        texts = [" ".join(texts)] if texts else []
    yield from (Line(style, text) for text in texts)


def _paragraphs(body: Any) -> list[str]:
    lines = (line for paragraph in find_elements(body, "p") for line in _text(paragraph))
    return [line.strip() for line in lines if line.strip()]


def _text(paragraph: Any) -> list[str]:
    text = ""
    for part in paragraph.iter():
        name = local_name(part)
        if name == "t" and not _is_struck(part):
            text += part.text or ""
        elif name in {"br", "tab"}:
            text += "\n" if name == "br" else "\t"
    return text.replace("\v", "\n").split("\n")


def _is_struck(text: Any) -> bool:
    properties = text.getparent().find("{*}rPr")
    return properties is not None and attribute(properties, "strike") not in {"", "noStrike"}


def _rows(table: Any) -> Iterator[Line]:
    above: dict[int, Cell[str]] = {}
    rows = [list(spread(_cells(row), above)) for row in table.iterfind("{*}tr")]
    yield from (Line("", line) for lines in table_lines(rows) for line in lines)


def _cells(row: Any) -> list[Cell[str]]:
    """Return the cells that begin in a row; those that others span are there too, and marked."""
    return [
        Cell(_paragraphs(cell), _span(cell, "gridSpan"), _span(cell, "rowSpan"))
        for cell in row.iterfind("{*}tc")
        if not {attribute(cell, "hMerge"), attribute(cell, "vMerge")} & {"1", "true"}
    ]


def _span(cell: Any, name: str) -> int:
    value = attribute(cell, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < 5 else 1

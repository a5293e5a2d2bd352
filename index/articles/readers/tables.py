"""Read tables as spreadsheet programs save them: an article per row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from index.articles.article import Article
from index.articles.readers.base import ReadFailure
from index.articles.readers.damage import decode_records, describe_damage
from index.articles.readers.delimited import Row, read_rows
from index.articles.readers.fields import article_from, describe_missing_text
from index.articles.readers.headings import names_of
from index.errors import InputError

_DELIMITERS = (",", ";", "\t", "|", "؛", "،")
_WHOLE_LINE = "\x1f"
"""A delimiter that no text has, for tables of one column."""
_SEP = re.compile(r'\s*"?sep=([^\n])"?[ \t,;]*(?:\n|$)', re.IGNORECASE)
_END_OF_FILE = "\x1a"
"""What programs from the days of DOS write last."""
_FIRST_ROWS = 30
"""Rows among which the headings are looked for: programs write titles and dates above them."""
_RULE = re.compile(r":?-{2,}:?")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a table is written, as far as its first rows tell.

    Attributes:
        delimiter: What parts its columns.
        headings: The row that names them.
        fields: How many fields of an article it names, with a text among them; 0 without one.
        example: The row below.
    """

    delimiter: str
    headings: Row
    fields: int
    example: Row


def read_csv(data: bytes, columns: Mapping[str, str]) -> Iterator[Article | ReadFailure]:
    """Read a table whose columns have headings, whatever parts them and stands above them.

    Raises:
        InputError: It has no column that holds the text.
    """
    text = decode_records(data).rstrip(_END_OF_FILE)
    layout = _layout(text, columns)
    if layout is None:
        return
    if not layout.fields:
        damaged = next((row for row in read_rows(text, layout.delimiter) if row.trouble), None)
        if damaged and damaged.line <= layout.headings.line + 1:
            raise InputError(f"line {damaged.line}: {damaged.trouble}; no headings were found")
        record = _record(layout.headings, layout.example, columns)
        raise InputError(describe_missing_text(record, columns, "column"))
    for row in read_rows(text, layout.delimiter):
        if row.line > layout.headings.line and not _is_no_record(row, layout.headings):
            yield _article(row, layout, columns)


def read_table(
    rows: Sequence[Sequence[str]], columns: Mapping[str, str]
) -> Iterator[Article | ReadFailure] | None:
    """Return the articles of rows that are cut already; None where they are no articles.

    Those of articles have a text and another field, or the text that the user names: in a table of
    figures a column of remarks is no text.
    """
    cut = [Row(number, tuple(row)) for number, row in enumerate(rows, start=1)]
    layout = _find_headings(cut, _WHOLE_LINE, columns)
    if layout is None or layout.fields < (1 if "text" in columns else 2):
        return None
    below = (row for row in cut[layout.headings.line :] if not _is_no_record(row, layout.headings))
    return (_article(row, layout, columns) for row in below)


def _layout(text: str, columns: Mapping[str, str]) -> _Layout | None:
    """Return the layout under which most fields are named, else the one of most columns."""
    said = _SEP.match(text)
    delimiters = (*(said.groups() if said else ()), *_DELIMITERS, _WHOLE_LINE)
    layouts = (_layout_with(delimiter, text, columns) for delimiter in delimiters)
    return max(filter(None, layouts), key=_fitness, default=None)


def _fitness(layout: _Layout) -> tuple[int, bool, int]:
    heading = layout.headings.cells[0]
    # Commas in the texts of a table of one column part nothing.
    single = layout.delimiter == _WHOLE_LINE and not any(map(heading.count, _DELIMITERS))
    return layout.fields, single, len(layout.headings.cells)


def _layout_with(delimiter: str, text: str, columns: Mapping[str, str]) -> _Layout | None:
    return _find_headings(read_rows(text, delimiter), delimiter, columns)


def _find_headings(
    rows: Iterable[Row], delimiter: str, columns: Mapping[str, str]
) -> _Layout | None:
    filled = (row for row in rows if row.cells and not row.is_blank)
    first = list(islice(filled, _FIRST_ROWS + 1))
    if first and _SEP.match(delimiter.join(first[0].cells)):
        first = first[1:]
    layouts = [
        _Layout(delimiter, row, _count_fields(row, columns), below)
        for row, below in zip_longest(first, first[1:], fillvalue=Row(0))
    ]
    return max(layouts, key=lambda one: (one.fields, len(one.headings.cells)), default=None)


def _count_fields(row: Row, columns: Mapping[str, str]) -> int:
    names = names_of(map(str.strip, row.cells), columns)
    return sum(map(bool, names.values())) if names["text"] else 0


def _is_no_record(row: Row, headings: Row) -> bool:
    """Tell blank rows, rules, and the headings where they are repeated."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    repeated = row.cells == headings.cells
    return not row.trouble and (repeated or all(map(_RULE.fullmatch, filled)))


def _article(row: Row, layout: _Layout, columns: Mapping[str, str]) -> Article | ReadFailure:
    if trouble := row.trouble or _trouble(row, layout):
        return ReadFailure("", f"line {row.line}: {trouble}")
    article = article_from(_record(layout.headings, row, columns), columns)
    return article if article.text else ReadFailure(article.id, f"line {row.line}: has no text")


def _trouble(row: Row, layout: _Layout) -> str:
    """Return what keeps a row from being read, or ""."""
    if damage := next(filter(None, map(describe_damage, row.cells)), ""):
        return damage
    columns = len(layout.headings.cells)
    if any(cell.strip() for cell in row.cells[columns:]):
        return (
            f"has {len(row.cells)} cells where there are {columns} headings; put a cell that holds"
            f" {layout.delimiter!r} between quotes"
        )
    return ""


def _record(headings: Row, row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row by heading; of a text in several columns, all its parts."""
    texts = names_of(map(str.strip, headings.cells), columns)["text"]
    record: dict[str, str] = {}
    for heading, cell in zip(map(str.strip, headings.cells), row.cells, strict=False):
        known = record.get(heading, "")
        parts = (known, cell) if heading in texts and known != cell else (known or cell,)
        record[heading] = "\n".join(filter(str.strip, parts))
    return {heading: cell for heading, cell in record.items() if heading}

"""Read spreadsheets (.xlsx, .xls, .ods): sheets of articles row by row, any other as one."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from index.articles.article import Article, opening_words
from index.articles.readers.apart import read_apart
from index.articles.readers.base import ReadFailure
from index.articles.readers.number_formats import percent_cells
from index.articles.readers.office import core_properties
from index.articles.readers.opendocument import properties_of, read_sheets
from index.articles.readers.packages import Package
from index.articles.readers.sheet_rows import sheet_lines
from index.articles.readers.tables import read_table
from index.articles.readers.values import clean
from index.errors import InputError

_DEFAULT_NAME = re.compile(r"(?:sheet|ورقة|feuil|tabelle|hoja)[ _]?\d+", re.IGNORECASE)
"""What programs call sheets that nobody named."""
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:\d{3}")
_DIGITS = 15
"""Digits of a number that spreadsheet programs keep; those behind are noise of its binary form."""


def read_spreadsheet(data: bytes, columns: Mapping[str, str]) -> Iterator[Article | ReadFailure]:
    """Read the sheets of a Microsoft spreadsheet that are not hidden.

    Raises:
        InputError: It is none, is locked, or takes too much time or memory.
    """
    is_packed = data.startswith(b"PK")
    properties = core_properties(Package(data, ".xlsx")) if is_packed else {}
    sheets = [(sheet["name"], sheet["rows"]) for sheet in read_apart(__name__, data)]
    yield from _articles(sheets, properties, columns)


def read_ods(data: bytes, columns: Mapping[str, str]) -> Iterator[Article | ReadFailure]:
    """Read the sheets of an OpenDocument spreadsheet that are not hidden, as they are shown.

    Raises:
        InputError: It is none, is locked, or unpacks to too much.
    """
    package = Package(data, ".ods")
    yield from _articles(list(read_sheets(package)), properties_of(package), columns)


def _articles(
    sheets: Sequence[tuple[str, list[list[str]]]],
    properties: Mapping[str, str],
    columns: Mapping[str, str],
) -> Iterator[Article | ReadFailure]:
    for name, shown in sheets:
        rows = [[_without_error(clean(cell)) for cell in row] for row in shown]
        records = read_table(rows, columns)
        if records is not None:
            yield from records
        elif any(map(any, rows)):
            label = "" if _DEFAULT_NAME.fullmatch(name.strip()) else clean(name)
            yield _article(rows, label, properties)


def _without_error(cell: str) -> str:
    return "" if _ERROR.fullmatch(cell) else cell


def _article(rows: list[list[str]], name: str, properties: Mapping[str, str]) -> Article:
    above, lines = sheet_lines(rows)
    heading = above[0] if above else properties.get("title", "")
    title = " — ".join(dict.fromkeys(filter(None, (heading, name))))
    text = "\n".join([*above[1:], *lines])
    author = properties.get("creator", "")
    return Article("", title or opening_words(text), text, author=author)


def read_directly(data: bytes) -> list[dict[str, Any]]:
    """Return name and rows of every sheet that is shown, read without limits.

    Raises:
        InputError: It is no spreadsheet, or locked.
    """
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(data))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible
            and sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        percents = percent_cells(data) if data.startswith(b"PK") else {}
        return [
            {"name": name, "rows": _rows(book.get_sheet_by_name(name), percents.get(name, ()))}
            for name in shown
        ]
    except calamine.PasswordError:
        raise InputError("is locked with a password; save it without one") from None
    except (calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(f"is no readable spreadsheet: {error}") from None


def _rows(sheet: Any, percents: Iterable[tuple[int, int]]) -> list[list[str]]:
    """Return the texts of the cells of a sheet; what spans cells stands in each of them."""
    rows = sheet.to_python()
    top, left = sheet.start or (0, 0)
    for row, column in percents:
        if 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top]):
            value = rows[row - top][column - left]
            if isinstance(value, int | float) and not isinstance(value, bool):
                rows[row - top][column - left] = f"{_number(value * 100)}%"
    texts = [[_text(value) for value in row] for row in rows]
    for (first, start), (last, end) in sheet.merged_cell_ranges or ():
        block = range(max(first - top, 0), min(last - top + 1, len(texts)))
        for row in block:
            for column in range(max(start - left, 0), min(end - left + 1, len(texts[row]))):
                texts[row][column] = texts[block[0]][max(start - left, 0)]
    return texts


def _text(value: Any) -> str:
    """Return a value as a reader expects it; days in the form of ISO 8601, as they are stored."""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dt.datetime):
        shown = value.isoformat(" ", "minutes")
        return shown.removesuffix(" 00:00")
    return str(value)


def _number(value: float) -> str:
    """Return a number without the noise of its binary form.

    >>> _number(0.1 + 0.2), _number(7682136.0), _number(2.5e-7)
    ('0.3', '7682136', '0.00000025')
    """
    text = f"{value:.{_DIGITS}g}"
    if "e" not in text:
        return text
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"

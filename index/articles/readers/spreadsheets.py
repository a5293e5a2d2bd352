"""Read spreadsheets (.xlsx, .xls, .ods): sheets of articles row by row, any other as one."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.articles.article import Article, opening_words
from index.articles.readers.apart import read_apart
from index.articles.readers.base import ReadFailure
from index.articles.readers.office import core_properties
from index.articles.readers.opendocument import properties_of, read_sheets
from index.articles.readers.packages import Package
from index.articles.readers.pages import is_html, read_html
from index.articles.readers.sheet_looks import Look, looks
from index.articles.readers.sheet_rows import Sheet, sheet_lines
from index.articles.readers.sheet_values import MAX_CELLS, write_number, write_value
from index.articles.readers.tables import read_table
from index.articles.readers.values import clean
from index.errors import InputError

_DEFAULT_NAME = re.compile(r"(?:sheet|ورقة|feuil|tabelle|hoja)[ _]?\d+", re.IGNORECASE)
"""What programs call sheets that nobody named."""
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:\d{3}")
_SHOWN = Look(set(), set(), set())
"""How a sheet is shown of which nothing else is known."""


def read_spreadsheet(data: bytes, columns: Mapping[str, str]) -> Iterator[Article | ReadFailure]:
    """Read the sheets of a spreadsheet that are not hidden, or a page that is only called so.

    Raises:
        InputError: It is none, is locked, or takes too much time or memory.
    """
    if is_html(data):
        yield from read_html(data)
        return
    found = read_apart(__name__, data)
    for sheet in (Sheet(*shown) for shown in found["sheets"]):
        rows = [[_without_error(clean(cell)) for cell in row] for row in sheet.rows]
        records = read_table(rows, columns)
        if records is not None:
            yield from records
        elif any(map(any, rows)):
            yield _article(sheet._replace(rows=rows), found["properties"])


def _without_error(cell: str) -> str:
    return "" if _ERROR.fullmatch(cell) else cell


def _article(sheet: Sheet, properties: Mapping[str, str]) -> Article:
    name = "" if _DEFAULT_NAME.fullmatch(sheet.name.strip()) else clean(sheet.name)
    above, lines = sheet_lines(sheet.rows, sheet.spanned)
    heading = above[0] if above else properties.get("title", "")
    title = " — ".join(dict.fromkeys(filter(None, (heading, name))))
    text = "\n".join([*above[1:], *lines])
    author = properties.get("creator", "")
    return Article("", title or opening_words(text), text, author=author)


def read_directly(data: bytes) -> dict[str, Any]:
    """Return the sheets of a file that are shown and its properties, read without limits.

    Raises:
        InputError: It is no spreadsheet, is locked, or has too many cells.
    """
    package = Package(data, ".xlsx or .ods") if data.startswith(b"PK") else None
    if package is not None and "content.xml" in package:
        return {"sheets": list(read_sheets(package)), "properties": properties_of(package)}
    properties = {} if package is None else core_properties(package)
    return {"sheets": list(_sheets(data)), "properties": properties}


def _sheets(data: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a file of Microsoft's formats that are shown."""
    import python_calamine as calamine

    left = MAX_CELLS
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible
            and sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        known = looks(data) if data.startswith(b"PK") else {}
        for name in shown:
            sheet = _sheet(book.get_sheet_by_name(name), known.get(name, _SHOWN))
            left -= sum(map(len, sheet.rows))
            if left < 0:
                raise InputError(f"has over {MAX_CELLS:,} cells; split it")
            yield sheet
    except calamine.PasswordError:
        raise InputError("is locked with a password; save it without one") from None
    except (calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(f"is no readable spreadsheet: {error}") from None


def _sheet(sheet: Any, look: Look) -> Sheet:
    """Return the texts of the cells that are shown; what spans cells stands in each of them."""
    rows = sheet.to_python()
    top, left = sheet.start or (0, 0)
    for row, column in look.percents:
        if 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top]):
            value = rows[row - top][column - left]
            if isinstance(value, int | float) and not isinstance(value, bool):
                rows[row - top][column - left] = f"{write_number(value * 100)}%"
    texts = [[write_value(value) for value in row] for row in rows]
    blocks: dict[int, list[tuple[int, range]]] = {}
    for (first, start), (last, end) in sheet.merged_cell_ranges or ():
        block = range(max(first - top, 0), min(last - top + 1, len(texts)))
        for row in block:
            columns = range(max(start - left, 0), min(end - left + 1, len(texts[row])))
            for column in columns:
                texts[row][column] = texts[block[0]][columns[0]]
            if len(columns) > 1 and texts[row][columns[0]]:
                blocks.setdefault(row, []).append((block[0], columns))
    spanned = {
        row: found[0][0]
        for row, found in blocks.items()
        if len(found) == 1 and sum(map(bool, texts[row])) == len(found[0][1])
    }
    return _shown(sheet.name, texts, spanned, look, (top, left))


def _shown(
    name: str,
    rows: Sequence[Sequence[str]],
    spanned: Mapping[int, int],
    look: Look,
    start: tuple[int, int],
) -> Sheet:
    """Return a sheet without what is hidden and without blank cells at the ends of rows.

    Args:
        name: Of the sheet.
        rows: All its rows.
        spanned: Rows in which one cell is all there is -> the row where it begins.
        look: What is hidden.
        start: Row and column where the first cell of the first row stands.
    """
    top, left = start
    shown = Sheet(name, [], [])
    for number, row in enumerate(rows):
        if number + top in look.rows or spanned.get(number, number) != number:
            continue
        cells = [cell for column, cell in enumerate(row, left) if column not in look.columns]
        while cells and not cells[-1]:
            cells.pop()
        if cells and number in spanned:
            shown.spanned.append(len(shown.rows))
        shown.rows.append(cells)
    return shown

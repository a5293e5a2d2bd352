"""Find out how the sheets of a .xlsx file are shown: percentages, hidden rows and columns."""

import io
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from index.articles.readers.office import relation_targets
from index.articles.readers.packages import Package, attribute, find_elements, local_name
from index.articles.readers.sheet_values import MAX_COLUMNS

_BUILT_IN = frozenset({9, 10})
"""Of the formats that are not written down, those of percentages (ECMA-376, 18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Look(NamedTuple):
    """How a sheet is shown.

    Attributes:
        percents: Row and column, from 0, of numbers that are shown as percentages.
        rows: Numbers of hidden rows, from 0.
        columns: Numbers of hidden columns, from 0.
    """

    percents: set[tuple[int, int]]
    rows: set[int]
    columns: set[int]


def looks(data: bytes) -> Mapping[str, Look]:
    """Return the name of every sheet -> how it is shown."""
    package = Package(data, ".xlsx")
    main = next(iter(relation_targets(package, "", "officeDocument").values()), "xl/workbook.xml")
    targets = relation_targets(package, main)
    styles = _percent_styles(package, relation_targets(package, main, "styles"))
    return {
        attribute(sheet, "name"): _look(package.read(path), styles)
        for sheet in find_elements(package.parse(main), "sheet")
        if (path := targets.get(_reference(sheet), "")) in package
    }


def _reference(sheet: Any) -> str:
    return next((str(value) for key, value in sheet.items() if key.endswith("}id")), "")


def _percent_styles(package: Package, targets: Mapping[str, str]) -> frozenset[str]:
    """Return the numbers of the cell styles that show percentages."""
    path = next(iter(targets.values()), "")
    if path not in package:
        return frozenset()
    tree = package.parse(path)
    formats = {
        attribute(known, "numFmtId")
        for known in find_elements(tree, "numFmt")
        if "%" in _LITERAL.sub("", attribute(known, "formatCode"))
    } | set(map(str, _BUILT_IN))
    return frozenset(
        str(number)
        for styles in find_elements(tree, "cellXfs")
        for number, style in enumerate(styles)
        if attribute(style, "numFmtId") in formats
    )


def _look(sheet: bytes, styles: frozenset[str]) -> Look:
    from lxml import etree

    look = Look(set(), set(), set())
    last = 0
    tags = ("{*}c", "{*}col", "{*}row")
    for _, found in etree.iterparse(io.BytesIO(sheet), tag=tags, resolve_entities=False):
        is_hidden = found.get("hidden") in {"1", "true"}
        match local_name(found):
            case "c":
                place = _PLACE.fullmatch(found.get("r", ""))
                if place and found.get("s") in styles:
                    look.percents.add((int(place[2]) - 1, _column(place[1])))
            case "col" if is_hidden:
                first, end = int(found.get("min", "1")), int(found.get("max", "1"))
                look.columns.update(range(first - 1, min(end, MAX_COLUMNS)))
            case "row":
                last = int(found.get("r") or last + 1)
                if is_hidden:
                    look.rows.add(last - 1)
        found.clear()
    return look


def _column(letters: str) -> int:
    """Return the number of a column from 0.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1

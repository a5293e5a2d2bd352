"""Find the cells of a .xlsx file whose numbers are shown as percentages."""

import io
import re
from collections.abc import Mapping
from typing import Any

from index.articles.readers.office import relation_targets
from index.articles.readers.packages import Package, attribute, find_elements

_BUILT_IN = frozenset({9, 10})
"""Of the formats that are not written down, those of percentages (ECMA-376, 18.8.30)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def percent_cells(data: bytes) -> Mapping[str, set[tuple[int, int]]]:
    """Return the name of every sheet -> row and column, from 0, of its percentages."""
    package = Package(data, ".xlsx")
    main = next(iter(relation_targets(package, "", "officeDocument").values()), "xl/workbook.xml")
    targets = relation_targets(package, main)
    styles = _percent_styles(package, relation_targets(package, main, "styles"))
    return {
        attribute(sheet, "name"): _cells(package.read(path), styles)
        for sheet in (find_elements(package.parse(main), "sheet") if styles else ())
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


def _cells(sheet: bytes, styles: frozenset[str]) -> set[tuple[int, int]]:
    from lxml import etree

    found = set()
    for _, cell in etree.iterparse(io.BytesIO(sheet), tag="{*}c", resolve_entities=False):
        if cell.get("s") in styles and (place := _PLACE.fullmatch(cell.get("r", ""))):
            found.add((int(place[2]) - 1, _column(place[1])))
        cell.clear()
    return found


def _column(letters: str) -> int:
    """Return the number of a column from 0.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1

"""Tell what the styles of an OpenDocument file hide, strike out or raise.

The body of a document names its own styles, which are in content.xml, and those that users see,
which are in styles.xml; a name is of one family of elements (OASIS OpenDocument 1.3, part 3, 16).
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from index.articles.readers.packages import Package, attribute, find_elements, local_name

_MAX_PARENTS = 10
"""Styles above one another; no honest file has more."""
_FAMILIES = {
    "p": "paragraph",
    "h": "paragraph",
    "span": "text",
    "a": "text",
    "section": "section",
    "table": "table",
    "table-row": "table-row",
    "table-cell": "table-cell",
}
_OTHERS = "graphic"
"""The family of shapes and frames, of which there are many kinds."""


class Styles:
    """The styles that the body of a document may name."""

    def __init__(self, package: Package) -> None:
        content = package.parse("content.xml")
        parts = [content.find("{*}automatic-styles")]
        if "styles.xml" in package:  # its automatic styles are those of headers and footers
            parts.append(package.parse("styles.xml").find("{*}styles"))
        self._styles: dict[tuple[str, str], Any] = {}
        for style in (one for part in parts if part is not None for one in _own_styles(part)):
            key = (attribute(style, "family"), attribute(style, "name"))
            self._styles.setdefault(key, style)
        self._value = cache(self._find_value)

    def hides(self, element: Any) -> bool:
        """Tell whether an element is not shown, or struck out, by its style."""
        style = _style_of(element)
        return (
            self._value(*style, "display") in {"none", "false"}
            or self._value(*style, "text-line-through-style") not in {"", "none"}
            or self._value(*style, "text-line-through-type") not in {"", "none"}
        )

    def raises(self, element: Any) -> bool:
        """Tell whether an element stands above the line by its style."""
        place = self._value(*_style_of(element), "text-position").split(" ")[0]
        return place == "super" or place.strip("0%").isdecimal()

    def names(self, element: Any) -> Iterator[str]:
        """Yield the name of an element's style and of those above it."""
        family, name = _style_of(element)
        for _ in range(_MAX_PARENTS):
            if not name:
                return
            yield name
            style = self._styles.get((family, name))
            name = "" if style is None else attribute(style, "parent-style-name")

    def _find_value(self, family: str, name: str, property_name: str) -> str:
        """Return the value of a property, which a style has of its own or from one above it."""
        for _ in range(_MAX_PARENTS):
            style = self._styles.get((family, name))
            if style is None:
                break
            values = (attribute(properties, property_name) for properties in style)
            if value := next(filter(None, values), ""):
                return value
            name = attribute(style, "parent-style-name")
        return ""


def _own_styles(part: Any) -> list[Any]:
    return find_elements(part, "style")


def _style_of(element: Any) -> tuple[str, str]:
    family = _FAMILIES.get(local_name(element), _OTHERS)
    return family, attribute(element, "style-name")

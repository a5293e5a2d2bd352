"""Take the text out of a paragraph of a Word document as Word shows it with all changes accepted.

What is deleted, moved away, struck out, hidden, or an instruction to Word is left out. Elements are
known by their local names, which are the same in both namespaces of the format (ECMA-376,
transitional and strict).
"""

from collections.abc import Iterator
from typing import Any

from index.articles.readers.markup import raise_digits
from index.articles.readers.packages import attribute, find_elements, local_name

_UNSEEN = frozenset({
    "del", "moveFrom", "delText", "instrText", "delInstrText", "rubyPr", "pPr", "rPr", "tblPr",
    "trPr", "tcPr", "sdtPr", "sdtEndPr", "fldData",
})  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_FORMULA = {"den": "/", "sup": "^", "sub": "_"}
"""What keeps the parts of a fraction or a power apart when a formula becomes one line."""
_DRAWINGS = frozenset({"drawing", "pict", "object"})
_BOXES = ("txbxContent", "txBody", "textpath", "relIds")
# The signs of Microsoft's symbol fonts that stand in running text; they have no letters.
_SYMBOLS = {
    "symbol": dict(zip(b"\xa3\xb0\xb1\xb3\xb4\xb7\xb8\xb9", "≤°±≥×•÷≠", strict=True)),
    "wingdings": dict(zip(b"ln\xa7\xa8\xfb\xfc\xfd\xfe", "●■▪☐✗✓☒☑", strict=True)),
}


class _Raised(str):
    """Text that stands above the line."""


def paragraph_text(paragraph: Any) -> tuple[str, list[Any]]:
    """Return a paragraph's text and the boxes anchored in it.

    Of a field only its result is shown, not the instruction between its begin and its separator.
    """
    text, boxes = "", []
    instructions: list[bool] = []
    for piece in _pieces(paragraph):
        if isinstance(piece, str):
            shown = raise_digits(text, piece) if isinstance(piece, _Raised) else piece
            text += "" if any(instructions) else shown
        elif local_name(piece) != "fldChar":
            boxes.append(piece)
        elif (kind := attribute(piece, "fldCharType")) == "begin":
            text += _read_choice(piece)
            instructions.append(True)
        elif instructions:
            instructions[-1] = False
            if kind == "end":
                instructions.pop()
    return text, boxes


def _read_choice(field: Any) -> str:
    """Return what is chosen in a drop-down field, which has no result of its own; else ""."""
    for choices in find_elements(field, "ddList"):
        marks = find_elements(choices, "result") or find_elements(choices, "default")
        number = attribute(marks[0], "val") if marks else "0"
        entries = [attribute(entry, "val") for entry in find_elements(choices, "listEntry")]
        return entries[int(number)] if number.isdecimal() and int(number) < len(entries) else ""
    return ""


def _pieces(element: Any) -> Iterator[Any]:
    """Yield the text inside an element, piece by piece, with its boxes and marks of fields."""
    for child in _find_visible_children(element):
        name = local_name(child)
        if name == "t":
            yield " ".join((child.text or "").split("\n"))
        elif name in {"sym", "symEx"}:
            yield _symbol(child)
        elif name == "fldChar":
            yield child
        elif name in _DRAWINGS:
            yield from nearest(child, *_BOXES)
        elif name == "r":
            yield from _run(child)
        elif name == "ruby":
            yield from (*_parts(child, "rubyBase"), " (", *_parts(child, "rt"), ")")
        else:
            yield _SIGNS.get(name) or (_FORMULA.get(name, "") if find_elements(child, "t") else "")
            yield from _pieces(child)


def _parts(element: Any, name: str) -> Iterator[Any]:
    for part in nearest(element, name):
        yield from _pieces(part)


def _run(run: Any) -> Iterator[Any]:
    """Yield the pieces of a run unless it is hidden or struck out."""
    if any(_is_on(run, name) for name in ("vanish", "strike", "dstrike")):
        return
    place = run.find("{*}rPr/{*}vertAlign")
    is_raised = place is not None and attribute(place, "val") == "superscript"
    for piece in _pieces(run):
        yield _Raised(piece) if is_raised and isinstance(piece, str) else piece


def _is_on(run: Any, name: str) -> bool:
    switch = run.find(f"{{*}}rPr/{{*}}{name}")
    return switch is not None and attribute(switch, "val") not in {"0", "false", "off"}


def _symbol(element: Any) -> str:
    """Return the letter of a sign; in symbol fonts it is a number of that font (F0xx)."""
    try:
        code = int(attribute(element, "char"), 16)
        known = _SYMBOLS.get(attribute(element, "font").lower(), {})
        return known.get(code & 0xFF, "") if known or 0xF000 <= code <= 0xF0FF else chr(code)
    except (ValueError, OverflowError):
        return ""


def _find_visible_children(element: Any) -> Iterator[Any]:
    """Yield the children of an element that are shown: of alternatives the first with text."""
    for child in element:
        name = local_name(child)
        if name == "AlternateContent":
            yield from next((shown for way in child if (shown := _with_text(way))), [])
        elif name and name not in _UNSEEN:
            yield child


def _with_text(way: Any) -> list[Any]:
    texts = ("t", "textpath", "relIds", "symEx", "sym")
    return (
        list(_find_visible_children(way)) if any(find_elements(way, name) for name in texts) else []
    )


def nearest(element: Any, *names: str) -> Iterator[Any]:
    """Yield the nearest shown elements of some names, whatever controls they are wrapped in."""
    for child in _find_visible_children(element):
        if local_name(child) in names:
            yield child
        else:
            yield from nearest(child, *names)

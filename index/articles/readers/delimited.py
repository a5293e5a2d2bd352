"""Cut text into rows and cells at its delimiters, so that a damaged row costs that row only.

The ``csv`` module reads on to the end of the file after a quote that is never closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANKS = " \t"
_SPACES, _SPACES_AND_TABS = re.compile(" *"), re.compile(f"[{_BLANKS}]*")
_MAX_STRAY = 1_000
"""Quotes that nobody doubled from which the quote before them was never closed."""
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
"""How programs write a cell that a spreadsheet shall not take for a number or a date."""
_UNCLOSED = 'a quote (") is never closed'


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        line: Number of the line on which it, or what is wrong with it, begins.
        cells: Without the quotes around them.
        trouble: Why it cannot be read, or "".
    """

    line: int
    cells: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it."""
        return not self.trouble and not any(cell.strip() for cell in self.cells)


def read_rows(text: str, delimiter: str) -> Iterator[Row]:
    r"""Yield the rows of a table.

    >>> [row.cells for row in read_rows('أ;"ب;\nج"\n"د" هـ;و', ";")]
    [('أ', 'ب;\nج'), ('"د" هـ', 'و')]
    """
    at, line = 0, 1
    while at < len(text):
        cells, end, closed = _read_row(text, at, delimiter)
        if closed:
            yield Row(line, tuple(cells))
        else:
            yield Row(line + text.count("\n", at, end), trouble=_UNCLOSED)
            end = _line_end(text, end) + 1
        line += text.count("\n", at, end)
        at = end


def _read_row(text: str, at: int, delimiter: str) -> tuple[list[str], int, bool]:
    """Return the cells of the row at a place, and where the next row begins.

    Where a quote is never closed, its place is returned instead, and False.
    """
    cells: list[str] = []
    while True:
        cell, end = _read_cell(text, at, delimiter)
        if cell is None:
            return cells, end, False
        formula = _FORMULA.fullmatch(cell.strip())
        cells.append(formula[1].replace('""', '"') if formula else cell)
        if end >= len(text) or text[end] == "\n":
            return cells, end + 1, True
        at = end + 1


def _read_cell(text: str, at: int, delimiter: str) -> tuple[str | None, int]:
    """Return a cell and where it ends, or None and where its quote opens."""
    start = _after_blanks(text, at, delimiter)
    if text[start : start + 1] != '"':
        end = _cell_end(text, at, delimiter)
        return text[at:end], end

    def ends_cell(at: int) -> bool:
        return text[(after := _after_blanks(text, at, delimiter)) : after + 1] in ends

    ends = {"", "\n", delimiter}
    end, stray, quote = -1, 0, start
    while (quote := text.find('"', quote + 1)) >= 0:
        escaped = text[quote - 1] == "\\"
        if text[quote + 1 : quote + 2] == '"' and not (escaped and ends_cell(quote + 2)):
            quote += 1
            continue
        if ends_cell(quote + 1):
            return _unescape_quotes(text[start + 1 : quote]), _after_blanks(
                text, quote + 1, delimiter
            )
        if escaped:
            continue
        if end < 0:  # a quote that nobody doubled: does it belong to a cell without quotes around?
            end = _cell_end(text, start, delimiter)
            if text.count('"', start, end) % 2 == 0:
                return _without_outer_quotes(text[start:end]), end
        stray += 1
        if stray > _MAX_STRAY or _opens_cell(text, start, quote, delimiter):
            break
    return None, start


def _unescape_quotes(cell: str) -> str:
    r"""Return what stands between quotes as it was before: programs write a quote as two or ``\"``.

    >>> _unescape_quotes('قال ""نعم"" ثم'), _unescape_quotes('قال \\"نعم\\" ثم')
    ('قال "نعم" ثم', 'قال "نعم" ثم')
    """
    return cell.replace('\\"', '"').replace('""', '"')


def _opens_cell(text: str, start: int, quote: int, delimiter: str) -> bool:
    """Tell whether a quote inside a cell opens another, so that the first was never closed.

    In the line of the first one, blanks before it make it a quote of the text: «"قال, "نعم" ثم"».
    """
    if text[quote - 1] in {"\n", delimiter}:
        return True
    line = text.rfind("\n", start, quote)
    before = text[line + 1 : quote].rstrip(_BLANKS.replace(delimiter, ""))
    return line >= 0 and (not before or before.endswith(delimiter))


def _without_outer_quotes(cell: str) -> str:
    r"""Return a cell that holds quotes nobody doubled, without those around the whole of it.

    >>> _without_outer_quotes('"قال "نعم" ثم ذهب"'), _without_outer_quotes('"نعم" و"لا"')
    ('قال "نعم" ثم ذهب', '"نعم" و"لا"')
    """
    inner = cell.rstrip()[1:-1]
    opens_inside = inner[: inner.find('"')].endswith((" ", ":", "("))
    return inner if opens_inside and cell.rstrip().endswith('"') else cell


def _after_blanks(text: str, at: int, delimiter: str) -> int:
    found = (_SPACES if delimiter == "\t" else _SPACES_AND_TABS).match(text, at)
    return found.end() if found else at


def _cell_end(text: str, at: int, delimiter: str) -> int:
    line = _line_end(text, at)
    found = text.find(delimiter, at, line)
    return line if found < 0 else found


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found

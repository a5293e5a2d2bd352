"""Write the values of a sheet's cells as a reader expects them."""

import datetime as dt
from typing import Any

MAX_COLUMNS = 16_384
"""Columns of a sheet, as Excel and LibreOffice have them."""
MAX_CELLS = 5_000_000
"""Cells of the sheets of a file; a repeated one counts each time. Chosen, not measured."""
_DIGITS = 15
"""Digits of a number that spreadsheet programs keep; those behind are noise of its binary form."""


def write_value(value: Any) -> str:
    """Return a value as text; days in the form of ISO 8601, as they are stored."""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, int | float):
        return write_number(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    return str(value)


def write_number(value: float) -> str:
    """Return a number without the noise of its binary form.

    >>> write_number(0.1 + 0.2), write_number(7682136.0), write_number(2.5e-7)
    ('0.3', '7682136', '0.00000025')
    """
    text = f"{value:.{_DIGITS}g}"
    if "e" not in text:
        return text
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"

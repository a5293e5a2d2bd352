"""Read a model's table: a claim for each cell."""

import re
from dataclasses import replace

from rag.checking.citations import (
    find_references,
    parse_citations,
    read_bare_marks,
    strip_citations,
)
from rag.checking.claims import Claim, make_claim
from rag.checking.markup import is_rule, split_row


class Table:
    """The rows of a table; each is held until it is known whether it is the header."""

    def __init__(self) -> None:
        self._header: list[str] = []
        self._row: list[str] = []
        self._rows = 0

    def add(self, line: str) -> list[Claim]:
        """Return the claims of the row before this line."""
        if is_rule(line):
            if not self._rows and not self._header:
                self._header, self._row = self._row, []
            return []
        before = self._read_row()
        self._row = split_row(line)
        return before

    def end(self) -> list[Claim]:
        """Return the claims of the last row."""
        last = self._read_row()
        self._header, self._rows = [], 0
        return last

    def _read_row(self) -> list[Claim]:
        """Return a claim for each cell: what its row and, of several, its column are about."""
        row, header, self._row = self._row, self._header, []
        if not row:
            return []
        self._rows += 1
        if len(row) > 1 and row[0] == str(self._rows):  # the row's number
            row, header = row[1:], header[1:]
        name, values = (row[0], row[1:]) if len(row) > 1 else ("", row)
        columns = [title for title in header[1:] if not find_references(title)]
        titles = [*header[1:], *[""] * len(values)][: len(values)]
        marks = [
            read_bare_marks(cell, cited=find_references(title))
            for title, cell in zip(titles, values, strict=True)
        ]
        shared = [n for numbers in marks for n in numbers] or parse_citations(name)
        claims = []
        for title, cell, numbers in zip(titles, values, marks, strict=True):
            about = [strip_citations(name), title if len(columns) > 1 else ""]
            claim = make_claim(cell, "\n- ", "، ".join(filter(None, about)))
            if re.search(r"\w", claim.text) and not numbers:
                claims.append(replace(claim, numbers=claim.numbers or tuple(shared)))
        return claims

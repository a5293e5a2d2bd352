"""Read old Word documents (.doc) with the program antiword, where it is installed."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from index.articles.article import Article
from index.articles.readers.office import office_article
from index.articles.readers.pages import read_html
from index.articles.readers.rows import Cell, table_lines
from index.articles.readers.rtf import read_rtf
from index.articles.readers.word import read_docx
from index.articles.readers.word_text import Line
from index.errors import InputError

_SECONDS = 60
"""Time to read one file. Chosen, not measured."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_NOTE_MARK = re.compile(r"\[\d+\]")
_RULE = re.compile(r"-{5,}")
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)


def read_doc(data: bytes) -> Iterator[Article]:
    """Read the text of an old Word document, or of what is only called so.

    Raises:
        InputError: antiword is missing, or cannot read the file.
    """
    if data.startswith(b"{\\rtf"):
        yield from read_rtf(data)
    elif data.startswith(b"PK"):
        yield from read_docx(data)
    elif _HTML.match(data):
        yield from read_html(data)
    else:
        yield office_article(_lines(_run_antiword(data)), {})


def _run_antiword(data: bytes) -> str:
    program = shutil.which("antiword")
    if program is None:
        raise InputError(
            "needs the program antiword, which is not installed: install it (apt install antiword)"
            " or save the file in Word as .docx"
        )
    if not data.startswith(_OLD_OFFICE):
        raise InputError("is no readable .doc file: it does not begin as one")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.doc")
        path.write_bytes(data)
        try:
            done = subprocess.run(  # noqa: S603 - the program that was found, a file of our own
                [program, "-m", "UTF-8.txt", "-w", "0", str(path)],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"takes over {_SECONDS} s to read; split it") from None
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode or not text.strip():
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise InputError(f"is no readable .doc file: {said.replace(str(path), 'the file')}")
    return text


def _lines(text: str) -> list[Line]:
    """Return the lines of what antiword writes: rows between bars, marks of notes in brackets."""
    found: list[str] = []
    rows: list[list[Cell[str]]] = []
    for line in text.split("\n"):
        shown = line.strip()
        if shown.startswith("|") and shown.endswith("|") and len(shown) > 1:
            rows.append([Cell([cell] if cell else []) for cell in _cells(shown)])
            continue
        found += (row for lines in table_lines(rows) for row in lines)
        rows = []
        found.append("" if _RULE.fullmatch(shown) else _NOTE_MARK.sub("", shown))
    found += (row for lines in table_lines(rows) for row in lines)
    return [Line("", line) for line in found if line]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row[1:-1].split("|")]

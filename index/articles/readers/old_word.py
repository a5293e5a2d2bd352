"""Read old Word documents (.doc) with the program antiword, where it is installed."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from pathlib import Path

from index.articles.article import Article
from index.articles.readers.base import ReadFailure
from index.articles.readers.office import office_article
from index.articles.readers.packages import OLD_OFFICE
from index.articles.readers.pages import is_html, read_html
from index.articles.readers.rows import Cell, table_lines
from index.articles.readers.rtf import read_rtf
from index.articles.readers.word import read_docx
from index.articles.readers.word_text import Line
from index.errors import InputError

_SECONDS = 60
"""Time to read one file. Chosen, not measured."""
_NOTE_MARK = re.compile(r"\[([0-9]+)\]")
_RULE = re.compile(r"-{5,}")


def read_doc(data: bytes) -> Iterator[Article | ReadFailure]:
    """Read the text of an old Word document, or of what is only called so.

    Raises:
        InputError: antiword is missing, or cannot read the file.
    """
    if data.startswith(b"{\\rtf"):
        yield from read_rtf(data)
    elif data.startswith(b"PK"):
        yield from read_docx(data)
    elif is_html(data):
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
    if not data.startswith(OLD_OFFICE):
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
    written = text.split("\n")
    numbers = _note_numbers(written)
    for line in written:
        shown = _NOTE_MARK.sub(lambda mark: "" if mark[1] in numbers else mark[0], line).strip()
        if shown.startswith("|") and shown.endswith("|") and len(shown) > 1:
            rows.append([Cell([cell] if cell else []) for cell in _cells(shown)])
            continue
        found += (row for lines in table_lines(rows) for row in lines)
        rows = []
        found.append("" if _RULE.fullmatch(shown) else shown)
    found += (row for lines in table_lines(rows) for row in lines)
    return [Line("", line) for line in found if line]


def _note_numbers(lines: Sequence[str]) -> set[str]:
    """Return the numbers of the notes, which stand below a rule: other brackets are the text's."""
    below = dropwhile(lambda line: not _RULE.fullmatch(line.strip()), lines)
    return {mark[1] for line in below if (mark := _NOTE_MARK.match(line))}


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row[1:-1].split("|")]

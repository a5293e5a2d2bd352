r"""Read Rich Text Format (.rtf) as it is shown: its text, tables and text boxes, notes at the end.

A file is words (``\par``), groups in braces whose settings end with them, and text. Arabic letters
are bytes of the code page of their font, or numbers of Unicode followed by a sign for old programs.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from index.articles.article import Article
from index.articles.readers.apart import read_apart
from index.articles.readers.base import ReadFailure
from index.articles.readers.markup import raise_digits
from index.articles.readers.office import HEADING, article_in, found_in
from index.articles.readers.rows import Cell, table_lines
from index.articles.readers.word_text import Line
from index.articles.repair import join_surrogates
from index.errors import InputError

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)"
    r"|[\r\n]+|\\",
    re.DOTALL,
)
_SIGNS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "tab": "\t", "line": "\n", "lbr": "\n", "softline": "\n",
    "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c",
    "ltrmark": "\u200e", "rtlmark": "\u200f", "~": "\u00a0", "_": "-",
    "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
_ENDS = frozenset(
    {"par", "sect", "page", "column", "nestcell", "nestrow", "cell", "row", "\n", "\r"}
)
"""What ends a paragraph, a cell or a row; the ends of cells of a table in a table are such."""
_UNSEEN = frozenset({
    "fonttbl", "colortbl", "stylesheet", "info", "header", "headerl", "headerr", "headerf",
    "footer", "footerl", "footerr", "footerf", "pict", "fldinst", "listtext", "pntext", "xe",
    "tc", "rxe", "bkmkstart", "bkmkend", "annotation", "atnid", "atnauthor", "atrfstart",
    "atrfend", "shprslt", "nonshppict", "sp", "objdata", "objclass", "objname", "template",
    "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "aftncn", "ftncn", "nonesttables", "upr",
    "private", "filetbl", "revtbl", "rsidtbl", "listtable", "listoverridetable", "datafield",
    "themedata", "falt",
})  # fmt: skip
"""What begins a group that is no text."""
_BOXES = frozenset({"shptxt", "dptxbxtext"})
_FRAMES = frozenset({"shpinst", "do"})
"""What begins a group that holds a text box, though programs may pass it over."""
_PROPERTIES = {"title": "title", "author": "creator"}
_HIDING = frozenset({"v", "deleted", "strike", "striked"})
_CODE_PAGES = {
    2: "latin-1", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
"""Character set of a font -> code page; those of sets 0 and 1 are the file's own (RTF 1.9.1)."""
_OTHER_SCRIPTS = frozenset({"loch", "hich", "dbch"})
"""Behind these, associated fonts are those of Latin or East Asian letters."""


def read_rtf(data: bytes) -> Iterator[Article | ReadFailure]:
    """Read the article of an RTF file, as far as it goes; then tell where that is not to its end.

    Raises:
        InputError: It is none, or takes too much time or memory.
    """
    found = read_apart(__name__, data)
    yield article_in(found)
    if found["is_cut"]:
        yield ReadFailure("", "ends in the middle: what came after it is missing")


def read_directly(data: bytes) -> dict[str, Any]:
    """Return the lines and properties of an RTF file, and whether it is cut, without limits.

    Raises:
        InputError: It is none.
    """
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        raise InputError("is no readable .rtf file: it does not begin as one")
    document = _Document()
    document.read(data.decode("latin-1"))
    found = found_in(document.lines(), document.properties())
    return found | {"is_cut": document.is_open}


@dataclass(slots=True)
class _Flow:
    """Lines that follow each other: the body, the notes, or a text box.

    Attributes:
        lines: Of paragraphs and tables that have ended.
        text: Of the paragraph that has not, in parts.
        style: Of that paragraph.
        boxes: Lines of the text boxes anchored in it.
        cell: Lines of the cell that has not ended.
        row: Cells of the row that has not.
        rows: Of the table that has not.
        above: Column -> lines of the cell that reaches into the next row there.
        merges: For each cell of the row, which merges it takes part in.
    """

    lines: list[Line] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    style: str = ""
    boxes: list[Line] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[list[str]] = field(default_factory=list)
    rows: list[list[Cell[str]]] = field(default_factory=list)
    above: dict[int, list[str]] = field(default_factory=dict)
    merges: list[set[str]] = field(default_factory=list)

    def end_paragraph(self, *, in_table: bool) -> None:
        text = join_surrogates("".join(self.text))
        lines = [Line(self.style, line.strip()) for line in text.split("\n") if line.strip()]
        lines += self.boxes
        if in_table:
            self.cell += [line.text for line in lines]
        elif lines:
            self.end_table()
            self.lines += lines
        self.text, self.style, self.boxes = [], "", []

    def end_cell(self) -> None:
        self.end_paragraph(in_table=True)
        self.row.append(self.cell)
        self.cell = []

    def end_row(self) -> None:
        cells: list[Cell[str]] = []
        for column, (lines, merge) in enumerate(zip_longest(self.row, self.merges, fillvalue=())):
            if "clmrg" in merge and cells:
                before = cells[-1]
                both = [*before.lines, *lines]
                cells[-1] = replace(before, lines=both, width=before.width + 1)
                continue
            is_from_above = "clvmrg" in merge
            shown = self.above.get(column, []) if is_from_above else list(lines)
            self.above[column] = shown
            is_shown = not is_from_above or len(shown) == 1
            cells.append(Cell(shown if is_shown else [], 1, 1, column, is_from_above))
        self.rows.append(cells)
        self.row = []

    def end_table(self) -> None:
        if self.cell:
            self.row.append(self.cell)
        if self.row:
            self.end_row()
        self.lines += [Line("", line) for lines in table_lines(self.rows) for line in lines]
        self.cell, self.rows, self.above = [], [], {}


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group.

    Attributes:
        flow: Where its text goes.
        property: Which property of the file its text is, or "".
        is_unseen: Whether its text is neither shown nor a property.
        hiding: Settings that hide text and are on.
        fonts: Of Latin letters, and of Arabic ones; "" where they have none of their own.
        is_arabic: Which of the two holds.
        side: The direction that was named last, ``ltr`` or ``rtl``; "" where none says more.
        is_of_other: Whether the associated font that is named next is of neither.
        skipped: Signs for old programs behind each number of Unicode.
        is_raised: Whether it stands above the line.
        in_table: Whether its paragraph is in a cell.
    """

    flow: _Flow
    property: str = ""
    is_unseen: bool = False
    hiding: frozenset[str] = frozenset()
    fonts: tuple[str, str] = ("", "")
    is_arabic: bool = False
    side: str = ""
    is_of_other: bool = False
    skipped: int = 1
    is_raised: bool = False
    in_table: bool = False


class _Document:
    """Takes the lines out of a file."""

    def __init__(self) -> None:
        self._properties: dict[str, list[str]] = {name: [] for name in _PROPERTIES.values()}
        self._notes = _Flow()
        self._state = self._first = _State(_Flow())
        self._outer: list[_State] = []
        self._code_page = "cp1252"
        self._font_pages: dict[str, str] = {}
        self._default_fonts = ("", "")
        self._font = ""
        self._bytes = bytearray()
        self._left_to_skip = 0
        self._may_be_passed_over = False
        self._cell_merges: set[str] = set()

    def lines(self) -> list[Line]:
        """Return the lines of the body and, after them, those of its notes."""
        body = self._first.flow
        for flow in (body, self._notes):
            flow.end_paragraph(in_table=False)
            flow.end_table()
        return body.lines + self._notes.lines

    @property
    def is_open(self) -> bool:
        """Whether a group has begun and not ended, as that of the file does at its very end."""
        return bool(self._outer)

    def properties(self) -> dict[str, str]:
        """Return title and author, or ""."""
        found = {name: "".join(parts) for name, parts in self._properties.items()}
        return {name: join_surrogates(text).strip() for name, text in found.items()}

    def read(self, text: str) -> None:
        """Read a file of which every byte is a character."""
        at = 0
        while found := _TOKEN.match(text, at):
            at = found.end()
            if found["byte"]:
                self._take(bytes.fromhex(found["byte"]))
            elif found["text"]:
                self._take(found["text"].encode("latin-1"))
            elif found["word"] == "bin":
                at += max(int(found["number"] or 0), 0)
            elif found["brace"] or found["sign"] or found["word"]:
                self._decode()
                if found["brace"]:
                    self._group(found["brace"])
                elif found["sign"]:
                    self._sign(found["sign"])
                else:
                    self._word(found["word"], found["number"] or "")
        self._decode()

    def _take(self, data: bytes) -> None:
        skipped = min(self._left_to_skip, len(data))
        self._left_to_skip -= skipped
        self._bytes += data[skipped:]

    def _decode(self) -> None:
        """Add the bytes that stand together to the text, in the code page of their font."""
        if self._bytes:
            latin, arabic = self._state.fonts
            font = (arabic or latin) if self._state.is_arabic else latin
            page = self._font_pages.get(font, "") or self._code_page
            self._add(self._bytes.decode(page, "replace"))
            self._bytes.clear()

    def _add(self, text: str) -> None:
        state = self._state
        if state.property:
            self._properties[state.property].append(text)
        elif not state.is_unseen and not state.hiding:
            before = state.flow.text
            if state.is_raised:  # blanks that are raised are marks of notes
                text = raise_digits("".join(before[-1:]), text.strip())
            if text:
                before.append(text)

    def _group(self, brace: str) -> None:
        self._may_be_passed_over, self._left_to_skip = False, 0
        if brace == "{":
            self._outer.append(self._state)
        elif self._outer:
            flow, self._state = self._state.flow, self._outer.pop()
            if flow is not self._state.flow:
                flow.end_paragraph(in_table=False)
                flow.end_table()
            if flow is not self._state.flow and flow is not self._notes:
                self._state.flow.boxes += flow.lines

    def _sign(self, sign: str) -> None:
        if self._left_to_skip:
            self._left_to_skip -= 1
        elif sign == "*":
            self._may_be_passed_over = True
        elif sign in _ENDS:
            self._end(sign)
        else:
            self._add(_SIGNS.get(sign, ""))

    def _word(self, word: str, number: str) -> None:
        is_unknown = self._may_be_passed_over
        self._may_be_passed_over, self._left_to_skip = False, 0
        if word == "u" and number:
            self._add(chr(int(number) % 0x10000))
            self._left_to_skip = self._state.skipped
        elif word in _SIGNS:
            self._add(_SIGNS[word])
        elif word in _ENDS:
            self._end(word)
        elif not self._destination(word):
            self._set(word, number)
            self._shape_table(word)
            if is_unknown:
                self._change(is_unseen=True)

    def _end(self, word: str) -> None:
        """End a paragraph, a cell or a row."""
        state = self._state
        if state.is_unseen:
            return
        if word == "cell":
            state.flow.end_cell()
        elif word == "row":
            state.flow.end_row()
        else:
            state.flow.end_paragraph(in_table=state.in_table)

    def _destination(self, word: str) -> bool:
        """Tell whether a word says what the text of its group is, and note that."""
        state = self._state
        if word in _UNSEEN:
            self._change(is_unseen=True)
        elif word in _PROPERTIES and state.is_unseen:
            # A title in Unicode stands behind its form for old programs; of authors, the first is.
            if word == "title" or not self._properties["creator"]:
                self._properties[_PROPERTIES[word]] = []
                self._change(property=_PROPERTIES[word])
        elif word == "ud" and len(self._outer) > 1:
            self._change(is_unseen=self._outer[-2].is_unseen)
        elif word == "footnote":
            self._change(flow=self._notes, in_table=False)
        elif word in _BOXES:
            self._change(flow=_Flow(), in_table=False)
        else:
            return word in _FRAMES
        return True

    def _change(self, **fields: Any) -> None:
        self._state = replace(self._state, **fields)

    def _set(self, word: str, number: str) -> None:
        """Note what a setting makes of the text behind it."""
        state = self._state
        if word in _HIDING:
            hiding = state.hiding - {word} if number == "0" else state.hiding | {word}
            self._change(hiding=hiding)
        elif word == "plain":
            fonts = self._default_fonts
            self._change(hiding=frozenset(), fonts=fonts, is_raised=False)
            self._change(is_arabic=False, side="", is_of_other=False)
        elif word in {"super", "sub", "nosupersub"}:
            self._change(is_raised=word == "super" and number != "0")
        elif word == "uc":
            self._change(skipped=max(int(number or 1), 0))
        elif word == "outlinelevel" and number == "0" and not state.is_unseen:
            state.flow.style = HEADING
        else:
            self._set_font(word, number)
            self._set_code_page(word, number)

    def _set_font(self, word: str, number: str) -> None:
        r"""Note a font, or whose the fonts behind are.

        Behind a direction every font is that direction's: Word and LibreOffice name the own font of
        a run last, behind its direction, whether as ``\f`` or ``\af``. Behind ``\fcs``, which says
        whether letters are Arabic, the first is that of Latin ones and the other of Arabic ones.
        """
        state = self._state
        if word == "f":
            self._font = number
            self._name_font(number, is_arabic=state.side == "rtl")
        elif word == "af" and not state.is_of_other:
            self._name_font(number, is_arabic=state.side != "ltr")
        elif word in {"ltrch", "rtlch"}:
            self._change(is_arabic=word == "rtlch", side=word.removesuffix("ch"), is_of_other=False)
        elif word == "fcs":
            self._change(is_arabic=number == "1", side="")
        elif word in _OTHER_SCRIPTS:
            self._change(is_of_other=True)

    def _name_font(self, number: str, *, is_arabic: bool) -> None:
        latin, arabic = self._state.fonts
        self._change(fonts=(latin, number) if is_arabic else (number, arabic))

    def _set_code_page(self, word: str, number: str) -> None:
        if word == "ansicpg" and _is_code_page(f"cp{number}"):
            self._code_page = f"cp{number}"
        elif word in {"deff", "adeff"}:
            latin, arabic = self._default_fonts
            self._default_fonts = (number, arabic) if word == "deff" else (latin, number)
            self._change(fonts=self._default_fonts)
        elif word == "fcharset":
            self._font_pages[self._font] = _CODE_PAGES.get(int(number or 0), "")

    def _shape_table(self, word: str) -> None:
        """Note where cells are and which are merged."""
        state = self._state
        if state.is_unseen:
            return
        if word == "pard":
            state.flow.style = ""
            self._change(in_table=False)
        elif word == "intbl":
            self._change(in_table=True)
        elif word == "trowd":
            state.flow.merges = []
            self._cell_merges = set()
        elif word in {"clmrg", "clvmrg"}:
            self._cell_merges.add(word)
        elif word == "cellx":
            state.flow.merges.append(self._cell_merges)
            self._cell_merges = set()


def _is_code_page(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True

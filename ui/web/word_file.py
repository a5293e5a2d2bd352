"""Write a Word document (.docx) that runs from right to left, with real footnotes.

Its parts are written by hand (ECMA-376): no library for Word files makes footnotes.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from ui.web.markup import split_directions

FONT = "Arial"
"""Has Arabic letters wherever Word runs; other programs put one of their own in its place."""
_LANGUAGE = "ar-SA"
_BAD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
_LATIN = re.compile(r"([A-Za-z](?:[\x21-\x7e ]*[A-Za-z])?\d*)")
_MARK_LOOK = '<w:rPr><w:rStyle w:val="FootnoteReference"/><w:rtl/></w:rPr>'
_MARK = "\u200e"
"""Before digits in groups: LibreOffice turns them around whatever their run says."""
_SCHEMAS = "http://schemas.openxmlformats.org"
_W = f'xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DAY = (1980, 1, 1, 0, 0, 0)
"""When every part was packed, so that the same content makes the same file."""
_BULLETS, _NUMBERS = 1, 2
"""Ids of abstract lists; every list that counts is one of its own, from ``_FIRST_LIST`` on."""
_FIRST_LIST = 2
_LEVELS = 9
"""Lists in one another, as many as Word has."""


class _OpenList(NamedTuple):
    """A list that may go on: how many it is in, its id, and its last number."""

    level: int
    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one look; ``link`` is an address it leads to, or ""."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its paragraphs. Where the same one stands again, its first mark is repeated."""

    paragraphs: tuple[tuple[Words, ...], ...]


Run = Words | Note


@dataclass(slots=True)
class WordFile:
    """A document that grows from top to bottom.

    Attributes:
        title: What its properties say.
        created: A time in ISO 8601; what is none is left out.
    """

    title: str
    created: str = ""
    _body: list[str] = field(default_factory=list)
    _notes: dict[Note, int] = field(default_factory=dict)
    _starts: list[tuple[int, int]] = field(default_factory=list)
    _open: list[_OpenList] = field(default_factory=list)

    def add_paragraph(self, *runs: Run, style: str = "") -> None:
        """Add a paragraph; styles are ``Title``, ``Subtitle``, ``Heading1`` and ``Heading2``."""
        self._body.append(self._paragraph(runs, style=style))

    def add_item(self, *runs: Run, level: int = 0, number: int = 0) -> None:
        """Add an item of a list.

        Args:
            runs: Its words.
            level: How many lists it is in besides this one.
            number: The number before it; 0 for a bullet.
        """
        level = min(level, _LEVELS - 1)
        listed = self._list_of(level, number) if number else _BULLETS
        place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{listed}"/></w:numPr>'
        self._body.append(self._paragraph(runs, properties=place))

    def _list_of(self, level: int, number: int) -> int:
        """Return the list that a number goes on with at its level, or a new one."""
        while self._open and self._open[-1].level > level:
            self._open.pop()
        last = self._open.pop() if self._open and self._open[-1].level == level else None
        if last is None or number == 1 or number != last.number + 1:
            last = _OpenList(level, _FIRST_LIST + len(self._starts), number)
            self._starts.append((level, number))
        self._open.append(last._replace(number=number))
        return last.id

    def add_table(self, headings: Sequence[str], rows: Sequence[Sequence[Sequence[Run]]]) -> None:
        """Add a table whose first column stands on the right."""
        head = [[Words(heading, is_bold=True)] for heading in headings]
        width = 9_000 // len(headings)
        grid = f'<w:gridCol w:w="{width}"/>' * len(headings)
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="A0A0A0"/>' for side in sides)
        lines = [self._row(head, width, is_head=True)]
        lines += [self._row(row, width, is_head=False) for row in rows]
        self._body.append(
            f'<w:tbl><w:tblPr><w:bidiVisual/><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}'
            f"</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
        )
        self.add_paragraph()

    def _row(self, cells: Sequence[Sequence[Run]], width: int, *, is_head: bool) -> str:
        shown = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f"{self._paragraph(cell)}</w:tc>"
            for cell in cells
        )
        head = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
        return f"<w:tr>{head}{shown}</w:tr>"

    def _paragraph(self, runs: Sequence[Run], *, style: str = "", properties: str = "") -> str:
        named = f'<w:pStyle w:val="{style}"/>' if style else ""
        is_latin = _is_latin("".join(run.text for run in runs if isinstance(run, Words)))
        side = '<w:bidi w:val="0"/>' if is_latin else ""
        shown = "".join(self._note(run) if isinstance(run, Note) else _words(run) for run in runs)
        return f"<w:p><w:pPr>{named}{properties}{side}</w:pPr>{shown}</w:p>"

    def _note(self, note: Note) -> str:
        """Return the mark of a footnote, or a reference to it where it stood before."""
        if note in self._notes:
            number = self._notes[note]
            instruction = quoteattr(f" NOTEREF _Note{number} \\f \\h ")
            shown = f"<w:r>{_MARK_LOOK}<w:t>{number}</w:t></w:r>"
            return f"<w:fldSimple w:instr={instruction}>{shown}</w:fldSimple>"
        number = self._notes[note] = len(self._notes) + 1
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="_Note{number}"/><w:r>{_MARK_LOOK}'
            f'<w:footnoteReference w:id="{number}"/></w:r><w:bookmarkEnd w:id="{number}"/>'
        )

    def save(self) -> bytes:
        """Return the document as the bytes of a .docx file."""
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts().items():
                declared = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'
                entry = zipfile.ZipInfo(name, _DAY)
                archive.writestr(entry, declared.encode(), zipfile.ZIP_DEFLATED)
        return held.getvalue()

    def _parts(self) -> dict[str, str]:
        parts = {"document": self._document(), "styles": _STYLES, "settings": _SETTINGS}
        parts |= {"numbering": self._numbering(), "footnotes": self._footnotes()}
        kinds = {"document": f"{_TYPE}.document.main+xml"}
        overrides = "".join(
            f'<Override PartName="/word/{name}.xml"'
            f' ContentType="{kinds.get(name, f"{_TYPE}.{name}+xml")}"/>'
            for name in parts
        )
        relations = "".join(
            _relation(name, name, f"{name}.xml") for name in parts if name != "document"
        )
        packages = f"{_SCHEMAS}/package/2006"
        core = f"{packages}/relationships/metadata/core-properties"
        return {
            "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/docProps/core.xml"'
            ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
            f"{overrides}</Types>",
            "_rels/.rels": f'<Relationships xmlns="{packages}/relationships">'
            f"{_relation('main', 'officeDocument', 'word/document.xml')}"
            f'<Relationship Id="core" Type="{core}" Target="docProps/core.xml"/></Relationships>',
            "docProps/core.xml": self._properties(),
            "word/_rels/document.xml.rels": (
                f'<Relationships xmlns="{packages}/relationships">{relations}</Relationships>'
            ),
            **{f"word/{name}.xml": content for name, content in parts.items()},
        }

    def _document(self) -> str:
        page = (
            '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440"'
            ' w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/><w:bidi/>'
            "</w:sectPr>"
        )
        return f"<w:document {_W}><w:body>{''.join(self._body)}{page}</w:body></w:document>"

    def _footnotes(self) -> str:
        """Return the notes, behind the two lines that Word draws above them."""
        lines = "".join(
            f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{mark}/></w:r></w:p>'
            "</w:footnote>"
            for number, kind, mark in (
                (-1, "separator", "separator"),
                (0, "continuationSeparator", "continuationSeparator"),
            )
        )
        notes = "".join(
            f'<w:footnote w:id="{number}">{self._note_paragraphs(note)}</w:footnote>'
            for note, number in self._notes.items()
        )
        return f"<w:footnotes {_W}>{lines}{notes}</w:footnotes>"

    def _note_paragraphs(self, note: Note) -> str:
        first = (
            f'<w:r>{_MARK_LOOK}<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>'
        )
        paragraphs = [self._paragraph(line, style="FootnoteText") for line in note.paragraphs]
        return paragraphs[0].replace("</w:pPr>", f"</w:pPr>{first}", 1) + "".join(paragraphs[1:])

    def _numbering(self) -> str:
        kinds = {_BULLETS: ("bullet", "•"), _NUMBERS: ("decimal", "%{}.")}
        abstract = "".join(
            f'<w:abstractNum w:abstractNumId="{kind}"><w:multiLevelType w:val="multilevel"/>'
            + "".join(
                f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
                f'<w:lvlText w:val="{mark.format(level + 1)}"/><w:lvlJc w:val="left"/><w:pPr>'
                f'<w:ind w:left="{480 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
                for level in range(_LEVELS)
            )
            + "</w:abstractNum>"
            for kind, (form, mark) in kinds.items()
        )
        lists = f'<w:num w:numId="1"><w:abstractNumId w:val="{_BULLETS}"/></w:num>' + "".join(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{_NUMBERS}"/><w:lvlOverride'
            f' w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
            for number, (level, start) in enumerate(self._starts, start=_FIRST_LIST)
        )
        return f"<w:numbering {_W}>{abstract}{lists}</w:numbering>"

    def _properties(self) -> str:
        time = _time(self.created)
        created = f'<dcterms:created xsi:type="dcterms:W3CDTF">{time}</dcterms:created>'
        return (
            f'<cp:coreProperties xmlns:cp="{_SCHEMAS}/package/2006/metadata/core-properties"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{_text(self.title)}</dc:title><dc:language>ar</dc:language>"
            f"{created if time else ''}</cp:coreProperties>"
        )


def _relation(name: str, kind: str, target: str) -> str:
    relations = f"{_SCHEMAS}/officeDocument/2006/relationships"
    return f'<Relationship Id="{name}" Type="{relations}/{kind}" Target="{target}"/>'


def _time(text: str) -> str:
    """Return a time as Word reads it, or "": a file with another it calls damaged.

    >>> _time("2026-01-02T06:04:05.5+03:00"), _time("2026-01-02"), _time("أمس")
    ('2026-01-02T03:04:05Z', '2026-01-02T00:00:00Z', '')
    """
    try:
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ""
    return time.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _text(text: str) -> str:
    return escape(_BAD.sub("", text))


def _is_latin(text: str) -> bool:
    return re.search("[A-Za-z]", text) is not None and not re.search("[\u0600-\u06ff]", text)


def _words(words: Words) -> str:
    """Return the runs of some words: Latin ones apart, which Word would turn around."""
    shown = ""
    for place, part in enumerate(split_directions(words.text)):
        if place % 2:
            shown += _run(_MARK + part, words, is_latin=True)
            continue
        for number, own in enumerate(_LATIN.split(part)):
            shown += _run(own, words, is_latin=number % 2 == 1) if own else ""
    if not words.link:
        return shown
    address = _BAD.sub("", words.link).replace('"', "%22")
    instruction = quoteattr(f' HYPERLINK "{address}" ')
    return f"<w:fldSimple w:instr={instruction}>{shown}</w:fldSimple>"


def _run(text: str, words: Words, *, is_latin: bool) -> str:
    look = '<w:rStyle w:val="Hyperlink"/>' if words.link else ""
    look += "<w:b/><w:bCs/>" if words.is_bold else ""
    look += "<w:i/><w:iCs/>" if words.is_italic else ""
    look += '<w:rtl w:val="0"/>' if is_latin else "<w:rtl/>"
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{line}</w:t>' for line in _text(text).split("\n")
    )
    return f"<w:r><w:rPr>{look}</w:rPr>{lines}</w:r>"


def _style(
    name: str, shown: str, look: str, *, based: str = "Normal", kind: str = "paragraph"
) -> str:
    base = f'<w:basedOn w:val="{based}"/>' if kind == "paragraph" and name != "Normal" else ""
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="{kind}"{default} w:styleId="{name}"><w:name w:val="{shown}"/>{base}'
        f"<w:qFormat/>{look}</w:style>"
    )


def _size(points: int, *, bold: bool = False, below: int = 6) -> str:
    strong = "<w:b/><w:bCs/>" if bold else ""
    return (
        f'<w:pPr><w:keepNext/><w:spacing w:before="{20 * below}" w:after="{20 * below}"/></w:pPr>'
        f'<w:rPr>{strong}<w:sz w:val="{2 * points}"/><w:szCs w:val="{2 * points}"/></w:rPr>'
    )


_STYLES = (
    f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    f'<w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="en-US" w:bidi="{_LANGUAGE}"/>'
    "</w:rPr></w:rPrDefault></w:docDefaults>"
    + _style(
        "Normal",
        "Normal",
        '<w:pPr><w:bidi/><w:spacing w:after="120" w:line="300" w:lineRule="auto"/></w:pPr>',
    )
    + _style("Title", "Title", _size(22, bold=True))
    + _style("Subtitle", "Subtitle", _size(11))
    + _style("Heading1", "heading 1", _size(16, bold=True, below=9))
    + _style("Heading2", "heading 2", _size(13, bold=True))
    + _style(
        "FootnoteText",
        "footnote text",
        '<w:pPr><w:spacing w:after="40"/></w:pPr>'
        '<w:rPr><w:sz w:val="20"/><w:szCs w:val="20"/></w:rPr>',
    )
    + _style(
        "FootnoteReference",
        "footnote reference",
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>',
        kind="character",
    )
    + _style(
        "Hyperlink",
        "Hyperlink",
        '<w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr>',
        kind="character",
    )
    + "</w:styles>"
)
_SETTINGS = (
    f'<w:settings {_W}><w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    f'<w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    f'<w:themeFontLang w:val="en-US" w:bidi="{_LANGUAGE}"/></w:settings>'
)

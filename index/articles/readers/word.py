"""Read Word documents (.docx)."""

import posixpath
from collections.abc import Iterator

from index.articles.article import Article
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.markup import read_lines
from index.articles.readers.office import core_properties, office_article, relation_targets
from index.articles.readers.packages import Package, attribute, find_elements
from index.articles.readers.word_text import Line, Related, document_lines, note_lines
from index.errors import InputError

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_docx(data: bytes) -> Iterator[Article]:
    """Read the text of a Word document as Word shows it with all its changes accepted.

    Raises:
        InputError: It is no .docx file, or unpacks to too much.
    """
    if data.startswith(_OLD_OFFICE):
        raise InputError(
            "is no readable .docx file: it is locked with a password or an old .doc; "
            "save it in Word as .docx without a password"
        )
    package = Package(data, ".docx")
    yield office_article(_lines(package, embedded=True), core_properties(package))


def _lines(package: Package, *, embedded: bool) -> list[Line]:
    """Return the lines of the text and, after them, those of its foot- and endnotes."""
    main = next(iter(relation_targets(package, "", "officeDocument").values()), "word/document.xml")
    folder = posixpath.dirname(main)
    styles = _styles(package, f"{folder}/styles.xml")
    related = _relations(package, main, embedded=embedded)
    body = package.parse(main)
    lines = [Line(styles.get(line.style, ""), line.text) for line in document_lines(body, related)]
    for kind in ("footnote", "endnote"):
        path = f"{folder}/{kind}s.xml"
        if path in package:
            lines += note_lines(package.parse(path), body, kind)
    return lines


def _styles(package: Package, path: str) -> dict[str, str]:
    """Return style id -> its name, which is English in every language of Word."""
    if path not in package:
        return {}
    return {
        attribute(style, "styleId"): attribute(name, "val").lower()
        for style in find_elements(package.parse(path), "style")
        for name in style.iterfind("{*}name")
    }


def _relations(package: Package, part: str, *, embedded: bool) -> Related:
    """Return what finds the lines of a part that the text refers to: a diagram, another text."""
    targets = relation_targets(package, part)

    def lines(reference: str) -> list[Line]:
        path = targets.get(reference, "")
        if path not in package:
            return []
        data = package.read(path)
        ending = posixpath.splitext(path)[1].lower()
        if ending == ".xml":
            return document_lines(package.parse(path), lambda _: [])
        if ending in {".htm", ".html", ".xhtml"}:
            markup = decode(data, declared=declared_encoding(data))
            return [Line("", text) for text in read_lines(markup)]
        if ending == ".txt":
            return [Line("", text) for text in decode(data).split("\n") if text.strip()]
        if ending == ".docx" and embedded:
            return _lines(Package(data, ending), embedded=False)
        raise InputError(f"holds another file ({path}) as text; open it in Word and save it again")

    return lines

"""Read Word documents (.docx)."""

import posixpath
from collections.abc import Iterator

from index.arabic.datelines import dateline
from index.articles.article import Article, fill_title
from index.articles.encoding import declared_encoding, decode
from index.articles.readers.markup import read_lines
from index.articles.readers.packages import Package, attribute, find_elements, local_name
from index.articles.readers.values import clean
from index.articles.readers.word_text import Line, Related, document_lines, note_lines
from index.errors import InputError

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_TITLE, _HEADING = "title", "heading 1"


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
    yield _article(Package(data, ".docx"))


def _article(package: Package) -> Article:
    lines = _lines(package, embedded=True)
    properties = _properties(package)
    headings = [line.text for line in lines if line.style == _TITLE]
    headings += [line.text for line in lines[:1] if line.style == _HEADING]
    title = headings[0] if headings else properties.get("title", "")
    texts = [line.text for line in lines]
    if headings:
        texts.remove(title)
    title, body = fill_title(title, "\n".join(texts))
    author = properties.get("creator", "")
    return Article(
        id="",
        title=title,
        text=body,
        date=dateline(f"{title}\n{body}"),
        author="" if author == "python-docx" else author,  # the library that made it
    )


def _properties(package: Package) -> dict[str, str]:
    """Return title and author as the file's properties have them."""
    if "docProps/core.xml" not in package:
        return {}
    return {local_name(item): clean(item.text or "") for item in package.parse("docProps/core.xml")}


def _lines(package: Package, *, embedded: bool) -> list[Line]:
    """Return the lines of the text and, after them, those of its foot- and endnotes."""
    main = next(iter(_targets(package, "", "officeDocument").values()), "word/document.xml")
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


def _targets(package: Package, part: str, kind: str = "") -> dict[str, str]:
    """Return the ids of what a part refers to -> paths in the package."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return {}
    return {
        attribute(relation, "Id"): _absolute(folder, attribute(relation, "Target"))
        for relation in package.parse(relations)
        if attribute(relation, "Type").endswith(f"/{kind}" if kind else "")
        and attribute(relation, "TargetMode") != "External"
    }


def _absolute(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _relations(package: Package, part: str, *, embedded: bool) -> Related:
    """Return what finds the lines of a part that the text refers to: a diagram, another text."""
    targets = _targets(package, part)

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

"""Make articles of office files: what their lines and properties say, and what parts they have."""

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from index.arabic.datelines import dateline
from index.articles.article import Article, fill_title
from index.articles.readers.apart import read_apart
from index.articles.readers.packages import Package, attribute, local_name
from index.articles.readers.values import clean
from index.articles.readers.word_text import Line

TITLE, HEADING = "title", "heading 1"
"""Styles of a document's title, and of a heading that is one when it stands first."""
_NOBODY = frozenset({"python-docx"})
"""Names that libraries write where an author is meant."""


def article_apart(module: str, data: bytes) -> Article:
    """Return the article of a document that a module reads in a process of its own.

    Args:
        module: Its full name; its ``read_directly`` returns what ``found_in`` does.
        data: The file.

    Raises:
        InputError: It is no document of the kind, or takes too much time or memory.
    """
    return article_in(read_apart(module, data))


def article_in(found: Mapping[str, Any]) -> Article:
    """Return the article of what ``found_in`` returned in another process."""
    return office_article([Line(*line) for line in found["lines"]], found["properties"])


def found_in(lines: Sequence[Line], properties: Mapping[str, str]) -> dict[str, Any]:
    """Return what a document holds, as JSON can hold it."""
    return {"lines": lines, "properties": properties}


def office_article(lines: Sequence[Line], properties: Mapping[str, str]) -> Article:
    """Return the article of a document; its heading comes before the title in its properties.

    Args:
        lines: Its lines in order, with their styles.
        properties: What the file says of itself: ``title``, ``creator``.
    """
    headings = [line.text for line in lines if line.style == TITLE]
    headings += [line.text for line in lines[:1] if line.style == HEADING]
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
        author="" if author in _NOBODY else author,
    )


def core_properties(package: Package) -> dict[str, str]:
    """Return title and author as the properties of a file of Microsoft's formats have them."""
    if "docProps/core.xml" not in package:
        return {}
    return {local_name(item): clean(item.text or "") for item in package.parse("docProps/core.xml")}


def relation_targets(package: Package, part: str, kind: str = "") -> dict[str, str]:
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

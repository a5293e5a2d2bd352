"""Take the text out of HTML that holds nothing but an article, line by line."""

import re

_HEADINGS = ("h1", "h2", "h3")
_BLOCKS = (*_HEADINGS, "h4", "h5", "h6", "p", "li", "blockquote", "pre", "td", "dd", "dt", "div")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def headed_lines(markup: str) -> tuple[str, list[str]]:
    """Return the heading of a document, or "", and the lines of text below it."""
    from lxml import html
    from lxml.etree import ParserError

    try:
        page = html.fromstring(_DECLARATION.sub("", markup))
    except ParserError:  # there is nothing in it
        return "", []
    for hidden in page.xpath("//script | //style | //head"):
        hidden.drop_tree()
    blocks = [block for block in page.iter(*_BLOCKS) if not _has_blocks(block)]
    found = [(block.tag, " ".join(block.text_content().split())) for block in blocks or [page]]
    found = [(tag, line) for tag, line in found if line]
    if found and found[0][0] in _HEADINGS:
        return found[0][1], [line for _, line in found[1:]]
    return "", [line for _, line in found]


def _has_blocks(element: object) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None  # type: ignore[attr-defined]

"""Take the markup off a field, and leave what only speaks of markup: «ما معنى <b> و<script>؟».

Nothing says whether a field holds text or markup. It is markup when its tags do something: a block
at its start, a break, or a pair of tags around a part of it.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator

from index.articles.readers.markup import raise_digits, read_lines

_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|em|font|i|ins|kbd|mark|q|small|span|strong|sub|sup"
    "|time|tt|u"
)
_BLOCK = (
    "address|article|aside|blockquote|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]"
    "|header|hr|li|main|ol|p|picture|pre|section|table|tbody|td|th|thead|tr|ul"
)
_REST = r"(?:\s[^<>]*)?/?>"
_BREAK = re.compile(rf"<br{_REST}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK}|br){_REST}", re.IGNORECASE)
_START = re.compile(rf"\s*<(?:!--|!doctype|(?:{_BLOCK}|html|body|img|iframe)\b)", re.IGNORECASE)
_TAG = re.compile(rf"<(/?)({_INLINE}|{_BLOCK}|html|body|del|s|strike){_REST}", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"<(/?)({_INLINE}){_REST}", re.IGNORECASE)
_AROUND = re.compile(rf"\s*<({_BLOCK}){_REST}(.*)</\1\s*>\s*", re.IGNORECASE | re.DOTALL)
_STRAY = re.compile(
    r"<(?=/?[a-zA-Z](?:[^<>\"'=]*+<|[\x00-!#-&(-;?-\x7f]*+[^\x00-\x7f][^<>\"'=]*+(?:>|\Z)))"
)
"""A sign of comparison: up to the next one stands text, or no tag has what stands in it."""
_RAISED = re.compile(r"<sup>([^<>]*)</sup>", re.IGNORECASE)
_QUOTES = {"q": "«", "/q": "»"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_ESCAPED = 3
"""How often a field may have been escaped on its way."""


def text_of_field(text: str) -> str:
    r"""Return a text without markup, and letters for entities, also where both were escaped.

    >>> text_of_field("<p>أ &amp; ب</p><p>ج</p>"), text_of_field("اكتب <script> أو <b> هنا")
    ('أ & ب\nج', 'اكتب <script> أو <b> هنا')
    """
    for _ in range(_ESCAPED):
        if _START.match(text) or _BREAK.search(text) or any(_pairs(text, _TAG)):
            if not _BLOCK_TAG.search(text):
                text = text.replace("\n", "<br>")
            return _unescape("\n".join(read_lines(_STRAY.sub("&lt;", text))))
        text, escaped = _unescape(text), text
        if text == escaped:
            break
    return text


def line_of_field(text: str) -> str:
    """Return a title or name on one line; only tags in pairs that can format it are markup.

    >>> line_of_field("<h1>&#8220;نص&#8221; <em>مهم</em></h1>"), line_of_field("ما <script> و<b>؟")
    ('“نص” مهم', 'ما <script> و<b>؟')
    """
    for _ in range(_ESCAPED):
        if around := _AROUND.fullmatch(text):
            text = around[2]
        text = _RAISED.sub(lambda sup: raise_digits(sup.string[: sup.start()], sup[1]), text)
        text, escaped = _unescape(_BREAK.sub(" ", _without_pairs(text))), text
        if text == escaped:
            break
    return " ".join(text.split())


def _pairs(text: str, tag: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the tags that open a part, and those that close one."""
    opened: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
    for found in tag.finditer(text):
        same = opened[found[2].lower()]
        if not found[1]:
            same.append(found)
        elif same:
            yield from (same.pop(), found)


def _without_pairs(text: str) -> str:
    tags = sorted(_pairs(text, _INLINE_TAG), key=lambda tag: tag.start())
    ends = [0, *(tag.end() for tag in tags)]
    starts = [*(tag.start() for tag in tags), len(text)]
    signs = [*(_QUOTES.get(tag[1] + tag[2].lower(), "") for tag in tags), ""]
    parts = zip(ends, starts, signs, strict=True)
    return "".join(text[end:start] + sign for end, start, sign in parts)


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)

"""Take the markup off a field, and leave what only speaks of markup: «ما معنى <b> و<script>؟».

Nothing says whether a field holds text or markup. It is markup when its tags do something: a block
at its start, a break, or a pair of tags around a part of it.
"""

import html
import re

from index.articles.readers.markup import headed_lines, raise_digits

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


def _pair(names: str) -> re.Pattern[str]:
    """Return a pattern for a part between two tags of one name, the innermost of them."""
    return re.compile(rf"<({names}){_REST}((?:(?!<\1[\s>]).)*?)</\1\s*>", re.IGNORECASE | re.DOTALL)


_PAIR = _pair(f"{_INLINE}|{_BLOCK}|html|body|del|s|strike")
_INLINE_PAIR = _pair(_INLINE)
_BLOCK_PAIR = _pair(_BLOCK)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_ESCAPED = 3
"""How often a field may have been escaped on its way."""


def text_of_field(text: str) -> str:
    r"""Return a text without markup, and letters for entities, also where both were escaped.

    >>> text_of_field("<p>أ &amp; ب</p><p>ج</p>"), text_of_field("اكتب <script> أو <b> هنا")
    ('أ & ب\nج', 'اكتب <script> أو <b> هنا')
    """
    for _ in range(_ESCAPED):
        if _START.match(text) or _BREAK.search(text) or _PAIR.search(text):
            if not _BLOCK_TAG.search(text):
                text = text.replace("\n", "<br>")
            heading, lines = headed_lines(text)
            return _unescape("\n".join(filter(None, (heading, *lines))))
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
        escaped = text
        while (found := _INLINE_PAIR.sub(_content, text)) != text:
            text = found
        while whole := _BLOCK_PAIR.fullmatch(text.strip()):
            text = whole[2]
        text = _unescape(_BREAK.sub(" ", text))
        if text == escaped:
            break
    return " ".join(text.split())


def _content(pair: re.Match[str]) -> str:
    name, content = pair[1].lower(), pair[2]
    if name == "sup":
        return raise_digits(pair.string[: pair.start()], content)
    return f"«{content}»" if name == "q" else content


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)

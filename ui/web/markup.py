"""Text as HTML: escaped, and in the direction of most of its letters."""

import html
import re

_LEFT_TO_RIGHT = re.compile(
    r"((?<![\d+A-Za-z])(?:\+\d(?:[ ()-]{0,2}\d){6,14}"  # telephone numbers: +966 11 123 4567
    r"|[0٠]\d(?:[ ()-]{0,2}\d){5,13}|\d{1,4}(?:-\d{3,4}){2,3}"
    r"|\d{4}-\d{2}-\d{2})(?![\dA-Za-z])"  # days
    r"|(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{0,30}(?:[+#./&-]{1,3}[A-Za-z0-9]{1,30}){0,3}[+#]{1,4}"
    r"(?![A-Za-z0-9])"  # C++/C#
    r"|(?<![\w.])[@#.][A-Za-z][A-Za-z0-9_]*"  # .NET
    r"|https?://[^\s<>«»()]{0,2000}/(?![^\s().,،؛:!؟]))"
)
"""What Arabic text around it would take apart: groups of digits, and signs at the end of a word.

Each repetition has a limit, since titles and kept conversations come from outside: without one the
time grows with the square of a text.
"""
_INNER = str.maketrans("«»", "“”")


def escape(text: str) -> str:
    """Return text as HTML that shows it, for between tags; not for an attribute."""
    parts = enumerate(split_directions(text))
    return "".join(
        f'<bdi dir="ltr">{attribute(part)}</bdi>' if place % 2 else attribute(part)
        for place, part in parts
    )


def split_directions(text: str) -> list[str]:
    """Return text in parts, every second one of which runs from left to right.

    >>> split_directions("في 2025-03-14.")
    ['في ', '2025-03-14', '.']
    """
    return _LEFT_TO_RIGHT.split(text)


def split_last_word(text: str) -> tuple[str, str]:
    """Return text up to its last word, and that word; what must stay whole counts as one.

    >>> split_last_word("اتصل على +966 11 123 4567.")
    ('اتصل على ', '+966 11 123 4567.')
    """
    cut = text.rfind(" ") + 1
    for whole in _LEFT_TO_RIGHT.finditer(text):
        if whole.start() < cut < whole.end():
            cut = whole.start()
    return text[:cut], text[cut:]


def attribute(text: str) -> str:
    """Return text as the value of an attribute, or where no markup may stand."""
    return html.escape(text, quote=True)


def bdi(text: str) -> str:
    """Return text as HTML that runs as most of its letters do and stays apart from its line."""
    return f'<bdi dir="{direction(text)}">{escape(text)}</bdi>'


def direction(text: str) -> str:
    """Return ``rtl`` or ``ltr`` by most letters.

    ``dir="auto"`` looks at the first letter only and would turn «NATO تعلن…» around.
    """
    arabic = len(re.findall("[\u0600-\u06ff]", text))
    return "rtl" if arabic >= len(re.findall("[A-Za-z]", text)) else "ltr"


def quoted(text: str) -> str:
    """Return text in guillemets; those within it become “…”: two pairs read as one broken.

    >>> quoted("«هاكرز» يستغلون «ويندوز 10»")
    '«“هاكرز” يستغلون “ويندوز 10”»'
    """
    return f"«{text.translate(_INNER)}»"

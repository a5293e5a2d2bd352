"""Text as HTML: escaped, and in the direction of most of its letters."""

import html
import re


def escape(text: str) -> str:
    """Return text as HTML that shows it."""
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

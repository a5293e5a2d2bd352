"""Decode files of many records, so that a damaged byte costs its record only."""

import codecs
import re

from index.articles.encoding import decode

_BAD_BYTE = re.compile("[\udc80-\udcff]")
_MARKED_LINE = "\n\ufeff"
"""Files that were put together leave their byte-order marks before their first lines."""
_GOOD_SHARE = 0.3
"""Letters of UTF-8 for each byte that is none, from which a file is in UTF-8. In windows-1256 a
letter before a comma looks like one, which is rare. Chosen, not measured."""


def decode_records(data: bytes) -> str:
    """Return the text of records, some of which may be damaged.

    In a file that is UTF-8 but for some bytes, each of these becomes a lone surrogate, which
    :func:`describe_damage` finds. Other files are read as :func:`decode` reads them.

    Raises:
        InputError: They are binary data or in no encoding known here.
    """
    return _decode(data).replace(_MARKED_LINE, "\n")


def _decode(data: bytes) -> str:
    if b"\0" in data or _is_utf8(data):
        return decode(data)
    text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    bad = len(text) - len(_BAD_BYTE.sub("", text))
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if good < _GOOD_SHARE * bad:
        return decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def describe_damage(text: str) -> str:
    """Say which byte of a decoded record is no UTF-8, or "" when all are."""
    found = _BAD_BYTE.search(text)
    if found is None:
        return ""
    return f"the byte 0x{ord(found[0]) - 0xDC00:02X} is no UTF-8; save it as UTF-8"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

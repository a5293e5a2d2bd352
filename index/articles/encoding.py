"""Decode the bytes of an article, whatever an Arabic newsroom saved them in."""

import codecs
import re
from contextlib import suppress

from charset_normalizer import from_bytes

from index.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = re.compile("[\t\n\r -~\u0600-\u06ff\u2010-\u2026«»]")
_USUAL_SHARE = 0.9
"""Share of ASCII and Arabic among the first letters from which bytes with zeros are UTF-16."""
_TRIED = 100_000
_LEGACY = ["cp1256", "iso8859_6", "cp1252", "mac_arabic"]


def decode(data: bytes, *, declared: str = "") -> str:
    r"""Return the text of some bytes, with ``\n`` line ends and no byte-order mark.

    A byte-order mark decides; then UTF-8 if the bytes are valid in it; then what the document says
    of itself; then the likeliest of the encodings Arabic text was saved in before UTF-8.

    Args:
        data: The bytes.
        declared: The encoding the document says it is in, if it does.

    Raises:
        InputError: They are binary data or in no encoding known here.
    """
    return _decode(data, declared).replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, declared: str) -> str:
    try:
        for mark, name in _MARKS:
            if data.startswith(mark):
                return data.decode(name)
        if b"\0" in data:
            if text := _as_utf16(data):
                return text
            raise InputError("it holds binary data, not text; convert it to a text format first")
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _as_declared(data, declared) or _guess(data)


def _as_utf16(data: bytes) -> str:
    """Return the text of UTF-16 without a byte-order mark, or "" when it is something else."""
    for name in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            text = data.decode(name)
            start = text[:_TRIED]
            if len(_USUAL.findall(start)) > _USUAL_SHARE * len(start):
                return text
    return ""


def _as_declared(data: bytes, declared: str) -> str:
    try:
        return data.decode(declared) if declared else ""
    except (LookupError, UnicodeError):
        return ""


def _guess(data: bytes) -> str:
    best = from_bytes(data, cp_isolation=_LEGACY, preemptive_behaviour=False).best()
    if best is None:
        raise InputError("its character encoding is unknown; save it as UTF-8")
    return str(best)

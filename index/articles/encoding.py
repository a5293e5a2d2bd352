"""Decode the bytes of an article, whatever an Arabic newsroom saved them in."""

import codecs
import re
from contextlib import suppress

from charset_normalizer import from_bytes

from index.errors import InputError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = re.compile("[\t\n\r -~\u0600-\u06ff\u2010-\u2026«»]")
_USUAL_SHARE = 0.9
"""Share of ASCII and Arabic among the first letters from which bytes with zeros are UTF-16; chosen,
not measured: text read in the wrong byte order has next to none."""
_SAMPLE_LETTERS = 100_000
"""Letters looked at for that; chosen, not measured."""
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ARABIC = re.compile("[\u0621-\u064a]{2}")
_UTF8_WORD = re.compile(rb"(?:[\xd8-\xdb][\x80-\xbf]){4}")
_VALID = 4
"""Valid letters of UTF-8 for every damaged one. Chosen, not measured: in windows-1256 hardly a
letter of Arabic looks valid."""
_ZEROS = 100
"""Bytes for every zero byte in a text: a lone one is damage, many are binary data."""
_LEGACY = ["cp1256", "iso8859_6", "cp1252", "mac_arabic"]


def decode(data: bytes, *, declared: str = "") -> str:
    r"""Return the text of some bytes, with ``\n`` line ends and no byte-order mark.

    A byte-order mark decides; then UTF-8 if most of the bytes are valid in it; then what the
    document says of itself; then the likeliest of the encodings Arabic text was saved in before
    UTF-8. A damaged letter of UTF-8 is U+FFFD and costs no other; a line of another encoding that
    was pasted into UTF-8 is read in its own.

    Args:
        data: The bytes.
        declared: The encoding the document says it is in, if it does.

    Raises:
        InputError: They are binary data or in no encoding known here.
    """
    return _decode(data, declared).replace("\r\n", "\n").replace("\r", "\n")


def declared_encoding(data: bytes) -> str:
    """Return the encoding that a web page or an XML file says it is in, or ""."""
    found = _DECLARED.search(data[:4_000])
    return found[1].decode() if found else ""


def _decode(data: bytes, declared: str) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    zeros = data.count(0)
    if not zeros:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    elif text := _decode_utf16(data):
        return text
    if zeros * _ZEROS <= len(data) and (_is_utf8(data) or _has_utf8_lines(data)):
        return "\n".join(map(_decode_line, data.replace(b"\0", b"").split(b"\n")))
    if zeros:
        raise InputError("it holds binary data, not text; convert it to a text format first")
    return _decode_declared(data, declared) or _guess(data)


def _is_utf8(data: bytes) -> bool:
    """Tell whether most letters beyond ASCII are valid UTF-8; text in windows-1256 has few."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd") - data.count("\ufffd".encode())
    return _count_beyond_ascii(text) - damaged >= _VALID * damaged


def _has_utf8_lines(data: bytes) -> bool:
    """Tell whether files of two encodings were put together, one of them UTF-8."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    return sum(_UTF8_WORD.search(line) is not None and _is_utf8(line) for line in lines) * 4 >= max(
        1, len(lines)
    )


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("utf-8", errors="replace") if _is_utf8(line) else _guess_line(line)


def _guess_line(line: bytes) -> str:
    """Read a line that is not UTF-8: in the encoding of Arabic Windows if it is Arabic in it."""
    text = line.decode("cp1256", errors="replace")
    is_arabic = 4 * len(_ARABIC.findall(text)) > _count_beyond_ascii(text)
    return text if is_arabic else line.decode("utf-8", errors="replace")


def _count_beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", errors="ignore"))


def _decode_utf16(data: bytes) -> str:
    """Return the text of UTF-16 without a byte-order mark, or "" when it is something else."""
    for name in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            text = data.decode(name)
            start = text[:_SAMPLE_LETTERS]
            if len(_USUAL.findall(start)) > _USUAL_SHARE * len(start):
                return text
    return ""


def _decode_declared(data: bytes, declared: str) -> str:
    try:
        return data.decode(declared) if declared else ""
    except (LookupError, UnicodeError):
        return ""


def _guess(data: bytes) -> str:
    best = from_bytes(data, cp_isolation=_LEGACY, preemptive_behaviour=False).best()
    if best is None:
        raise InputError("its character encoding is unknown; save it as UTF-8")
    return str(best)

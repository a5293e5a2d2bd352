"""Names of files that can be shown, typed and stored, whatever bytes they are made of.

A name is bytes to the system. One that is not UTF-8 reaches Python with a lone surrogate for each
byte, which no console, database or JSON takes.
"""

import os
import re
import unicodedata
from collections.abc import Sequence

_BAD = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]+")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_LOOKS_ESCAPED = re.compile(r"\\(?=x[0-9a-f]{2})")

_HIDDEN = (".", "~$")
"""How names begin that systems do not show: the second are marks of Word beside open documents."""

_CODE_PAGES = ("cp1256", "cp720")
"""What Arabic Windows names files in: its own code page, and that of its DOS."""
_COMMON = "اليمنروتبةعدفسقأحهكجصشإطخىزضئثءغذظآؤ"
"""Letters from the most to the least frequent of the articles in ``ui/samples``, counted once; no
command counts them."""
_BORROWED = "پچژگک"
"""Letters that cp1256 has for Persian, and that Arabic names borrow: «پاريس»."""
_WEIGHTS = {letter: len(_COMMON) - place for place, letter in enumerate(_COMMON)}
_WEIGHTS |= dict.fromkeys(_BORROWED, 0)
_LEAST_WEIGHT = 12.0
"""Mean weight of letters from which a name is read as Arabic: «غذاء» and «خطط», of rare letters,
have little more. Chosen, not measured."""
_SIGNS = frozenset("ـ،؛؟«»–—“”‘’…٠١٢٣٤٥٦٧٨٩\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652")
_NO_ARABIC = re.compile(
    "[ةى](?=[\u0621-\u064a])"  # only at the end of a word
    "|(?<![\u0621-\u064a])[ةىؤئ\u064b-\u0652]"  # never at its start
    "|[ذزسشصضطث]ظ|ظ[ذزسشصضطث]"  # in no root
    "|(?<=[\u0621-\u064a])[«“]|[»”](?=[\u0621-\u064a])"
    # One or two letters in a Latin word are its own, with accents; «خبرCovid» has three.
    "|(?<![\u0621-\u064a])[\u0621-\u064a]{1,2}(?=[A-Za-z])"
    "|(?<=[A-Za-z])[\u0621-\u064a]{1,2}(?![\u0621-\u064a])"
)
_ARABIC = re.compile("[\u0621-\u064a]")
_STEP = re.compile(rb"[/\\]")


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder of this name is not meant for readers."""
    return name.startswith(_HIDDEN)


def is_decodable(text: str) -> bool:
    """Tell whether a text from the system holds only what could be decoded."""
    return not _LONE.search(text)


def printable_path(path: str) -> str:
    r"""Return a path with its control characters and undecodable bytes written as ``\x..``.

    What looks like one of these is written so too: two files never have one printed path.

    >>> printable_path("/news/\udcce\udcc8\udcd1\n.txt")
    '/news/\\xce\\xc8\\xd1\\x0a.txt'
    """
    plain = _LOOKS_ESCAPED.sub(r"\\x5c", path)
    return _BAD.sub(lambda found: _escape(os.fsencode(found[0])), plain)


def _escape(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def path_of(printed: str) -> str:
    """Return the path that :func:`printable_path` was given."""
    if "\\x" not in printed:
        return printed
    data = os.fsencode(printed)
    return os.fsdecode(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data))


def readable_name(name: str) -> str:
    """Return a name for an id: Arabic code pages decoded, letters composed, on one line.

    >>> readable_name("أخبار/" + os.fsdecode("خبر".encode("cp1256")))
    'أخبار/خبر'
    """
    parts = name.split("/")
    unsure = [n for n, part in enumerate(parts) if not part.isascii() and _BAD.search(part)]
    decoded = decode_names([os.fsencode(parts[n]) for n in unsure])
    for n, known in zip(unsure, decoded, strict=True):
        parts[n] = known or printable_path(parts[n])
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", "/".join(parts))).strip()


def decode_names(names: Sequence[bytes]) -> list[str | None]:
    """Decode names that were written together, in UTF-8 or a code page of Arabic.

    Where some are surely in a code page, others are that look odd in it, or that its bytes make
    letters of another script in UTF-8: «الرياضةوالاقتصاد», «غزة».

    Args:
        names: Each with at least one byte that is not ASCII.

    Returns:
        Each name, or None where it is in neither.
    """
    decoded = [_decode(name, "utf-8") for name in names]
    left = [name for name, known in zip(names, decoded, strict=True) if known is None]
    parts = [part for name in left for part in _STEP.split(name)]
    page = max(_CODE_PAGES, key=lambda page: _count_arabic(parts, page))
    is_sure = any(_decode_arabic(part, page) for part in parts)
    return [
        _decode_in(page, name, known, is_sure=is_sure)
        for name, known in zip(names, decoded, strict=True)
    ]


def _decode_in(page: str, name: bytes, known: str | None, *, is_sure: bool) -> str | None:
    """Decode a name in a code page, or leave what it is in UTF-8.

    Args:
        page: The code page.
        name: The name.
        known: What it is in UTF-8, if it is that.
        is_sure: Whether others beside it are in the code page.
    """
    if known is None:
        return _decode_arabic(name, page, is_sure=is_sure)
    is_foreign = is_sure and not _ARABIC.search(known)
    return (_decode_arabic(name, page) if is_foreign else None) or known


def _count_arabic(names: Sequence[bytes], page: str) -> tuple[int, float]:
    """Return how many names a code page makes Arabic, and the weight of their letters."""
    arabic = [found for name in names if (found := _decode_arabic(name, page))]
    return len(arabic), sum(map(_weight, arabic))


def _decode_arabic(name: bytes, page: str, *, is_sure: bool = False) -> str | None:
    text = _decode(name, page)
    return text if text and _is_arabic(text, is_sure=is_sure) else None


def _decode(name: bytes, encoding: str) -> str | None:
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_arabic(text: str, *, is_sure: bool) -> bool:
    """Tell whether a text looks Arabic; where that is likely, against the rules of spelling too."""
    letters = [char for char in text if not char.isascii()]
    known = all(char in _WEIGHTS or char in _SIGNS for char in letters)
    is_odd = _NO_ARABIC.search(text) is not None and not is_sure
    return known and not is_odd and _weight(text) >= _LEAST_WEIGHT


def _weight(text: str) -> float:
    """Return the mean weight of the Arabic letters; 0 for fewer than two."""
    weights = [_WEIGHTS[char] for char in text if char in _WEIGHTS]
    return sum(weights) / len(weights) if len(weights) > 1 else 0.0

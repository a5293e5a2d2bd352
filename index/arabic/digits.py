"""Give numbers in digits one spelling: ASCII digits, no marks between thousands, no ½."""

import re
import unicodedata

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
"""Arabic and Persian digits to ASCII ones, for :meth:`str.translate`."""

_VULGAR = re.compile("[¼-¾⅐-⅞]")
# The Arabic comma parts thousands, or the decimals of millions and percentages.
_DECIMAL_COMMA = re.compile(r"(?<=\d)،(?=\d{1,3}\s*(?:[%٪]|(?:في ال|بال)م|ملي|ملاي|بلي|تريلي))")
# Of points there must be two, since one may be a decimal's.
_MARKED = re.compile(
    r"(?<![\d.,٫٬،/])[1-9]\d{0,2}"
    r"(?:([,٬،])\d{3}(?:\1\d{3})*(?![,٬،]?\d)|(?:\.\d{3}){2,}(?!\.?\d)|(?:٫\d{3}){2,}(?!٫?\d))"
)
# Agencies write the decimals first: «62ر31 دولار» is 31.62, «5ر0 بالمئة» a half. ANT has 276 such
# numbers, also «33ر35 درجة» of latitude in Algeria.
_DECIMALS_FIRST = re.compile(r"(?<![\d.,٫٬،])(\d{1,3})ر(\d+)(?!\d|[.,٫]\d)")
_LISTED = re.compile(
    r"(?:ماد|فقر|صفح|بند|رقم|قرار|سور|اي|فصل)(?:ت?(?:ين|ان))$|(?:مواد|فقرات|صفحات|بنود|ارقام|قرارات"
    r"|ايات|فصول|ايام|عامي)$"
)
"""Behind these «12،134» are two: articles, pages, numbers. Chosen, not measured."""
# Thin and no-break spaces are plain ones after NFKC.
_SPACED = re.compile(r"(?<![\d.,٫٬،/+])(?<!\d )[1-9]\d{0,2}(?: \d{3})+(?![\d/]| \d)")
_TELEPHONE = re.compile(
    r"(?:هاتف|تلفون|تليفون|فاكس|جوال|موبايل|محمول|واتس|اتصال|اتصل|tel|phone|fax)\w*\W{0,3}"
    r"(?:(?:علي|ب?رقم|ب?الرقم|ب?الارقام)\W{1,3}){0,2}$"
)
_BEFORE = 40
"""Characters before digits in which a telephone may be named."""


def expand_fractions(text: str) -> str:
    """Write ½ as a decimal, before NFKC turns «2½» to «21⁄2».

    >>> expand_fractions("2½ و¾")
    '2.5 و0.75'
    """
    return _VULGAR.sub(_format_fraction, text)


def _format_fraction(found: re.Match[str]) -> str:
    text, (start, end) = found.string, found.span()
    value = f"{unicodedata.numeric(found[0]):.6f}".rstrip("0")
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return (value[1:] if before.isdigit() else value) + (" " if after.isdigit() else "")


def normalize_digits(text: str) -> str:
    """Return folded text, its digits ASCII ones, without what parts the thousands of its numbers.

    Telephone numbers, dates and lists stay apart.

    >>> normalize_digits("2٬500 و1 200 000 و1.002.000"), normalize_digits("12.5.2024 و3,5")
    ('2500 و1200000 و1002000', '12.5.2024 و3,5')
    >>> normalize_digits("62ر31 دولار")
    '31٫62 دولار'
    >>> normalize_digits("هاتف: 71 234 567")
    'هاتف: 71 234 567'
    """
    text = _DECIMALS_FIRST.sub(r"\2٫\1", _DECIMAL_COMMA.sub("٫", text))
    text = _MARKED.sub(_join_marked, text)
    return _SPACED.sub(_join_thousands, text)


def _join_marked(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _BEFORE) : found.start()].rstrip(" ")
    listed = found[1] == "،" and _LISTED.search(before)
    return found[0] if listed else re.sub(r"\D", "", found[0])


def _join_thousands(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    return found[0] if _TELEPHONE.search(before) else found[0].replace(" ", "")

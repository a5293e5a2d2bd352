"""Read the numbers of a text, in digits of any script or in Arabic words, as values."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

from index.arabic.number_words import Piece, Role, parse_number_word, parse_parts_after
from index.arabic.words import fold


class Number(NamedTuple):
    """A number as a text gives it.

    Attributes:
        value: As its shortest decimal: ``250000``, ``3.5``, ``-5``.
        percent: Whether it is said of a hundred.
        start: Where it begins in the folded text.
        end: Where it ends, the percent sign or the word for a thousand included.
    """

    value: str
    percent: bool
    start: int
    end: int

    @property
    def key(self) -> str:
        """What numbers are compared by: three quarters are 75 %."""
        value = Fraction(self.value)
        if not self.percent and 0 < value < 1:
            return f"{_format_decimal(100 * value)}%"
        return f"{self.value}{'%' if self.percent else ''}"


_TOKEN = re.compile(r"(?P<digits>\d+(?:[.,٫]\d+)*)|(?P<word>[^\W\d]+)")
_PERCENT = re.compile(rf"\s*(?:[%٪]|(?:في\s+|ب)ال(?:{fold('مئة')}|ميه)\b)")
_PERCENT_BEFORE = re.compile(r"(?<!\d)(?<!\d )[%٪] ?$")
_RANGE = re.compile(r"\s*(?:-|–|و|الي|او)\s*$")
_THOUSANDS = re.compile(r"[1-9]\d?\d?\.000|[1-9]\d\d?\.\d{3}")
_LARGE_AFTER = re.compile(rf"{_PERCENT.pattern}|\s*(?:الف|الاف|ملي|ملاي|بلي|تريلي)")
_VAGUE = re.compile(rf"\b[وفبل]?(?:ال)?(?:بضعه?|عشرات|{fold('مئات')})\s+(?:و\s*)?$")
_MINUS = re.compile(r"\b[وفب]?سالب\s+$|−\s?$")
_SIGN = re.compile(r"(?<=[^\W\d] )-$")
_DEGREES = re.compile(r"\s*(?:[%٪°]|درج)")
_BEFORE = 12
"""Characters before a number that are looked at."""
_SCALES = frozenset({Role.SCALE, Role.SCALES, Role.SCALE_OR_TWO})


def find_numbers(text: str) -> list[Number]:
    """Return the numbers of a text in order.

    Ordinals and the days of the week are words, not numbers, and so is what has no exact value:
    tens of thousands.

    >>> [n.value for n in find_numbers("٢٥٠٬٠٠٠ دولار وثلاثة وعشرون شخصًا و1.5 مليون")]
    ['250000', '23', '1500000']
    >>> [n.value for n in find_numbers("خمسة ملايين ونصف المليون من عشرات الملايين")]
    ['5500000']
    >>> find_numbers("خمسون في المئة")[0][:2], find_numbers("50%")[0][:2]
    (('50', True), ('50', True))
    """
    folded = fold(text)
    found: list[Number] = []
    for pieces in _group_pieces(folded):
        at = 0
        while at < len(pieces):
            read = _parse_number(pieces, at)
            if read and not _is_vague(folded, pieces[at].start):
                found.append(_make_number(pieces[at], pieces[read.after - 1], read.value, folded))
            at = read.after if read else at + 1
    return _spread_percent(found, folded)


def find_number_values(text: str) -> frozenset[tuple[str, bool]]:
    """Return the value of each number of a text and whether it is a percentage."""
    return frozenset((number.value, number.percent) for number in find_numbers(text))


def is_number_word(word: str) -> bool:
    """Tell whether a word may be a piece of a number: «٥», «آلاف», «ونصف»."""
    return next(_group_pieces(fold(word)), None) is not None


def _group_pieces(folded: str) -> Iterator[list[Piece]]:
    """Yield the pieces that nothing but spaces and «و» parts."""
    stretch: list[Piece] = []
    for piece in _find_pieces(folded):
        between = folded[stretch[-1].end : piece.start].strip(" ") if stretch else ""
        if between not in {"", "و"}:
            yield stretch
            stretch = []
        stretch.append(piece._replace(joined=piece.joined or between == "و"))
    if stretch:
        yield stretch


def _find_pieces(folded: str) -> Iterator[Piece]:
    skip = 0
    for match in _TOKEN.finditer(folded):
        if match.start() < skip:
            continue
        if match["digits"]:
            yield from (found := _parse_digits(match["digits"], match.start(), folded))
            skip = found[-1].end
        elif percent := _PERCENT.match(folded, match.start()):
            skip = percent.end()
        elif piece := parse_number_word(match["word"], match.start(), folded):
            yield piece
            skip = piece.end


def _parse_digits(chain: str, start: int, folded: str) -> list[Piece]:
    """Return one number, or where marks part more than a decimal («12.5.2024») each of them."""
    end = start + len(chain)
    whole, *decimals = re.split(r"[.,٫]", chain)
    if _THOUSANDS.fullmatch(chain) and not _LARGE_AFTER.match(folded, end):
        whole, decimals = whole + decimals[0], []
    if len(decimals) <= 1 and (not decimals or "," not in chain or len(decimals[0]) <= 3):
        value = Fraction(".".join((whole, *decimals)))
        parts = parse_parts_after(value, end, folded)
        role, value, end = parts or (Role.DIGITS, value, end)
        return [Piece(role, value, joined=False, start=start, end=end)]
    return [
        Piece(Role.DIGITS, Fraction(one[0]), False, start + one.start(), start + one.end())
        for one in re.finditer(r"\d+", chain)
    ]


class _Parsed(NamedTuple):
    """What was read of a stretch: a value, its last scale, the place of the next piece."""

    value: Fraction
    scale: Fraction
    after: int


def _parse_number(pieces: Sequence[Piece], at: int) -> _Parsed | None:
    """Read one number: groups of falling scale, «ثلاثة ملايين ومئتا ألف وخمسون», and a part."""
    read = _parse_group(pieces, at)
    while read and read.after < len(pieces) and pieces[read.after].joined:
        following = _parse_group(pieces, read.after)
        if following is None:
            break
        value, scale, after = following
        if pieces[read.after].role is Role.PART:
            fits = scale <= read.scale and pieces[read.after - 1].role is not Role.PART
            # «مليون ونصف» is half a million more, «مليون وربع المليون» says so.
            value = value * read.scale if scale == 1 else value
        else:
            fits = max(value, scale) < read.scale and value >= 1
        if not fits:
            break
        read = _Parsed(read.value + value, scale, after)
    return read


def _parse_group(pieces: Sequence[Piece], at: int) -> _Parsed | None:
    """Read what one scale counts: «مئتا ألف», «نصف المليون», «ألفان», or less than a thousand."""
    first = pieces[at]
    if first.role is Role.PART:
        value, scale, at = first.value, Fraction(1), at + 1
    elif small := _parse_small(pieces, at):
        (value, at), scale = small, Fraction(1)
    elif first.role in {Role.SCALES, Role.POINT}:
        return None
    else:
        # «مليارا ومئتي مليون» is «مليارًا».
        counts_more = at + 1 < len(pieces) and pieces[at + 1].joined
        twice = first.role is Role.TWO or (first.role is Role.SCALE_OR_TWO and not counts_more)
        value, scale, at = first.value * (2 if twice else 1), first.value, at + 1
    while _is_scale(pieces, at) and pieces[at].value > scale:
        value, scale, at = value * pieces[at].value, pieces[at].value, at + 1
    return _Parsed(value, scale, at)


def _parse_small(pieces: Sequence[Piece], at: int) -> tuple[Fraction, int] | None:
    """Read what is less than a thousand, or in digits; and the part in «ثلاثة ونصف مليون»."""
    if pieces[at].role not in {Role.DIGITS, Role.ONES, Role.TENS, Role.HUNDREDS}:
        return None
    value = pieces[at].value
    last, at = pieces[at], at + 1
    if last.role is Role.HUNDREDS and _is_joined(pieces, at, Role.ONES, Role.TENS):
        last, at = pieces[at], at + 1
        value += last.value
    if last.role is Role.ONES and last.value < 10 and _is_joined(pieces, at, Role.TENS):
        last, at = pieces[at], at + 1
        value += last.value
    decimals = _parse_small(pieces, at + 1) if _is_point(pieces, at) else None
    if decimals and decimals[0].denominator == 1:
        return value + decimals[0] / 10 ** len(str(decimals[0])), decimals[1]
    if _is_joined(pieces, at, Role.PART) and _is_scale(pieces, at + 1):
        return value + pieces[at].value, at + 1
    # num2words says «مائة و ألف ألف» for 101,000.
    again = _is_joined(pieces, at, Role.SCALE) and _is_scale(pieces, at + 1)
    if last.role is Role.HUNDREDS and again and pieces[at].value == pieces[at + 1].value:
        return value + 1, at + 1
    return value, at


def _is_joined(pieces: Sequence[Piece], at: int, *roles: Role) -> bool:
    return at < len(pieces) and pieces[at].joined and pieces[at].role in roles


def _is_point(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether «فاصلة» stands between two pieces, and does not part two sentences."""
    return at + 1 < len(pieces) and pieces[at].role is Role.POINT and not pieces[at].joined


def _is_scale(pieces: Sequence[Piece], at: int) -> bool:
    return at < len(pieces) and not pieces[at].joined and pieces[at].role in _SCALES


def _is_vague(folded: str, start: int) -> bool:
    return bool(_VAGUE.search(folded[max(0, start - _BEFORE) : start]))


def _make_number(first: Piece, last: Piece, value: Fraction, folded: str) -> Number:
    before = folded[max(0, first.start - _BEFORE) : first.start]
    minus = _MINUS.search(before) or (_DEGREES.match(folded, last.end) and _SIGN.search(before))
    start = first.start - len(minus[0]) if minus else first.start
    percent = _PERCENT.match(folded, last.end)
    sign = "-" if minus else ""
    return Number(
        f"{sign}{_format_decimal(value)}",
        bool(percent or _PERCENT_BEFORE.search(before)),
        start,
        percent.end() if percent else last.end,
    )


def _format_decimal(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def _spread_percent(found: list[Number], folded: str) -> list[Number]:
    """In «بين 20 و30 في المئة» both are percentages."""
    result: list[Number] = []
    percent_after = False
    for number, following in reversed(list(zip_longest(found, found[1:]))):
        between = folded[number.end : following.start] if following else ""
        percent = number.percent or (percent_after and bool(_RANGE.fullmatch(between)))
        percent_after = percent
        result.append(number._replace(percent=percent))
    return result[::-1]

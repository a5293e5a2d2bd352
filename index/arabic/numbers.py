"""Read the numbers of a text, in digits of any script or in Arabic words, as values."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from index.arabic.dates import WEEKDAYS
from index.arabic.words import fold


class Number(NamedTuple):
    """A number as a text gives it.

    Attributes:
        value: As its shortest decimal: ``250000``, ``3.5``.
        percent: Whether it is said of a hundred.
        start: Where it begins in the folded text.
        end: Where it ends, the percent sign or the word for a thousand included.
    """

    value: str
    percent: bool
    start: int
    end: int


def _table(rows: str) -> dict[str, int]:
    pairs = (row.split(":") for row in rows.split(";"))
    return {fold(word): int(value) for value, words in pairs for word in words.split()}


_ONES = _table(
    "1:واحد واحده;2:اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي;3:ثلاثه ثلاث;4:اربعه اربع"
    ";5:خمسه خمس;6:سته ست;7:سبعه سبع;8:ثمانيه ثماني ثمان;9:تسعه تسع;10:عشره عشر"
)
_TEENS = _table(
    "11:احدعشر;12:اثناعشر اثنيعشر;13:ثلاثهعشر;14:اربعهعشر;15:خمسهعشر;16:ستهعشر;17:سبعهعشر"
    ";18:ثمانيهعشر;19:تسعهعشر"
)
_TENS = _table(
    "20:عشرون عشرين;30:ثلاثون ثلاثين;40:اربعون اربعين;50:خمسون خمسين;60:ستون ستين;70:سبعون سبعين"
    ";80:ثمانون ثمانين;90:تسعون تسعين"
)
_HUNDREDS = _table("100:مئه مائه;200:مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي") | {
    fold(f"{word}{hundred}"): 100 * _ONES[word]
    for word in ("ثلاث", "اربع", "خمس", "ست", "سبع", "ثماني", "ثمان", "تسع")
    for hundred in ("مئة", "مائة")
}
_SCALES = _table(
    "1000:الف الاف الفا;1000000:مليون ملايين مليونا;1000000000:مليار مليارات مليارا بليون"
)
_SCALES |= {"تريليون": 10**12, "تريليونات": 10**12}
_DUALS = _table("2000:الفان الفين;2000000:مليونان مليونين;2000000000:ملياران مليارين")
_PARTS = {"نصف": 0.5, "ربع": 0.25}
_TEEN_STARTS = {"احد": 1, "احدي": 1}
_DAYS = frozenset(map(fold, WEEKDAYS))

_DIGITS = r"\d+(?:[.,٫٬]\d+)*"
_TOKEN = re.compile(rf"(?P<clitic>\b[وفبلك](?=\d))?(?P<digits>{_DIGITS})|(?P<word>[^\W\d]+)")
_HUNDRED_WORDS = "|".join((fold("مئة"), fold("مائة"), "ميه"))
_PERCENT = re.compile(rf"\s*(?:[%٪]|(?:في\s+|ب)ال(?:{_HUNDRED_WORDS})\b)")
_RANGE = re.compile(r"\s*(?:-|–|و|الي|او)\s*$")


class _Token(NamedTuple):
    """A piece of a number: ``rank`` orders what may follow what."""

    value: float
    rank: int
    joined: bool
    start: int
    end: int


_DIGIT, _ONE, _TEN, _HUNDRED, _SCALE, _DUAL, _PART = range(7)


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text in order.

    Ordinals and the days of the week are words, not numbers.

    >>> [n.value for n in numbers("٢٥٠٬٠٠٠ دولار وثلاثة وعشرون شخصًا و1.5 مليون")]
    ['250000', '23', '1500000']
    >>> numbers("خمسون في المئة")[0][:2], numbers("50%")[0][:2]
    (('50', True), ('50', True))
    """
    folded = fold(text)
    runs: list[list[_Token]] = []
    for token in _tokens(folded):
        if runs and _continues(runs[-1], token, folded):
            runs[-1].append(token)
        elif token.rank != _PART:
            runs.append([token])
    found = [_number(run, folded) for run in _joined(runs, folded)]
    return _with_ranges(found, folded)


def values(text: str) -> frozenset[tuple[str, bool]]:
    """Return the value of each number of a text and whether it is a percentage."""
    return frozenset((number.value, number.percent) for number in numbers(text))


def _tokens(folded: str) -> Iterator[_Token]:
    skip = 0
    for match in _TOKEN.finditer(folded):
        if match.start() < skip:
            continue
        if match["digits"]:
            value = float(_plain(match["digits"]))
            yield _Token(value, _DIGIT, bool(match["clitic"]), match.start("digits"), match.end())
        elif percent := _PERCENT.match(folded, match.start()):
            skip = percent.end()
        elif token := _spoken(match["word"], match.start(), folded):
            yield token
            skip = token.end


def _plain(digits: str) -> str:
    """Return digits as Python reads them: a mark before three digits, or twice, parts thousands."""
    plain = re.sub(r"[,٬](?=\d{3}(?:\D|$))", "", digits).replace("٫", ".").replace(",", ".")
    return plain if plain.count(".") <= 1 else plain.replace(".", "")


def _spoken(word: str, start: int, folded: str) -> _Token | None:
    if word in _DAYS:
        return None
    end = start + len(word)
    for cut in (0, 1, 2, 3):
        prefix, bare = word[:cut], word[cut:]
        if cut and prefix not in {"و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل", "وب", "ول"}:
            continue
        if cut and len(bare) < 2:
            break
        joined = prefix.startswith("و")
        after = re.match(r"\s+(عشره?)\b", folded[end:])
        if after and (bare in _TEEN_STARTS or _ONES.get(bare, 99) < 10):
            ones = _TEEN_STARTS.get(bare) or _ONES[bare]
            return _Token(10 + ones, _ONE, joined, start, end + after.end())
        after = re.match(rf"\s+(?:{_HUNDRED_WORDS})\b", folded[end:])
        if after and 3 <= _ONES.get(bare, 99) < 10:
            return _Token(100 * _ONES[bare], _HUNDRED, joined, start, end + after.end())
        for table, rank in (
            (_ONES, _ONE),
            (_TEENS, _ONE),
            (_TENS, _TEN),
            (_HUNDREDS, _HUNDRED),
            (_SCALES, _SCALE),
            (_DUALS, _DUAL),
            (_PARTS, _PART),
        ):
            if bare in table:
                return _Token(table[bare], rank, joined, start, end)
    return None


def _joined(runs: list[list[_Token]], folded: str) -> list[list[_Token]]:
    """Join «مليون» and «80 ألف» to one number."""
    joined: list[list[_Token]] = []
    for run in runs:
        last = joined[-1][-1] if joined else None
        if (
            last
            and run[0].joined
            and last.rank in (_SCALE, _DUAL)
            and run[-1].rank == _SCALE
            and run[-1].value < last.value
            and folded[last.end : run[0].start].strip(" ") in ("", "و")
        ):
            joined[-1].extend(run)
        else:
            joined.append(run)
    return joined


def _continues(run: list[_Token], token: _Token, folded: str) -> bool:
    """Tell whether a token belongs to the number before it."""
    last = run[-1]
    if folded[last.end : token.start].strip(" "):
        return False
    after_large = last.rank in (_SCALE, _DUAL)
    if token.rank == _SCALE:
        return not after_large and not token.joined
    return token.joined and {
        _PART: after_large,
        _HUNDRED: after_large,
        _TEN: after_large or last.rank == _HUNDRED or (last.rank == _ONE and last.value < 10),
        _ONE: after_large or last.rank == _HUNDRED,
    }.get(token.rank, False)


def _number(run: list[_Token], folded: str) -> Number:
    total = current = 0.0
    scale = 1.0
    for token in run:
        if token.rank == _SCALE:
            scale = token.value
            total += (current or 1.0) * scale
            current = 0.0
        elif token.rank == _DUAL:
            scale = token.value / 2
            total += token.value
        elif token.rank == _PART:
            total += token.value * scale
        else:
            current += token.value
    end = run[-1].end
    percent = _PERCENT.match(folded, end)
    return Number(
        _decimal(total + current), bool(percent), run[0].start, percent.end() if percent else end
    )


def _decimal(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")


def _with_ranges(found: list[Number], folded: str) -> list[Number]:
    """In «بين 20 و30 في المئة» both are percentages."""
    result: list[Number] = []
    percent_after = False
    for number, following in reversed(list(zip_longest(found, found[1:]))):
        between = folded[number.end : following.start] if following else ""
        percent = number.percent or (percent_after and bool(_RANGE.fullmatch(between)))
        percent_after = percent
        result.append(number._replace(percent=percent))
    return result[::-1]

"""The words that Arabic says numbers in: what each stands for and how it may join others."""

import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from index.arabic.words import fold


class Role(Enum):
    """What a piece of a number does."""

    DIGITS = "digits"
    ONES = "1 to 19"
    TENS = "20 to 90"
    HUNDREDS = "100 to 900"
    SCALE = "a thousand and more: multiplies what stands before it"
    SCALES = "its plural, which says no number alone"
    SCALE_OR_TWO = "«ألفا»: two thousand, or the thousands of what stands before it"
    TWO = "two of a scale"
    PART = "a half, a quarter"
    POINT = "«فاصلة» between a number and its decimals"


class Piece(NamedTuple):
    """A piece of a number.

    Attributes:
        role: What it does.
        value: What it stands for; of a scale or two of it, one of it.
        joined: Whether «و» stands before it.
        governed: Whether a preposition is attached to it: «بألف» multiplies nothing before it.
        start: Where it begins in the folded text.
        end: Where it ends.
    """

    role: Role
    value: Fraction
    joined: bool
    governed: bool
    start: int
    end: int


Meaning = tuple[Role, Fraction]


def _build_table(role: Role, rows: str) -> dict[str, Meaning]:
    """Read «value:word word;value:word»; words are folded."""
    pairs = (row.split(":") for row in rows.split(";"))
    return {fold(word): (role, Fraction(value)) for value, words in pairs for word in words.split()}


def _build_spoken(role: Role, endings: str, rows: str) -> dict[str, Meaning]:
    """Read the same, of words whose endings differ between dialects."""
    table = _build_table(role, rows)
    return {word + end: meaning for word, meaning in table.items() for end in endings.split()}


def _build_scales() -> dict[str, Meaning]:
    """Return the forms of a thousand, a million and on, with their duals."""
    rows: dict[str, Meaning] = {}
    for value, singulars, plurals in (
        (10**3, ("ألف",), ("آلاف", "ألوف", "تلاف")),
        (10**6, ("مليون",), ("ملايين",)),
        (10**9, ("مليار", "بليون"), ("مليارات", "بلايين")),
        (10**12, ("تريليون", "ترليون"), ("تريليونات", "ترليونات")),
    ):
        for word in map(fold, singulars):
            rows[word] = Role.SCALE, Fraction(value)
            rows[word + "ا"] = Role.SCALE_OR_TWO, Fraction(value)
            for dual in ("ان", "ين", "ي"):
                rows[word + dual] = Role.TWO, Fraction(value)
        rows |= {fold(word): (Role.SCALES, Fraction(value)) for word in plurals}
    return rows


_ONES = _build_table(
    Role.ONES,
    "0:صفر;1:واحد واحدا واحدة;2:اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي ثنتان ثنتين"
    ";3:ثلاثة ثلاث ثلاثا;4:أربعة أربع أربعا;5:خمسة خمس خمسا;6:ستة ست ستا;7:سبعة سبع سبعا"
    ";8:ثمانية ثماني ثمان ثمانيا;9:تسعة تسع تسعا;10:عشرة عشر عشرا;11:أحدعشر"
    ";12:اثناعشر اثنيعشر;13:ثلاثةعشر;14:أربعةعشر;15:خمسةعشر;16:ستةعشر"
    ";17:سبعةعشر;18:ثمانيةعشر;19:تسعةعشر",
)
_TENS = _build_table(
    Role.TENS,
    "20:عشرون عشرين;30:ثلاثون ثلاثين;40:أربعون أربعين;50:خمسون خمسين;60:ستون ستين"
    ";70:سبعون سبعين;80:ثمانون ثمانين;90:تسعون تسعين",
)
_HUNDREDS = _build_table(
    Role.HUNDREDS,
    "100:مئة;200:مئتان مئتين مئتا مئتي;300:ثلاثمئة;400:أربعمئة;500:خمسمئة;600:ستمئة;700:سبعمئة"
    ";800:ثمانيمئة ثمانمئة;900:تسعمئة",
)
_PARTS = _build_table(
    Role.PART, "1/2:نصف نصفا;1/4:ربع ربعا;1/3:ثلث;1/6:سدس;2/3:ثلثا ثلثي ثلثان ثلثين;2/5:خمسي"
)
_SPOKEN: Mapping[str, Meaning] = {
    **_build_table(Role.ONES, "2:اتنين;3:تلاتة تلات;8:تمانية تماني;10:عشره"),
    **_build_spoken(Role.ONES, "اشر عش عشر", "11:حد احد;12:اتن اطن اثن اتنا اثنا"),
    **_build_spoken(
        Role.ONES,
        "تاشر طاشر طعش طعشر تعش تعشر",
        "13:تل تلا تلت ثل ثلاث;14:اربع;15:خمس;16:س ست;17:سبع;18:تمن تمان ثمن ثمان;19:تسع",
    ),
    **_build_table(Role.TENS, "30:تلاتين;80:تمانين"),
    **_build_spoken(
        Role.HUNDREDS,
        f"ميه {fold('مئة')} ماؤه",
        "300:تلت تلات ثلث;400:ربع;800:تمن تمان;500:خمس;600:ست;700:سبع;900:تسع",
    ),
    **_build_spoken(
        Role.HUNDREDS, "ميه ميت", "300:ثلاث تلت تلات;400:ربع اربع;500:خمس;800:تمن تمان ثمن"
    ),
}
"""How the dialects say some of them."""
_SPOKEN_BESIDE = _build_table(Role.HUNDREDS, "100:مية;200:ميتين") | _build_table(
    Role.ONES, "3:تلت;8:تمن"
)
_SPOKEN_BESIDE |= _build_table(Role.PART, "1/2:نص")
"""Numbers only beside another one: alone they are water, dead men, a third, a price and a text."""
_MEANINGS: Mapping[str, Meaning] = {
    **_ONES, **_TENS, **_HUNDREDS, **_SPOKEN, **_SPOKEN_BESIDE, **_build_scales(), **_PARTS,
    **_build_table(Role.POINT, "1:فاصلة فاصل"),
}  # fmt: skip

_ELEVEN = frozenset({"احد", "احدي"})
"""One, in eleven and in twenty-one only: alone it is «one of»."""
_PLURAL_PARTS = {
    "اثلاث": 3, "ارباع": 4, "اخماس": 5, "اسداس": 6, "اسباع": 7, "اثمان": 8, "اتساع": 9, "اعشار": 10,
}  # fmt: skip
_FRACTIONS = {"خمس": 5, "سبع": 7, "ثمن": 8, "تسع": 9, "عشر": 10}
_FRACTION = re.compile(rf"({'|'.join(_FRACTIONS)})(ا|ان|ي|ين)?")
_WITHOUT_SIGN = frozenset({"خمس", "عشر", "خمسا", "سبعا", "تسعا", "عشرا"})
"""«تسع القاعة ألفًا» is a verb, «ثمن الخبز» a price: these need their damma."""
_SIGNED_FRACTION = re.compile(
    r"(?:خ\u064fم[\u064f\u0652]?س|س\u064fب[\u064f\u0652]?ع|ث\u064fم[\u064f\u0652]?ن|ت\u064fس[\u064f\u0652]?ع"
    r"|ع\u064fش[\u064f\u0652]?ر)(?=[\u064b-\u0652]*(?:(?:ا|ان|ي|ين)[\u064b-\u0652]*)?"
    r"(?![\u0621-\u0652]))"
)
# Of one whole: «خمس الميزانية». Behind five stands the plural of a feminine word, or an adjective.
_WHOLE_AFTER = re.compile(
    r"\s+ال(?!(?!اصوات\b)\w*ات\b)(?!(?:دول|مدن|سنين|قري|جزر|غرف|فرق|طرق|لغات|قمم|كبار|كبري|ذي|تي"
    rf"|{fold('مئة')}|اول\w*|اواؤل|اواخر|اخير\w*|ماضي\w*|مقبل\w*|قادم\w*|سابق\w*|تالي\w*)\b)\w{{2,}}"
)

_PREFIXES = (
    "", "و", "ف", "ب", "ل", "ك", "ال", "لل", "وب", "ول", "وك", "وال", "بال", "كال", "فال", "ولل",
    "وبال",
)  # fmt: skip
_INDEFINITE = re.compile(
    r"(?:ثلاث|اربع|خمس|ست|سبع|ثماني|تسع|عشر)ا|ا[ثت]نين|تلات|(?:الف|مليون|مليار)ي"
)
"""With «ال» these are days of the week, or adjectives."""
_TENS_AFTER = re.compile(rf"\s+و\s*(?:ال)?(?:{'|'.join(_TENS)})\b")
_TEEN_AFTER = re.compile(r"\s+عشره?\b")
_HUNDRED_AFTER = re.compile(rf"\s+(?:{fold('مئة')}|{fold('مئات')}|ميه)\b")
_PARTS_AFTER = re.compile(rf"\s+(?:ال)?({'|'.join(_PLURAL_PARTS)})\b")
_PREPOSITION_AFTER = re.compile(r"\s+و?(?:في|من|علي|الي|عن|امام|ضد|مع)\b")
_ORDINAL_BEFORE = re.compile(
    r"(?:حادي|ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع)ه?(?:\s+عشره?)?\s+(?:و\s*)?$"
)
# Of a cup, a year or a hemisphere, or a half that is a word's beginning: nothing that is counted.
_NO_PART_AFTER = re.compile(
    r"\s+(?:ال)?(?:اول|اولي|ثاني?|ثانيه|ثالثه?|رابعه?|اخيره?|نهاؤي\w*|سنوي\w*|شهري\w*|كره|قطر"
    r"|اليه|رؤاسي\w*|رسمي\w*)\b"
)
_DEFINITE_AFTER = re.compile(r"\s+ال\w{3}")
_MONTH_BEFORE = re.compile(r"(?:شهر|\d)\s+$")
_YEAR_AFTER = re.compile(r"\s+\d{4}")
_SURE = "|".join(word for word in _MEANINGS if word not in _SPOKEN_BESIDE)
_LARGE = "|".join([*_build_scales(), *_HUNDREDS, "ميه"])
_NUMBER_AFTER = re.compile(rf"\s+(?:(?:{_LARGE})\b|و\s*(?:{_SURE})\b|(?:في\s+|ب|ف)الميه)")
_LARGE_AFTER = re.compile(rf"\s+(?:ال)?(?:{_LARGE})\b")
_LARGE_BEFORE = re.compile(rf"\b(?:{_LARGE})\s+(?:و\s*)?$")
_SAYS_AFTER = re.compile(r"\s+(?:ال|علي\b)")
_BEFORE = 20
"""Characters before a word that are looked at."""


def find_signed_fractions(text: str) -> frozenset[int]:
    """Return where, once a text is folded, the words begin whose damma says «خُمس», not «خَمس»."""
    places: list[int] = []
    folded = start = 0
    for found in _SIGNED_FRACTION.finditer(text):
        folded += len(fold(text[start : found.start()]))
        start = found.start()
        places.append(folded)
    return frozenset(places)


def parse_number_word(
    word: str, start: int, text: str, signed: frozenset[int] = frozenset()
) -> Piece | None:
    """Return the piece of a number that a word begins, or None.

    Args:
        word: A folded word.
        start: Where it begins.
        text: The folded text.
        signed: Where words of :func:`find_signed_fractions` begin.
    """
    end = start + len(word)
    for prefix, bare in _split_prefixes(word):
        fraction = _parse_fraction(prefix, bare, end, text, start + len(prefix) in signed)
        found = _parse_compound(prefix, bare, end, text) or _parse_single(
            prefix, bare, start, end, text, fraction
        )
        if found:
            role, value, end = found
            bare_prefix = prefix.removeprefix("و").removesuffix("ال")
            return Piece(role, value, prefix.startswith("و"), bool(bare_prefix), start, end)
    return None


@lru_cache(maxsize=200_000)
def _split_prefixes(word: str) -> tuple[tuple[str, str], ...]:
    """Return the prefixes of a word behind which something of a number stands."""
    cuts = ((prefix, word[len(prefix) :]) for prefix in _PREFIXES if word.startswith(prefix))
    return tuple(
        (prefix, bare)
        for prefix, bare in cuts
        if bare in _MEANINGS or bare in _ELEVEN or _FRACTION.fullmatch(bare)
    )


def parse_parts_after(value: Fraction, end: int, text: str) -> tuple[Role, Fraction, int] | None:
    """Return what a number is with «أرباع» after it, and where that ends."""
    parts = _PARTS_AFTER.match(text, end)
    return (Role.PART, value / _PLURAL_PARTS[parts[1]], parts.end()) if parts else None


def _parse_compound(
    prefix: str, bare: str, end: int, text: str
) -> tuple[Role, Fraction, int] | None:
    """Return what a word is together with the next one: eleven, three hundred, three quarters."""
    if bare in _ELEVEN:
        return _parse_one_and(prefix, bare, end, text)
    role, value = _MEANINGS.get(bare, (None, Fraction(0)))
    if role is not Role.ONES or not 2 <= value <= 10:
        return None
    if value < 10 and (teen := _TEEN_AFTER.match(text, end)):
        return Role.ONES, 10 + value, teen.end()
    if 3 <= value < 10 and (hundred := _HUNDRED_AFTER.match(text, end)):
        return Role.HUNDREDS, 100 * value, hundred.end()
    return parse_parts_after(value, end, text)


def _parse_one_and(
    prefix: str, bare: str, end: int, text: str
) -> tuple[Role, Fraction, int] | None:
    """Return eleven, or the one of twenty-one; «الأحد وعشرون» is a Sunday."""
    if teen := _TEEN_AFTER.match(text, end):
        return Role.ONES, Fraction(11), teen.end()
    sunday = bare == "احد" and _is_definite(prefix)
    return (Role.ONES, Fraction(1), end) if _TENS_AFTER.match(text, end) and not sunday else None


def _parse_fraction(
    prefix: str, bare: str, end: int, text: str, signed: bool
) -> tuple[Role, Fraction] | None:
    """Return the fifth of «خُمس السكان», which without its damma is written like five."""
    found = _FRACTION.fullmatch(bare)
    of_whole = bare in _WITHOUT_SIGN and not _is_definite(prefix) and _WHOLE_AFTER.match(text, end)
    if not found or not (signed or of_whole):
        return None
    return Role.PART, Fraction(2 if found[2] else 1, _FRACTIONS[found[1]])


def _parse_single(
    prefix: str,
    bare: str,
    start: int,
    end: int,
    text: str,
    fraction: tuple[Role, Fraction] | None,
) -> tuple[Role, Fraction, int] | None:
    """Return what a word is alone, unless what stands around it makes it another thing."""
    meaning = fraction or _MEANINGS.get(bare)
    if meaning is None:
        return None
    role, value = meaning
    definite = _is_definite(prefix)
    before = text[max(0, start - _BEFORE) : start]
    last = end == len(text)
    governed = bool(_PREPOSITION_AFTER.match(text, end))
    teen_or_tens = _TEEN_AFTER.match(text, end) or _TENS_AFTER.match(text, end)
    others = (
        definite and _INDEFINITE.fullmatch(bare) and not _TENS_AFTER.match(text, end),
        (role in {Role.TENS, Role.PART} or value == 10) and _ORDINAL_BEFORE.search(before),
        role is Role.PART and _NO_PART_AFTER.match(text, end),
        # «الربع الأخير» is of a year, «الربع الخالي» a desert.
        role is Role.PART and definite and _DEFINITE_AFTER.match(text, end),
        # «حشد مليوني» is of about a million.
        role is Role.TWO and bare.endswith("ي") and (last or governed),
        prefix + bare == "لست",
        bare in _SPOKEN_BESIDE and not _is_spoken(prefix, bare, before, end, text),
        # «وأحد عشر» is no «واحد».
        prefix + bare == "واحد" and teen_or_tens,
        # A month too, and «نقطة الصفر».
        value == 0 and (definite or _MONTH_BEFORE.search(before) or _YEAR_AFTER.match(text, end)),
    )
    if any(others):
        return None
    # Only a noun that follows makes two of «ألفا»: else it is «ألفًا».
    one = role is Role.SCALE_OR_TWO and governed
    return (Role.SCALE if one else role), value, end


def _is_spoken(prefix: str, bare: str, before: str, end: int, text: str) -> bool:
    """Tell whether what may be another thing is a number of a dialect, by what stands beside it."""
    behind = prefix == "و" and bool(_LARGE_BEFORE.search(before))
    if bare == "نص":
        return bool(_LARGE_AFTER.match(text, end) or (behind and not _SAYS_AFTER.match(text, end)))
    return bool(_NUMBER_AFTER.match(text, end)) or (behind and bare.startswith("مي"))


def _is_definite(prefix: str) -> bool:
    return prefix.endswith(("ال", "لل"))

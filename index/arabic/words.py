"""Turn Arabic text into comparable terms: fold the spelling, split into words, light-stem.

Both sides of every comparison (documents and questions) go through :func:`analyse`.
The result is for matching only and is never shown: what is shown is the article's own text.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from index.arabic.affixes import strip_prefix, strip_suffixes
from index.arabic.digits import DIGITS, expand_fractions, normalize_digits
from index.arabic.letters import FOLDED, NEIGHBOURS

ANALYSER_VERSION = "ar-light-6"
"""Changes whenever :func:`analyse` may return something else for the same text."""

# Harakat, Quranic marks and superscript alef; tatweel; zero-width and bidi controls; soft hyphen.
_IGNORED = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u00ad\u061c"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# The alif of «مائة» is not said, and news leave it out: «مئة», «ثلاثمئة», «مئتان».
_HUNDRED = re.compile(
    r"(?<![^\W\d])([وف]?[بلك]?(?:ال|لل)?(?:ثلاث|اربع|خمس|ست|سبع|ثماني?|تسع)?م)ا(ؤه|ؤت(?:ان|ين|ا|ي))\b"
)
_FOLDED = FOLDED | DIGITS
_WORD = re.compile(r"\w+")
_LAST_HAMZA = re.compile("ي[ءؤ]$")
_ARABIC = re.compile("[\u0621-\u064a]")
MARK = re.compile("[\u0640\u064b-\u0652\u0670]")
"""A vowel mark, or the stroke that only makes a word longer."""
MARKED_WORD = re.compile(r"\w[\w\u0640\u064b-\u0652\u0670]*")
"""A word with its vowel marks: «شنوّة», «قدّاش»."""
QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”")
"""What stands in quotation marks, with them."""


def fold(text: str) -> str:
    """Give text one spelling: bare Arabic letters, lower case, plain numbers.

    >>> fold("إعلانُ بـاريس ٢٠٢٥"), fold("پاريس ٢٬٥٠٠")
    ('اعلان باريس 2025', 'باريس 2500')
    """
    text = unicodedata.normalize("NFKC", expand_fractions(text))
    text = _IGNORED.sub("", text).translate(_FOLDED).lower()
    text = normalize_digits(text)
    return _HUNDRED.sub(r"\1\2", text) if "ماؤ" in text else text


def split_words(text: str) -> list[str]:
    r"""Split folded text into words and numbers; a month's name of two words becomes one.

    Folding comes first because a regular expression's ``\w`` breaks words at harakat.

    >>> split_words("في كانون الثاني ٢٠٢٥")
    ['في', 'يناير', '2025']
    """
    return _WORD.findall(fold_names(text))


def fold_names(text: str) -> str:
    """Return folded text in which every name of two words that has a shorter one is that one.

    >>> fold_names("في كانون الثاني ٢٠٢٥")
    'في يناير 2025'
    """
    pattern, table = _build_phrase_pattern()
    return pattern.sub(lambda found: found[1] + table[found[2]], fold(text))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Light-stem one folded word: at most one prefix, at most two suffixes.

    The rules and their lengths were chosen by MRR over 5,917 Arabic questions; see
    docs/decisions/0003-arabic-analyser.md. Dual «ان» is never stripped: it is too often a root.

    >>> stem("والمهندسون"), stem("مدرسه"), stem("كتاب"), stem("كاتب")
    ('مهندس', 'مدرس', 'كتاب', 'كاتب')
    >>> stem("كلفته") == stem("الكلفه")
    True
    """
    if len(word) > 3 and _ARABIC.search(word):
        word = strip_suffixes(strip_prefix(word))
    # A hamza has one bearer or another by its case: «أبناءه», «أبناؤه»; «شيء» is typed «شئ».
    return _LAST_HAMZA.sub("ؤ", word).replace("ء", "ؤ")


@lru_cache(maxsize=200_000)
def skeleton(term: str) -> str:
    """Drop the long vowels inside a term, so that نتنياهو and نتانياهو meet.

    >>> skeleton("نتنياهو") == skeleton("نتانياهو")
    True
    """
    if len(term) <= 3 or not _ARABIC.search(term):
        return term
    bare = term[0] + re.sub("[اويؤء]", "", term[1:])
    return bare if len(bare) >= 3 else term


@cache
def _load_variants() -> tuple[tuple[str, ...], ...]:
    """Read the spelling variants: per line one name, the spelling used inside first."""
    data = resources.files("index.arabic").joinpath("spellings.tsv").read_text(encoding="utf-8")
    lines = (line.split("#", 1)[0].split() for line in data.splitlines())
    rows = ([name.replace("_", " ") for name in line] for line in lines if line)
    return tuple(map(tuple, rows))


@cache
def _build_phrase_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds a folded name of two words, and the one word that stands for it."""
    table = {
        fold(name): fold(row[0]) for row in _load_variants() for name in row[1:] if " " in name
    }
    return re.compile(rf"\b([وفبلك]?)({'|'.join(map(re.escape, table))})\b"), table


@cache
def _load_spellings() -> dict[str, str]:
    """Return the stem of every variant -> stem of the spelling used inside."""
    rows = ([stem(fold(name)) for name in row if " " not in name] for row in _load_variants())
    return {variant: row[0] for row in rows for variant in row[1:]}


def term_of(word: str) -> str:
    """Return the term one folded word is matched by: its stem, in the canonical spelling."""
    stemmed = stem(word)
    return _load_spellings().get(stemmed, stemmed)


def analyse(text: str) -> list[str]:
    """Return the terms of a text in order, one per word.

    >>> analyse("قال ترمب") == analyse("قال ترامب")
    True
    """
    return [term_of(word) for word in split_words(text)]


_MARKS = re.compile(
    "[\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed\u0640\u00ad\u061c"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_PLAIN = NEIGHBOURS | DIGITS
_ENDINGS = "|".join(("يون", "يين", "يات", "ية", "يا", "ون", "ين", "ات", "ي", "ة", "ا", ""))


@cache
def _build_variant_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds a variant inside a word, and the spelling that replaces it."""
    table: dict[str, str] = {}
    for canonical, *others in _load_variants():
        for variant in (fold(canonical), *others, *(fold(word) for word in others)):
            table.setdefault(variant, canonical)
        table.pop(canonical, None)
    longest_first = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    before = "[وف]?(?:ال|بال|كال|لل|[بلك])?"
    return re.compile(rf"\b({before})({longest_first})({_ENDINGS})\b"), table


def normalize_for_embedding(text: str) -> str:
    """Return the text as both sides show it to the embedder.

    Marks that are usually left out are left out, digits are ASCII and the names in
    ``spellings.tsv`` have one spelling; everything else stays as written, since the model was
    trained on ordinary text.

    >>> normalize_for_embedding("قالَ ترمب لِلأميركيين في ٢٠٢٥")
    'قال ترامب للأمريكيين في 2025'
    """
    pattern, table = _build_variant_pattern()
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text)).translate(_PLAIN)
    return pattern.sub(lambda found: found[1] + table[found[2]] + found[3], plain)

"""Take prefixes and suffixes off a folded Arabic word, and leave it the letters that are its own.

Only a list can tell that «وزارات» begins with a letter of its own and «وسيارات» with «and»:
``own_letters.txt`` has the words, as stems, that begin like a prefix. It is made, and measured on
other texts, by ``python -m benchmarks.train_prefixes``.
"""

from functools import cache
from importlib import resources

_ARTICLES = ("وبال", "وكال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_CLITICS = ("و", "ل", "ب")
_RARE_CLITICS = ("ف", "ك")
"""These are mostly a word's own letters, so only a word of the list may stand behind them."""
_MIN_FOR_CLITIC = 6
"""Letters from which on a word loses a clitic that is not known to be one. Chosen by the MRR of
BM25 over 5,917 questions (docs/decisions/0003-arabic-analyser.md); ``python -m
benchmarks.analyser`` measures the analyser as it is."""
_MIN_FOR_KNOWN_CLITIC = 5
"""The same of «و», and where a word of the list stands behind any; ``python -m
benchmarks.train_prefixes`` makes the list, and measures it with this."""
_PARTICLES = frozenset({
    "ان", "او", "ام", "اذ", "من", "عن", "لم", "لن", "لو", "بل", "هل", "هم", "هن", "هو", "قد", "كل",
    "كم", "مع", "ثم", "اف", "ات", "بن",
})  # fmt: skip
"""No noun of two letters: «الآن» is not «أن», and what «الهم» and «البن» would become is common."""
_NOUNS_IN_YA = frozenset({"حي", "زي", "ري", "طي"})
"""Behind others «ال» is mostly a word's own: «إليه», «ألفي», «ألقى», «إلها», «التي»."""
_SUFFIXES = ("يين", "يون", "ها", "ات", "يه", "يا", "ين", "ون", "ه", "ي", "ا")
_WEAK_SUFFIXES = frozenset({"ين", "ون"})
# ة is written ت before a pronoun: «كلفته» is «كلفة» and «ه».
_FEMININE_PRONOUNS = ("تهما", "تها", "تهم", "تنا", "ته")
_DUALS = ("تان", "تين", "تا", "تي", "ان")


def strip_prefix(word: str) -> str:
    """Take off an article, or a clitic, or a clitic before a word that is known.

    >>> strip_prefix("والمدينه"), strip_prefix("وسيارات"), strip_prefix("وزارات")
    ('مدينه', 'سيارات', 'وزارات')
    >>> strip_prefix("للجنه"), strip_prefix("للجنود"), strip_prefix("لالمانيا")
    ('لجنه', 'جنود', 'المانيا')
    >>> strip_prefix("الخط"), strip_prefix("للحي"), strip_prefix("الان"), strip_prefix("والتي")
    ('خط', 'حي', 'الان', 'التي')
    >>> strip_prefix("وكمال"), strip_prefix("كمال"), strip_prefix("فلبنان"), strip_prefix("كواكب")
    ('كمال', 'كمال', 'لبنان', 'كواكب')
    """
    if has_own_first_letters(word):
        return word
    for article in _ARTICLES:
        if word.startswith(article):
            rest = word[len(article) :]
            # «للجنة» is «ل» and «اللجنة»; «بألعاب» is «ب» and «ألعاب», «بالله» «ب» and «الله».
            own = ("ل" if article.endswith("لل") else "ال") + rest
            if article != "ال" and (own == "الله" or has_own_first_letters(own)):
                return own
            if len(rest) >= 3 or _is_short_noun(rest):
                return _strip_own_article(rest)
    return _strip_clitic(word)


def _is_short_noun(rest: str) -> bool:
    """Tell whether two letters behind an article may be a noun: «الخط», «السد»."""
    if len(rest) != 2 or rest in _PARTICLES:
        return False
    return rest[1] not in "هيا" or rest in _NOUNS_IN_YA


def _strip_clitic(word: str) -> str:
    if word[0] not in _CLITICS + _RARE_CLITICS or len(word) < _MIN_FOR_KNOWN_CLITIC:
        return word
    rest = word[1:]
    if has_own_first_letters(rest):
        return rest
    if word[0] in _RARE_CLITICS or (word[0] != "و" and len(word) < _MIN_FOR_CLITIC):
        return word
    if rest[0] in _CLITICS and has_own_first_letters(rest[1:]):
        return rest[1:]
    # «وبفلسطين» is «بفلسطين».
    two = word[0] == "و" and rest[0] in "بل" and len(rest) >= _MIN_FOR_CLITIC
    return _strip_own_article(rest[1:] if two else rest)


def _strip_own_article(rest: str) -> str:
    """Take «ال» off behind a prefix too: the word alone loses it, unless it is known."""
    if rest.startswith("ال") and len(rest) >= 5 and not has_own_first_letters(rest):
        return rest[2:]
    return rest


def strip_suffixes(word: str) -> str:
    """Take off a pronoun behind ة, and at most two other suffixes."""
    for suffix in _FEMININE_PRONOUNS:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    for _ in range(2):
        for suffix in _SUFFIXES:
            keep = 4 if suffix in _WEAK_SUFFIXES else 3
            if word.endswith(suffix) and len(word) - len(suffix) >= keep:
                word = word[: -len(suffix)]
                break
        else:
            break
    return word


def has_own_first_letters(word: str) -> bool:
    """Tell whether a word is known to begin with letters of its own that look like a prefix."""
    if len(word) < 3:
        return False
    known, term = load_own_letters(), strip_suffixes(word)
    if term in known:
        # «رعاية» ends in letters of its own: «برعاية» is not the word «برع».
        return not word[len(term) :].startswith("اي")
    # «والتي» is no dual of «والي».
    stems = (word[: -len(dual)] for dual in _DUALS if word.endswith(dual))
    return any(stem in known and stem not in _ARTICLES for stem in stems)


@cache
def load_own_letters() -> frozenset[str]:
    """Read the stems whose first letters look like a prefix."""
    text = resources.files("index.arabic").joinpath("own_letters.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))

"""Undo what wrong decoding and old typesetting did to an Arabic text; touch nothing else.

Only what is certain is repaired: the result is what the author wrote, in the letters they wrote it
in. Diacritics, hamzas, digits and punctuation stay.
"""

import re
import unicodedata

from index.articles.visual import looks_reversed, turn_around

# UTF-8 that was read as windows-1252 turns every Arabic letter into Ø or Ù and a sign; read as
# windows-1256, into ط or ظ and a sign.
_UTF8_AS_LATIN = re.compile("(?:[ØÙÚÛ][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122€]){3}")
_UTF8_AS_ARABIC = re.compile("(?:[طظعغ][^\\sء-غ]){2}")
_ARABIC_AS_LATIN = re.compile("[À-ÿ]")
_ARABIC = re.compile("[\u0621-\u064a]")
# Presentation forms of letters. The honorifics and the rial sign (U+FDFA-FDFF) are signs of their
# own, typed as such.
_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMS = re.compile("[\ufb50-\ufbff\ufc00-\ufd3d\ufd40-\ufdf9\ufe70-\ufefc]+")


def repair(text: str) -> str:
    r"""Return a text with its mojibake, presentation forms and backward lines put right.

    >>> repair("ﺍﻟﺴﻼﻡ"), repair("Ø§Ù„Ø³Ù„Ø§Ù…"), repair("çà et là")
    ('السلام', 'السلام', 'çà et là')
    """
    if not text or text.isascii():
        return text
    text = "\n".join(map(_fix_mojibake, text.split("\n")))
    backwards = looks_reversed(_FORMS.sub(_normalize_forms, text))
    # A ligature is one sign backwards too, so lines are turned before it becomes two letters.
    text = turn_around(text) if backwards else text
    return _FORMS.sub(_normalize_forms, text)


def join_surrogates(text: str) -> str:
    r"""Return a text whose halves of signs stand together; a half without the other is dropped.

    >>> join_surrogates("\ud83d\ude00 \ud83d."), join_surrogates("نص")
    ('😀 .', 'نص')
    """
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _normalize_forms(found: re.Match[str]) -> str:
    """Return the letters of presentation forms; a lone mark's form stands on a space of its own."""
    letters = (unicodedata.normalize("NFKC", form) for form in found[0])
    return "".join(plain.lstrip() for plain in letters)


def _fix_mojibake(line: str) -> str:
    if line.isascii():
        return line
    if _UTF8_AS_LATIN.search(line):
        import ftfy

        return ftfy.fix_encoding(line)
    if _UTF8_AS_ARABIC.search(line):
        return _recode(line, "cp1256", "utf-8") or line
    if _is_arabic_as_latin(line):
        return _recode(line, "cp1252", "cp1256") or _recode(line, "latin-1", "cp1256") or line
    return line


def _is_arabic_as_latin(line: str) -> bool:
    """Tell windows-1256 that was read as Latin: nearly every letter has an accent."""
    accented, letters = len(_ARABIC_AS_LATIN.findall(line)), sum(map(str.isalpha, line))
    return (
        accented >= 6
        and accented >= 0.6 * letters
        and re.search(r"(?<![À-ÿ])Ç[áà]", line) is not None
    )


def _recode(line: str, wrong: str, right: str) -> str | None:
    """Return the line as it was meant, or None when it was never decoded so."""
    try:
        meant = line.encode(wrong).decode(right)
    except UnicodeError:
        return None
    return meant if _ARABIC.search(meant) else None

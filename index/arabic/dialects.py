"""Say a question asked in a dialect in the words of the standard language.

Articles are written in the standard language, and the embedder has read little else. Only what is
sure is changed: the question words, a few others in ``dialects.tsv``, and, in a question that has
one of them, the prefixes of the future and the present.
"""

import re
from functools import cache
from importlib import resources

from index.arabic.question_words import load_question_words

_MARKS = "\u0640\u064b-\u0652\u0670"
_WORD = re.compile(rf"\w[\w{_MARKS}]*")
"""A word with its vowel marks: «شنوّة», «قدّاش»."""
_MARK = re.compile(f"[{_MARKS}]")
_FUTURE = re.compile(r"^[هح](?=[يتن]\w{3,})")
_BEFORE_THINGS = {
    **{before: before for before in ("", "ال", "ب", "بال", "ل", "لل", "ك", "كال")},
    "ع": "على ",
    "عال": "على ال",
    "ف": "في ",
    "فال": "في ال",
}
"""What is written together with a thing -> the same in the standard language."""
_PRESENT = re.compile(r"^ب(?=[يت]\w{3,})")


def normalize_dialect(question: str) -> str:
    """Return a question with dialect words replaced; one without any is returned as it is.

    >>> normalize_dialect("إمتى هيرجع الكهربا؟"), normalize_dialect("ليش صار الحريق؟")
    ('متى سيرجع الكهرباء؟', 'لماذا صار الحريق؟')
    >>> normalize_dialect("متى تأسست هيئة الكهرباء؟")
    'متى تأسست هيئة الكهرباء؟'
    """
    table = _load_dialect_words()
    spoken = [word for word in _WORD.findall(question) if _MARK.sub("", word) in table]
    if not spoken:
        return question
    return _WORD.sub(lambda found: _normalize_word(found[0], table), question)


def _normalize_word(word: str, table: dict[str, str]) -> str:
    if (bare := _MARK.sub("", word)) in table:
        return table[bare]
    return _PRESENT.sub("", _FUTURE.sub("س", word))


@cache
def _load_dialect_words() -> dict[str, str]:
    """Read the words of the dialects -> the standard word."""
    table: dict[str, str] = {}
    for form, standard in _load_pairs():
        table[form] = standard
        if form[0] not in "إا":
            table[f"و{form}"] = f"و{standard}"
    return table


def _load_pairs() -> list[tuple[str, str]]:
    """Return every form that is replaced, with what replaces it."""
    asking = [(word.form, word.standard) for word in load_question_words() if word.standard]
    data = resources.files("index.arabic").joinpath("dialects.tsv").read_text(encoding="utf-8")
    lines = [line for line in data.splitlines() if not line.startswith("#")]
    things = lines.index("+")
    rows = [(form, standard) for standard, form in _split(lines[:things])]
    for standard, form in _split(lines[things + 1 :]):
        rows += [(typed + form, meant + standard) for typed, meant in _BEFORE_THINGS.items()]
    return asking + [(form, standard.replace("_", " ")) for form, standard in rows]


def _split(lines: list[str]) -> list[tuple[str, str]]:
    """Return standard words, each with a form that means it."""
    return [(standard, form) for standard, *forms in map(str.split, lines) for form in forms]

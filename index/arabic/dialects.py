"""Say a question asked in a dialect in the words of the standard language.

Articles are written in the standard language, and the embedder has read little else. Only what is
sure is changed: the question words, a few others in ``dialects.tsv``, and, in a question that has
one of them, the prefixes of the future and the present.
"""

import re
from functools import cache
from importlib import resources

from index.arabic.question_words import load_question_words
from index.arabic.words import MARK, MARKED_WORD

_FUTURE = re.compile(r"^[هح](?=[يتن]\w{3,})")
_BEFORE_THINGS = {
    **{before: before for before in ("", "ال", "وال", "ب", "بال", "ل", "لل", "ك", "كال")},
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
    sure, table = _load_dialect_words()
    if not any(MARK.sub("", word) in sure for word in MARKED_WORD.findall(question)):
        return question
    return MARKED_WORD.sub(lambda found: _normalize_word(found[0], table), question)


def _normalize_word(word: str, table: dict[str, str]) -> str:
    if (bare := MARK.sub("", word)) in table:
        return table[bare]
    return _PRESENT.sub("", _FUTURE.sub("س", word))


@cache
def _load_dialect_words() -> tuple[dict[str, str], dict[str, str]]:
    """Read the words that only dialects have -> the standard word; and all, doubtful ones too."""
    data = resources.files("index.arabic").joinpath("dialects.tsv").read_text(encoding="utf-8")
    lines = [line for line in data.splitlines() if not line.startswith("#")]
    things, doubtful = lines.index("+"), lines.index("?")
    asking = {word.form: word.standard for word in load_question_words() if word.standard}
    sure = asking | _split(lines[:things]) | _put_before(_split(lines[things + 1 : doubtful]))
    rest = _put_before(_split(lines[doubtful + 1 :]))
    return _put_and_before(sure), _put_and_before(rest | sure)


def _split(lines: list[str]) -> dict[str, str]:
    """Return the forms of some lines -> the standard word."""
    rows = ((standard.replace("_", " "), forms) for standard, *forms in map(str.split, lines))
    return {form: standard for standard, forms in rows for form in forms}


def _put_before(things: dict[str, str]) -> dict[str, str]:
    """Return things also with what is written before them."""
    before = _BEFORE_THINGS.items()
    return {
        typed + form: meant + standard
        for form, standard in things.items()
        for typed, meant in before
    }


def _put_and_before(words: dict[str, str]) -> dict[str, str]:
    """Return words also with «و» before them."""
    more = {f"و{form}": f"و{told}" for form, told in words.items() if form[0] not in "إا"}
    return words | more

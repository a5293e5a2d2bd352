"""The words that questions begin with, from ``question_words.tsv``."""

from functools import cache
from importlib import resources
from typing import NamedTuple


class QuestionWord(NamedTuple):
    """A word, or a few, that asks.

    Attributes:
        kind: What it asks for: ``who when where how_many why yes_no other``.
        standard: What the standard language says for it; "" where it is left as it is.
        form: As it is typed.
    """

    kind: str
    standard: str
    form: str


@cache
def load_question_words() -> tuple[QuestionWord, ...]:
    """Return the whole table, in its order."""
    file = resources.files("index.arabic").joinpath("question_words.tsv")
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    rows = (line.split("\t") for line in lines if line)
    return tuple(
        QuestionWord(
            kind, "" if standard == "-" else _restore_spaces(standard), _restore_spaces(form)
        )
        for kind, standard, _variety, forms in rows
        for form in forms.split()
    )


def _restore_spaces(form: str) -> str:
    return form.replace("_", " ")

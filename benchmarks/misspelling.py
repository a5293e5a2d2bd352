"""Misspell a word of each question, and see what is found with its spelling corrected.

    python -m benchmarks.misspelling --data ../shared/data --out benchmarks/results/misspelling

The questions of ARCD and TyDi QA over their pooled passages. In each, one word that carries meaning
gets one slip, of two sorts: those that correction knows of (a letter that sounds alike, a long
vowel left out or added, a letter doubled, two that changed places), and any letter in place of
another or left out. R@1 as they are, misspelled, and corrected; how often the right spelling comes
back, and how often a question that was right is changed. The share of what else is asked that a
chunk must have was set on the training halves.
"""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.corpora import Asked, families, pooled_index, questions
from benchmarks.datasets import make_parser, report
from index.arabic.words import analyse, split_words
from index.search.search import SearchIndex
from rag.evaluation.retrieval import estimate_mean
from rag.language.questions import content_words, is_function_word

_ALIKE = ("صس", "ضظ", "ذد", "طت", "قغ", "ئي", "هح", "ثس", "قك")
_LONG = "اوي"
_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_SHORTEST = 5
_SEED = 1
_MOST = 400
"""Questions of either half, drawn by chance."""


def slip(word: str, draw: random.Random) -> str:
    """Return a word with a slip of those that Arabic is often written with."""
    at = draw.randrange(1, len(word) - 1)
    letter, rest = word[at], word[at + 1 :]
    alike = [other for pair in _ALIKE if letter in pair for other in pair if other != letter]
    made = [word[:at] + other + rest for other in alike] * 2
    if letter in _LONG:
        made += [word[:at] + rest] * 2
    made += [word[: at + 1] + draw.choice(_LONG) + rest, word[: at + 1] + letter + rest]
    made += [word[:at] + rest[0] + letter + rest[1:]]
    return draw.choice(made)


def strike(word: str, draw: random.Random) -> str:
    """Return a word with any letter exchanged or left out."""
    at = draw.randrange(1, len(word) - 1)
    return word[:at] + draw.choice(["", draw.choice(_LETTERS)]) + word[at + 1 :]


def misspell(question: str, damage: Callable[[str, random.Random], str], seed: str) -> str:
    """Return a question with a slip in one of its longer words; itself where there is none."""
    draw = random.Random(seed)
    carrying = {word for word in content_words(question) if len(word) >= _SHORTEST}
    words = [w for w in question.split() if w.isalpha() and carrying & {*split_words(w)}]
    if not words:
        return question
    word = draw.choice(words)
    for _ in range(20):
        damaged = damage(word, draw)
        if analyse(damaged) != analyse(word):
            return question.replace(word, damaged, 1)
    return question


def measure(index: SearchIndex, asked: list[Asked]) -> dict[str, Any]:
    """Return the figures of some questions."""
    asked = random.Random(_SEED).sample(asked, min(_MOST, len(asked)))
    same = families(index)

    @cache
    def found(question: str, row: Asked) -> bool:
        first = index.search(question, k=1)
        return bool(first) and same[first[0].article.id] == same[row.article]

    right = [found(row.text, row) for row in asked]
    changed = [index.correct_spelling(row.text, is_function_word) != row.text for row in asked]
    figures: dict[str, Any] = {
        "questions": len(asked),
        "R@1": estimate_mean(right),
        "right ones changed": estimate_mean(changed),
    }
    for name, damage in (("slips", slip), ("any letter", strike)):
        rows = [(row, misspell(row.text, damage, f"{_SEED} {row.text}")) for row in asked]
        rows = [(row, text) for row, text in rows if text != row.text]
        corrected = [index.correct_spelling(text, is_function_word) for _, text in rows]
        pairs = list(zip(rows, corrected, strict=True))
        figures[name] = {
            "questions": len(rows),
            "R@1 misspelled": estimate_mean([found(text, row) for row, text in rows]),
            "R@1 corrected": estimate_mean([found(better, row) for (row, _), better in pairs]),
            "right again": estimate_mean(
                [{*analyse(row.text)} == {*analyse(better)} for (row, _), better in pairs]
            ),
            "changed otherwise": estimate_mean(
                [text != better != row.text and {*analyse(row.text)} != {*analyse(better)}
                 for (row, text), better in pairs]
            ),
        }  # fmt: skip
    return figures


def main() -> None:
    """Print the report; write it where ``--out`` says."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, help="write NAME.json")
    options = parser.parse_args()
    index, asked = pooled_index(options.data, options.scratch), questions(options.data)
    figures = {
        name: measure(index, [row for row in asked if row.held_out == held])
        for name, held in (("training halves", False), ("held out", True))
    }
    report(figures, options.out)


if __name__ == "__main__":
    main()

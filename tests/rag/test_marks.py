"""Marks that are no letters stand alone in real texts; they break nothing, whatever is beside them."""

import random

import pytest

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import split_words
from index.errors import InputError
from rag.checking.splitting import split_claims
from rag.language.questions import Kind, content_words, find_terms, is_function_word
from rag.language.statements import read_statement
from rag.question import understand
from rag.reading.whole_phrases import widen

PIECES = (
    "ـ", "ــ", "ً", "ٰ", "ّ", "\u200c", "\u200f", "\ufeff", "\x00", "٣", "200", "12,5", "%", "و", "ف", "ال", "وال",
    "كم", "من", "ومن", "ما", "متى", "هل", "لا", "لم", "نعم", "،", "؛", "؟", ".", "«", "»", "(", ")", "[1]", "\n",
    " | ", "-", "–", "…", "مليون", "عام", "قال", "إن", "محمد", "تونس", "ء", "ى", "ة", "a", "'", '"', "😀", "ﷺ", "ﻻ", "بن",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_marks_and_words_breaks_reading(seed):
    chance = random.Random(seed)

    def write(most):
        drawn = (chance.choice(PIECES) for _ in range(chance.randint(1, most)))
        return "".join(piece + chance.choice(("", " ")) for piece in drawn)

    for _ in range(40):
        question, text = write(12), write(30)
        try:
            understand(question, [(write(8), text)])
        except InputError:
            assert not question.strip()
        read_statement(text)
        find_terms(text)
        content_words(text)
        list(split_claims(text))
        assert all(is_function_word(word) in {True, False} for word in split_words(text))
        start = chance.randrange(len(text))
        part = Span(start, chance.randrange(start, len(text)) + 1)
        for span in (part, *(Span(*whole) for whole in sentence_spans(text))):
            for kind in (Kind.HOW_MANY, Kind.WHEN):
                widened = widen(text, span, kind)
                assert widened.start <= span.start < widened.end <= len(text)
                assert not text[widened.end : span.end].strip(".،؛:؟!")  # but for a stop, all of it

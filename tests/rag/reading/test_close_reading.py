"""What is made of the reader's words: windows, sentences, the gate, the few words shown."""

from dataclasses import replace

import numpy as np
import pytest
from passages import passages_of

from index.arabic.sentences import Span
from rag.question import understand
from rag.reading import close_reading
from rag.reading.close_reading import (
    CloseReading,
    choose_again,
    choose_windows,
    compute_gate,
    compute_headline,
    find_headline,
    read_closely,
)
from rag.reading.missing_words import MissingWords
from rag.reading.reader import PassageReading
from rag.reading.reader_input import FoundSpan
from rag.reading.relevance import ScoredSentence

LONG = " ".join(f"قال الوالي رقم {n} إن الطريق إلى المدينة مفتوحة منذ أمس." for n in range(40))
TEXTS = ["وصل سامي إلى تونس. غادرت هدى عمان.", "وصل نبيل إلى بيروت يوم الأحد."]


class WordReader:
    """Stands for the reader: finds given words and is as sure of each as it was told."""

    def __init__(self, **sure):
        self.sure = sure
        self.read_texts = []

    def read(self, question, texts, *, count=3, longest=80):
        self.read_texts = list(texts)
        return [self._read(text) for text in texts]

    def _read(self, text):
        found = [
            FoundSpan(Span(text.index(w), text.index(w) + len(w)), value, value)
            for w, value in self.sure.items()
            if w in text
        ]
        found.sort(key=lambda span: -span.logit)
        return PassageReading(found, found[0].logit if found else -5.0, np.zeros(8, np.float32))


def sentences_of(passages):
    """Return every sentence of the passages, each scored a little lower than the one before."""
    from index.arabic.sentences import sentence_spans

    found = [
        ScoredSentence(number, Span(a, b), passage.text[a:b], 0.5)
        for number, passage in enumerate(passages)
        for a, b in sentence_spans(passage.text)
    ]
    return [replace(s, score=-float(n)) for n, s in enumerate(found)]


@pytest.fixture
def passages():
    return passages_of(*TEXTS)


def test_neighbours_are_read_with_a_sentence(passages):
    windows = choose_windows(passages, sentences_of(passages))
    assert [(w.passage, w.span) for w in windows] == [
        (0, Span(0, len(TEXTS[0]))),
        (1, Span(0, len(TEXTS[1]))),
    ]


def test_of_a_long_passage_only_what_stands_around_the_sentence_is_read():
    passages = passages_of(LONG)
    sentence = sentences_of(passages)[20]
    (window,) = choose_windows(passages, [sentence])
    assert window.span.start < sentence.span.start
    assert sentence.span.end < window.span.end
    assert window.span.end - window.span.start <= 350


def test_a_sentence_longer_than_a_window_is_read_whole():
    text = " ".join(["كلمة"] * 200) + "."
    (window,) = choose_windows(passages_of(text), sentences_of(passages_of(text)))
    assert window.span == Span(0, len(text))


def test_no_more_windows_are_read_than_there_is_time_for():
    passages = passages_of(*[f"وصل الوفد رقم {n} إلى المدينة." for n in range(20)])
    assert len(choose_windows(passages, sentences_of(passages))) == close_reading.MAX_WINDOWS


def test_the_headline_of_an_article_is_read_with_it_but_never_quoted_from(passages):
    reader = WordReader(عنوان=9.0, تونس=1.0)
    read = read_closely(reader, understand("أين؟"), passages, sentences_of(passages))
    assert reader.read_texts[0].startswith("عنوان 0\n")
    assert [span.text for span in read.spans] == ["تونس"]


def test_spans_are_exact_in_the_article():
    passages = passages_of(LONG)
    reader = WordReader(**{"رقم 20": 3.0})
    read = read_closely(reader, understand("من؟"), passages, [sentences_of(passages)[20]])
    start, end = read.spans[0].span
    assert LONG[start:end] == "رقم 20"


def test_a_question_in_another_language_is_left_to_the_words(passages):
    reader = WordReader(تونس=9.0)
    read = read_closely(reader, understand("Who came to Tunis?"), passages, sentences_of(passages))
    assert read == CloseReading()
    assert choose_again(sentences_of(passages), read) == sentences_of(passages)


def test_passages_in_another_language_are_left_to_the_words():
    passages = passages_of("Sami came to Tunis. Huda left Amman.")
    reader = WordReader(Sami=9.0)
    read = read_closely(reader, understand("من وصل إلى تونس؟"), passages, sentences_of(passages))
    assert read == CloseReading()


def test_the_sentence_that_the_reader_means_comes_first(passages):
    reader = WordReader(نبيل=8.0, سامي=-8.0)
    asked = understand("من وصل إلى بيروت؟")
    read = read_closely(reader, asked, passages, sentences_of(passages))
    chosen = choose_again(sentences_of(passages), read)
    assert chosen[0].text == TEXTS[1]
    assert sum(sentence.chance for sentence in chosen) == pytest.approx(1)


def test_the_gate_is_told_how_sure_the_reader_is(passages):
    asked, sentences = understand("من وصل؟"), sentences_of(passages)
    sure = read_closely(WordReader(سامي=6.0), asked, passages, sentences)
    unsure = read_closely(WordReader(سامي=-6.0), asked, passages, sentences)
    assert compute_gate(sure, sentences)["margin"] == 6
    assert compute_gate(unsure, sentences)["margin"] < 0
    assert compute_gate(CloseReading(), sentences) == {}


def test_the_gate_is_told_what_the_first_passage_lacks(passages):
    asked, sentences = understand("من وصل؟"), sentences_of(passages)
    read = read_closely(WordReader(سامي=6.0), asked, passages, sentences)
    read = replace(read, missing=MissingWords((1.5, 0.0), (1.0, 0.0), unknown=2))
    told = compute_gate(read, sentences)
    assert (told["worst_missing"], told["unknown"]) == (1.0, 2.0)
    assert compute_gate(read, sentences[::-1])["worst_missing"] == 0.0


@pytest.mark.parametrize(("sign", "told"), [(True, (1, 0)), (False, (0, 1)), (None, (0, 0))])
def test_the_gate_is_told_whether_the_kind_of_thing_asked_for_is_there(passages, sign, told):
    asked, sentences = understand("من وصل؟"), sentences_of(passages)
    read = read_closely(WordReader(سامي=6.0), asked, passages, sentences)
    sentences[0] = replace(sentences[0], sign=sign)
    found = compute_gate(read, sentences)
    assert (found["sign"], found["no_sign"]) == told


def test_the_same_answer_twice_is_no_rival(passages):
    asked, sentences = understand("من وصل؟"), sentences_of(passages)
    alone = read_closely(WordReader(**{"سامي": 5.0, "وصل سامي": 4.0}), asked, passages, sentences)
    rival = read_closely(WordReader(سامي=5.0, نبيل=4.0), asked, passages, sentences)
    assert compute_headline(alone, sentences)["lead"] > 1
    assert compute_headline(rival, sentences)["lead"] == pytest.approx(1)


TABLE = "مشاريع البلدية\nالمشروع | الكلفة بالمليون | عدد العمال\nالجسر | 31 | 20\nالسوق | 50 | 7"


def headline_of(question, text, words):
    passages = passages_of(text)
    asked, sentences = understand(question), sentences_of(passages)
    read = read_closely(WordReader(**{words: 30.0}), asked, passages, sentences)
    return find_headline(asked, passages, choose_again(sentences, read), read)


def test_the_words_that_answer_are_given_where_that_is_clear():
    assert headline_of("كم عدد عمال الجسر؟", "عدد عمال الجسر | 20 عاملا", "20 عاملا") == "20 عاملا"
    assert headline_of("من وصل إلى تونس؟", TEXTS[0], "سامي") == "سامي"


def test_a_cell_of_several_columns_says_nothing_alone():
    assert headline_of("كم عدد عمال الجسر؟", TABLE, "20") is None
    assert headline_of("كم عدد عمال السوق؟", TABLE, "50 | 7") is None


@pytest.mark.parametrize("question", ["لماذا وصل سامي؟", "هل وصل سامي؟"])
def test_what_few_words_do_not_answer_gets_none(question):
    assert headline_of(question, TEXTS[0], "سامي") is None


@pytest.mark.parametrize(
    ("question", "words"),
    [("متى وصل سامي إلى تونس؟", "سامي"), ("كم وصل إلى تونس؟", "تونس")],
)
def test_words_that_name_no_day_or_number_do_not_answer_when_or_how_many(question, words):
    assert headline_of(question, TEXTS[0], words) is None


def test_a_number_that_is_no_day_does_not_answer_when():
    text = "وصل 84 ألف تلميذ إلى المدارس يوم الأحد."
    assert headline_of("متى وصل التلاميذ إلى المدارس؟", text, "84 ألف تلميذ") is None
    assert headline_of("متى وصل التلاميذ إلى المدارس؟", text, "يوم الأحد") == "يوم الأحد"


def test_half_a_quotation_is_not_given():
    text = "وصل سامي إلى مركز «الأمل» في تونس."
    assert headline_of("إلى أين وصل سامي؟", text, "مركز «الأمل") is None
    assert headline_of("إلى أين وصل سامي؟", text, "مركز «الأمل»") == "مركز «الأمل»"

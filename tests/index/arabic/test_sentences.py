import pytest

from index.arabic.sentences import sentence_spans


def split(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("وصل الوفد. غادر الوفد.", ["وصل الوفد.", "غادر الوفد."]),
        ("هل وصل؟ نعم! وغادر؛ ثم عاد…", ["هل وصل؟", "نعم!", "وغادر؛", "ثم عاد…"]),
        ("بلغت النسبة 3.5 في المئة. انتهى", ["بلغت النسبة 3.5 في المئة.", "انتهى"]),
        ("قال د. سامي إنه بخير.", ["قال د. سامي إنه بخير."]),
        ("موقع bbc.com نشر الخبر.", ["موقع bbc.com نشر الخبر."]),
        ("قال: «لن نعود. أبدًا». ثم خرج.", ["قال: «لن نعود. أبدًا».", "ثم خرج."]),
        ("انظر http://a.example/n?id=7 ثم عد.", ["انظر http://a.example/n?id=7 ثم عد."]),
        ("Really?Yes. لا", ["Really?Yes.", "لا"]),
        ("من هو؟وأين كان?2019", ["من هو؟", "وأين كان?", "2019"]),
        ('قال: "نعم. لا". مضى.', ['قال: "نعم. لا".', "مضى."]),
        ("عنوان بلا نقطة\nثم فقرة.", ["عنوان بلا نقطة", "ثم فقرة."]),
        ("قوس مفتوح «لم يغلق. جملة ثانية.", ["قوس مفتوح «لم يغلق.", "جملة ثانية."]),
        ("انتهى الأمر.وقال آخر.", ["انتهى الأمر.", "وقال آخر."]),
        ("1. البند الأول.", ["1. البند الأول."]),
        ("«خارج «داخل. هنا» بعد». نعم", ["«خارج «داخل. هنا» بعد».", "نعم"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_arabic_sentences_end_where_a_reader_ends_them(text, sentences):
    assert split(text) == sentences


def test_every_letter_is_in_exactly_one_sentence(article):
    spans = sentence_spans(article.text)
    covered = "".join(article.text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(article.text.split())

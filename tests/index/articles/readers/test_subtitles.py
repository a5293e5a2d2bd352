"""Subtitles and captions: what is said, once each time it is said."""

import pytest

from index.articles.readers.subtitles import read_subtitles


def srt(*cues):
    """Return a .srt file of cues: seconds from and until, and lines."""
    return "\n\n".join(
        f"{number}\n00:00:{start:06.3f} --> 00:00:{end:06.3f}\n".replace(".", ",")
        + "\n".join(lines)
        for number, (start, end, *lines) in enumerate(cues, start=1)
    )


def text(content):
    (article,) = read_subtitles(content.encode())
    return article.text


@pytest.mark.parametrize("word", ["NOTE", "STYLE", "REGION"])
def test_words_of_web_captions_are_words_in_other_subtitles(word):
    assert text(srt((1, 2, f"{word} one"), (2, 3, "نص."))) == f"{word} one نص."


def test_a_cue_of_web_captions_may_begin_with_such_a_word():
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\nNOTE well\nنص.\n\nNOTE remark\nmore\n\n00:02.000 --> 00:03.000\nآخر.\n"
    assert text(cues) == "NOTE well نص.\nآخر."


def test_a_remark_right_above_a_cue_takes_no_cue_with_it():
    assert text("WEBVTT\n\nNOTE remark\n00:01.000 --> 00:02.000\nنص.\n") == "نص."


@pytest.mark.parametrize("end", ["\r\r\n", "\n\n", "\r\n\r\n"])
@pytest.mark.parametrize("above", ["", "WEBVTT\n\n"])
def test_doubled_line_ends_make_no_words_of_numbers(end, above):
    content = above + srt((1, 2, "افتتح المحافظ", "السوق."), (2, 3, "ثم عاد.")) + "\n"
    assert text(content.replace("\n", end)) == "افتتح المحافظ السوق.\nثم عاد."


def test_a_number_that_is_said_is_kept():
    assert text(srt((1, 2, "3"), (2, 3, "2"), (3, 4, "انطلق."))) == "3 2 انطلق."


@pytest.mark.parametrize("start", [2.0, 2.5, 4.0])
def test_the_same_word_in_two_cues_is_said_twice(start):
    assert text(srt((1, 2, "لا."), (start, start + 1, "لا."))) == "لا.\nلا."


@pytest.mark.parametrize(
    "cues",
    [
        [(1, 2, "أهلًا بكم"), (2, 3, "أهلًا بكم", "في النشرة"), (3, 4, "في النشرة", "الأولى.")],
        [(1, 3, "أهلًا بكم"), (2, 4, "أهلًا بكم"), (4, 5, "في النشرة الأولى.")],
        [(1, 2, "أهلًا بكم"), (2, 2.01, "أهلًا بكم"), (2.01, 3, "أهلًا بكم", "في النشرة الأولى.")],
        [(1, 2, "أهلًا بكم", "في النشرة"), (2, 3, "أهلًا بكم", "في النشرة", "الأولى.")],
    ],
)
def test_captions_that_roll_are_said_once(cues):
    assert text(srt(*cues)) == "أهلًا بكم في النشرة الأولى."
